"""Fails when a tracked file names a package registry's host: the project installs from wherever its user does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js", "deb.deb" + "ian.org")


def naming(root: Path) -> list[str]:
    """The tracked files that name one, with the line."""
    pattern = "|".join(host.replace(".", r"\.") for host in HOSTS)
    found = subprocess.run(
        ["git", "grep", "--no-color", "-nIE", pattern], cwd=root, capture_output=True, text=True, check=False
    )
    if found.returncode not in (0, 1):
        raise SystemExit(found.stderr)
    return found.stdout.splitlines()


if __name__ == "__main__":
    lines = naming(ROOT)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.exit("Name no registry's host in a tracked file." if lines else 0)
