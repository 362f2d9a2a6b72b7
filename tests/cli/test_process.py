"""The shell as a process of its own: what only shows there."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell


def started(*arguments: str | bytes, cwd: Path, given: bytes = b"", **environment: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `tocsin` on an empty folder, where nothing is a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", *arguments],
        cwd=cwd,
        input=given,
        capture_output=True,
        env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": "40", **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_without_a_folder_named_it_is_var_here(tmp_path: Path) -> None:
    assert started("do", "declare", "First", cwd=tmp_path)[:2] == (0, "1\n")
    assert (tmp_path / "var" / "tocsin.db").exists()


def test_the_environment_may_name_the_folder(tmp_path: Path) -> None:
    started("incident", "list", cwd=tmp_path, TOCSIN_DATA="elsewhere")
    assert (tmp_path / "elsewhere" / "tocsin.db").exists()


def test_an_empty_environment_names_no_folder(tmp_path: Path) -> None:
    started("incident", "list", cwd=tmp_path, TOCSIN_DATA="")
    assert (tmp_path / "var" / "tocsin.db").exists()


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    command = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m tocsin incident list"
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
    assert done.stderr == b"The current folder is gone. Change to one that is there, then try again.\n"


@pytest.mark.parametrize("named", [{"TOCSIN_DATA": "\udcff"}, {"TOCSIN_DB": "sqlite:///\udcff.db"}])
def test_a_name_that_is_not_utf8_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    code, out, err = started("incident", "list", cwd=tmp_path)
    assert (code, out) == (1, "")
    assert err == "The name of the data folder or the database is not valid UTF-8. Choose another.\n"


def test_a_folder_around_that_is_not_utf8_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "\udcff").mkdir()
    _, _, err = started("incident", "list", cwd=tmp_path / "\udcff")
    assert err == "The name of the data folder or the database is not valid UTF-8. Choose another.\n"


def test_help_is_neither_wrapped_nor_coloured(tmp_path: Path) -> None:
    code, out, _ = started("do", "add-to-signal", "--help", cwd=tmp_path)
    assert code == 0
    assert "Say something about a signal before anybody has declared an incident; it comes along if one" in out
    assert "\x1b" not in out


def test_the_list_of_commands_has_one_line_for_each_under_its_heading(tmp_path: Path) -> None:
    code, out, _ = started("--help", cwd=tmp_path)
    assert code == 0
    assert "\nWork on an incident:\n  do        Do something: " in out


def test_errors_are_neither_wrapped_nor_coloured(tmp_path: Path) -> None:
    code, out, err = started("do", "declare", "x", "--at", "2026-11-12 01:45", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "does not say in which zone. Write it as 2026-11-12T01:45Z, " in err
    assert "\x1b" not in err


def test_broken_utf8_is_one_sentence(tmp_path: Path) -> None:
    code, out, err = started("do", "declare", b"abc\xff", cwd=tmp_path)
    assert (code, out, len(err.splitlines())) == (1, "", 1)


def test_the_version_is_told(tmp_path: Path) -> None:
    assert started("--version", cwd=tmp_path)[1].startswith("tocsin ")


def test_a_poor_locale_does_not_stop_it(tmp_path: Path) -> None:
    code, out, err = started("do", "declare", "Zoë’s hub", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (code, out) == (0, "1\n")
    assert err == "Incident 1 is declared: Zo?\N{REPLACEMENT CHARACTER}s hub\n" or "hub" in err


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_is_no_trouble(tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m tocsin do declare First {closed}"
    assert subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, check=False).returncode == 0  # noqa: S602


def test_nobody_listening_is_no_trouble(tmp_path: Path) -> None:
    script = f"{sys.executable} -m tocsin report schema | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, check=False)
    assert done.stderr == b""
    assert done.stdout.strip() in (b"141", b"0")


def test_a_database_of_a_newer_version_is_refused(tocsin: Shell, data: Path) -> None:
    tocsin.done("incident", "list")
    newer(data)
    assert "made by a newer Tocsin" in tocsin.refused("incident", "list")
    assert "made by a newer Tocsin" in tocsin.refused("migrate")


def test_a_database_that_is_up_to_date_needs_no_migration(tocsin: Shell) -> None:
    assert tocsin.done("migrate", "--json").json["now"] == "current"
    assert "was up to date already" in tocsin.done("migrate").err


def test_a_row_that_differs_from_its_log_is_found_and_put_right(tocsin: Shell, data: Path) -> None:
    tocsin.done("do", "declare", "First")
    changed(data, "UPDATE incidents SET title = 'Another'")
    assert "Put them right: tocsin rebuild." in tocsin.refused("rebuild", "--check")
    assert tocsin("rebuild", "--check", "--json").json["differences"]
    tocsin.done("rebuild")
    tocsin.done("rebuild", "--check")


DAMAGE = {
    "gap": "DELETE FROM log WHERE seq = 2",
    "unreadable line": "UPDATE log SET kind = 'Gone' WHERE seq = 2",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("check", [("--check",), ()])
def test_what_no_log_can_put_right_is_not_promised(tocsin: Shell, data: Path, damage: str, check: tuple[str]) -> None:
    tocsin.done("do", "declare", "First")
    tocsin.done("do", "note", "Seen")
    changed(data, damage)
    sentence = tocsin.refused("rebuild", *check)
    assert "Incident 1: " in sentence
    assert sentence.endswith("cannot be put right from the logs. Restore a backup.")


def test_beside_a_damaged_log_the_others_are_put_right(tocsin: Shell, data: Path) -> None:
    for title in ("First", "Second"):
        tocsin.done("do", "declare", title)
    changed(data, "UPDATE incidents SET title = 'Another'")
    changed(data, "UPDATE log SET kind = 'Gone' WHERE incident = 1 AND seq = 2")
    assert "Put them right: tocsin rebuild." in tocsin.refused("rebuild", "--check")
    assert [line[:11] for line in tocsin("rebuild", "--json").json["remaining"]] == ["Incident 1:"]
    assert tocsin.done("incident", "show", "2", "--json").json["title"] == "Second"


def test_an_address_that_is_none_is_one_sentence(tocsin: Shell) -> None:
    assert "cannot be understood" in tocsin.refused("incident", "list", "--db", "mysql://root:secret@host/db")


def test_a_database_that_does_not_answer_is_one_sentence(tocsin: Shell) -> None:
    sentence = tocsin.refused("incident", "list", "--db", "postgresql://u:secret@127.0.0.1:1/none")
    assert "does not answer" in sentence
    assert "secret" not in sentence


def newer(data: Path) -> None:
    changed(data, "UPDATE alembic_version SET version_num = '9999'")


def changed(data: Path, statement: str) -> None:
    """Behind Tocsin's back."""
    connection = sqlite3.connect(data / "tocsin.db")
    with connection:
        connection.execute(statement)
    connection.close()
