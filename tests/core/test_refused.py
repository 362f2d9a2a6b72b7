"""The one way to say no to a person."""

from __future__ import annotations

from datetime import timedelta, timezone

from tests.core.world import NOON
from tocsin.core.refused import Refused


def test_a_time_in_a_refusal_is_in_utc_for_whoever_knows_no_better() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=-3)))
    assert str(Refused(there, " is still to come.")) == "2026-11-12 12:00 UTC is still to come."
    assert str(Refused("Not before ", NOON + timedelta(seconds=7), ".")) == "Not before 2026-11-12 12:00:07 UTC."


def test_whoever_shows_a_refusal_says_its_time_on_a_clock_of_theirs() -> None:
    assert Refused("Not before ", NOON, ".").said(lambda at: f"{at:%H} o'clock") == "Not before 12 o'clock."


def test_a_refusal_knows_whether_it_speaks_of_a_time() -> None:
    assert Refused("Not before ", NOON, ".").timed
    assert not Refused("No.").timed
