"""Working hours and leave as people write them: `mon-fri 09:00-17:00`, `2026-12-24..2027-01-02`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, time

from tocsin.core.hours import WEEK, clock
from tocsin.core.people import Leave, Shift
from tocsin.core.refused import Refused

_HOURS = "Write it as “mon-fri 09:00-17:00” or “sat,sun 22:00-06:00”."
_LEAVE = "Write it as 2026-12-24, or 2026-12-24..2027-01-02."
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 40
"""Characters of what was written that a refusal repeats."""


def read_hours(text: str) -> tuple[Shift, ...]:
    """The shifts of a week. Where the end is not after the beginning, it lies on the next day."""
    days, _, span = " ".join(text.replace("–", "-").split()).partition(" ")
    begins, hyphen, ends = (part.strip() for part in span.partition("-"))
    if not hyphen:
        raise Refused(f"“{text[:_LONGEST]}” are no working hours. {_HOURS}")
    first, last = clock(begins), clock(ends)
    return tuple(Shift(day=day, begins=first, ends=last) for part in days.split(",") for day in _days(part))


def read_leave(text: str) -> Leave:
    """From the first day to the last, which is free, too."""
    first, dots, last = text.partition("..")
    return Leave(first=_day(first, text), last=_day(last if dots else first, text))


def hours_as_text(shifts: Iterable[Shift]) -> list[str]:
    """What `read_hours` would read, one line for each span of the day: `mon-thu,sat 09:00-17:00`."""
    days: dict[tuple[time, time], list[int]] = {}
    for shift in sorted(set(shifts), key=lambda shift: (shift.day, shift.begins, shift.ends)):
        days.setdefault((shift.begins, shift.ends), []).append(shift.day)
    return [f"{_days_as_text(found)} {begins:%H:%M}-{_end(ends)}" for (begins, ends), found in days.items()]


def in_words(shifts: Iterable[Shift]) -> str:
    """The same in words: `Monday to Thursday and Saturday 09:00 to 17:00; Friday 09:00 to 12:00`."""
    return "; ".join(map(_line_in_words, hours_as_text(shifts))) or "no hours"


def leave_as_text(leave: Leave) -> str:
    return f"{leave.first}" if leave.first == leave.last else f"{leave.first}..{leave.last}"


def _days(part: str) -> list[int]:
    first, hyphen, last = part.partition("-")
    begins, ends = _weekday(first), _weekday(last if hyphen else first)
    return [day % 7 for day in range(begins, ends + 1 + 7 * (ends < begins))]


def _weekday(name: str) -> int:
    key = name.casefold()
    for day, known in enumerate(WEEK):
        if key in (known, known[:3]):
            return day
    raise Refused(f"“{name[:_LONGEST]}” is no day of the week. {_HOURS}")


def _day(text: str, whole: str) -> date:
    if not _DAY.fullmatch(text.strip()):
        raise Refused(f"“{whole[:_LONGEST]}” is no day, and no days from one to another. {_LEAVE}")
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(f"“{text.strip()}” is a day that no calendar has. {_LEAVE}") from None


def _days_as_text(days: list[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [WEEK[day][:3] for day in range(7)]
    return ",".join(names[run[0]] if len(run) == 1 else f"{names[run[0]]}-{names[run[-1]]}" for run in runs)


def _line_in_words(line: str) -> str:
    days, _, span = line.partition(" ")
    begins, ends = span.split("-")
    runs = [" to ".join(WEEK[_weekday(day)].title() for day in run.split("-")) for run in days.split(",")]
    named = " and ".join(filter(None, (", ".join(runs[:-1]), runs[-1])))
    return f"{named} {begins} to {ends}{' the next day' if ends != '24:00' and clock(ends) <= clock(begins) else ''}"


def _end(ends: time) -> str:
    return f"{ends:%H:%M}" if ends != time() else "24:00"
