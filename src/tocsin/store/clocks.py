"""What time it is, where several machines have to agree on it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from tocsin.store.works import Store, Unavailable, inside

_AGAIN = 30.0
"""Seconds after which the database's clock is looked at anew: in between, ours does not drift far."""


class DatabaseClock:
    """The clock of PostgreSQL's machine, the same for everybody who works on it; its own, while that is away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = timedelta()
        self._looked = float("-inf")

    def __call__(self) -> datetime:
        if time.monotonic() - self._looked > _AGAIN and not inside():
            self._look()
        return datetime.now(UTC) + self._ahead

    def _look(self) -> None:
        self._looked = time.monotonic()
        try:
            with self._store.read() as connection:
                there: datetime = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        except Unavailable:  # whoever asked for the time is about to meet the same trouble
            return
        self._ahead = there - datetime.now(UTC)
