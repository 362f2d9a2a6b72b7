"""When something happened."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.core.world import MINUTE, NAIVE, NOON
from tocsin.core.moments import Moment
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


@pytest.mark.xfail(reason="it passes, and saving it is an OverflowError")
def test_a_time_that_cannot_be_said_in_utc_is_refused() -> None:
    with pytest.raises(Refused):
        Moment(at=datetime.min.replace(tzinfo=timezone(timedelta(hours=14))))
