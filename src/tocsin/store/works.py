"""What a work is, who runs it, what it may not do, and what its connection's troubles become."""

from __future__ import annotations

import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from tocsin.store import engines

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
"""Reads and writes through its connection and touches nothing else, because it may be run twice."""

CLOSED = "Tocsin is stopping; nothing was written. Try again when it runs again."


class Unavailable(Exception):
    """A sentence for the person who asked: the database cannot serve just now, and what to do about it."""


class Store(ABC):
    """A database. Any thread may ask; `with open_store(url) as store` closes it at the end."""

    commits = 0
    """How many there have been: fewer than works when several shared one."""
    patience = 5.0
    """Seconds to wait for another process."""
    alone = True
    """Nobody but this process writes to it."""
    _readers: sa.Engine
    _closed = False

    def __init__(self) -> None:
        self.bell = threading.Event()
        """Rung after a commit that saved wishes; whoever works on them clears it."""
        self.heard: Callable[[str], None] = lambda _: None
        """Called after a commit with each subject there is news of, see `news`; "" is everything. It must not wait."""

    @property
    def waiting(self) -> int:
        """How many works nobody has begun yet, where they wait for each other."""
        return 0

    @abstractmethod
    def run(self, work: Work[T]) -> T:
        """Run a work and answer after its commit. What it raises is raised here, and nothing of it is written."""

    @abstractmethod
    def own(self) -> bool:
        """Whether this process may write, from now on until it closes; it does not wait for whoever else does."""

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that cannot write; all it is asked is answered as of one moment."""
        outside()
        if self._closed:
            raise Unavailable(CLOSED)
        with plainly(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Within it, the bell rings also for what other processes wish, and what there is news of is heard."""
        yield

    @abstractmethod
    def close(self) -> None:
        """Answer everybody who has asked, then let go of the database. Safe to repeat."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def carry_out(work: Work[T], connection: sa.Connection, failed: Callable[[], bool]) -> T:
    """Run a work, and refuse its value when it leaves the transaction otherwise than it found it.

    `failed` asks the driver: a transaction that an error has ended would take a COMMIT without a word.
    """
    _here.working = True
    try:
        with plainly():
            value = work(connection)
    finally:
        _here.working = False
    if failed() or not whole(connection):
        raise RuntimeError(_SWALLOWED)
    return value


def whole(connection: sa.Connection) -> bool:
    """Whether the transaction stands, and nothing inside it was left open."""
    return connection.in_transaction() and not connection.in_nested_transaction()


def forbid_ending(engine: sa.Engine) -> None:
    """A work that committed or rolled back would do so for everybody who shares its transaction."""
    sa.event.listen(engine, "commit", _refuse_ending)
    sa.event.listen(engine, "rollback", _refuse_ending)


def inside() -> bool:
    """Whether a work is being run by this thread."""
    return getattr(_here, "working", False)


def outside() -> None:
    """Refuse what a work may not do; asking the store from inside one would wait for itself."""
    if inside():
        raise RuntimeError(_INSIDE)


@contextmanager
def plainly() -> Iterator[None]:
    """What keeps the database from serving becomes a sentence; a wrong statement stays what it is."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        if (sentence := engines.trouble(error)) is None:
            raise
        raise Unavailable(sentence) from error


def _refuse_ending(connection: sa.Connection) -> None:
    if inside():
        connection.connection.rollback()  # SQLAlchemy forgets the transaction it was not let end
    outside()


_here = threading.local()

_INSIDE = "A work uses the connection it is given: it neither commits nor rolls back, and asks the store for nothing."
_SWALLOWED = "A work caught an error of the database and went on: let it out, or catch it around a `begin_nested`."
