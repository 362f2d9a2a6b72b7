"""A bundle into a database: all of it or nothing, and nothing is promised to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy import exc

from tocsin.core.events import SignalReceived
from tocsin.core.ids import IncidentNumber, SignalId
from tocsin.core.incident import fold
from tocsin.core.people import Community, Group, Person, Service
from tocsin.core.refused import Refused
from tocsin.core.signals import Signal
from tocsin.core.team import team
from tocsin.store import engines, log, people, signals, words
from tocsin.store import tables as t
from tocsin.store.bundle import Reading, Record
from tocsin.store.codec import adapter
from tocsin.store.examining import Examined, examine
from tocsin.store.rows import Row

_MOST = 10
"""Sentences in one refusal."""
_CHUNK = 500
"""Rows in memory at a time."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle that makes sense, open to be read once more."""

    file: BinaryIO
    name: str
    examined: Examined

    def records(self) -> Iterator[Record]:
        reading = Reading(self.file, self.name)
        yield from reading.records()
        if reading.end != self.examined.end:
            raise Refused(f"{self.name} was changed while it was read. Try again.")


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a bundle held, and how many of its lines were new here."""

    incidents: int
    lines: int
    new: int


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """Read a bundle through, and refuse it whole where something in it is wrong."""
    try:
        if path.exists() and not path.is_file():  # nor a pipe, which waits to be opened
            raise Refused(f"{path} is no file. Write the bundle to one first: it is read twice.")
        file = path.open("rb")
    except OSError as trouble:
        raise Refused(f"{path} cannot be read: {trouble.strerror}.") from trouble
    with file:
        yield Bundle(file=file, name=str(path), examined=examine(Reading(file, str(path))))


def bring_in(c: sa.Connection, bundle: Bundle) -> Imported:
    """A work: every row that is not here yet. Refused with what is here already under the same name, and differs."""
    arrival = _Arrival(connection=c, name=bundle.name)
    for (table, _), records in groupby(enumerate(bundle.records()), lambda each: _chunk(*each)):
        arrival.take(table, [record for _, record in records])
    arrival.compare(bundle.examined.mentioned)
    if arrival.taken:
        raise Refused("\n".join([f"Nothing of {bundle.name} was imported.", *islice(arrival.taken, _MOST)]))
    for number in sorted(arrival.grown):
        _rebuild(c, number)
    head = bundle.examined.head
    arrival.count("incident", max(head.incidents, default=0))
    arrival.count("signal", bundle.examined.signal)
    return Imported(incidents=len(head.incidents), lines=head.counts.get("log", 0), new=arrival.lines)


def _chunk(place: int, record: Record) -> tuple[sa.Table, int]:
    return record.table, place // _CHUNK


@dataclass(kw_only=True)
class _Arrival:
    """What has come of the rows so far."""

    connection: sa.Connection
    name: str
    taken: dict[str, None] = field(default_factory=dict)
    """Sentences about what is something else here, each once."""
    begun: set[int] = field(default_factory=set)
    """The incidents that were not here, of which therefore nothing can be."""
    grown: set[IncidentNumber] = field(default_factory=set)
    lines: int = 0

    def take(self, table: sa.Table, records: Sequence[Record]) -> None:
        new = [record.row for record in records if not self._is_here(table, record.row)]
        try:
            self._insert(table, new)
        except exc.DBAPIError as trouble:
            if engines.trouble(trouble) or (
                engines.lost_a_race(trouble) and not isinstance(trouble, exc.IntegrityError)
            ):
                raise
            where = f"lines {records[0].line} to {records[-1].line}"
            raise Refused(
                f"Nothing of {self.name} was imported: a row of {table.name} ({where}) has a key that something "
                "else has, or belongs to what is not here."
            ) from trouble

    def compare(self, mentioned: Mapping[int, SignalReceived]) -> None:
        """A signal that a log knows by a number, and that bears another's number here, would be taken for it."""
        for number, event in mentioned.items():
            here = signals.find(self.connection, SignalId(number))
            if here is not None and (here.signal.kind, here.signal.text) != (event.kind, event.text):
                self.taken[_TAKEN["signals"].format(id=number)] = None

    def count(self, name: str, least: int) -> None:
        """Whoever counts on begins above what has come."""
        below = (t.counters.c.name == name) & (t.counters.c.value < least)
        self.connection.execute(t.counters.update().where(below).values(value=least))

    def _is_here(self, table: sa.Table, row: Row) -> bool:
        """Whether there is nothing to do about a row; what is something else here is remembered."""
        if table is t.team or table is t.counters:  # made from the log; moved up
            return False
        if row.get("incident") in self.begun and table is not t.signals:
            return False
        found = self.connection.execute(
            sa.select(table).where(*(column == row[column.name] for column in table.primary_key))
        ).first()
        if found is None:
            return False
        if not _same(table, found._asdict(), row):
            self.taken[_TAKEN[table.name].format(**row)] = None
        elif table is t.incidents:
            log.lock(self.connection, row["number"])
        return True

    def _insert(self, table: sa.Table, rows: Sequence[Row]) -> None:
        """What can be made from a row's body, or from the log, is made and not believed."""
        for row in rows if table.name in _MADE else ():
            self._make(table, row)
        if table.name not in _MADE and rows:
            self.connection.execute(table.insert(), rows)
        if table is t.log:
            self.lines += len(rows)
        if table in (t.log, t.report_sections):
            self.grown.update(row["incident"] for row in rows)

    def _make(self, table: sa.Table, row: Row) -> None:
        c = self.connection
        match table.name:
            case "people":
                people.save_person(c, _of(table, row))
            case "groups" | "services" | "communities":
                people.save_place(c, _of(table, row))
            case "signals":
                signals.add(c, _of(table, row))
            case "counters":
                self.count(row["name"], row["value"])
            case "incidents":
                log.create(c, row["number"], row["source"])
                self.begun.add(row["number"])


