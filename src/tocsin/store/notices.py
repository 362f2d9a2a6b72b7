"""Hears, on PostgreSQL, that another process has saved wishes, or that there is news for open pages."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
import sqlalchemy as sa

from tocsin.store import engines, news
from tocsin.store.outbox import CHANNEL

_PATIENCE = 1.0
"""Seconds: after so long without a notice it is seen whether anybody listens still, and a lost line is tried anew."""


class Notices:
    """Rings a bell at every wish and passes on what there is news of, on a connection and in a thread of its own."""

    def __init__(self, url: sa.URL, bell: threading.Event, heard: Callable[[str], None] = lambda _: None) -> None:
        self._conninfo = engines.watchful(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._bell, self._heard = bell, heard
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="tocsin-notices", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self._hear()
            except (psycopg.OperationalError, OSError):  # the worker meets the same trouble, and says so
                self._over.wait(_PATIENCE)

    def _hear(self) -> None:
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            for channel in (CHANNEL, news.CHANNEL):
                connection.execute(f"LISTEN {channel}".encode())
            self._bell.set()  # something may have been wished while nobody listened
            self._heard("")  # and anything may have happened
            while not self._over.is_set():
                for notice in connection.notifies(timeout=_PATIENCE, stop_after=1):
                    self._pass_on(notice)

    def _pass_on(self, notice: psycopg.Notify) -> None:
        if notice.channel == CHANNEL:
            self._bell.set()
        else:
            self._heard(notice.payload)
