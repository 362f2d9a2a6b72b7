"""What every test of faults ends with: one line of figures, and the seed that makes the same faults again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.faults.rig import SEED, Crew


@pytest.fixture
def chance() -> random.Random:
    """Dice that fall the same way again with TOCSIN_SEED set to the seed that was printed."""
    print(f"TOCSIN_SEED={SEED}")  # noqa: T201 — pytest shows it where the test fails
    return random.Random(SEED)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes the line that the summary of this run shows for the test."""
    properties = request.node.user_properties
    return lambda line: properties.append(("figures", f"{line} (seed {SEED})"))


@pytest.fixture(scope="session")
def _crew() -> Iterator[Crew]:
    with closing(Crew()) as crew:
        yield crew


@pytest.fixture
def servers(_crew: Crew) -> Iterator[Crew]:
    """Makes processes that serve an installation. None of them outlives the test."""
    yield _crew
    _crew.disband()
