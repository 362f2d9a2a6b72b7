"""The reference of events says what the events are."""

from __future__ import annotations

import pytest

from tests.core.pages import PAGE, page
from tocsin.core.events import EVENTS, Event


def test_the_reference_of_events_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Make it anew: python -m tests.core.pages"


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_every_event_says_what_it_means(event: type[Event]) -> None:
    said = event.__doc__ or ""
    assert said and not said.startswith(f"{event.__name__}("), "A dataclass without a docstring gets its signature."
