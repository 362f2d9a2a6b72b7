"""The log: what is written is what is read, and the rows beside it are what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from tests.core.world import ADA, MINUTE, NOON, ONE, entry
from tocsin.core import events as e
from tocsin.core.events import REDACTED, Entry
from tocsin.core.ids import IncidentNumber, Seq, Slug
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.store import log, reads
from tocsin.store import tables as t
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store

DECLARED = entry(e.Declared(title="Nobody can log in", services=(Slug("hubs"),)))
COMMANDER = entry(e.RoleAssigned(role=Slug("commander"), person=ADA.handle), 2)


@pytest.fixture
def store(db_url: str) -> Iterator[Store]:
    """A database that holds one incident: declared, and commanded by Ada."""
    with open_store(db_url) as opened:
        migrate(opened)
        opened.run(_begin)
        yield opened


def _begin(c: sa.Connection) -> None:
    log.create(c, ONE, "chat:1")
    _write(c, DECLARED, COMMANDER)


def _write(c: sa.Connection, *entries: Entry) -> None:
    log.append(c, entries, "Note")
    log.refresh(c, fold(ONE, log.entries(c, ONE)), entries[-1].seq)


def written(store: Store, *entries: Entry) -> None:
    store.run(lambda c: _write(c, *entries))


def read(store: Store) -> list[Entry]:
    with store.read() as c:
        return log.entries(c, ONE)


def wrong(store: Store) -> list[str]:
    with store.read() as c:
        return log.mismatches(c, ONE)


def test_what_is_written_is_what_is_read(store: Store) -> None:
    noted = Entry(
        incident=ONE,
        seq=Seq(3),
        event=e.Noted(kind="command", text="“ü”\n\t{x}", output="  1\r\n2", link="https://x/1"),
        at=Moment(at=NOON + timedelta(microseconds=1), until=NOON + MINUTE),
        recorded_at=NOON + 2 * MINUTE,
        by=ADA.handle,
        source="chat:C1:1.5",
        about=Seq(1),
    )
    written(store, noted)
    assert read(store) == [DECLARED, COMMANDER, noted]


def test_times_come_back_in_utc(store: Store) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    written(store, entry(e.Noted(text="x"), 3, at=there))
    assert read(store)[-1].at.at.isoformat() == NOON.isoformat()


@pytest.mark.parametrize("at", [datetime(2, 1, 2, tzinfo=UTC), datetime(9998, 12, 30, tzinfo=UTC)])
def test_the_first_and_the_last_moment_can_be_kept(store: Store, at: datetime) -> None:
    written(store, entry(e.Noted(text="x"), 3, at=at))
    assert read(store)[-1].at.at == at


def test_the_same_line_cannot_be_written_twice(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        written(store, entry(e.Noted(text="x"), 2))
    assert read(store) == [DECLARED, COMMANDER]


def test_the_same_source_cannot_stand_twice_in_one_incident(store: Store) -> None:
    written(store, replace(entry(e.Noted(text="x"), 3), source="chat:2"))
    with pytest.raises(sa.exc.IntegrityError):
        written(store, replace(entry(e.Noted(text="y"), 4), source="chat:2"))


def test_a_command_is_found_by_the_source_of_its_first_line(store: Store) -> None:
    both = (replace(entry(e.Noted(text="x"), 3), source="chat:2"), entry(e.Noted(text="y"), 4))
    written(store, *both)
    written(store, entry(e.Noted(text="z"), 5))
    with store.read() as c:
        assert log.by_source(c, ONE, "chat:2") == log.Before(command="Note", lines=(Seq(3), Seq(4)))
        assert log.by_source(c, ONE, "chat:3") is None


def test_a_declaration_is_found_by_its_source(store: Store) -> None:
    with store.read() as c:
        assert log.declared_by(c, "chat:1") == 1
        assert log.declared_by(c, "chat:2") is None
        assert log.recorded(c, ONE, Seq(1)) == (1, 2)


def test_what_is_locked_is_the_fold_of_its_log(store: Store) -> None:
    written(store, entry(e.Noted(text="talk"), 3), entry(e.Retitled(title="Better"), 4))
    locked = store.run(lambda c: log.lock(c, ONE))
    assert locked is not None
    assert (locked.incident, locked.last) == (fold(ONE, read(store)), 4)


def test_an_incident_that_is_not_there_cannot_be_locked(store: Store) -> None:
    assert store.run(lambda c: log.lock(c, IncidentNumber(2))) is None


def test_a_line_is_found_by_its_number(store: Store) -> None:
    with store.read() as c:
        assert log.line(c, ONE, Seq(2)) == COMMANDER
        assert log.line(c, ONE, Seq(3)) is None
        assert (log.exists(c, ONE), log.exists(c, IncidentNumber(2))) == (True, False)


def test_a_log_and_its_rows_agree(store: Store) -> None:
    assert wrong(store) == []


@pytest.mark.parametrize("column", ["title", "state", "last_seq", "roles", "declared_at", "drill"])
def test_a_row_that_differs_is_told(store: Store, column: str) -> None:
    other = {"title": "x", "state": "resolved", "last_seq": 9, "roles": {}, "declared_at": None, "drill": True}
    store.run(lambda c: c.execute(t.incidents.update().values({column: other[column]})) and None)
    (sentence,) = wrong(store)
    assert sentence.startswith(f"Incident 1: {column} is ")


def test_a_team_that_differs_is_told(store: Store) -> None:
    store.run(lambda c: c.execute(t.team.delete()) and None)
    assert wrong(store) == ["Incident 1: its team differs from what its log says."]


def test_a_gap_is_told(store: Store) -> None:
    written(store, entry(e.Noted(text="x"), 4))
    assert "Incident 1: its log has a gap before line 4." in wrong(store)


def test_rows_can_be_made_anew_from_the_log(store: Store) -> None:
    store.run(lambda c: c.execute(t.team.delete()) and None)
    store.run(lambda c: c.execute(t.incidents.update().values(title="x", state="resolved")) and None)
    store.run(lambda c: log.rebuild(c, ONE))
    assert wrong(store) == []


def test_a_redaction_blanks_a_note_with_its_edits_and_nothing_else(store: Store) -> None:
    written(store, entry(e.Noted(text="secret"), 3), entry(e.Noted(text="secret too"), 4))
    written(store, entry(e.NoteEdited(text="the secret"), 5, about=3), entry(e.Highlighted(), 6, about=3))
    gone = store.run(lambda c: log.redact(c, ONE, Seq(5)))
    assert [each.seq for each in gone] == [3, 5]
    assert [each.event for each in read(store)[2:]] == [
        e.Noted(text=REDACTED),
        e.Noted(text="secret too"),
        e.NoteEdited(text=REDACTED),
        e.Highlighted(),
    ]


def test_lists_show_the_newest_first_and_can_be_narrowed(store: Store) -> None:
    store.run(lambda c: log.create(c, IncidentNumber(2), None) and None)
    with store.read() as c:
        assert [row["number"] for row in reads.incidents(c)] == [2, 1]
        assert [row["number"] for row in reads.incidents(c, "open")] == [1]
        assert reads.numbers(c) == [1, 2]
