"""Tocsin at work, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.office import Clock, office
from tocsin.engine.door import Tocsin


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tocsin(db_url: str, clock: Clock) -> Iterator[Tocsin]:
    """On an empty database of either kind; its clock stands at noon until somebody moves it."""
    with office(db_url, clock) as opened:
        yield opened