def _same(table: sa.Table, here: Row, row: Row) -> bool:
    """Whether two rows of one key say the same; what an older version left out of a body is what it defaults to."""
    if table.name in _BODIES:
        return bool(_of(table, here) == _of(table, row))
    return here["source"] == row["source"] if table is t.incidents else here == row


def _of(table: sa.Table, row: Row) -> Any:
    return adapter(_BODIES[table.name]).validate_python(row["body"])


_BODIES: Mapping[str, type[Any]] = {
    "people": Person, "groups": Group, "services": Service, "communities": Community, "signals": Signal,
}  # fmt: skip
"""What stands whole in a body; the other columns follow from it."""
_MADE = {*_BODIES, "incidents", "team", "counters"}
_TAKEN = {
    "people": "The person {handle} here is somebody else, or was changed.",
    "groups": "The group {slug} here is another one, or was changed.",
    "services": "The service {slug} here is another one, or was changed.",
    "communities": "The community {slug} here is another one, or was changed.",
    "incidents": "Incident {number} here is another one.",
    "log": "Incident {incident} here is another one, or went on differently.",
    "report_sections": "The report of incident {incident} here is another one, or went on differently.",
    "signals": "Signal {id} here is another one, or was changed.",
    "signal_talk": "Signal {signal} here is another one, or more was said of it.",
    "receipts": "A command with the source {source} was answered differently here.",
}


def _rebuild(c: sa.Connection, number: IncidentNumber) -> None:
    entries = log.entries(c, number)
    log.refresh(c, fold(number, entries), entries[-1].seq)
    words.rebuild(c, number)
    members = [{"incident": number, "person": person} for person in sorted(team(entries))]
    c.execute(t.team.delete().where(t.team.c.incident == number))
    if members:
        c.execute(t.team.insert(), members)
