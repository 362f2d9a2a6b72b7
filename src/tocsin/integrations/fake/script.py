"""The troubles that the fake world was told to make, and which of them a request meets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from threading import Lock
from time import monotonic
from typing import Any, get_type_hints

TROUBLES = ("wait", "refuse", "cut-before", "cut-after", "half", "drip", "pace", "away")


class Unclear(Exception):
    """What was told makes no sense; a sentence."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that goes wrong, for which requests, and for how long.

    Without `times` and `lasts`, until the script is cleared.
    """

    do: str
    """`wait` seconds · `refuse` with a status · `cut-before`, `cut-after` the effect · `half` an answer · `drip` the
    answer over seconds · `pace`: refuse with 429 what comes faster · `away`: nobody listens for seconds."""
    port: str = ""
    """Of this port alone; every one, if empty."""
    key: str = ""
    """Of requests with this key alone."""
    times: int = 0
    """For the next so many requests."""
    lasts: float = 0
    """For so many seconds."""
    seconds: float = 0
    status: int = 503
    after: float = 0
    """What `Retry-After` says, where it is to say anything."""
    rate: float = 1
    """So many requests a second."""
    burst: int = 1


@dataclass(frozen=True, kw_only=True)
class Lot:
    """What one request meets: a wait, and perhaps a trouble."""

    wait: float = 0
    trouble: Trouble | None = None


def read(told: object) -> Trouble:
    """A trouble from JSON, or `Unclear`."""
    if not isinstance(told, Mapping):
        raise Unclear("A trouble is an object.")
    kinds = get_type_hints(Trouble)
    for key, value in told.items():
        if key not in kinds:
            raise Unclear(f"A trouble has no “{key}”. It has: {', '.join(each.name for each in fields(Trouble))}.")
        if not _fits(value, kinds[key]):
            raise Unclear(f"“{key}” has to be a {'text' if kinds[key] is str else 'number, not less than 0'}.")
    if told.get("do") not in TROUBLES:
        raise Unclear(f"“do” has to be one of: {', '.join(TROUBLES)}.")
    if told["do"] == "pace" and not (told.get("rate", 1) > 0 and told.get("burst", 1) >= 1):
        raise Unclear("A pace needs a “rate” above 0 and a “burst” of 1 or more.")
    if not 400 <= told.get("status", 503) <= 599:
        raise Unclear("A “status” that refuses is one of 400 to 599.")
    return Trouble(**told)


class Script:
    """The troubles in the order they were told."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._standing: list[_Standing] = []

    def add(self, trouble: Trouble) -> None:
        with self._lock:
            self._standing.append(_Standing(trouble, self._clock()))

    def clear(self) -> None:
        with self._lock:
            self._standing.clear()

    def lot(self, port: str, key: str) -> Lot:
        """Every wait and every pace that applies, and of the other troubles the first."""
        with self._lock:
            now = self._clock()
            met = [each for each in self._standing if each.applies(port, key, now)]
            wait = sum(each.used().seconds for each in met if each.trouble.do == "wait")
            late = [each.over(now) for each in met if each.trouble.do == "pace"]
            if max(late, default=0) > 0:
                return Lot(wait=wait, trouble=Trouble(do="refuse", status=429, after=max(late)))
            first = next((each for each in met if each.trouble.do not in ("wait", "pace")), None)
            return Lot(wait=wait, trouble=first.used() if first else None)


class _Standing:
    """A trouble, with what is left of it."""

    def __init__(self, trouble: Trouble, now: float) -> None:
        self.trouble = trouble
        self._left = trouble.times or math.inf
        self._end = now + (trouble.lasts or math.inf)
        self._tokens = float(trouble.burst)
        self._asked = now

    def applies(self, port: str, key: str, now: float) -> bool:
        return self.trouble.port in ("", port) and self.trouble.key in ("", key) and self._left > 0 and now < self._end

    def used(self) -> Trouble:
        self._left -= 1
        return self.trouble

    def over(self, now: float) -> float:
        """How many seconds too early a request of now is; one that is not takes its token."""
        self._tokens = min(self.trouble.burst, self._tokens + max(0.0, now - self._asked) * self.trouble.rate)
        self._asked = now
        if self._tokens < 1:
            return (1 - self._tokens) / self.trouble.rate
        self._tokens -= 1
        return 0


def _fits(value: Any, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str)
    wanted = (int,) if kind is int else (int, float)
    return isinstance(value, wanted) and not isinstance(value, bool) and 0 <= value < math.inf
