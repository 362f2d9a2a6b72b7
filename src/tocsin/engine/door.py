"""The one door: every change passes `Tocsin.do`, whoever asks, from wherever."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.given import Given
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Person
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused
from tocsin.core.rights import may
from tocsin.engine.answer import Answer
from tocsin.engine.doing import Doing, must_have_passed
from tocsin.store import log, people, signals
from tocsin.store.codec import must_be_intact
from tocsin.store.writer import Store, Work

__all__ = ["Answer", "Tocsin", "now"]

LONGEST_SOURCE = 500
"""Characters: more than any program needs to name what it sent, and no more than an index can hold."""
OURS = ("effect:", "signal:", "incident:")
"""How the sources begin that Tocsin gives itself."""


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


class Tocsin:
    """Takes a command, has it decided, and keeps what follows: facts, rows and wishes, in one transaction."""

    def __init__(
        self,
        store: Store,
        playbook: Playbook,
        clock: Callable[[], datetime] = now,
        serves: Collection[str] = ("clock", "publisher"),
        address: str = "",
        mailbox: str = "",
        wall_clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`serves`: the ports that somebody performs wishes at; whoever tells of the past serves none.

        `address`: where people reach the pages, as in https://incidents.example.org; empty where there are none.
        `mailbox`: the address that answers to our letters come to, and are read at; empty where nobody reads them.
        `wall_clock`: by which people are let in, where `clock` is that of a story, which leaps.
        """
        self.store = store
        self.playbook = playbook
        self.clock = clock
        self.wall_clock = wall_clock or clock
        self.serves = serves
        self.address = address.rstrip("/")
        self.mailbox = mailbox

    def do(
        self, command: c.Command, *, by: str | Person, at: datetime | None = None, source: str | None = None
    ) -> Answer:
        """Do what is asked, or raise `Refused` with a sentence. `at`: when it happened, if not now.

        `by`: who asks, as the directory knows them; the program itself asks as `TOCSIN`, whom no directory knows.

        A command with a `source` that was here before is not done again; its first answer is given once more.
        Raises `Unavailable` where the database cannot be written to; then nothing was.
        """
        return self.store.run(self.work(command, by=by, at=at, source=source))

    def work(
        self, command: c.Command, *, by: str | Person, at: datetime | None = None, source: str | None = None
    ) -> Work[Answer]:
        """The same as a piece of work, for whoever has to keep more in the same transaction."""
        c.must_be_legible(command)
        must_be_intact(command)
        clock = self.wall_clock() if isinstance(command, c.LetIn) else self.clock()
        happened = Moment(at=at or clock)
        must_have_passed(happened, clock)
        _must_be_free(source, by)

        def work(connection: sa.Connection) -> Answer:
            given = self._given(connection, by, clock, happened)
            may(given.by, command)
            return Doing(connection, given, source, self.serves).answer(command)

        return work

    def given(self, connection: sa.Connection) -> Given:
        """What Tocsin itself looks at when the turn of a wish has come."""
        clock = self.clock()
        return self._given(connection, TOCSIN, clock, Moment(at=clock))

    def _given(self, connection: sa.Connection, by: str | Person, clock: datetime, at: Moment) -> Given:
        known = people.StoredDirectory(connection)
        return Given(
            playbook=self.playbook,
            directory=known,
            by=_actor(known, by),
            now=clock,
            at=at,
            find_signal=lambda signal: signals.find(connection, signal),
            undecided=lambda: signals.undecided(connection),
            exists=lambda number: log.exists(connection, number),
            administrators=lambda: people.administrators(connection),
            communities_of=lambda person: people.spoken_for(connection, person),
            services_of=lambda community: people.serving(connection, community),
            in_tickets="tickets" in self.serves,
        )


def _must_be_free(source: str | None, by: str | Person) -> None:
    """A source is one short line, and not one of those we give ourselves."""
    if source is None:
        return
    if not source or not source.isprintable() or len(source) > LONGEST_SOURCE:
        raise Refused(f"A source is one line of at most {LONGEST_SOURCE} printable characters. Give such a one.")
    if isinstance(by, str) and source.startswith(OURS):
        raise Refused(f"Sources that begin with {', '.join(OURS)} are Tocsin's own. Give another.")


def _actor(known: people.StoredDirectory, by: str | Person) -> Person:
    actor = by if isinstance(by, Person) else known.person(by)
    if actor is None:
        raise Refused(f"Nobody is known as “{by}”, so they cannot ask. Add them first: tocsin people add.")
    return actor
