"""Who could take a role over: whoever is at work first, whom to ask first, and what to type."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.shell import Shell
from tests.core.world import ADA, BOB, CHARLIE, DANA, NOON, PLAYBOOK, TOWN
from tocsin.cli import whoami
from tocsin.core.around import Around
from tocsin.core.people import TOCSIN

DIRECTORY = b"""
people:
  - {handle: ada, name: Ada Lovelace, zone: Europe/London, administrator: true}
  - {handle: bob, name: Bob Kahn, zone: Europe/London}
  - {handle: dana, name: Dana Scott, zone: America/New_York}
  - {handle: helena, name: Helena Brandt, kind: community}
groups:
  - {slug: triagers, name: Support Triagers, members: [dana]}
"""
AFTERNOON, EVENING, NIGHT = "2026-11-12T16:00Z", "2026-11-12T20:00Z", "2026-11-12T23:00Z"
"""In New York it is five hours earlier; a Thursday."""


@pytest.fixture
def told(tocsin: Shell) -> Shell:
    """Incident 1, which Ada commands since noon."""
    tocsin.done("directory", "import", "-", given=DIRECTORY)
    tocsin.done("people", "add", whoami.handle(), "--kind", "bot", "--as", "ada")  # whoever runs the tests is no matter
    ours = ("--commander", "ada", "--as", "ada", "--at", "2026-11-12T12:00Z")
    tocsin.done("do", "declare", "Users cannot start servers", *ours)
    return tocsin


def could(tocsin: Shell, at: str, *more: str) -> list[list[str]]:
    return [line.split("\t") for line in tocsin.done("incident", "relief", "1", "--at", at, *more).lines]


def said(tocsin: Shell, at: str, *more: str) -> list[str]:
    return tocsin.done("incident", "relief", "1", "--at", at, *more).err.splitlines()


def test_whoever_is_at_work_for_longest_stands_first_and_is_to_be_asked(told: Shell) -> None:
    assert could(told, AFTERNOON) == [
        ["dana", "Dana Scott", "2026-11-12T11:00-05:00", "until 2026-11-12T22:00:00Z", "", "first"],
        ["bob", "Bob Kahn", "2026-11-12T16:00+00:00", "until 2026-11-12T17:00:00Z", "", ""],
    ]


def test_the_offer_can_be_typed_as_it_is_said(told: Shell) -> None:
    sentence, typed = said(told, AFTERNOON)
    assert sentence == "To offer it to Dana Scott:"
    told.done(*typed.split()[1:], "--as", "ada", "--at", AFTERNOON)
    assert said(told, AFTERNOON)[0] == "It is offered to Dana Scott already, and changes hands when they accept."
    told.done("do", "accept", "commander", "--incident", "1", "--as", "dana", "--at", AFTERNOON)
    assert sorted(row[0] for row in could(told, AFTERNOON)) == ["ada", "bob"]


def test_whoever_has_a_role_already_here_or_elsewhere_is_not_asked_first(told: Shell) -> None:
    told.done("do", "assign", "liaison", "--person", "dana", "--incident", "1", "--as", "ada", "--at", AFTERNOON)
    assert [row[4:] for row in could(told, AFTERNOON)] == [["External Liaison", ""], ["", "first"]]
    told.done("do", "declare", "Disks are full", "--commander", "bob", "--as", "ada")
    told.done("do", "declare", "An exercise", "--commander", "bob", "--drill", "--as", "ada")
    assert [row[4:] for row in could(told, AFTERNOON)] == [["External Liaison", "first"], ["1 elsewhere", ""]]
    sentence = "Everybody else at work has a role already; Dana Scott has the fewest. To offer it:"
    assert said(told, AFTERNOON)[0] == sentence


def test_another_role_can_be_named(told: Shell) -> None:
    assert [row[0] for row in could(told, AFTERNOON, "--role", "External Liaison")] == ["dana", "ada", "bob"]
    assert said(told, AFTERNOON, "--role", "liaison")[-1].startswith("tocsin do offer --role liaison --to dana")
    refused = told.refused("incident", "relief", "1", "--role", "cook")
    assert refused == "This playbook has no role “cook”. It has: commander, liaison, expert."


def test_where_nobody_is_at_work_it_says_who_is_back_first(told: Shell) -> None:
    assert [row[5] for row in could(told, NIGHT)] == ["", ""]
    assert said(told, NIGHT) == [
        "Nobody else is at work. First is Bob Kahn: back 2026-11-13T09:00:00Z. To ask them all the same:",
        "tocsin do offer --role commander --to bob --incident 1",
    ]


def test_that_it_is_offered_to_a_group_is_said(told: Shell) -> None:
    told.done(
        "do", "offer", "--role", "commander", "--to", "triagers", "--incident", "1", "--as", "ada", "--at", EVENING
    )
    sentence = "It is offered to Support Triagers already, and changes hands when they accept."
    assert said(told, EVENING)[0] == sentence


def test_whoever_only_looks_on_or_has_left_is_not_asked() -> None:
    people = (ADA, replace(BOB, observer=True), replace(DANA, active=False), CHARLIE, TOCSIN)
    assert Around(playbook=PLAYBOOK, directory=TOWN, people=people, now=NOON, wrote={}).team == [ADA]


def test_who_is_alone_is_told_so(tocsin: Shell) -> None:
    tocsin.done("do", "declare", "Down")
    told = tocsin.done("incident", "relief", "1")
    assert told.out == ""
    assert told.err == "There is nobody else on the team. Add people: tocsin people add HANDLE.\n"


def test_a_program_is_told_the_same(told: Shell) -> None:
    data = told.done("incident", "relief", "1", "--at", AFTERNOON, "--json").json
    assert (data["incident"], data["role"], data["holders"], data["offered"]) == (1, "commander", ["ada"], [])
    assert [(each["handle"], each["at_work"], each["ask_first"]) for each in data["people"]] == [
        ("dana", True, True), ("bob", True, False),
    ]  # fmt: skip
    assert data["offer"] == "tocsin do offer --role commander --to dana --incident 1"
    assert told.done("incident", "relief", "1", "--at", NIGHT, "--json").json["offer"] is None


def test_nobody_takes_over_what_is_over_or_what_there_is_not(told: Shell) -> None:
    told.done("do", "resolve", "Logged in.", "--incident", "1", "--as", "ada")
    assert told.refused("incident", "relief", "1") == "Incident 1 is resolved. Reopen it first if it is not over."
    assert told.refused("incident", "relief", "9").startswith("There is no incident 9.")
