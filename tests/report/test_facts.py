"""What the forms of a report say in the same words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report.documents import SMALL, minute
from tocsin.core.events import ImpactSet
from tocsin.core.moments import Moment
from tocsin.report.clock import clock
from tocsin.report.facts import in_one_day, lasted, notices


def impact(start: int, end: int, *, until: int | None = None) -> ImpactSet:
    """One that ended then, or by `until`."""
    return ImpactSet(
        start=Moment(at=minute(start)), end=Moment(at=minute(end), until=None if until is None else minute(until))
    )


def test_what_is_known_exactly_lasted_so_long() -> None:
    assert lasted(impact(0, 94)) == ("Lasted", "1 hour 34 minutes", "")


def test_a_length_that_nobody_knows_exactly_is_given_by_its_middle_and_its_ends() -> None:
    assert lasted(impact(0, 80, until=90)) == (
        "Lasted about",
        "1 hour 25 minutes",
        "between 1 hour 20 minutes and 1 hour 30 minutes",
    )


@pytest.mark.parametrize("never", [ImpactSet(), ImpactSet(start=Moment(at=minute(0))), impact(9, 0, until=1)])
def test_an_impact_without_an_end_or_with_one_before_its_beginning_has_no_length(never: ImpactSet) -> None:
    assert lasted(never) == ("Lasted", "", "")


def test_an_impact_that_may_have_ended_before_it_began_is_not_shorter_than_nothing() -> None:
    assert lasted(impact(9, 0, until=10)) == ("Lasted about", "less than a minute", "up to 1 minute")


def test_an_impact_of_one_day_begins_and_ends_on_it() -> None:
    there = clock(SMALL)
    assert in_one_day(impact(0, 719), there) == (Moment(at=minute(0)), Moment(at=minute(719)))
    assert in_one_day(impact(0, 720), there) is None
    assert in_one_day(ImpactSet(start=Moment(at=minute(0))), there) is None


def test_an_exercise_and_a_replayed_report_say_so() -> None:
    assert [each.split()[0] for each in notices(replace(SMALL, drill=True, replayed=True))] == ["This", "Replayed"]
    assert list(notices(SMALL)) == []
