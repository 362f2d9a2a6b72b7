"""R13: several workers on one database; each effect goes out once, in its turn, and every number is given once."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.office import at_once
from tests.faults.load import COMMUNITIES, crowd, peopled
from tests.faults.rig import Crew, asking, insist, installed, wait_for, worker
from tests.faults.verdict import judged
from tests.integrations.world import World, running
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber

WORKERS = 4
AT_ONCE = 50
INCIDENTS = 10
FOUR = COMMUNITIES[6]
"""Four people speak for it, so that each word to it is four effects."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many effects, and how often fifty people declare at once."""

    effects: int
    rounds: int


SIZES = [
    pytest.param(Size(effects=600, rounds=1), id="short"),
    pytest.param(Size(effects=10_000, rounds=20), id="long", marks=pytest.mark.long),
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """It does again what it is asked again."""
    with running(tmp_path / "ledger", forgetful=True) as world:
        yield world


@pytest.mark.parametrize("size", SIZES)
def test_each_of_many_effects_goes_out_once_and_every_number_is_given_once(
    size: Size,
    postgres_url: str,
    tmp_path: Path,
    world: World,
    servers: Crew,
    chance: random.Random,
    figures: Callable[[str], None],
) -> None:
    office = installed(tmp_path, postgres_url, fake={"address": world.address, "repeatable": False})
    peopled(office, INCIDENTS)
    sockets = [tmp_path / f"{number}.sock" for number in range(WORKERS)]
    working = [servers.start(office, listens=socket, lease=30) for socket in sockets]
    numbers = [number for each in range(size.rounds) for number in _declared(sockets, each)]
    with crowd([asking(socket) for socket in sockets], clients=8) as people:
        people.ask(_update(number, chance) for number in range(size.effects // len(FOUR.representatives)))
    wait_for("the outbox", lambda: not office.rest(), patience=size.effects / 10)
    assert [server.stop() for server in working] == [0] * WORKERS
    verdict, shares = judged(office, world.done(), people.ledger), Counter(office.takers().values())
    figures(
        f"R13 PostgreSQL, {WORKERS} workers: {verdict}; their shares {sorted(shares.values())}; "
        f"{size.rounds} × {AT_ONCE} declared at once, {len(set(numbers))} distinct numbers"
    )
    assert verdict.faults == {}
    assert verdict.unknown == set()
    assert {wish.state for wish in office.outward()} == {"done"}
    assert sorted(numbers) == list(range(INCIDENTS + 1, INCIDENTS + 1 + size.rounds * AT_ONCE))
    assert len(shares) == WORKERS


def test_a_second_worker_on_sqlite_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    office = installed(tmp_path, sqlite_url)
    with worker(office):
        command = [sys.executable, "-m", "tocsin", "worker", "--data", str(tmp_path)]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert second.returncode == 1
    assert "Another worker, or a command that is sending still, has this folder." in second.stderr


def _declared(sockets: list[Path], turn: int) -> list[int]:
    """The numbers that fifty people got, who all declared at the same moment, at any of the workers."""
    doors = [asking(sockets[number % WORKERS]) for number in range(AT_ONCE)]
    answers = at_once(AT_ONCE, lambda number: insist(
        doors[number], c.Declare(title="Nobody can log in"), source=f"declared:{turn}:{number}"
    ))  # fmt: skip
    return [answer.incident or 0 for answer in answers]


def _update(number: int, chance: random.Random) -> tuple[str, c.Command]:
    token, incident = f"k{number:07}", IncidentNumber(chance.randint(1, INCIDENTS))
    return token, c.PostUpdate(incident=incident, text=f"Update {token}", communities=(FOUR.slug,))
