"""On SQLite one process at a time writes: two that checkpoint one file may damage it (SQLite before 3.51.3)."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from functools import cached_property
from pathlib import Path

from tocsin.store import engines, unsafe
from tocsin.store.works import Unavailable

PAUSE = 0.02
"""Seconds between two looks whether the other process has gone."""
LOOK = 1.0
"""Seconds after which an owner looks again whether its lock file is still the one that others find."""


def beside(database: Path, ending: str) -> Path:
    """A file next to a database file: the same one, by whichever link the database is named."""
    real = Path(os.path.realpath(database))
    return real.with_name(f"{real.name}.{ending}")


class Owner:
    """The right to write to a database file. It goes with the process, however that ends."""

    def __init__(self, database: Path, patience: float, mounts: Path = unsafe.MOUNTS) -> None:
        self._lock = beside(database, "lock")
        self._patience = patience
        self._mounts = mounts
        self._file: int | None = None
        self._looked = 0.0
        self._lost = False
        self._turn = threading.Lock()

    def take(self) -> None:
        """Wait for whoever has it, a while; `Unavailable` if they keep it, or if somebody may have taken it from us."""
        until = time.monotonic() + self._patience
        while not self.taken():
            if time.monotonic() > until:
                raise Unavailable(engines.OWNED)
            time.sleep(PAUSE)

    def taken(self) -> bool:
        """Take it, unless somebody else has it: whether it is ours now."""
        with self._turn:
            if self._file is None:
                self._file, self._looked = self._locked(), time.monotonic()
            else:
                self._look_again(self._file)
            return self._file is not None

    def let_go(self) -> None:
        with self._turn:
            if self._file is not None:
                os.close(self._file)
                self._file, self._lost = None, False

    def _look_again(self, file: int) -> None:
        """A lock on a file that was removed keeps nobody out; once seen, that stays so whatever lies there later."""
        if not self._lost and time.monotonic() - self._looked >= LOOK:
            self._lost, self._looked = not self._found_by_others(file), time.monotonic()
        if self._lost:
            raise Unavailable(_LOST.format(self._lock))

    def _locked(self) -> int | None:
        """None while somebody else has it. Between opening and locking, the file may have been removed."""
        while (file := self._tried()) is not None and not self._found_by_others(file):
            os.close(file)
        return file

    def _found_by_others(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self._lock.stat())
        except OSError:  # gone, or not to be reached any more
            return False

    def _tried(self) -> int | None:
        if self._network is not None:
            raise Unavailable(unsafe.on_network(self._network))
        try:
            file = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as trouble:
            raise Unavailable(engines.NO_FILE) from trouble
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as trouble:
            os.close(file)
            if isinstance(trouble, BlockingIOError):
                return None
            raise Unavailable(engines.NO_FILE) from trouble
        return file

    @cached_property
    def _network(self) -> str | None:
        """Looked at once: somebody who waits would otherwise read the list of mounts fifty times a second."""
        try:
            return unsafe.network(self._lock.parent, self._mounts.read_text("utf-8", errors="surrogateescape"))
        except OSError:  # no /proc here, so nobody can say
            return None


_LOST = (
    "The lock file {} was removed or replaced while Tocsin held it, so somebody else may be writing; nothing was"
    " written. Stop every Tocsin on this folder, then start one."
)
