"""Who is at work when; and how much working time passes, held against a clock that is looked at every minute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.world import ADA, PLAYBOOK
from tocsin.core.hours import Calendar, after, at_work, calendar, clock, day_ends, next_at_work, next_human_hour, worked
from tocsin.core.people import Leave, Shift
from tocsin.core.playbook import Hours
from tocsin.core.refused import Refused

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
WEEKDAYS, EVERY_DAY = range(5), range(7)


def at(text: str, zone: str = "Europe/London") -> datetime:
    """`2026-11-12 09:00` on the clock of that zone, the first time it shows that."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shifts(begins: str, ends: str, days: range = WEEKDAYS) -> tuple[Shift, ...]:
    return tuple(Shift(day=day, begins=clock(begins), ends=clock(ends)) for day in days)


OFFICE = Calendar(zone="Europe/London", shifts=shifts("09:00", "17:00"))
NIGHTS = Calendar(zone="Europe/London", shifts=shifts("22:00", "06:00", EVERY_DAY))
ALWAYS = Calendar(zone="Europe/London", shifts=shifts("00:00", "24:00", EVERY_DAY))
NEVER = Calendar(zone="Europe/London", shifts=())
THURSDAY, FRIDAY = "2026-11-12", "2026-11-13"


def off(first: str, last: str | None = None) -> tuple[Leave, ...]:
    return (Leave(first=date.fromisoformat(first), last=date.fromisoformat(last or first)),)


# ── at work, and until when ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("when", "works"), [("08:59", False), ("09:00", True), ("16:59", True), ("17:00", False), ("23:00", False)]
)
def test_a_shift_holds_its_beginning_and_not_its_end(when: str, works: bool) -> None:
    assert at_work(OFFICE, at(f"{THURSDAY} {when}")) is works


def test_hours_are_read_on_the_clock_of_the_place() -> None:
    tokyo = replace(OFFICE, zone="Asia/Tokyo")
    assert at_work(tokyo, at(f"{THURSDAY} 02:00"))
    assert not at_work(tokyo, at(f"{THURSDAY} 09:00"))


def test_a_day_without_a_shift_is_free() -> None:
    assert next_at_work(OFFICE, at("2026-11-14 10:00")) == at("2026-11-16 09:00")


def test_whoever_is_at_work_is_so_from_now_on() -> None:
    found = next_at_work(OFFICE, at(f"{THURSDAY} 10:15", "Europe/London"))
    assert found is not None
    assert (found, found.tzinfo) == (at(f"{THURSDAY} 10:15"), UTC)


def test_a_holiday_takes_its_day() -> None:
    calendar = replace(OFFICE, holidays=frozenset({date(2026, 11, 13)}))
    assert next_at_work(calendar, at(f"{THURSDAY} 17:00")) == at("2026-11-16 09:00")


def test_leave_takes_its_days_the_last_included() -> None:
    calendar = replace(OFFICE, leave=off("2026-12-24", "2027-01-04"))
    assert next_at_work(calendar, at("2026-12-24 10:00")) == at("2027-01-05 09:00")


def test_a_night_shift_ends_on_the_next_day() -> None:
    assert day_ends(NIGHTS, at("2026-11-12 23:00")) == at("2026-11-13 06:00")
    assert day_ends(NIGHTS, at("2026-11-13 05:00")) == at("2026-11-13 06:00")


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    calendar = replace(NIGHTS, leave=off("2026-11-13"))
    assert at_work(calendar, at("2026-11-13 05:00"))
    assert not at_work(calendar, at("2026-11-14 05:00"))


def test_the_day_of_somebody_off_work_does_not_end() -> None:
    assert day_ends(OFFICE, at(f"{THURSDAY} 17:00")) is None


def test_a_day_ends_at_its_break_too() -> None:
    calendar = replace(OFFICE, shifts=(*shifts("13:00", "17:00"), *shifts("09:00", "12:00")))
    assert day_ends(calendar, at(f"{THURSDAY} 10:00")) == at(f"{THURSDAY} 12:00")


def test_a_shift_that_follows_on_another_is_no_break() -> None:
    calendar = replace(OFFICE, shifts=(*shifts("12:00", "17:00"), *shifts("09:00", "12:00"), *shifts("16:00", "18:00")))
    assert day_ends(calendar, at(f"{THURSDAY} 10:00")) == at(f"{THURSDAY} 18:00")


