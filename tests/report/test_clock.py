"""The clock of a report: one for all of its forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.report.documents import COMMANDER, NOON, SMALL, line, minute
from tocsin.core.events import ImpactSet
from tocsin.core.moments import Moment
from tocsin.report.clock import Clock, clock
from tocsin.report.document import Document, Noticed, Part

SUMMER, WINTER = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
LONDON = clock(SMALL)


def put_back(document: Document) -> Clock:
    """The clock of a report that was declared in summer."""
    return clock(replace(document, declared=SUMMER))


@pytest.mark.parametrize(
    ("zone", "explained"),
    [
        ("America/Los_Angeles", "America/Los_Angeles (PST is UTC-08:00)"),
        ("America/Santiago", "America/Santiago (UTC-03:00)"),
        ("Etc/UTC", "Etc/UTC (UTC)"),
        ("UTC", "UTC"),
    ],
)
def test_it_says_which_zone_it_is_of_and_what_that_means(zone: str, explained: str) -> None:
    assert clock(replace(SMALL, zone=zone)).legend == f"All times are in {explained}."


def test_times_have_seconds_only_where_there_are_any() -> None:
    assert [LONDON.time(at) for at in (NOON, NOON.replace(second=7, microsecond=5))] == ["12:00", "12:00:07"]


def test_a_day_is_named_in_whole_and_again_only_where_it_is_another() -> None:
    assert LONDON.stamp(NOON) == "12 November 2026, 12:00"
    assert LONDON.weekday(NOON) == "Thursday, 12 November 2026"
    assert [LONDON.near(minute(each), NOON) for each in (719, 720)] == ["23:59", "13 November 2026, 00:00"]


def test_a_day_is_that_of_the_zone() -> None:
    assert not clock(replace(SMALL, zone="Asia/Tokyo")).same_day(NOON, NOON + timedelta(hours=4))


@pytest.mark.parametrize(
    ("until", "shown"), [(None, "12:00"), (5, "12:00–12:05"), (720, "12:00 – 13 November 2026, 00:00")]
)
def test_a_range_stands_between_its_ends(until: int | None, shown: str) -> None:
    assert LONDON.span(Moment(at=NOON, until=None if until is None else minute(until))) == shown


def test_where_the_clock_was_put_back_every_time_says_which_it_is() -> None:
    there = put_back(replace(SMALL, timeline=(line("b", at=WINTER),)))
    assert [there.time(at) for at in (SUMMER, WINTER)] == ["01:30 BST", "01:30 GMT"]
    assert there.span(Moment(at=SUMMER, until=WINTER)) == "01:30 BST – 01:30 GMT"
    assert there.legend == "All times are in Europe/London (BST is UTC+01:00, GMT is UTC)."


@pytest.mark.parametrize(
    "late",
    [
        replace(SMALL, resolved=WINTER),
        replace(SMALL, answered=WINTER),
        replace(SMALL, told=(WINTER,)),
        replace(SMALL, noticed=Noticed(at=WINTER, kind="alert")),
        replace(SMALL, impact=ImpactSet(end=Moment(at=SUMMER, until=WINTER))),
        replace(SMALL, roles=(Part(role=COMMANDER, name="C", person="Ada", since=SUMMER, until=WINTER),)),
    ],
    ids=["resolved", "answered", "told", "noticed", "impact", "roles"],
)
def test_every_time_that_a_form_may_show_counts(late: Document) -> None:
    assert put_back(late).changes
    assert not put_back(SMALL).changes
