"""Tells open pages that something has changed: one bell for each subject, rung after the commit."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Live:
    """Who waits for news of what. A subject is a short word: `incident:47`, `person:ada`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._closed = False

    @contextmanager
    def subscribed(self, *subjects: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of the subjects has news. Called from the loop that waits."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            for subject in subjects:
                self._waiting[subject].add(waiter)
        try:
            yield waiter[1]
        finally:
            with self._lock:
                for subject in subjects:
                    self._waiting[subject].discard(waiter)
                    if not self._waiting[subject]:
                        del self._waiting[subject]

    def tell(self, subject: str) -> None:
        """There is news of a subject. Any thread may say so."""
        with self._lock:
            for loop, event in self._waiting.get(subject, ()):
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)