def test_who_works_day_and_night_has_no_end_of_the_day() -> None:
    assert at_work(ALWAYS, at(f"{THURSDAY} 00:00"))
    assert day_ends(ALWAYS, at(f"{THURSDAY} 10:00")) is None


def test_the_last_day_of_work_ends() -> None:
    calendar = replace(OFFICE, leave=off(FRIDAY, "2030-01-01"))
    assert day_ends(calendar, at(f"{THURSDAY} 10:00")) == at(f"{THURSDAY} 17:00")


def test_who_never_works_is_never_at_work() -> None:
    assert next_at_work(NEVER, at(f"{THURSDAY} 10:00")) is None
    assert after(NEVER, at(f"{THURSDAY} 10:00"), MINUTE) is None


def test_who_is_away_for_longer_than_a_year_is_not_waited_for() -> None:
    assert next_at_work(replace(OFFICE, leave=off(THURSDAY, "2028-01-01")), at(f"{THURSDAY} 10:00")) is None


def test_who_is_away_for_a_year_is() -> None:
    calendar = replace(OFFICE, leave=off(THURSDAY, "2027-11-12"))
    assert next_at_work(calendar, at(f"{THURSDAY} 10:00")) == at("2027-11-15 09:00")


def test_the_next_human_hour_is_that_of_whoever_comes_first() -> None:
    tokyo, away = replace(OFFICE, zone="Asia/Tokyo"), replace(OFFICE, leave=off(THURSDAY, "2030-01-01"))
    assert next_human_hour([OFFICE, tokyo, away], at(f"{THURSDAY} 17:00")) == at(f"{FRIDAY} 09:00", "Asia/Tokyo")


def test_without_anybody_there_is_no_human_hour() -> None:
    assert next_human_hour([NEVER], at(f"{THURSDAY} 10:00")) is None
    assert next_human_hour([], at(f"{THURSDAY} 10:00")) is None


@pytest.mark.parametrize("year", [2, 9998])
def test_hours_reach_to_the_ends_of_the_calendar(year: int) -> None:
    edge = datetime(year, 12 if year > 2 else 1, 31 if year > 2 else 1, 23, 59, tzinfo=UTC)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert next_at_work(replace(OFFICE, zone=zone), edge) is not None
        assert day_ends(replace(ALWAYS, zone=zone), edge) is None


# ── whoever wrote ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("minutes", "works"), [(-1, False), (0, True), (59, True), (60, False)])
def test_whoever_wrote_in_the_last_hour_is_at_work(minutes: int, works: bool) -> None:
    wrote = at(f"{THURSDAY} 22:00")
    assert at_work(OFFICE, wrote + minutes * MINUTE, wrote) is works


def test_the_hour_after_somebody_wrote_is_working_time() -> None:
    wrote = at(f"{THURSDAY} 22:00")
    assert after(OFFICE, wrote + 10 * MINUTE, 30 * MINUTE, wrote) == at(f"{THURSDAY} 22:40")
    assert after(OFFICE, wrote, 3 * HOUR, wrote) == at(f"{FRIDAY} 11:00")


def test_an_hour_of_writing_that_lies_in_a_shift_counts_once() -> None:
    assert after(OFFICE, at(f"{THURSDAY} 09:00"), 3 * HOUR, at(f"{THURSDAY} 10:00")) == at(f"{THURSDAY} 12:00")
    assert after(OFFICE, at(f"{THURSDAY} 16:00"), 2 * HOUR, at(f"{THURSDAY} 16:30")) == at(f"{FRIDAY} 09:30")


# ── working time ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_hours_of_work_reach_over_the_weekend() -> None:
    assert after(OFFICE, at(f"{FRIDAY} 15:00"), 3 * HOUR) == at("2026-11-16 10:00")


def test_work_that_is_over_with_the_day_is_due_that_day() -> None:
    assert after(OFFICE, at(f"{FRIDAY} 15:00"), 2 * HOUR) == at(f"{FRIDAY} 17:00")


def test_no_work_at_all_is_done_at_once() -> None:
    for work in (timedelta(), -HOUR):
        assert after(NEVER, at(f"{FRIDAY} 22:00"), work) == at(f"{FRIDAY} 22:00")


def test_more_work_than_a_year_has_is_not_waited_for() -> None:
    assert after(OFFICE, at(f"{FRIDAY} 15:00"), 500 * DAY) is None


