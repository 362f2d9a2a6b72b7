"""How times are written in a strip: as short as they can be and still be told apart, unlike those of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.report import times

_WEEK = timedelta(days=6)
_SHORT = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One zone's clock, for a picture of so many days."""

    zone: ZoneInfo
    days: bool
    """It shows several days, so that a time needs one."""
    weeks: bool
    """It shows more than a week, so that the name of a day is not enough."""
    years: bool
    seconds: bool

    def time(self, at: datetime) -> str:
        """`18:27`; `18:27:05` where a minute is long."""
        return f"{at.astimezone(self.zone):%H:%M:%S}" if self.seconds else f"{at.astimezone(self.zone):%H:%M}"

    def stamp(self, at: datetime, before: datetime | None = None) -> str:
        """`Wed 18:27`, or `14 Oct 18:27`; a date is not said again on the same day."""
        there = at.astimezone(self.zone)
        same = before is not None and self.weeks and before.astimezone(self.zone).date() == there.date()
        return self.time(at) if same or not self.days else f"{self.day(there)} {self.time(at)}"

    def day(self, there: datetime) -> str:
        """`Wed`, `14 Oct` or `14 Oct 2026`."""
        return self.date(there) if self.weeks else times.weekday(there, self.zone)[:3]

    def date(self, there: datetime) -> str:
        """`Wed 14`, `14 Oct` or `14 Oct 2026`."""
        if not self.weeks:
            return f"{times.weekday(there, self.zone)[:3]} {there.day}"
        return f"{there.day} {self.month(there)}" if self.years else f"{there.day} {self._month(there)}"

    def month(self, there: datetime) -> str:
        """`Oct 2026`."""
        return f"{self._month(there)} {there.year}"

    def _month(self, there: datetime) -> str:
        return times.day(there, self.zone).split()[1][:3]


def clock(zone: ZoneInfo, shown: Sequence[datetime], length: timedelta) -> Clock:
    """The one for what is shown, of which the impact is so long."""
    first, last = min(shown).astimezone(zone), max(shown).astimezone(zone)
    return Clock(
        zone=zone,
        days=first.date() != last.date(),
        weeks=last - first >= _WEEK,
        years=first.year != last.year and last - first >= _WEEK,
        seconds=length < _SHORT and any(at.second for at in shown),
    )
