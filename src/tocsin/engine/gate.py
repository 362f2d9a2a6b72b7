"""Whether a port may be asked just now: how fast it likes it, and whether it answers at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.engine.retry import LONGEST_ASKED, back_off
from tocsin.ports import Failed, Pace

IN_A_ROW = 5
"""So many failures in a row, and one try at a time is enough to see whether the port works again."""


class Gate:
    """One port's circuit and token bucket. What it learns goes with the process."""

    def __init__(self, pace: Pace | None, now: datetime) -> None:
        self._pace = pace
        self._tokens = float(pace.burst) if pace else 0.0
        self._filled = now
        self._failures = 0
        self._down_since = now
        self._closed_until = now
        self._probing = False
        self.trouble = ""
        """What the last failure was, while nothing has succeeded since."""

    @property
    def is_down(self) -> bool:
        """Only probes go through."""
        return self._failures >= IN_A_ROW

    def down_for(self, now: datetime) -> timedelta:
        """How long only probes go through already."""
        return now - self._down_since if self.is_down else timedelta()

    def room(self, now: datetime) -> int | None:
        """How many may be asked for now; None: any number."""
        self._closed_until = min(self._closed_until, now + LONGEST_ASKED)  # a clock may have been wrong for a moment
        if now < self._closed_until or (self.is_down and self._probing):
            return 0
        self._fill(now)
        free = None if self._pace is None else int(self._tokens)
        return min(1, 1 if free is None else free) if self.is_down else free

    def opens(self, now: datetime) -> datetime | None:
        """When there will be room again, where time alone will tell; None where there is, or a probe will."""
        if now < self._closed_until:
            return self._closed_until
        if self._pace is None or self._tokens >= 1:
            return None
        return now + timedelta(seconds=(1 - self._tokens) / self._pace.rate)

    def took(self, number: int) -> bool:
        """So many go through now; whether they are a probe."""
        self._tokens -= number
        probes = self.is_down and number > 0
        self._probing = self._probing or probes
        return probes

    def gave_back(self, *, probe: bool) -> None:
        """One has come back, whatever it met; only a probe makes room for the next."""
        self._probing = self._probing and not probe

    def succeeded(self) -> bool:
        """True where it had been down until now."""
        was_down = self.is_down
        self._failures, self.trouble = 0, ""
        return was_down

    def failed(self, failed: Failed, now: datetime, chance: float) -> None:
        """Where only one receiver is not served, or nobody was asked, that says nothing about the port.

        Nor does how long one wish has to wait until it can be seen whether it came true.
        """
        if failed.after is not None and not (failed.receiver or failed.unsure):
            self._closed_until = max(self._closed_until, now + min(failed.after, LONGEST_ASKED))
        if failed.receiver:
            self._failures = 0
        if failed.permanent or failed.receiver:
            return
        self._failures += 1
        if self._failures == IN_A_ROW:
            self._down_since = now
        self.trouble = str(failed)
        if self.is_down:
            pause = back_off(self._failures - IN_A_ROW, chance)
            self._closed_until = max(self._closed_until, now + pause)

    def _fill(self, now: datetime) -> None:
        if self._pace is None:
            return
        passed = max((now - self._filled).total_seconds(), 0)
        self._tokens = min(self._pace.burst, self._tokens + passed * self._pace.rate)
        self._filled = now