def test_working_time_leaves_nights_weekends_and_holidays_out() -> None:
    calendar = replace(OFFICE, holidays=frozenset({date(2026, 11, 16)}))
    assert worked(calendar, at(f"{THURSDAY} 16:00"), at("2026-11-17 10:30")) == 1 * HOUR + 8 * HOUR + 90 * MINUTE


def test_shifts_that_overlap_count_once() -> None:
    calendar = replace(OFFICE, shifts=(*shifts("09:00", "17:00"), *shifts("12:00", "13:00"), *shifts("16:00", "18:00")))
    assert worked(calendar, at(f"{THURSDAY} 00:00"), at(f"{FRIDAY} 00:00")) == 9 * HOUR


def test_nothing_is_worked_between_a_moment_and_an_earlier_one() -> None:
    assert worked(ALWAYS, at(f"{FRIDAY} 00:00"), at(f"{THURSDAY} 00:00")) == timedelta()


def test_seconds_count() -> None:
    start = at(f"{THURSDAY} 16:59:58.5")
    assert worked(OFFICE, start, start + HOUR) == timedelta(seconds=1.5)


# ── when clocks are turned ──────────────────────────────────────────────────────────────────────────────────────────

FORWARD, BACK = "2026-03-28", "2026-10-24"
"""The nights after these, British clocks go from 01:00 to 02:00, and from 02:00 to 01:00."""


def test_a_night_in_which_clocks_go_forward_is_an_hour_shorter() -> None:
    assert worked(NIGHTS, at(f"{FORWARD} 12:00"), at("2026-03-29 12:00")) == 7 * HOUR


def test_a_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    assert worked(NIGHTS, at(f"{BACK} 12:00"), at("2026-10-25 12:00")) == 9 * HOUR


def test_work_runs_by_real_time_through_a_turned_clock() -> None:
    assert after(NIGHTS, at(f"{FORWARD} 23:30"), 3 * HOUR) == at("2026-03-29 03:30")
    assert after(NIGHTS, at(f"{BACK} 23:30"), 3 * HOUR) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_beginning_that_clocks_leave_out_is_when_they_are_put_forward() -> None:
    early = replace(NIGHTS, shifts=shifts("01:30", "04:00", EVERY_DAY))
    assert next_at_work(early, at(f"{FORWARD} 23:00")) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert worked(early, at(f"{FORWARD} 23:00"), at("2026-03-29 12:00")) == 2 * HOUR


def test_a_shift_that_clocks_leave_out_whole_does_not_take_place() -> None:
    left_out = replace(NIGHTS, shifts=shifts("01:15", "01:45", EVERY_DAY))
    assert next_at_work(left_out, at(f"{FORWARD} 23:00")) == at("2026-03-30 01:15")


