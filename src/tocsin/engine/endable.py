"""A call that does not come back is ended from outside, unless it is in the middle of something that must be whole."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Ended(BaseException):  # so that no port swallows it with its own troubles
    """Nobody waits for this call any more."""


class Endable:
    """What one thread is at, and another may end.

    Python ends no thread, but raises an exception in one at its next step (`PyThreadState_SetAsyncExc`). So what spins
    in Python ends at once, what waits when it wakes, and what spins in C never: that takes the process with it.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._thread: int | None = None
        self._over = False

    @contextmanager
    def exposed(self) -> Iterator[None]:
        """What this thread does in here may be ended."""
        self._set(threading.get_ident())
        try:
            yield
        finally:
            self._set(None)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """A part of what is `exposed` that may not be."""
        self._set(None)
        try:
            yield
        finally:
            self._set(threading.get_ident())

    def end(self) -> None:
        """Raise `Ended` where the thread is exposed, now or the next time; elsewhere it is left alone."""
        with self._changing:  # who is about to leave waits here, and so is still inside when it strikes
            self._over = True
            if self._thread is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Ended))

    def _set(self, thread: int | None) -> None:
        with self._changing:
            self._thread = thread
        if self._over and thread is not None:
            raise Ended
