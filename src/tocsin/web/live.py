"""Tells open pages that something has changed: one bell for each page, rung after the commit."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count


class Bell:
    """What one open page waits at. It belongs to the loop that waits."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._subjects: set[str] = set()

    def ring(self, subjects: set[str]) -> None:
        """Only from its own loop."""
        self._subjects |= subjects
        self._rung.set()

    async def news(self, patience: float) -> set[str]:
        """What there is news of, as soon as there is some; nothing after so many seconds without."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), patience)
        self._rung.clear()
        found, self._subjects = self._subjects, set()
        return found


class Live:
    """Who waits for news of what. A subject is a short word: `incident:47`, `person:ada`; "" is everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[Bell]] = defaultdict(set)
        self._moments = count(1)
        self._told: dict[str, int] = {}
        self.closed = False
        """The server stops: whatever is open ends."""

    @contextmanager
    def subscribed(self, *subjects: str) -> Iterator[Bell]:
        """A bell that is rung whenever one of the subjects has news. Called from the loop that waits."""
        bell = Bell()
        with self._lock:
            for subject in subjects:
                self._waiting[subject].add(bell)
                self._told.setdefault(subject, next(self._moments))
        try:
            yield bell
        finally:
            with self._lock:
                for subject in subjects:
                    self._leave(subject, bell)

    def _leave(self, subject: str, bell: Bell) -> None:
        self._waiting[subject].discard(bell)
        if not self._waiting[subject]:
            del self._waiting[subject]
            del self._told[subject]

    def tell(self, subject: str) -> None:
        """There is news of a subject. Any thread may say so; it does not wait for anybody."""
        with self._lock:
            subjects = {subject} if subject else set(self._waiting)
            ringing: dict[asyncio.AbstractEventLoop, set[Bell]] = defaultdict(set)
            for each in subjects & self._waiting.keys():
                self._told[each] = next(self._moments)
                for bell in self._waiting[each]:
                    ringing[bell.loop].add(bell)
        for loop, bells in ringing.items():
            with suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(_ring, bells, subjects)

    def told(self, subject: str) -> int:
        """When there was news last of a subject that somebody waits for: a number that only grows."""
        return self._told.get(subject, 0)

    def waiting(self, subject: str) -> int:
        """How many pages wait for news of a subject."""
        return len(self._waiting.get(subject, ()))

    @property
    def open(self) -> int:
        """How many pages stand open."""
        with self._lock:
            return len(set().union(*self._waiting.values()))

    def close(self) -> None:
        """Whatever is open ends, now. Any thread may say so."""
        self.closed = True
        self.tell("")


def _ring(bells: set[Bell], subjects: set[str]) -> None:
    for bell in bells:
        bell.ring(subjects)
