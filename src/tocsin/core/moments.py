"""When something happened: an instant, or a range where nobody knows better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from tocsin.core.refused import Refused

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""In English, wherever the machine is: what `strftime` says depends on its language."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """From `at` until `until`; without `until`, the instant `at`. Given in any zone, kept in UTC."""

    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        for time in (self.at, self.until or self.at):
            if time.utcoffset() is None:
                raise Refused("A time needs its zone: write 2026-11-12T01:45Z or 2026-11-12T03:45+02:00.")
            if not _FIRST <= time < _LAST:
                raise Refused("That time lies outside the calendar. Give a year from 2 to 9998.")
        if self.until is not None and self.until < self.at:
            raise Refused("That range ends before it begins. Swap its two times.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "until", utc(self.until))

    @property
    def middle(self) -> datetime:
        """The best single guess."""
        return self.at + ((self.until or self.at) - self.at) / 2


def utc(time: datetime | None) -> datetime | None:
    """The same instant, as it is kept."""
    return time and time.astimezone(UTC)


def rfc3339(time: datetime) -> str:
    """`2026-11-12T01:45:00Z`: in UTC, as programs read it; microseconds only where there are any."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def zone(name: str) -> ZoneInfo:
    """The time zone of that name, as `Europe/Bucharest`; never one that means something else on another machine."""
    if name not in _zones():
        raise Refused(f"“{name}” is no time zone. Write it as Europe/London or America/Los_Angeles.")
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""The clocks of all zones can show what lies between."""
