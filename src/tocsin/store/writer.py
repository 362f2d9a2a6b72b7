"""The one way to write: a work is given a connection, and nobody is answered before the commit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from sqlite3 import Connection as SqliteConnection
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from tocsin.store import engines, news
from tocsin.store.owner import Owner
from tocsin.store.postgres import PostgresStore
from tocsin.store.works import CLOSED, Store, Unavailable, Work, carry_out, forbid_ending, outside, plainly, whole

__all__ = ["SqliteStore", "Store", "Unavailable", "Work", "open_store"]

T = TypeVar("T")


def open_store(url: str) -> Store:
    """The database of `sqlite:////folder/file.db` or `postgresql://…`; it is not touched before it is used."""
    address = engines.address(url)
    return SqliteStore(address) if address.get_backend_name() == "sqlite" else PostgresStore(address)


class SqliteStore(Store):
    """One thread owns the only writing connection, and commits together what came in during the last commit."""

    def __init__(self, url: sa.URL, *, most: int = 256, room: int = 4096) -> None:
        super().__init__()
        self._engine, self._readers = engines.sqlite_writer(url), engines.sqlite_readers(url)
        forbid_ending(self._engine)
        self.patience = engines.patience(url)
        self._owner = Owner(engines.path(url), self.patience)
        self._most, self._room = most, room
        self._inbox: deque[_Caller] = deque()
        self._bell = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """How many works nobody has begun yet."""
        return len(self._inbox)

    def run(self, work: Work[T]) -> T:
        outside()
        answer: Future[T] = Future()
        with self._bell:
            if self._closed:
                raise Unavailable(CLOSED)
            if len(self._inbox) >= self._room:
                raise Unavailable(engines.BUSY)
            self._wake()
            self._inbox.append(_Caller(work=work, answer=answer))
        return answer.result()

    def own(self) -> bool:
        with self._bell:
            if self._closed:
                raise Unavailable(CLOSED)
            return self._owner.taken()

    def close(self) -> None:
        outside()
        with self._bell:
            self._closed = True
            self._bell.notify()
        if self._thread:
            self._thread.join()
        self._readers.dispose()  # first: the connection that is closed last folds the write-ahead log into the file
        self._engine.dispose()
        self._owner.let_go()

    def _wake(self) -> None:
        """The thread begins with the first work: a command that only reads needs none."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="tocsin-writer", daemon=True)
            self._thread.start()
        self._bell.notify()

    def _loop(self) -> None:
        while batch := self._next():
            self._settle(batch)

    def _next(self) -> list[_Caller]:
        """Everybody who waits, up to a measure; nobody when the store is closed."""
        with self._bell:
            self._bell.wait_for(lambda: self._inbox or self._closed)
            return [self._inbox.popleft() for _ in range(min(len(self._inbox), self._most))]

    def _settle(self, batch: Sequence[_Caller]) -> None:
        """Answer everybody, after the commit they share or, when that is lost, each after one of its own."""
        try:
            if not self._commit(batch):
                for caller in batch:
                    self._commit([caller])
        except BaseException as error:  # noqa: BLE001 — no transaction could be begun, which is nobody's own fault
            for caller in batch:
                caller.turn_away(error)

    def _commit(self, batch: Sequence[_Caller]) -> bool:
        """False when one of several took the transaction along with it: nothing stands, and nobody was answered."""
        self._owner.take()
        with plainly(), self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                answers = [_attempt(caller, connection) for caller in batch]
                with plainly():
                    transaction.commit()
            except BaseException as error:  # noqa: BLE001 — it belongs to whoever caused it
                if len(batch) > 1:
                    return False
                answers = [partial(batch[0].answer.set_exception, error)]
            else:
                self.commits += 1
                if connection.info.pop("wished", False):
                    self.bell.set()
                for subject in news.taken(connection):
                    self.heard(subject)
            for answer in answers:
                answer()
        return True


@dataclass(frozen=True, kw_only=True)
class _Caller:
    """Somebody who waits for a work."""

    work: Work[Any]
    answer: Future[Any]

    def turn_away(self, cause: BaseException) -> None:
        """With an exception of its own: every thread that raises one writes its traceback into it."""
        if not self.answer.done():
            own = Unavailable(str(cause) if isinstance(cause, Unavailable) else _BROKEN)
            own.__cause__ = cause
            self.answer.set_exception(own)


def _attempt(caller: _Caller, connection: sa.Connection) -> Callable[[], None]:
    """Run one work in its savepoint, and keep its answer back for after the commit.

    The savepoint is set at the driver: SQLAlchemy's own costs forty times as much, about as much as an insert.
    """
    database = cast(SqliteConnection, connection.connection.driver_connection)
    answer: Callable[[], None]
    database.execute("SAVEPOINT work")
    try:
        value = carry_out(caller.work, connection, lambda: not database.in_transaction)
        answer = partial(caller.answer.set_result, value)
    except BaseException as error:
        if not (database.in_transaction and whole(connection)):  # a full disk makes SQLite end the transaction itself
            raise
        database.execute("ROLLBACK TO work")
        answer = partial(caller.answer.set_exception, error)
    database.execute("RELEASE work")
    return answer


_BROKEN = "The database cannot be used; nothing was written. Tocsin's log says why."
