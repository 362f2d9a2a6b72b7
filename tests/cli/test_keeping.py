"""`tocsin backup`, `restore`, `export` and `import bundle`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shell import Shell

HELD = "The outbox is held: nothing is sent until you say: tocsin outbox release."


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """The shell on another folder, where nothing is yet."""
    return Shell(monkeypatch=monkeypatch, where=("--data", str(tmp_path / "elsewhere")))


def test_a_backup_says_what_it_holds(tocsin: Shell, tmp_path: Path) -> None:
    tocsin.done("do", "declare", "The hub is down")
    said = tocsin.done("backup", str(tmp_path / "b.db"))
    assert said.err == f"{tmp_path / 'b.db'} holds 1 incident with 2 lines. It was read again, and is whole.\n"
    assert said.out == ""


def test_a_restore_says_that_nothing_is_sent(tocsin: Shell, elsewhere: Shell, tmp_path: Path) -> None:
    tocsin.done("do", "declare", "The hub is down")
    tocsin.done("backup", str(tmp_path / "b.db"))
    said = elsewhere.done("restore", str(tmp_path / "b.db"))
    assert said.err == f"Restored: 1 incident with 2 lines. 0 wishes wait in its outbox.\n{HELD}\n"
    assert elsewhere.done("incident", "list").out == tocsin.done("incident", "list").out


def test_a_backup_moves_an_installation_to_a_server(
    tocsin: Shell, on: Callable[[str], Shell], postgres_url: str, tmp_path: Path
) -> None:
    tocsin.done("do", "declare", "The hub is down")
    tocsin.done("backup", str(tmp_path / "b.db"))
    server = on(postgres_url)
    server.done("restore", str(tmp_path / "b.db"))
    assert server.done("do", "declare", "Another").out == "2\n"


def test_both_answer_with_json(tocsin: Shell, elsewhere: Shell, tmp_path: Path) -> None:
    tocsin.done("do", "declare", "The hub is down")
    file = str(tmp_path / "b.db")
    assert tocsin.done("backup", file, "--json").json == {"file": file, "incidents": 1, "lines": 2}
    assert elsewhere.done("restore", file, "--json").json == {"incidents": 1, "lines": 2, "waiting": 0}


@pytest.mark.parametrize("command", [("backup",), ("export", "--out")])
def test_a_folder_without_a_database_is_not_given_one(tocsin: Shell, data: Path, command: tuple[str, ...]) -> None:
    sentence = tocsin.refused(*command, "x")
    assert sentence == f"There is no database {data / 'tocsin.db'}. Say where it is with --data or --db."
    assert not data.exists()


def test_nothing_is_restored_over_a_database(tocsin: Shell, data: Path, tmp_path: Path) -> None:
    tocsin.done("do", "declare", "The hub is down")
    tocsin.done("backup", str(tmp_path / "b.db"))
    assert tocsin.refused("restore", str(tmp_path / "b.db")) == (
        f"{data / 'tocsin.db'} is there already. A backup is restored into an empty folder: name one with --data."
    )


def test_what_is_exported_can_be_imported_and_importing_it_twice_is_once(
    tocsin: Shell, elsewhere: Shell, tmp_path: Path
) -> None:
    tocsin.done("do", "declare", "The hub is down")
    tocsin.done("do", "declare", "Another")
    file = str(tmp_path / "one.jsonl")
    assert tocsin.done("export", "2", "--out", file).err == f"{file} holds 1 incident with 2 lines.\n"
    said = elsewhere.done("import", "bundle", file)
    assert said.err == f"{file} held 1 incident with 2 lines; 2 of them were not here yet.\n"
    assert elsewhere.done("import", "bundle", file, "--json").json == {"incidents": 1, "lines": 2, "new": 0}
    assert elsewhere.done("incident", "list").lines[0].startswith("2\t")


def test_without_numbers_everything_is_exported(tocsin: Shell, tmp_path: Path) -> None:
    for title in ("One", "Two"):
        tocsin.done("do", "declare", title)
    file = str(tmp_path / "all.jsonl")
    assert tocsin.done("export", "--out", file, "--json").json == {"file": file, "incidents": 2, "lines": 4}
    assert json.loads(Path(file).read_text().splitlines()[0])["whole"] is True


def test_a_changed_bundle_is_refused_with_its_line_and_makes_no_database(
    tocsin: Shell, elsewhere: Shell, tmp_path: Path
) -> None:
    tocsin.done("do", "declare", "The hub is down")
    file = tmp_path / "b.jsonl"
    tocsin.done("export", "#1", "--out", str(file))
    file.write_text(file.read_text().replace("The hub is down", "The hub is up", 1))
    assert ", line 3: it was changed" in elsewhere.refused("import", "bundle", str(file))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "arguments", [("backup", ""), ("restore", ""), ("export", "--out", ""), ("export", "one", "--out", "x")]
)
def test_what_is_used_wrongly_is_told(tocsin: Shell, arguments: tuple[str, ...]) -> None:
    assert "Invalid value for" in tocsin.refused(*arguments, code=2)
