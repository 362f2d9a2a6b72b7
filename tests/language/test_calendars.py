"""Working hours and leave as people write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.core.people import Leave, Shift
from tocsin.core.refused import Refused
from tocsin.language.calendars import hours_as_text, in_words, leave_as_text, read_hours, read_leave


def days(text: str) -> list[int]:
    return [shift.day for shift in read_hours(f"{text} 09:00-17:00")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mon-fri 09:00-17:00", "Monday to Friday 09:00 to 17:00"),
        ("mon-thu,sat 09:00-17:00", "Monday to Thursday and Saturday 09:00 to 17:00"),
        ("sat,mon,wed 22:00-06:00", "Monday, Wednesday and Saturday 22:00 to 06:00 the next day"),
        ("sun 18:00-24:00", "Sunday 18:00 to 24:00"),
        ("sun 00:00-24:00", "Sunday 00:00 to 24:00"),
    ],
)
def test_hours_are_said_in_words(text: str, words: str) -> None:
    assert in_words(read_hours(text)) == words


def test_several_spans_are_said_one_after_the_other() -> None:
    week = (*read_hours("mon-thu 09:00-17:00"), *read_hours("fri 09:00-12:00"))
    assert in_words(week) == "Monday to Thursday 09:00 to 17:00; Friday 09:00 to 12:00"
    assert in_words(()) == "no hours"


def test_hours_are_read() -> None:
    assert read_hours("sat 22:00-06:00") == (Shift(day=5, begins=time(22), ends=time(6)),)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("mon-fri", [0, 1, 2, 3, 4]),
        ("Monday-Friday", [0, 1, 2, 3, 4]),
        ("SUN", [6]),
        ("mon,wed,fri", [0, 2, 4]),
        ("mon-tue,sat", [0, 1, 5]),
        ("fri-mon", [4, 5, 6, 0]),
        ("mon–wed", [0, 1, 2]),
        ("thu-thu", [3]),
    ],
)
def test_days_are_read_alone_in_lists_and_in_rows(text: str, read: list[int]) -> None:
    assert days(text) == read


@pytest.mark.parametrize("text", ["mon 9:00-17:30", " mon  09:00 - 17:30 ", "mon 09:00–17:30"])
def test_blanks_and_dashes_do_not_matter(text: str) -> None:
    assert read_hours(text) == (Shift(day=0, begins=time(9), ends=time(17, 30)),)


def test_midnight_may_be_the_end_of_a_day() -> None:
    assert read_hours("mon 18:00-24:00") == read_hours("mon 18:00-00:00")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“” are no working hours. Write it as “mon-fri 09:00-17:00” or “sat,sun 22:00-06:00”."),
        ("mon-fri", "“mon-fri” are no working hours."),
        ("mon-fri 9 to 5", "“mon-fri 9 to 5” are no working hours."),
        ("mon-fri 9-5", "“9” is no time of day. Write it as 09:00 or 17:30."),
        ("mon-fri 09:00-25:00", "“25:00” is no time of day: a day runs from 00:00 to 24:00."),
        ("moon 09:00-17:00", "“moon” is no day of the week."),
        ("mon- 09:00-17:00", "“” is no day of the week."),
        ("mon,,tue 09:00-17:00", "“” is no day of the week."),
        ("mon-wed-fri 09:00-17:00", "“wed-fri” is no day of the week."),
        ("09:00-17:00", "“09:00-17:00” are no working hours."),
        ("x" * 500, f"“{'x' * 40}” are no working hours."),
    ],
)
def test_hours_that_cannot_be_read_are_refused_with_how_to_write_them(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_hours(text)
    assert str(refusal.value).startswith(sentence)


def test_leave_is_a_day_or_from_one_day_to_another() -> None:
    day, last = date(2026, 12, 24), date(2027, 1, 2)
    assert read_leave("2026-12-24") == Leave(first=day, last=day)
    assert read_leave(" 2026-12-24 .. 2027-01-02 ") == Leave(first=day, last=last)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tomorrow", "“tomorrow” is no day, and no days from one to another. Write it as 2026-12-24, or"),
        ("2026-12-24..", "“2026-12-24..” is no day, and no days from one to another."),
        ("2026-12-24 - 2027-01-02", "“2026-12-24 - 2027-01-02” is no day"),
        ("20261224", "“20261224” is no day"),
        ("2026-W52-1", "“2026-W52-1” is no day"),
        ("2026-02-30", "“2026-02-30” is a day that no calendar has."),
        ("2027-01-02..2026-12-24", "Leave cannot end on 2026-12-24 and begin on 2027-01-02. Swap its two days."),
    ],
)
def test_leave_that_cannot_be_read_is_refused_with_how_to_write_it(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_leave(text)
    assert str(refusal.value).startswith(sentence)


def test_hours_are_written_as_they_would_be_read() -> None:
    shifts = (*read_hours("mon-thu,sat 09:00-17:00"), *read_hours("fri 09:00-14:00"), *read_hours("sun 18:00-00:00"))
    assert hours_as_text(shifts) == ["mon-thu,sat 09:00-17:00", "fri 09:00-14:00", "sun 18:00-24:00"]


@pytest.mark.parametrize("text", ["2026-12-24", "2026-12-24..2027-01-02"])
def test_leave_is_written_as_it_would_be_read(text: str) -> None:
    assert leave_as_text(read_leave(text)) == text


MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(st.lists(st.builds(Shift, day=st.integers(0, 6), begins=MINUTES, ends=MINUTES)))
def test_whatever_hours_are_written_are_read_again(shifts: list[Shift]) -> None:
    assert {shift for text in hours_as_text(shifts) for shift in read_hours(text)} == set(shifts)


@given(st.text() | st.from_regex(r"[a-z,-]{0,9} [0-9:–-]{0,12}"))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    for read in (read_hours, read_leave):
        try:
            read(text)
        except Refused:
            continue