def test_an_end_that_comes_twice_is_the_first_of_the_two() -> None:
    late = replace(NIGHTS, shifts=shifts("18:00", "01:30", EVERY_DAY))
    assert day_ends(late, at(f"{BACK} 20:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert not at_work(late, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))


def test_a_beginning_that_comes_twice_is_the_first_of_the_two() -> None:
    early = replace(NIGHTS, shifts=shifts("01:30", "04:00", EVERY_DAY))
    assert next_at_work(early, at(f"{BACK} 20:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at_work(early, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))


def test_a_time_that_is_given_twice_is_told_from_the_other() -> None:
    second = at("2026-10-25 01:15").replace(fold=1)
    assert at_work(NIGHTS, second)
    assert next_at_work(NIGHTS, second) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "in_utc"),
    [
        ("Asia/Kolkata", datetime(2026, 11, 12, 3, 30, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 11, 12, 3, 15, tzinfo=UTC)),
        ("Pacific/Chatham", datetime(2026, 11, 11, 19, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 11, 11, 22, 0, tzinfo=UTC)),
    ],
)
def test_zones_that_lie_between_the_hours(zone: str, in_utc: datetime) -> None:
    assert next_at_work(replace(OFFICE, zone=zone), at(f"{THURSDAY} 00:00", zone)) == in_utc


def test_a_clock_that_is_turned_by_half_an_hour() -> None:
    nights = replace(NIGHTS, zone="Australia/Lord_Howe")
    zone = nights.zone
    assert worked(nights, at("2026-04-04 12:00", zone), at("2026-04-05 12:00", zone)) == 8 * HOUR + 30 * MINUTE
    assert worked(nights, at("2026-10-03 12:00", zone), at("2026-10-04 12:00", zone)) == 7 * HOUR + 30 * MINUTE


def test_a_clock_that_is_turned_at_a_quarter_to_four() -> None:
    nights = replace(NIGHTS, zone="Pacific/Chatham")
    assert worked(nights, at("2026-04-04 12:00", nights.zone), at("2026-04-05 12:00", nights.zone)) == 9 * HOUR


def test_a_day_that_a_calendar_left_out_is_not_worked() -> None:
    """Samoa went from the 29th of December 2011 to the 31st."""
    apia = replace(OFFICE, zone="Pacific/Apia", shifts=shifts("09:00", "17:00", EVERY_DAY))
    assert worked(apia, at("2011-12-29 00:00", apia.zone), at("2012-01-01 00:00", apia.zone)) == 16 * HOUR


# ── whose hours ─────────────────────────────────────────────────────────────────────────────────────────────────────

PLAIN = replace(
    PLAYBOOK,
    zone="Europe/Bucharest",
    hours=Hours(days=("monday",), begins="08:30", ends="24:00", holidays=("2026-12-25",)),
)
MONDAYS = (Shift(day=0, begins=time(8, 30), ends=time(0)),)


def test_nobody_in_particular_works_as_the_playbook_says() -> None:
    assert calendar(None, PLAIN) == Calendar(
        zone="Europe/Bucharest", shifts=MONDAYS, holidays=frozenset({date(2026, 12, 25)})
    )


def test_the_hours_of_the_playbook_are_read_on_the_clock_of_a_person() -> None:
    assert calendar(replace(ADA, zone="Asia/Tokyo"), PLAIN) == replace(calendar(None, PLAIN), zone="Asia/Tokyo")


def test_somebody_without_a_zone_has_the_clock_of_the_playbook() -> None:
    assert calendar(replace(ADA, zone=""), PLAIN).zone == "Europe/Bucharest"


def test_own_hours_go_before_those_of_the_playbook_and_holidays_stay() -> None:
    ada = replace(ADA, hours=shifts("10:00", "14:00"), leave=off(THURSDAY))
    found = calendar(ada, PLAIN)
    assert (found.shifts, found.leave) == (ada.hours, ada.leave)
    assert found.holidays == {date(2026, 12, 25)}


@pytest.mark.parametrize(
    ("text", "read"), [("9:05", time(9, 5)), ("09:00", time(9)), ("00:00", time(0)), ("24:00", time(0))]
)
def test_a_time_of_day_is_read(text: str, read: time) -> None:
    assert clock(text) == read


@pytest.mark.parametrize(
    "text", ["", "9", "9:0", "24:01", "25:00", "12:60", "009:00", "-9:00", "９:00", "09:00 ", "09:00\n"]
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no time of day"):
        clock(text)


@pytest.mark.parametrize("day", [-1, 7])
def test_a_week_has_seven_days(day: int) -> None:
    with pytest.raises(Refused, match=f"There is no day {day} of the week"):
        Shift(day=day, begins=time(9), ends=time(17))


@pytest.mark.parametrize("odd", [time(9, tzinfo=UTC), time(9, 0, 30), time(9, 0, 0, 1)])
def test_hours_are_whole_minutes_on_their_own_clock(odd: time) -> None:
    for begins, ends in ((odd, time(17)), (time(6), odd)):
        with pytest.raises(Refused, match="whole minutes on somebody's own clock"):
            Shift(day=0, begins=begins, ends=ends)


def test_leave_does_not_end_before_it_begins() -> None:
    with pytest.raises(Refused, match="Leave cannot end on 2026-11-11 and begin on 2026-11-12"):
        off(THURSDAY, "2026-11-11")


# ── the oracle ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Watch:
    """Somebody who looks at the clock on the wall once every minute, and remembers the latest it has shown.

    They know nothing of offsets: who has come at nine and leaves at five does so when the clock first gets there.
    """

    calendar: Calendar
    start: datetime
    minutes: int
    wrote: datetime | None = None

    @cached_property
    def works(self) -> list[bool]:
        """For every minute from `start` on."""
        latest, seen = self._wall(self.start - 3 * DAY), []
        for minute in range(-3 * 1440, self.minutes):
            at = self.start + minute * MINUTE
            latest = max(latest, self._wall(at))
            talks = self.wrote is not None and self.wrote <= at < self.wrote + HOUR
            seen.append(talks or any(self._covers(shift, latest) for shift in self.calendar.shifts))
        return seen[3 * 1440 :]

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.calendar.zone)).replace(tzinfo=None)

    def _covers(self, shift: Shift, wall: datetime) -> bool:
        long = int(shift.ends <= shift.begins)
        for days_ago in range(2):
            day = wall.date() - days_ago * DAY
            if day.weekday() != shift.day or self._off(day):
                continue
            if datetime.combine(day, shift.begins) <= wall < datetime.combine(day + long * DAY, shift.ends):
                return True
        return False

    def _off(self, day: date) -> bool:
        away = any(leave.first <= day <= leave.last for leave in self.calendar.leave)
        return away or day in self.calendar.holidays


def turns(zone: str, year: int) -> list[datetime]:
    """The days of a year at whose end a clock shows another offset."""
    days = [(datetime(year, 1, 1, tzinfo=UTC) + day * DAY).astimezone(ZoneInfo(zone)) for day in range(366)]
    return [day.astimezone(UTC) for day, next_ in pairwise(days) if day.utcoffset() != next_.utcoffset()]


ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
TURNED = ["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "Africa/Casablanca"]
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59) | st.sampled_from([0, 30]))
ODD = st.lists(st.builds(Shift, day=st.integers(0, 6), begins=TIMES, ends=TIMES), max_size=5).map(tuple)
DAILY = st.builds(
    lambda begins, ends: tuple(Shift(day=day, begins=begins, ends=ends) for day in EVERY_DAY), TIMES, TIMES
)
HOURS = ODD | DAILY | st.builds(lambda odd, daily: (*odd, *daily), ODD, DAILY)


