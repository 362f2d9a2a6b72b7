"""The invented case that shows the main job."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema

from tests.engine.office import kinds, mismatches
from tocsin import demo, playbooks
from tocsin.engine.case import read
from tocsin.engine.door import Tocsin
from tocsin.engine.replay import Played, replay
from tocsin.integrations.gitrepo import Config, GitRepo
from tocsin.report.data import SCHEMA
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store


def _played(folder: Path, url: str) -> tuple[Played, list[str], list[str]]:
    with open_store(url) as store:
        migrate(store)
        tocsin = Tocsin(store, playbooks.default())
        case = read(demo.CASE, tocsin.playbook)
        played = replay(tocsin, case, GitRepo(Config(repository=str(folder))))
        return played, kinds(tocsin), mismatches(tocsin)


def test_the_demo_plays_without_a_fault(db_url: str, tmp_path: Path) -> None:
    played, _, wrong = _played(tmp_path / "out", db_url)
    assert (played.incident, played.skipped, wrong) == (1, (), [])
    data = json.loads((tmp_path / "out" / f"{played.published.path}.json").read_text())
    jsonschema.validate(data, SCHEMA, format_checker=jsonschema.FormatChecker())
    script = json.loads(demo.CASE.read_text())
    assert (data["title"], data["owner"], len(data["actions"])) == (script["title"], "Tomasz Lind", 3)


def test_the_demo_shows_roles_handed_over_asks_and_a_plan(sqlite_url: str, tmp_path: Path) -> None:
    _, told, _ = _played(tmp_path / "out", sqlite_url)
    assert {"SignalReceived", "RoleOffered", "RoleAssigned", "AskFinished", "PlanSet", "PhaseSet", "Updated"} <= set(
        told
    )


def test_every_word_of_the_demo_stands_in_its_report(sqlite_url: str, tmp_path: Path) -> None:
    played, _, _ = _played(tmp_path / "out", sqlite_url)
    markdown = _bare((tmp_path / "out" / f"{played.published.path}.md").read_text())
    script = json.loads(demo.CASE.read_text())
    said = [line["text"] for line in script["lines"] if line.get("text") and line["do"] not in ("offer", "review")]
    assert [text for text in said if _bare(text) not in markdown] == []


def test_nothing_in_the_demo_is_real() -> None:
    addresses = re.findall(r"https?://([^/\"]+)/([^/\"\s]*)", demo.CASE.read_text())
    assert all(host.endswith(".example") or "example" in owner for host, owner in addresses)


def _bare(text: str) -> str:
    return " ".join(text.replace("\\", "").split())
