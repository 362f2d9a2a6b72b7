"""What holds of the repository as a whole."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.hosts import HOSTS, ROOT, naming

SOURCES = sorted((ROOT / "src").rglob("*.py"))


def test_no_tracked_file_names_a_registry() -> None:
    assert naming(ROOT) == []


def test_a_file_that_names_a_registry_is_found(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(f"https://{HOSTS[0]}/simple\n")
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "lock"], cwd=tmp_path, check=True)
    assert naming(tmp_path) == [f"lock:1:https://{HOSTS[0]}/simple"]


def test_every_locked_package_carries_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    packages = re.findall(r"^[a-z][^ ]*==.*?(?=^[a-z]|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert packages
    assert all("--hash=sha256:" in package for package in packages)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_file_opens_with_what_it_owns(path: Path) -> None:
    assert (path.name == "__init__.py" and not path.read_text()) or ast.get_docstring(ast.parse(path.read_text()))


def test_only_three_places_may_catch_everything() -> None:
    broad = [path for path in SOURCES if re.search(r"except (Base)?Exception|except:", path.read_text())]
    assert {str(path.relative_to(ROOT / "src/tocsin")) for path in broad} <= {
        "store/writer.py",
        "engine/worker.py",
        "engine/looking.py",
    }
