"""The pages do what they say: every command of theirs is typed, and what it prints is what stands there."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tocsin import bootstrap
from tocsin.settings import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/tutorial.md", "docs/howto/people-and-places.md")
ELSEWHERE = ("export ", "make ", "sudo ")
"""Left out: what needs the network, or outlives its own line only in the shell of whoever reads."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command, and what stands below it."""

    command: str
    shown: str


def steps(page: str) -> list[Step]:
    """What is typed in the console blocks of a page."""
    typed = [part for block in blocks(page, "console") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [_step(part) for part in typed if not part.startswith(ELSEWHERE)]


def blocks(page: str, kind: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def _step(part: str) -> Step:
    """Lines that go on (`> `) are joined to the one they belong to."""
    lines = part.rstrip("\n").split("\n")
    more = [line for line in lines[1:] if line.startswith("> ")]
    shown = [line for line in lines[1:] if not line.startswith("> ")]
    return Step(command="\n".join([lines[0], *(line[2:] for line in more)]), shown="\n".join(shown))


def like(text: str) -> str:
    """The text without what differs from one day and one reader to the next, and without ends that nobody sees."""
    account = pwd.getpwuid(os.getuid())
    text = text.replace(account.pw_gecos.partition(",")[0] or account.pw_name, "Ada Lovelace")
    return "\n".join(line.rstrip() for line in MOMENT.sub("TIME", text).strip().splitlines())


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder as `make` leaves the repository's own, and in it the file that a page asks its reader to write."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "src").symlink_to(ROOT / "src")
    (tmp_path / "directory.yaml").write_text(blocks("docs/howto/people-and-places.md", "yaml")[0], encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_prints_what_stands_there(clone: Path, page: str) -> None:
    environment = {**os.environ, "PATH": f"{clone}/.venv/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    environment.pop("TOCSIN_DATA", None)
    for step in steps(page):
        done = subprocess.run(
            ["bash", "-c", step.command], cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        printed = done.stdout if done.returncode == 0 and done.stdout else done.stderr
        assert not step.shown or like(printed) == like(step.shown), step.command
        assert done.returncode == 0 or step.shown.endswith("."), f"{step.command}\n{done.stderr}"


@pytest.mark.parametrize("page", ["docs/reference/settings.md", "docs/howto/publish-to-git.md"])
def test_the_settings_a_page_shows_are_taken(tmp_path: Path, page: str) -> None:
    (told,) = blocks(page, "toml")
    (tmp_path / "tocsin.toml").write_text(told, encoding="utf-8")
    settings = load(tmp_path, environ={})
    assert settings.integrations["gitrepo"]["repository"] == "git@git.example.org:team/incident-reports.git"
    assert bootstrap.ports(settings).publisher


def test_the_example_of_a_case_file_is_played(clone: Path) -> None:
    (case,) = blocks("docs/reference/case.md", "json")
    (clone / "small.json").write_text(case, encoding="utf-8")
    replay = [sys.executable, "-m", "tocsin", "replay", "small.json", "--out", "published"]
    done = subprocess.run(replay, cwd=clone, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 4), done.stderr
