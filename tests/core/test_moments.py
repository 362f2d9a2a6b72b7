"""When something happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest

from tests.core.world import MINUTE, NAIVE, NOON
from tocsin.core.moments import Moment, rfc3339, utc
from tocsin.core.refused import Refused


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Refused, match="needs its zone"):
        Moment(at=NAIVE)


def test_a_range_whose_end_has_no_zone_is_refused() -> None:
    with pytest.raises(Refused, match="needs its zone"):
        Moment(at=NOON, until=NAIVE)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refused, match="Swap its two times"):
        Moment(at=NOON, until=NOON - MINUTE)


def test_a_range_may_end_when_it_begins() -> None:
    assert Moment(at=NOON, until=NOON).until == NOON


def test_moments_in_different_zones_are_compared_as_instants() -> None:
    later = datetime(2026, 11, 12, 14, 1, tzinfo=timezone(timedelta(hours=2)))
    assert Moment(at=NOON, until=later).until == NOON + MINUTE


def test_a_time_that_cannot_be_said_in_utc_is_refused() -> None:
    with pytest.raises(Refused, match="Give a year from 2 to 9998"):
        Moment(at=datetime.min.replace(tzinfo=timezone(timedelta(hours=14))))


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_that_some_clocks_cannot_show_is_refused(year: int) -> None:
    with pytest.raises(Refused, match="outside the calendar"):
        Moment(at=NOON.replace(year=year))


def test_the_end_of_a_range_lies_in_the_calendar_too() -> None:
    with pytest.raises(Refused, match="outside the calendar"):
        Moment(at=NOON, until=NOON.replace(year=9999))


@pytest.mark.parametrize("year", [2, 9998])
def test_the_first_and_the_last_year_can_be_shown_in_every_zone(year: int) -> None:
    at = Moment(at=NOON.replace(year=year)).at
    assert {at.astimezone(timezone(timedelta(hours=hours))).year for hours in (-14, 0, 14)} == {year}


def test_a_zone_that_does_not_say_how_far_it_is_from_utc_is_none() -> None:
    class Nowhere(tzinfo):
        def utcoffset(self, _: datetime | None) -> None:
            return None

        tzname = dst = utcoffset

    with pytest.raises(Refused, match="needs its zone"):
        Moment(at=NOON.replace(tzinfo=Nowhere()))


def test_a_moment_is_kept_in_utc() -> None:
    later = datetime(2026, 11, 12, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    moment = Moment(at=later, until=later)
    assert (moment.at.isoformat(), moment.until) == ("2026-11-12T12:00:00+00:00", moment.at)
    assert moment.until is not None
    assert moment.until.tzinfo is UTC


def test_no_time_at_all_stays_none() -> None:
    assert utc(None) is None


def test_programs_read_an_instant_in_utc() -> None:
    assert rfc3339(datetime(2026, 11, 12, 3, 45, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-12T01:45:00Z"
    assert rfc3339(datetime(2026, 11, 12, 1, 45, 0, 500, tzinfo=UTC)) == "2026-11-12T01:45:00.000500Z"


def test_the_best_single_guess_of_a_range_is_its_middle() -> None:
    assert Moment(at=NOON, until=NOON + 10 * MINUTE).middle == NOON + 5 * MINUTE
    assert Moment(at=NOON).middle == NOON
