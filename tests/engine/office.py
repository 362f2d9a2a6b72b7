"""Tocsin at work on a database of its own, with the people of the core's small world; and all that database holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from tests.core.world import ADA, BOB, CHARLIE, DANA, DUBOIS, HUB, NOON, TORONTO, TRIAGERS
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.events import Entry, PublicationRequested
from tocsin.core.ids import IncidentNumber, Seq, SignalId
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Cadence, Tickets
from tocsin.core.refused import Refused
from tocsin.engine.door import Answer, Tocsin
from tocsin.ports import Failed, Leaving, Mail, Pace, Publication, Published, freely
from tocsin.store import log, reads, words
from tocsin.store.schema import migrate
from tocsin.store.tables import metadata
from tocsin.store.works import Store
from tocsin.store.writer import open_store

T = TypeVar("T")
Dump = dict[str, list[str]]
PATIENCE = 60
"""Seconds after which something hangs: a test that waits longer has failed."""

DIRECTORY = c.UpdateDirectory(
    people=(ADA, BOB, replace(DANA, email="dana@example.org"), replace(CHARLIE, email="charlie@toronto.example")),
    groups=(TRIAGERS,),
    services=(HUB,),
    communities=(TORONTO, DUBOIS),
)


class Clock:
    """Shows the time it is set to."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def later(self, by: timedelta = timedelta(minutes=1)) -> datetime:
        self.at += by
        return self.at


@contextmanager
def office(url: str, clock: Callable[[], datetime] | None = None) -> Iterator[Tocsin]:
    """On a new database, with the small world of the core: only promises are reminded of, and nobody is answered."""
    with open_store(url) as store:
        migrate(store)
        playbook = replace(playbooks.default(), cadence=Cadence(every=0), tickets=Tickets())
        tocsin = Tocsin(store, playbook, clock or Clock(), ("clock", "publisher", "mailer"))
        tocsin.do(DIRECTORY, by=TOCSIN)
        yield tocsin


def declared(tocsin: Tocsin, title: str = "Nobody can log in", *signals: SignalId) -> IncidentNumber:
    """The number of an incident that Ada has declared: lines 1 and 2 of its log, when it has no signals."""
    why = "A class begins." if signals else ""
    command = c.Declare(title=title, commander="ada", communities=("utoronto",), signals=signals, why=why)
    number = tocsin.do(command, by="ada").incident
    assert number is not None
    return number


def resolved(tocsin: Tocsin) -> IncidentNumber:
    """The number of an incident that is over."""
    number = declared(tocsin)
    tocsin.do(c.Resolve(incident=number, verified="Logged in as a guest."), by="ada")
    return number


def in_review(tocsin: Tocsin) -> IncidentNumber:
    """The number of an incident whose report Ada has written and asked everybody to read."""
    number = resolved(tocsin)
    for command in (
        c.SetImpact(incident=number, start=NOON - timedelta(hours=1), end=NOON),
        c.WriteReport(incident=number, sections={"overview": "The database was full."}),
        c.NoAction(incident=number, why="The alert is there now."),
        c.AskForReview(incident=number),
    ):
        tocsin.do(command, by="ada")
    return number


def to_be_published(tocsin: Tocsin) -> IncidentNumber:
    """The number of an incident whose reviewed report waits to be published."""
    number = in_review(tocsin)
    tocsin.do(c.Review(incident=number), by="bob")
    tocsin.do(c.Publish(incident=number), by="ada")
    return number


def published(tocsin: Tocsin) -> IncidentNumber:
    """The number of an incident whose report everybody can read."""
    number = to_be_published(tocsin)
    request = next(entry.seq for entry in entries(tocsin, number) if isinstance(entry.event, PublicationRequested))
    record = c.RecordPublication(incident=number, request=request, path=f"reports/{number}-hub", commit="c0ffee")
    tocsin.do(record, by=TOCSIN)
    return number


def signal(tocsin: Tocsin, text: str = "I cannot log in.", key: str = "", by: str = "bob") -> SignalId:
    """The number of a signal that somebody noted."""
    number = tocsin.do(c.NoteSignal(text=text, key=key), by=by).signal
    assert number is not None
    return number


def note(tocsin: Tocsin, number: IncidentNumber, text: str) -> Seq:
    """The line of a note that Ada wrote."""
    return tocsin.do(c.Note(incident=number, text=text), by="ada").lines[0]


def entries(tocsin: Tocsin, number: int = 1) -> list[Entry]:
    with tocsin.store.read() as connection:
        return log.entries(connection, IncidentNumber(number))


def kinds(tocsin: Tocsin, number: int = 1) -> list[str]:
    """The events of an incident, by name."""
    return [type(entry.event).__name__ for entry in entries(tocsin, number)]


def mismatches(tocsin: Tocsin) -> list[str]:
    """Where the rows of any incident differ from its log."""
    with tocsin.store.read() as connection:
        numbers = reads.numbers(connection)
        found = ((*log.mismatches(connection, n), *words.mismatches(connection, n)) for n in numbers)
        return [each for sentences in found for each in sentences]


def dump(store: Store) -> Dump:
    """Everything in every table."""
    with store.read() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in metadata.sorted_tables
        }


def refusal(tocsin: Tocsin, command: c.Command, by: str = "ada", at: datetime | None = None) -> str:
    """The sentence a command is refused with; it leaves nothing in any table."""
    before = dump(tocsin.store)
    with pytest.raises(Refused) as no:
        tocsin.do(command, by=by, at=at, source="refused")
    assert dump(tocsin.store) == before
    return str(no.value)


def at_once(callers: int, work: Callable[[int], T]) -> list[T]:
    """What each of so many threads got, who all began at the same moment; one that hangs fails the test."""
    line = threading.Barrier(callers, timeout=PATIENCE)

    def begin(number: int) -> T:
        line.wait()
        return work(number)

    pool = ThreadPoolExecutor(callers)
    try:
        return [future.result(PATIENCE) for future in [pool.submit(begin, number) for number in range(callers)]]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def answered(work: Callable[[], Answer]) -> Answer | None:
    """The answer; nothing where it was refused."""
    try:
        return work()
    except Refused:
        return None


@dataclass
class Shelf:
    """A publisher in memory, which fails as often as it is told to."""

    failures: int = 0
    published: list[Publication] = field(default_factory=list)
    repeatable: bool = True
    pace: Pace | None = None

    def publish(self, publication: Publication) -> Published:
        if self.failures:
            self.failures -= 1
            raise Failed("The shelf is full. Make room, then try again.")
        self.published.append(publication)
        return Published(path=f"reports/{publication.stem}", commit=f"revision-{len(self.published)}")


@dataclass
class Postbox:
    """A mailer in memory: each letter meets the next of its troubles, and is taken once there are none left."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)
    repeatable: bool = False
    pace: Pace | None = None

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        leaving()
        self.sent.append(mail)


def secret_in(found: Dump, secret: str) -> Sequence[str]:
    """The tables that hold it, in whatever way JSON writes it."""
    return [table for table, rows in found.items() if any(secret in row for row in rows)]
