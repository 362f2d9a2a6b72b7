"""What may be asked, and what a text may hold."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.core.world import NAIVE, NOON, ONE
from tocsin.core import commands as c
from tocsin.core.decisions import DECISIONS
from tocsin.core.ids import Handle, Seq, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import Group
from tocsin.core.refused import Refused


@pytest.mark.parametrize("command", c.COMMANDS, ids=lambda command: command.__name__)
def test_every_command_says_in_a_sentence_what_it_does(command: type[c.Command]) -> None:
    assert (command.__doc__ or "").endswith(".")
    assert not (command.__doc__ or "").startswith(f"{command.__name__}(")


@pytest.mark.parametrize("command", c.COMMANDS, ids=lambda command: command.__name__)
def test_every_command_to_an_incident_has_its_decision(command: type[c.Command]) -> None:
    asked_of_one = issubclass(command, (c.ToIncident, c.ToEffect)) or command in (c.Declare, c.Acknowledge)
    assert (command in DECISIONS) == (asked_of_one and command not in (c.Follow, c.Unfollow))


def test_every_decision_is_of_a_command_there_is() -> None:
    assert set(DECISIONS) <= set(c.COMMANDS)


def test_every_kind_of_command_is_listed_once() -> None:
    assert len(set(c.COMMANDS)) == len(c.COMMANDS)
    assert not {c.Command, c.ToIncident, c.ToSignal, c.ToEffect} & set(c.COMMANDS)


def test_only_the_title_is_needed_to_declare() -> None:
    assert c.Declare(title="x").channel
    assert next(field.name for field in fields(c.Declare)) == "title"


@pytest.mark.parametrize("text", ["a" * 200_000, "naïve 🙂", "", "a\tb\r\nc", "\x1b[31m"])
def test_what_people_write_is_legible(text: str) -> None:
    c.must_be_legible(c.Note(incident=ONE, text=text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * 200_001, "200,001 characters; one line holds 200,000"),
        ("a\0b", "NUL byte"),
        ("caf\udce9", "not valid UTF-8"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, says: str) -> None:
    with pytest.raises(Refused, match=says):
        c.must_be_legible(c.Note(incident=ONE, text=text))


@pytest.mark.parametrize(
    "command",
    [
        c.Declare(title="x", tickets=("fine", "a\0b")),
        c.Declare(title="x", earlier=(c.Earlier(text="a\0b", at=Moment(at=NOON), by=Handle("ada")),)),
        c.Declare(title="x", services=["a\0b"]),  # type: ignore[arg-type]
        c.WriteReport(incident=ONE, sections={"overview": "a\0b"}),
        c.WriteReport(incident=ONE, sections={"a\0b": "fine"}),
        c.UpdateDirectory(groups=(Group(slug=Slug("g"), name="g", members=(Handle("a\0b"),)),)),
    ],
    ids=["tuple", "earlier line", "list", "section", "name of a section", "directory"],
)
def test_a_nul_byte_is_found_wherever_it_hides(command: c.Command) -> None:
    with pytest.raises(Refused, match="NUL byte"):
        c.must_be_legible(command)


@pytest.mark.parametrize(
    "command",
    [c.NoteSignal(text="x", count=2**63), c.Highlight(incident=ONE, line=Seq(2**63))],
    ids=["count", "line"],
)
def test_a_number_that_no_database_can_hold_is_refused(command: c.Command) -> None:
    with pytest.raises(Refused):
        c.must_be_legible(command)


@pytest.mark.parametrize(
    "command",
    [
        c.PostUpdate(incident=ONE, text="x", next_by=NAIVE),
        c.Delegate(incident=ONE, what="x", to="bob", until=NAIVE),
        c.Declare(title="x", began=NAIVE),
        c.Note(incident=ONE, text="x", until=NAIVE),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_time_without_its_zone_is_refused_wherever_it_stands(command: c.Command) -> None:
    with pytest.raises(Refused, match="needs its zone"):
        c.must_be_legible(command)
