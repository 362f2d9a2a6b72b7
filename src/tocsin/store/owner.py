"""On SQLite one process at a time writes: two that checkpoint one file may damage it (SQLite before 3.51.3)."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from tocsin.store import engines
from tocsin.store.works import Unavailable

_PAUSE = 0.02
"""Seconds between two looks whether the other process has gone."""


class Owner:
    """The right to write to a database file. It goes with the process, however that ends."""

    def __init__(self, database: Path, patience: float) -> None:
        self._lock = database.with_name(f"{database.name}.lock")
        self._patience = patience
        self._file: int | None = None

    def take(self) -> None:
        """Wait for whoever has it, a while; `Unavailable` if they keep it."""
        if self._file is not None:
            return
        try:
            file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as trouble:
            raise Unavailable(engines.NO_FILE) from trouble
        try:
            self._wait(file)
        except Unavailable:
            os.close(file)
            raise
        self._file = file

    def let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _wait(self, file: int) -> None:
        until = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Unavailable(engines.OWNED) from None
                time.sleep(_PAUSE)
            else:
                return
