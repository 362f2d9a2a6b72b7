"""R17: workers are asked to stop, under load, again and again; they finish what they have begun, and nobody notices."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.load import Crowd, anything, crowd, peopled
from tests.faults.rig import Crew, Installation, asking, installed, wait_for, worker
from tests.faults.verdict import judged
from tests.integrations.world import World, running
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.engine.worker import DRAIN, Worker
from tocsin.ports import Ports

RESTARTS = [pytest.param(6, id="short"), pytest.param(100, id="long", marks=pytest.mark.long)]
SLOW = 0.15
"""Seconds that every effect takes, so that some are under way whenever a worker is asked to stop."""
BATCH = 30
"""Commands that are asked between two restarts."""
INCIDENTS = 20


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """It does again what it is asked again, and takes its time."""
    with running(tmp_path / "ledger", forgetful=True) as world:
        world.trouble("wait", seconds=SLOW)
        yield world


@pytest.mark.parametrize("times", RESTARTS)
def test_workers_are_replaced_and_nobody_notices_on_sqlite(
    times: int,
    sqlite_url: str,
    tmp_path: Path,
    world: World,
    chance: random.Random,
    figures: Callable[[str], None],
) -> None:
    """One stops, then the next begins: two would not be let in."""
    office = _opened(tmp_path, sqlite_url, world)
    with crowd([asking(office.socket)]) as people:
        requests, took = _requests(chance), []
        for _ in range(times):
            with worker(office) as process:
                _busy(office, people, requests, chance)
                took.append(_stopped(office, process.pid, partial(process.wait, 60)))
        with worker(office):
            _at_peace(office, people)
    _judge(office, world, people, took, figures)


@pytest.mark.parametrize("times", RESTARTS)
def test_workers_are_replaced_and_nobody_notices_on_postgresql(
    times: int,
    postgres_url: str,
    tmp_path: Path,
    world: World,
    servers: Crew,
    chance: random.Random,
    figures: Callable[[str], None],
) -> None:
    """The next begins, then one stops; the process that takes commands is replaced as well."""
    office = _opened(tmp_path, postgres_url, world)
    door, old = servers.start(office, works=False), servers.start(office, listens=False)
    with crowd([asking(office.socket)]) as people:
        requests, took = _requests(chance), []
        for _ in range(times):
            _busy(office, people, requests, chance)
            new = servers.start(office, listens=False)
            took.append(_stopped(office, old.pid, old.wait))
            assert door.stop() == 0
            door, old = servers.start(office, works=False), new
        _at_peace(office, people)
    assert (door.stop(), old.stop()) == (0, 0)
    _judge(office, world, people, took, figures)


def test_the_signal_may_come_at_any_moment(sqlite_url: str, tmp_path: Path) -> None:
    """Also while whoever it interrupts holds the lock of the bell, as here."""
    with installed(tmp_path, sqlite_url).opened() as tocsin:
        stopping = threading.Thread(target=_stop_under_its_own_lock, args=(tocsin,), daemon=True)
        stopping.start()
        stopping.join(10)
        assert not stopping.is_alive()


def _stop_under_its_own_lock(tocsin: Tocsin) -> None:
    with tocsin.store.bell._cond:  # type: ignore[attr-defined]
        Worker(tocsin, Ports()).stop()


def _opened(data: Path, url: str, world: World) -> Installation:
    office = installed(data, url, fake={"address": world.address, "repeatable": False})
    peopled(office, INCIDENTS)
    return office


def _requests(chance: random.Random) -> Iterator[tuple[str, c.Command]]:
    for number in range(10**7):
        token = f"k{number:07}"
        yield token, anything(chance, token, IncidentNumber(chance.randint(1, INCIDENTS)))


def _busy(
    office: Installation, people: Crowd, requests: Iterator[tuple[str, c.Command]], chance: random.Random
) -> None:
    """Until something is under way, and a random moment longer."""
    people.ask(islice(requests, BATCH))
    wait_for("work", lambda: any(wish.state == "doing" for wish in office.wishes()))
    time.sleep(chance.uniform(0, 2 * SLOW))


def _stopped(office: Installation, pid: int, wait: Callable[[], int]) -> float:
    """How many seconds it took; what it had begun is finished then."""
    asked = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    assert wait() == 0
    took = time.monotonic() - asked
    under_way = [wish.id for wish in office.wishes() if wish.state == "doing"]
    takers = office.takers()
    assert [number for number in under_way if f":{pid}:" in takers[number]] == []
    return took


def _at_peace(office: Installation, people: Crowd) -> None:
    wait_for("the last answer", lambda: not people.outstanding)
    wait_for("the outbox", lambda: not office.rest())


def _judge(
    office: Installation, world: World, people: Crowd, took: list[float], figures: Callable[[str], None]
) -> None:
    verdict = judged(office, world.done(), people.ledger)
    figures(f"R17 {office.kind}: {len(took)} stopped, each within {max(took):.2f} seconds; {verdict}")
    assert verdict.faults == {}
    assert verdict.unknown == set()
    assert max(took) < DRAIN.total_seconds()