@st.composite
def watches(draw: st.DrawFn) -> Watch:
    """Up to two weeks in some zone, as a rule around the turn of its clock, of somebody with odd hours."""
    zone, year = draw(st.sampled_from(TURNED) | st.sampled_from(ZONES)), draw(st.integers(1975, 2035))
    middle = draw(st.sampled_from(turns(zone, year) or [datetime(year, 6, 1, tzinfo=UTC)]))
    start = middle - draw(st.integers(0, 5 * 1440)) * MINUTE
    days = st.integers(-7, 16).map(lambda days: middle.date() + days * DAY)
    leave = st.builds(lambda first, more: Leave(first=first, last=first + more * DAY), days, st.integers(0, 6))
    hours = Calendar(
        zone=zone,
        shifts=draw(HOURS),
        holidays=draw(st.frozensets(days, max_size=2)),
        leave=tuple(draw(st.lists(leave, max_size=2))),
    )
    wrote = draw(st.none() | st.integers(-90, 2000).map(lambda minutes: start + minutes * MINUTE))
    return Watch(hours, start, draw(st.integers(0, 14 * 1440)), wrote)


@given(watches())
def test_as_much_is_worked_as_a_watch_counts(watch: Watch) -> None:
    watch = replace(watch, wrote=None)
    assert worked(watch.calendar, watch.start, watch.start + watch.minutes * MINUTE) == sum(watch.works) * MINUTE


@given(watches())
def test_somebody_is_next_at_work_when_a_watch_first_sees_them(watch: Watch) -> None:
    found = next_at_work(watch.calendar, watch.start, watch.wrote)
    if True in watch.works:
        assert found == watch.start + watch.works.index(True) * MINUTE
    else:
        assert found is None or found >= watch.start + watch.minutes * MINUTE


@given(watches())
def test_a_day_ends_when_a_watch_first_misses_them(watch: Watch) -> None:
    watch = replace(watch, wrote=None)
    found = day_ends(watch.calendar, watch.start)
    if watch.works[:1] == [True] and False in watch.works:
        assert found == watch.start + watch.works.index(False) * MINUTE
    elif watch.works[:1] == [False]:
        assert found is None


@given(watches(), st.integers(1, 3000))
def test_work_is_done_when_a_watch_has_counted_as_much(watch: Watch, work: int) -> None:
    found = after(watch.calendar, watch.start, work * MINUTE, watch.wrote)
    worked = [minute for minute, works in enumerate(watch.works) if works]
    if len(worked) >= work:
        assert found == watch.start + (worked[work - 1] + 1) * MINUTE
    else:
        assert found is None or found > watch.start + watch.minutes * MINUTE


@given(watches())
def test_what_is_worked_by_the_moment_that_work_is_done_is_that_work(watch: Watch) -> None:
    done = after(watch.calendar, watch.start, 5 * HOUR)
    assert done is None or worked(watch.calendar, watch.start, done) == 5 * HOUR
