"""R1: servers are killed at random moments under load; nothing accepted is lost, nothing is done twice."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import Crowd, anything, crowd, peopled
from tests.faults.rig import PATIENCE, Crew, Installation, Server, asking, insist, installed, wait_for
from tests.faults.verdict import judged
from tests.integrations.world import World, running
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.worker import HANDS


@dataclass(frozen=True, kw_only=True)
class Size:
    """How often each process is killed: until so much was accepted meanwhile, or the machine is too slow for it."""

    cycles: int
    most: int
    accepted: int
    incidents: int


SHORT = Size(cycles=20, most=25, accepted=1000, incidents=20)
LONG = Size(cycles=200, most=1000, accepted=20_000, incidents=200)
LONGEST_LIFE = 0.3
"""Seconds that a process lives."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Which database, and what the receiver makes of something it is sent twice."""

    database: str
    forgetful: bool
    size: Size

    @property
    def reports(self) -> int:
        """How many are published: only where that may be repeated, which every publisher promises."""
        return 0 if self.forgetful else 10

    def param(self) -> Any:
        marks = [pytest.mark.long] if self.size is LONG else []
        marks += [pytest.mark.postgres] if self.database == "postgres" else []
        name = f"{self.database}-{'forgetful' if self.forgetful else 'keys'}-{self.size.cycles}"
        return pytest.param(self, marks=marks, id=name)


CASES = [
    Case(database="sqlite", forgetful=False, size=SHORT),
    Case(database="postgres", forgetful=True, size=SHORT),
    *(Case(database=each, forgetful=how, size=LONG) for each in ("sqlite", "postgres") for how in (False, True)),
]


@pytest.fixture
def world(case: Case, tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger", forgetful=case.forgetful) as world:
        yield world


@pytest.fixture
def installation(case: Case, world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Installation:
    url = request.getfixturevalue(f"{case.database}_url")
    return installed(tmp_path, url, fake={"address": world.address, "repeatable": not case.forgetful})


@pytest.mark.parametrize("case", [case.param() for case in CASES])
def test_nothing_is_lost_however_often_the_servers_are_killed(
    case: Case,
    installation: Installation,
    world: World,
    servers: Crew,
    chance: random.Random,
    figures: Callable[[str], None],
) -> None:
    peopled(installation, case.size.incidents, case.reports)
    with crowd([asking(installation.socket)]) as people:
        killed = _under_fire(case, people, _parts(installation, servers), chance)
        meanwhile = len(people.ledger)
        sent_again = _at_peace(servers, people, installation, patience=PATIENCE + case.size.accepted / 10)
    verdict = judged(installation, world.done(), people.ledger)
    keys = "forgets" if case.forgetful else "knows"
    figures(
        f"R1 {installation.kind}, receiver {keys} keys: {killed} killed while {meanwhile} were accepted; {verdict}; "
        f"{sent_again} quarantined and sent again by hand"
    )
    assert verdict.faults == {}
    assert case.forgetful or verdict.unknown == set()
    assert max(_lost_with(installation).values(), default=0) <= HANDS


Start = Callable[[], Server]


def _parts(installation: Installation, servers: Crew) -> list[Start]:
    """On SQLite one process is everything; on PostgreSQL one takes commands, and two work."""
    if installation.is_sqlite:
        return [partial(servers.start, installation)]
    start = partial(servers.start, installation)
    return [partial(start, works=False), *[partial(start, listens=False)] * 2]


def _under_fire(case: Case, people: Crowd, parts: list[Start], chance: random.Random) -> int:
    """How many processes were killed. What is asked comes in step with the deaths of the first, the one that hears it;
    the others die as long as it does."""
    size, requests, over = case.size, _requests(case, chance), threading.Event()
    batch = size.accepted // size.cycles

    def goes_on(cycles: int) -> bool:
        people.ask(islice(requests, batch))
        return cycles < size.cycles or (people.outstanding > batch and cycles < size.most)

    with ThreadPoolExecutor(len(parts)) as pool:
        others = [
            pool.submit(_lives, part, people, random.Random(chance.random()), lambda _: not over.is_set())
            for part in parts[1:]
        ]
        try:
            killed = _lives(parts[0], people, chance, goes_on)
        finally:
            over.set()
        return killed + sum(each.result() for each in others)


def _lives(start: Start, people: Crowd, chance: random.Random, goes_on: Callable[[int], bool]) -> int:
    """How many short ones there were, one right after the other.

    One in five is counted from birth. The others are counted from the first answer that anybody gets after it, for
    however slow the machine is, they are to be killed at work.
    """
    lives = 0
    while goes_on(lives):
        before, server = len(people.ledger), start()
        if chance.random() < 0.8:
            server.ready.wait(PATIENCE)
            until = time.monotonic() + 1
            while len(people.ledger) == before and time.monotonic() < until:
                time.sleep(0.002)
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        server.kill()
        lives += 1
    return lives


def _requests(case: Case, chance: random.Random) -> Iterator[tuple[str, c.Command]]:
    """The reports are published at any time; their incidents are numbered after those that are open."""
    size = case.size
    moments = chance.sample(range(size.accepted), case.reports)
    publishing = {moment: incident for incident, moment in enumerate(moments, start=size.incidents + 1)}
    for number in range(size.accepted):
        token = f"k{number:07}"
        if number in publishing:
            yield token, c.Publish(incident=IncidentNumber(publishing[number]))
        else:
            yield token, anything(chance, token, IncidentNumber(chance.randint(1, size.incidents)))


def _at_peace(servers: Crew, people: Crowd, installation: Installation, patience: float) -> int:
    """What is left is worked off; of what had been quarantined a person says to try it again, and is counted."""
    server, again = servers.start(installation), 0
    wait_for("the last answer", lambda: not people.outstanding, patience)
    wait_for("the outbox", lambda: not installation.rest(), patience)
    for wish in installation.wishes():
        if wish.state == "quarantined":
            insist(asking(installation.socket), c.TryAgain(effect=wish.id), source=f"again:{wish.id}")
            again += 1
    wait_for("the outbox", lambda: not installation.rest())
    assert server.stop() == 0
    return again


def _lost_with(installation: Installation) -> Counter[tuple[str, str]]:
    """How many wishes of a port became unknown with each worker that was killed: one for each hand, no more."""
    takers = installation.takers()
    return Counter((takers[wish.id], wish.effect.port) for wish in installation.wishes() if wish.state == "unknown")
