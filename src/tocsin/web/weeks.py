"""The week as a picture: the hours of each, who is away, and when nobody is at work, on the reader's clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain

from tocsin.core.hours import Calendar, Span, calendar
from tocsin.core.people import Person
from tocsin.core.playbook import Playbook
from tocsin.core.weeks import away, without, working
from tocsin.language.calendars import in_words
from tocsin.report import times
from tocsin.web.showing import place

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY, WEEK = timedelta(days=1), timedelta(days=7)
FARTHEST = timedelta(days=364)
"""How far from today a week may be looked at."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A stretch of time on a lane; `x` and `width` are attributes of a rectangle, in per cent."""

    kind: str
    x: str
    width: str
    middle: str = ""
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One person's week. `words` say it to whoever does not see the picture."""

    person: Person
    name: str
    zone: str
    words: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time when nobody is at work."""

    begins: datetime
    ends: datetime
    words: str
    why: str
    utc: str
    then: str


@dataclass(frozen=True, kw_only=True)
class Day:
    name: str
    number: int
    today: bool


@dataclass(frozen=True, kw_only=True)
class Week:
    """Seven days from a Monday on."""

    first: date
    days: tuple[Day, ...]
    lanes: tuple[Lane, ...]
    nobody: tuple[Bar, ...]
    gaps: tuple[Gap, ...]
    """Those that are not over yet."""
    now: str
    """Where now is, in per cent; empty in another week."""

    @property
    def called(self) -> str:
        """`9 November 2026`: the day it begins on."""
        return times.day(datetime.combine(self.first, time(), UTC), UTC)

    @property
    def earlier(self) -> date:
        return self.first - WEEK

    @property
    def later(self) -> date:
        return self.first + WEEK


def week(people: Sequence[Person], playbook: Playbook, now: datetime, there: tzinfo, day: date) -> Week:
    """The week of a day, of those who may be at work in it."""
    first = day - timedelta(days=day.weekday())
    start, end = _midnight(first, there), _midnight(first + WEEK, there)
    everyone = [_hours(person, people, calendar(person, playbook), start - WEEK, end + WEEK) for person in people]
    free = without([(start - WEEK, end + WEEK)], chain.from_iterable(each.working for each in everyone))
    gaps = [span for span in free if span[1] > start and span[0] < end]
    today = now.astimezone(there).date()
    scale = _Scale(first, there)
    return Week(
        first=first,
        days=tuple(_day(first + n * DAY, today) for n in range(7)),
        lanes=tuple(_lane(each, scale, start, end) for each in everyone),
        nobody=scale.bars("gap", gaps, start, end),
        gaps=tuple(_gap(span, everyone, there) for span in gaps if span[1] > now),
        now=scale.percent(now) if start <= now < end else "",
    )


def asked_day(told: str, today: date) -> date:
    """The day somebody asks for, within a year; today, where that is none."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return today
    return day if abs(day - today) <= FARTHEST else today


def first_name(person: Person, people: Sequence[Person]) -> str:
    """The first of somebody's names, where that tells them from everybody else."""
    short = person.name.split()[0]
    return short if sum(each.name.split()[0] == short for each in people) == 1 else person.name


def listed(names: Sequence[str]) -> str:
    """`Ada, Bob and Mei`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@dataclass(frozen=True)
class _Scale:
    """By the clock on the wall: a day is a seventh, also where clocks are turned."""

    first: date
    there: tzinfo

    def part(self, at: datetime) -> float:
        wall = at.astimezone(self.there).replace(tzinfo=None)
        return min(max((wall - datetime.combine(self.first, time())) / WEEK, 0.0), 1.0)

    def percent(self, at: datetime) -> str:
        return f"{100 * self.part(at):.2f}%"

    def bars(self, kind: str, spans: Iterable[Span], start: datetime, end: datetime) -> tuple[Bar, ...]:
        """What of them lies between, each with how long it is in all."""
        seen = ((max(first, start), min(last, end), last - first) for first, last in spans)
        return tuple(self.bar(kind, (first, last), _length(long)) for first, last, long in seen if first < last)

    def bar(self, kind: str, span: Span, word: str) -> Bar:
        x, end = self.part(span[0]), self.part(span[1])
        width = max(end - x, 0.0)
        fits = word if width > 0.08 else ""
        middle = f"{100 * (x + width / 2):.2f}%"
        return Bar(kind=kind, x=f"{100 * x:.2f}%", width=f"{100 * width:.2f}%", middle=middle, word=fits)


def _midnight(day: date, there: tzinfo) -> datetime:
    return datetime.combine(day, time(), there)


def _day(day: date, today: date) -> Day:
    return Day(name=DAYS[day.weekday()][:3], number=day.day, today=day == today)


@dataclass(frozen=True, kw_only=True)
class _Hours:
    """One person's working time, and what of it their leave takes."""

    person: Person
    name: str
    calendar: Calendar
    working: list[Span]
    away: list[Span]


def _hours(person: Person, people: Sequence[Person], usual: Calendar, start: datetime, end: datetime) -> _Hours:
    return _Hours(
        person=person,
        name=first_name(person, people),
        calendar=usual,
        working=working(usual, start, end),
        away=away(usual, start, end) if usual.leave else [],
    )


def _lane(hours: _Hours, scale: _Scale, start: datetime, end: datetime) -> Lane:
    off = scale.bars("away", hours.away, start, end)
    clock = place(hours.calendar.zone)
    words = f"{in_words(hours.calendar.shifts)}, on the clock of {clock}{'; on leave for a part of it' if off else ''}"
    bars = (*scale.bars("on", hours.working, start, end), *off)
    return Lane(person=hours.person, name=hours.name, zone=clock, words=words, bars=bars)


def _gap(span: Span, everyone: Sequence[_Hours], there: tzinfo) -> Gap:
    begins, ends = span
    gone = [each.name for each in everyone if any(last > begins and first < ends for first, last in each.away)]
    back = [each.name for each in everyone if any(first == ends for first, _ in each.working)]
    return Gap(
        begins=begins,
        ends=ends,
        words=_from_to(begins.astimezone(there), ends.astimezone(there)),
        why=f"{listed(gone)} {'is' if len(gone) == 1 else 'are'} on leave." if gone else "",
        utc=f"{_elsewhere(begins, ends, there)}{_length(ends - begins)}.",
        then=f"Then {listed(back)} {'is' if len(back) == 1 else 'are'} at work." if back else "",
    )


def _elsewhere(begins: datetime, ends: datetime, there: tzinfo) -> str:
    """The same in UTC, where that is another clock."""
    return "" if begins.astimezone(there).utcoffset() == timedelta() else f"{_from_to(begins, ends)} UTC, "


def _from_to(begins: datetime, ends: datetime) -> str:
    """`Friday, 04:00 to 08:00`, `Saturday 04:00 to Sunday 23:00`."""
    if begins.date() == ends.date():
        return f"{DAYS[begins.weekday()]}, {begins:%H:%M} to {ends:%H:%M}"
    return f"{DAYS[begins.weekday()]} {begins:%H:%M} to {DAYS[ends.weekday()]} {ends:%H:%M}"


def _length(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)
