"""The gist of the talk: the process and the picture say the same by it as by the whole log."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from tests.core.world import ADA, BOB, NOON, ONE, PLAYBOOK
from tests.engine.office import declared
from tests.web.house import House
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.cadence import word_due
from tocsin.core.checklist import checklist
from tocsin.core.events import Entry
from tocsin.core.gates import seen
from tocsin.core.hours import Calendar, calendar
from tocsin.core.ids import Handle, Seq, Slug
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.report.strip import strip
from tocsin.web.room.gist import Ear, gist

MINUTE = timedelta(minutes=1)


def told(seed: int, length: int = 120) -> list[Entry]:
    """A log with talk of every kind, back-dated now and then."""
    chance, entries = random.Random(seed), []
    declares = e.Declared(title="x", communities=(Slug("utoronto"),), criterion=Slug("start"))
    for seq in range(1, length):
        event: e.Event = declares if seq == 1 else _any(chance, seq)
        about = Seq(chance.randrange(2, seq)) if seq > 3 and isinstance(event, _MARKS) else None
        at = NOON + seq * chance.choice((1, 7)) * MINUTE
        by = chance.choice((ADA, BOB)).handle
        entry = Entry(incident=ONE, seq=Seq(seq), event=event, at=Moment(at=at), recorded_at=at, by=by, about=about)
        entries.append(entry)
    return entries


_MARKS = (e.Highlighted, e.NoteRemoved, e.NoteEdited)


def _any(chance: random.Random, seq: int) -> e.Event:
    kind = chance.choice(get_args(e.NoteKind))
    return chance.choice(
        (
            e.Noted(kind=kind, text=f"Line {seq}", via=chance.choice(("", "", "", "chat"))),
            e.Noted(kind=kind, text=f"Line {seq}"),
            e.Highlighted(on=chance.random() < 0.7),
            e.NoteRemoved(),
            e.NoteEdited(text="Other"),
            e.PlanSet(state="So"),
            e.RoleAssigned(role=Slug("commander"), person=ADA.handle),
        )
    )


def by_gist(entries: list[Entry]) -> list[Entry]:
    """What a room reads of a log."""
    ear = Ear()
    for entry in entries:
        if entry.event.informs:
            ear.hear(entry)
    changes = [entry for entry in entries if not entry.event.informs]
    return sorted([*changes, *ear.said().entries], key=lambda entry: entry.seq)


def hours(_: Handle | None) -> Calendar:
    return calendar(None, PLAYBOOK)


@pytest.mark.parametrize("seed", range(25))
def test_the_process_and_the_picture_are_those_of_the_whole_log(seed: int) -> None:
    whole, playbook = told(seed), playbooks.default()
    short, incident = by_gist(whole), fold(ONE, whole)
    assert fold(ONE, short) == incident
    assert seen(short) == seen(whole)
    assert [_bare(each) for each in checklist(incident, short, playbook)] == [
        _bare(each) for each in checklist(incident, whole, playbook)
    ]
    assert word_due(incident, short, playbook, hours) == word_due(incident, whole, playbook, hours)
    now = NOON + 2000 * MINUTE
    pictures = [strip(each, playbook, str, zone="UTC", now=now) for each in (short, whole)]
    assert pictures[0] == pictures[1]


def _bare(checked: object) -> object:
    return checked


def test_nobodys_words_are_kept() -> None:
    ear = Ear()
    event = e.Noted(kind="fix", text="secret", output="secret", outcome="secret", link="secret")
    ear.hear(replace(told(1)[0], event=event))
    assert "secret" not in repr(ear)


def test_only_what_is_new_is_read(home: House) -> None:
    number = declared(home.tocsin)
    home.tocsin.do(c.Note(incident=number, text="`ls`", kind="command"), by="bob")
    store = home.tocsin.store
    with store.read() as connection:
        assert len(gist(store, connection, number).commands) == 1
        assert gist(store, connection, number) is gist(store, connection, number)
    home.tocsin.do(c.Note(incident=number, text="`pwd`", kind="command"), by="bob")
    with store.read() as connection:
        assert len(gist(store, connection, number).commands) == 2


def test_long_talk_comes_to_little() -> None:
    ear = Ear()
    first = told(1)[0]
    for seq in range(2, 5000):
        note = e.Noted(kind="note", text=f"Line {seq}")
        ear.hear(replace(first, seq=Seq(seq), event=note, at=Moment(at=NOON + seq * timedelta(seconds=3))))
    assert len(ear.said().entries) < 20
