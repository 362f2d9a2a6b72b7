"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tocsin.core.refused import Refused
from tocsin.language.when import when

THEN = datetime(2026, 11, 12, 1, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-12T01:45Z",
        "2026-11-12T01:45:00Z",
        "2026-11-12 01:45Z",
        "2026-11-12 01:45 Z",
        "2026-11-12T03:45+02:00",
        "2026-11-12 03:45 +02:00",
        "2026-11-12 01:45 UTC",
        " 2026-11-12 03:45 Europe/Bucharest ",
    ],
)
def test_one_instant_has_many_spellings(text: str) -> None:
    assert when(text) == THEN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-12 01:45", "does not say in which zone"),
        ("2026-11-12T01:45", "does not say in which zone"),
        ("2026-11-12", "is a day, not a time"),
        ("2026-02-30T01:45Z", "is no time"),
        ("2026-11-12T24:01Z", "is no time"),
        ("now", "is no time"),
        ("", "is no time"),
        ("2026-11-12 01:45 Europe/Atlantis", "is no time zone"),
        ("2026-11-12T01:45Z UTC", "names its zone twice"),
        ("2026-03-29 03:30 Europe/Bucharest", "never was"),
        ("2026-10-25 03:30 Europe/Bucharest", "was twice"),
        ("0001-01-01T00:00+14:00", "outside the calendar"),
        ("9999-12-31T23:59-10:00", "outside the calendar"),
    ],
)
def test_what_names_no_one_instant_is_refused(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        when(text)


def test_a_time_that_was_twice_is_asked_for_by_its_offset() -> None:
    with pytest.raises(Refused, match=r"Write 2026-10-25T03:30\+03:00 or 2026-10-25T03:30\+02:00\."):
        when("2026-10-25 03:30 Europe/Bucharest")
