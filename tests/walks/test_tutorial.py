"""The tutorial does what it says: every command of it is typed, and what it prints is what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"


@dataclass(frozen=True)
class Step:
    """A command, and what stands below it."""

    command: str
    shown: str


def steps() -> list[Step]:
    """What is typed in the console blocks, lines that go on (`> `) joined to the one they belong to."""
    blocks = re.findall(r"```console\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    typed = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [_step(part) for part in typed if not part.startswith("export PATH")]


def _step(part: str) -> Step:
    lines = part.rstrip("\n").split("\n")
    more = [line for line in lines[1:] if line.startswith("> ")]
    shown = [line for line in lines[1:] if not line.startswith("> ")]
    return Step("\n".join([lines[0], *(line[2:] for line in more)]), "\n".join(shown))


def test_every_command_of_the_tutorial_prints_what_stands_there(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    environment.pop("TOCSIN_DATA", None)
    for step in steps():
        done = subprocess.run(
            ["bash", "-c", step.command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        printed = done.stdout if done.returncode == 0 else done.stderr
        assert not step.shown or printed.strip() == step.shown, step.command
        assert done.returncode == 0 or step.shown.endswith("."), f"{step.command}\n{done.stderr}"
