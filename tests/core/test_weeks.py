"""The hours of several people side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.core.test_hours import at
from tocsin.core.hours import Calendar, Span
from tocsin.core.people import Leave
from tocsin.core.weeks import away, nobody, without, working
from tocsin.language.calendars import read_hours

NAIROBI = Calendar(zone="Africa/Nairobi", shifts=read_hours("mon-fri 09:00-17:00"))
LONDON = Calendar(zone="Europe/London", shifts=(*read_hours("thu 09:00-12:00"), *read_hours("thu 12:00-18:00")))
START, END = at("2026-11-12 00:00"), at("2026-11-14 00:00")
FRIDAY = Leave(first=date(2026, 11, 13), last=date(2026, 11, 13))


def hours(*texts: str) -> list[Span]:
    return [(at(begins), at(ends)) for begins, ends in (text.split(" to ") for text in texts)]


def test_shifts_that_follow_on_one_another_are_one() -> None:
    assert working(LONDON, START, END) == hours("2026-11-12 09:00 to 2026-11-12 18:00")


def test_whoever_is_on_leave_is_away_when_they_would_work() -> None:
    calendar = replace(NAIROBI, leave=(FRIDAY,))
    assert away(calendar, START, END) == hours("2026-11-13 06:00 to 2026-11-13 14:00")
    assert away(NAIROBI, START, END) == []


def test_nobody_is_at_work_where_no_shift_is() -> None:
    assert nobody([NAIROBI, LONDON], START, END) == hours(
        "2026-11-12 00:00 to 2026-11-12 06:00", "2026-11-12 18:00 to 2026-11-13 06:00",
        "2026-11-13 14:00 to 2026-11-14 00:00",
    )  # fmt: skip


def test_where_there_is_nobody_nobody_ever_is() -> None:
    assert nobody([], START, END) == [(START, END)]


MOMENTS = st.integers(0, 23).map(lambda hour: START.replace(hour=hour))
SPANS = st.lists(st.tuples(MOMENTS, MOMENTS).filter(lambda span: span[0] < span[1]), max_size=5)


def inside(spans: list[Span], moment: datetime) -> bool:
    return any(begins <= moment < ends for begins, ends in spans)


@given(SPANS, SPANS, MOMENTS)
def test_a_moment_is_left_where_it_was_in_and_is_not_taken(
    whole: list[Span], taken: list[Span], moment: datetime
) -> None:
    assert inside(without(whole, taken), moment) == (inside(whole, moment) and not inside(taken, moment))
