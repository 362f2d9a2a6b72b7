"""`tocsin outbox`: what was promised to the world, as people see it and what they may say of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.integrations.world import World, running

PEOPLE = b"""
people:
  - {handle: ada, name: Ada Lovelace, email: ada@example.org, administrator: true}
  - {handle: bob, name: Bob Kahn, email: bob@example.org}
  - {handle: charlie, name: Charlie Babbage, email: charlie@toronto.example, kind: community}
communities:
  - {slug: utoronto, name: University of Toronto, representatives: [charlie]}
  - {slug: dubois, name: Du Bois}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Something that takes letters, in a process of its own."""
    with running(tmp_path_factory.mktemp("world") / "ledger") as begun:
        yield begun


@pytest.fixture
def mailing(tocsin: Shell, data: Path, world: World) -> Iterator[Shell]:
    """The shell where mail is set up, and Ada has declared incident 1, so long ago that no reminder follows from it."""
    data.mkdir()
    table = f'[fake]\naddress = "http://127.0.0.1:{world.port}"\nports = "mailer"\nrepeatable = false\n'
    (data / "tocsin.toml").write_text(table, encoding="utf-8")
    tocsin.done("directory", "import", "-", given=PEOPLE)
    declared = ("Nobody can log in", "--community", "utoronto", "--at", "2026-11-12T01:00Z")
    tocsin.done("do", "declare", *declared, "--as", "ada")
    yield tocsin
    world.peace()


def rows(tocsin: Shell, *more: str) -> list[list[str]]:
    """What is in the outbox, the reminder of the next word aside, which every update wishes for."""
    lines = tocsin.done("outbox", "list", *more).lines
    return [line.split("\t") for line in lines if "The reminder of line" not in line]


def test_the_shell_sends_what_its_command_wished_for_and_says_so(mailing: Shell) -> None:
    said = mailing.done("do", "offer", "--role", "liaison", "--to", "bob", "--as", "ada")
    assert said.err == "Done: incident 1, line 3.\nThe mail to Bob Kahn about line 3 is sent.\n"
    assert rows(mailing) == []


def test_what_came_true_is_listed_too_where_somebody_asks(mailing: Shell) -> None:
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    (row,) = rows(mailing, "--all")
    assert (row[0], row[1], row[2], row[6]) == ("1", "1", "done", "The mail to Charlie Babbage about line 3")


def test_what_fails_waits_and_the_command_stands_all_the_same(mailing: Shell, world: World) -> None:
    world.trouble("refuse", port="mailer", status=503)
    said = mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert "The mail to Charlie Babbage about line 3 waits: " in said.err
    assert "A worker, if one runs, tries again. Try again: tocsin outbox retry 1." in said.err
    assert [row[2] for row in rows(mailing)] == ["waiting"]
    assert "We are on it." in mailing.done("incident", "timeline", "1").out


def test_a_person_may_have_it_tried_at_once(mailing: Shell, world: World) -> None:
    world.trouble("refuse", port="mailer", status=503, times=1)
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    said = mailing.done("outbox", "retry", "1", "--as", "bob").err
    assert said == "Done.\nThe mail to Charlie Babbage about line 3 is sent.\n"


def test_what_may_have_arrived_is_said_to_have(mailing: Shell, world: World) -> None:
    world.trouble("cut-after", port="mailer", times=1)
    said = mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert "The mail to Charlie Babbage about line 3 may have arrived or not:" in said.err
    assert [row[2] for row in rows(mailing)] == ["unknown"]
    mailing.done("outbox", "arrived", "1", "--as", "ada")
    assert rows(mailing) == []
    timeline = mailing.done("incident", "timeline", "1").out
    assert "The mail to Charlie Babbage about line 3 got through: somebody has made sure." in timeline


def test_what_can_never_arrive_is_given_up_and_says_what_to_do(mailing: Shell) -> None:
    said = mailing.done("do", "update", "We are on it.", "--community", "dubois", "--as", "ada")
    assert "Nobody speaks for that community. Name somebody in the directory." in said.err
    assert [row[2] for row in rows(mailing)] == ["failed"]


def test_a_person_gives_up_and_says_why(mailing: Shell, world: World) -> None:
    world.trouble("refuse", port="mailer", status=503)
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    mailing.done("outbox", "give-up", "1", "--why", "Told by phone.", "--as", "ada")
    assert "is not tried any more. Told by phone." in mailing.done("incident", "timeline", "1").out


def test_what_tells_of_the_past_is_mailed_to_nobody_and_the_shell_says_so(mailing: Shell) -> None:
    said = mailing.done("do", "update", "We were on it.", "--at", "2026-11-12T01:45Z", "--as", "ada")
    assert "Nobody is mailed" in said.err
    assert rows(mailing, "--all") == []


def test_the_list_is_one_json_document(mailing: Shell) -> None:
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    listed = mailing.done("outbox", "list", "--all", "--json").json
    assert listed["held"] is None
    assert (listed["wishes"][0]["destination"], listed["wishes"][0]["state"]) == ("mail:charlie", "done")
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT.*Z", listed["wishes"][0]["since"])


def test_a_number_that_is_not_there_is_one_sentence(mailing: Shell) -> None:
    for verb in ("retry", "give-up", "arrived"):
        assert mailing.refused("outbox", verb, "99", "--as", "ada").startswith("The outbox has no 99.")


def test_what_is_not_held_is_not_released(mailing: Shell) -> None:
    assert mailing.refused("outbox", "release", "--as", "ada") == "The outbox is not held; it sends as usual."


def test_a_monitor_is_content_while_all_has_gone_out(mailing: Shell) -> None:
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert mailing.done("outbox", "check").err == "All that is due has gone out.\n"


def test_a_monitor_hears_of_what_waits_too_long(mailing: Shell, world: World) -> None:
    world.trouble("refuse", port="mailer", status=503)
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert "waiting: 1, the oldest for" in mailing.refused("outbox", "check", "--minutes", "0")


def test_a_monitor_hears_of_what_did_not_get_through_until_somebody_has_seen_to_it(mailing: Shell) -> None:
    mailing.done("do", "update", "We are on it.", "--community", "dubois", "--as", "ada")
    assert "needing a person: 1" in mailing.refused("outbox", "check")
    mailing.done("outbox", "give-up", "1", "--why", "Told by phone.", "--as", "ada")
    assert mailing.done("outbox", "check").err == "All that is due has gone out.\n"


def test_a_monitor_hears_of_what_needs_a_person(mailing: Shell, world: World) -> None:
    world.trouble("cut-after", port="mailer", times=1)
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert "needing a person: 1" in mailing.refused("outbox", "check")


def test_a_secret_that_is_missing_here_leaves_it_to_the_worker(mailing: Shell, data: Path, world: World) -> None:
    with (data / "tocsin.toml").open("a") as file:
        file.write('secret = "env:NOT_SET_ANYWHERE"\n')
    said = mailing.done("do", "update", "We are on it.", "--as", "ada")
    assert "It is left to the worker. " in said.err
    assert "The setting “fake.secret” is secret" in said.err
    assert [row[2] for row in rows(mailing)] == ["waiting"]


def test_a_mistake_in_the_settings_keeps_nobody_from_writing(mailing: Shell, data: Path) -> None:
    with (data / "tocsin.toml").open("a") as file:
        file.write("[mial]\nhost = 'x'\n")
    said = mailing.done("do", "note", "The hub is back.", "--as", "ada")
    assert "There is no integration “mial”" in said.err
    assert "Until that is put right, nothing is sent." in said.err


def test_what_a_dead_process_had_is_nobodys_any_more(mailing: Shell, data: Path) -> None:
    mailing.done("do", "update", "We are on it.", "--as", "ada")
    with sqlite3.connect(data / "tocsin.db") as database:
        database.execute("UPDATE effects SET state = 'doing', left = true, lease = since, worker = 'dead'")
    database.close()
    assert mailing.done("outbox", "arrived", "1", "--as", "ada").err == "Done.\n"


def test_an_incident_that_is_not_there_has_no_list(mailing: Shell) -> None:
    assert mailing.refused("outbox", "list", "--incident", "9").startswith("There is no incident 9.")


def test_so_many_minutes_are_a_mistake(mailing: Shell) -> None:
    for minutes in ("-1", "99999999999999"):
        assert "--minutes" in mailing.refused("outbox", "check", "--minutes", minutes, code=2)
