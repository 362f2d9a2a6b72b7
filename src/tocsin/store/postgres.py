"""On PostgreSQL each work is a transaction of its own, and one that loses a race looks again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from psycopg import Connection
from psycopg.pq import TransactionStatus
from sqlalchemy import exc

from tocsin.store import engines, news
from tocsin.store.notices import Notices
from tocsin.store.works import CLOSED, Store, Unavailable, Work, carry_out, forbid_ending, outside, plainly

T = TypeVar("T")


class PostgresStore(Store):
    """Any number of processes may write at the same time; row locks and unique keys keep them apart."""

    alone = False

    def __init__(self, url: sa.URL) -> None:
        super().__init__()
        self._engine = engines.postgres(url)
        self._readers = engines.postgres_readers(self._engine)
        forbid_ending(self._engine)
        self._door = threading.Condition()
        self._running = 0
        self._hearing = threading.Lock()
        self._listening = ExitStack()
        self._listeners = 0

    def run(self, work: Work[T]) -> T:
        outside()
        with self._counted():
            for _ in range(_RETRIES):
                try:
                    return self._once(work)
                except exc.DBAPIError as error:
                    if not engines.lost_a_race(error):
                        raise
                time.sleep(_PAUSE)
            return self._once(work)

    @contextmanager
    def listening(self) -> Iterator[None]:
        self._listen(1)
        try:
            yield
        finally:
            self._listen(-1)

    def _listen(self, more: int) -> None:
        """However many want to hear, one connection listens for them all."""
        with self._hearing:
            self._listeners += more
            if self._listeners == more == 1:
                self._listening.enter_context(Notices(self._engine.url, self.bell, lambda told: self.heard(told)))
            elif not self._listeners:
                self._listening.close()

    def own(self) -> bool:
        if self._closed:
            raise Unavailable(CLOSED)
        return True

    def close(self) -> None:
        outside()
        with self._door:
            self._closed = True
            self._door.wait_for(lambda: not self._running)
        self._engine.dispose()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Counts the works that run, so that `close` can wait for them."""
        with self._door:
            if self._closed:
                raise Unavailable(CLOSED)
            self._running += 1
        try:
            yield
        finally:
            with self._door:
                self._running -= 1
                self._door.notify_all()

    def _once(self, work: Work[T]) -> T:
        with plainly(), self._engine.connect() as connection:
            transaction = connection.begin()
            database = cast(Connection[Any], connection.connection.driver_connection)
            news.taken(connection)  # what a work before it told, that was not committed
            value = carry_out(work, connection, lambda: database.info.transaction_status == TransactionStatus.INERROR)
            try:
                news.send(connection)
                transaction.commit()
            except exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise Unavailable(_UNKNOWN) from error
                raise
        with self._door:
            self.commits += 1
        return value


_RETRIES = 3
_PAUSE = 0.01
"""Seconds: long enough for the other side of a deadlock to take the lock that was given up for it."""

_UNKNOWN = (
    "The connection to PostgreSQL was lost during the commit, so this may or may not be written. "
    "See whether it is, then try again."
)
