"""Who is at work when, and how much working time passes between two moments.

Cadence is in working time: an update due in three hours is due in three hours of somebody's work. A promise once given
is none of this module's business: it runs by the wall clock, whoever sleeps.

A shift belongs to the day it begins on, and goes with it when that day is a holiday or a day of leave. It runs without
a break from the first moment its clock has come to the beginning to the first moment that clock has come to the end. So
a beginning or an end that clocks leave out is when they are put forward; one that comes twice is the first of the two;
and an hour that comes twice in the middle of a shift is worked twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge

from tocsin.core.moments import zone
from tocsin.core.people import Leave, Person, Shift
from tocsin.core.playbook import Playbook
from tocsin.core.refused import Refused

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = timedelta(hours=1)
"""So long after they wrote somebody counts as at work."""
Span = tuple[datetime, datetime]
"""From when, until when: the end is no part of it."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When somebody works: the shifts of each week on the clock of that zone, without holidays and leave."""

    zone: str
    shifts: tuple[Shift, ...]
    holidays: frozenset[date] = frozenset()
    leave: tuple[Leave, ...] = ()


def calendar(person: Person | None, playbook: Playbook) -> Calendar:
    """A person's own hours, else the playbook's; on their own clock, else the playbook's. Nobody: the playbook's."""
    hours = playbook.hours
    usual = (Shift(day=WEEK.index(day), begins=clock(hours.begins), ends=clock(hours.ends)) for day in hours.days)
    return Calendar(
        zone=(person and person.zone) or playbook.zone,
        shifts=(person and person.hours) or tuple(usual),
        holidays=frozenset(map(date.fromisoformat, hours.holidays)),
        leave=person.leave if person else (),
    )


def clock(text: str) -> time:
    """A time of day: `09:00`. `24:00` is midnight, as `00:00` is."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Refused(f"“{text[:40]}” is no time of day. Write it as 09:00 or 17:30.")
    hour, minute = int(found[1]), int(found[2])
    if minute > 59 or 60 * hour + minute > 24 * 60:
        raise Refused(f"“{text}” is no time of day: a day runs from 00:00 to 24:00.")
    return time(hour % 24, minute)


def at_work(calendar: Calendar, at: datetime, wrote: datetime | None = None) -> bool:
    """Whether they are at work who wrote last then; whoever wrote in the last hour is, whatever their hours say."""
    return next_at_work(calendar, at, wrote) == at.astimezone(UTC)


def next_at_work(calendar: Calendar, at: datetime, wrote: datetime | None = None) -> datetime | None:
    """From when on they are at work: `at` itself if they are. None: not within a year."""
    return next((begins for begins, _ in _spans(calendar, at, _far(at), wrote)), None)


def next_human_hour(calendars: Iterable[Calendar], at: datetime) -> datetime | None:
    """From when on anybody at all is at work. None: nobody within a year."""
    return min(filter(None, (next_at_work(each, at) for each in calendars)), default=None)


def day_ends(calendar: Calendar, at: datetime, wrote: datetime | None = None) -> datetime | None:
    """Until when somebody at work stays: until the next break, however many shifts follow on one another.

    None: they are not at work, or there is no end to it within a year.
    """
    until, far = at.astimezone(UTC), _far(at)
    for begins, ends in _spans(calendar, at, far, wrote):
        if begins > until:
            break
        until = ends
    return until if at < until < far else None


def worked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments, as it really passes, whatever the clocks show."""
    return sum((ends - begins for begins, ends in _spans(calendar, start, end)), timedelta())


def after(calendar: Calendar, at: datetime, work: timedelta, wrote: datetime | None = None) -> datetime | None:
    """The first moment by which so much working time has passed since `at`. None: not within a year.

    The hour after they `wrote` is working time, too.
    """
    if work <= timedelta():
        return at.astimezone(UTC)
    for begins, ends in _spans(calendar, at, _far(at), wrote):
        if work <= ends - begins:
            return begins + work
        work -= ends - begins
    return None


def spans(calendar: Calendar, start: datetime, end: datetime) -> list[Span]:
    """The working time between two moments: in order, in UTC, nothing twice."""
    return list(_spans(calendar, start, end))


_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_SECOND = timedelta(seconds=1)
_FAR, _LAST = timedelta(days=370), datetime(9999, 12, 25, tzinfo=UTC)


def _far(at: datetime) -> datetime:
    """As far ahead as anybody looks: more than a year, and not beyond the calendar."""
    return min(at, _LAST - _FAR).astimezone(UTC) + _FAR


def _spans(calendar: Calendar, start: datetime, end: datetime, wrote: datetime | None = None) -> Iterator[Span]:
    """The working time between two moments: in order, in UTC, nothing twice."""
    end, done = end.astimezone(UTC), start.astimezone(UTC)
    talk = [] if wrote is None else [(wrote.astimezone(UTC), wrote.astimezone(UTC) + HOUR)]
    for begins, ends in merge(_shifts(calendar, done, end), talk):
        span = max(begins, done), min(ends, end)
        if span[0] < span[1]:
            yield span
            done = span[1]


def _shifts(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """Every shift that may touch the time between: by its beginning, from two days before, as some begin then."""
    there = zone(calendar.zone)
    first, last = (moment.astimezone(there).toordinal() for moment in (start, end))
    shifts = sorted(calendar.shifts, key=lambda shift: shift.begins)
    for day in map(date.fromordinal, range(first - 2, last + 2)):
        if not _off(calendar, day):
            for shift in shifts:
                if shift.day == day.weekday():
                    ends = day if shift.ends > shift.begins else day + timedelta(days=1)
                    yield _come_to(there, day, shift.begins), _come_to(there, ends, shift.ends)


def _off(calendar: Calendar, day: date) -> bool:
    return day in calendar.holidays or any(leave.first <= day <= leave.last for leave in calendar.leave)


def _come_to(there: tzinfo, day: date, at: time) -> datetime:
    """The first moment at which the clock there has come to that time: the jump over it, where it leaves it out."""
    wall = datetime.combine(day, at)
    late, early = (wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    if late <= early:
        return late

    def come(seconds: int) -> bool:
        return (early + seconds * _SECOND).astimezone(there).replace(tzinfo=None) >= wall

    return early + bisect_left(range((late - early) // _SECOND), True, key=come) * _SECOND
