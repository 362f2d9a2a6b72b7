"""Times of an impact that cannot well be true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.world import MINUTE, NOON, ONE, Story, declared
from tocsin.core import commands as c
from tocsin.core.incident import Incident
from tocsin.core.plausible import doubts

DAY = timedelta(days=1)


def told(**impact: timedelta) -> Story:
    """Declared and resolved a little after noon; the impact as told, counted from noon."""
    story = declared()
    story.tell(c.Resolve(incident=ONE, verified="Logged in."))
    story.clock += DAY
    if impact:
        bounds: dict[str, Any] = {name: NOON + since for name, since in impact.items()}
        story.tell(c.SetImpact(incident=ONE, **bounds))
    return story


def said(story: Story) -> list[str]:
    return list(doubts(story.incident, story.entries))


@pytest.mark.parametrize(
    "impact",
    [
        {},
        {"start": -DAY, "end": MINUTE},
        {"start": -6 * DAY},
        {"start": -30 * DAY, "start_until": -DAY},
        {"end": 30 * MINUTE},
    ],
)
def test_what_can_well_be_is_not_doubted(impact: dict[str, timedelta]) -> None:
    assert said(told(**impact)) == []


def test_a_beginning_long_before_anybody_noticed_is_doubted() -> None:
    assert said(told(start=-365 * DAY)) == ["The impact began 365 days before anybody noticed; is the date right?"]


def test_what_somebody_saw_then_makes_it_well_possible() -> None:
    story = told(start=-20 * DAY)
    story.tell(c.Note(incident=ONE, kind="finding", text="Slow."), at=NOON - 18 * DAY)
    assert said(story) == []


def test_a_line_that_says_when_it_began_shows_nobody_who_noticed() -> None:
    story = told(start=-20 * DAY)
    story.tell(c.Note(incident=ONE, kind="impact-began", text="The disk was full."), at=NOON - 20 * DAY)
    assert said(story) == ["The impact began 20 days before anybody noticed; is the date right?"]


def test_a_beginning_after_it_was_resolved_is_doubted() -> None:
    assert said(told(start=20 * MINUTE)) == ["The impact began after it was resolved."]


def test_an_end_long_after_it_was_resolved_is_doubted() -> None:
    assert said(told(end=2 * timedelta(hours=1))) == ["The impact ended after the incident was resolved."]


def test_of_nothing_nothing_is_doubted() -> None:
    assert list(doubts(Incident(number=ONE), [])) == []
    assert list(doubts(told(start=-365 * DAY).incident, [])) != []
