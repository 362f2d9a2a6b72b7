"""R2: the line is cut after the effect, or the process killed between doing and recording: not lost, not doubled."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import COMMUNITIES, crowd, peopled
from tests.faults.rig import Crew, Installation, Server, asking, installed, wait_for
from tests.faults.server import TRIGGER
from tests.faults.verdict import Done, judged
from tests.integrations.world import World, running
from tests.needs import program
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber

LEASE = 0.5
"""Seconds: only one worker at a time is at work here, so that nobody is taken for dead who is but slow."""
INCIDENTS = 5
KILLS, CUTS = ("before", "leave", "after"), ("cut-after", "half")
"""What ends the process: before the port's call, when it is about to leave, after the call; and what the receiver does
to its answer, after the effect."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Somewhere that effects go, and what can go wrong on the way."""

    name: str
    port: str
    forgetful: bool = False
    git: bool = False

    @property
    def faults(self) -> tuple[str, ...]:
        if self.port == "mailer":
            return KILLS + CUTS
        return ("before", "after") if self.git else ("before", "after", *CUTS)


DESTINATIONS = [
    Destination(name="mail-keys", port="mailer"),
    Destination(name="mail-forgetful", port="mailer", forgetful=True),
    Destination(name="published-keys", port="publisher"),
    Destination(name="published-git", port="publisher", git=True),
]
SIZES = [pytest.param(2, id="short"), pytest.param(100, id="long", marks=pytest.mark.long)]
"""How often each fault strikes."""


@pytest.fixture(params=DESTINATIONS, ids=lambda each: each.name)
def destination(request: pytest.FixtureRequest) -> Destination:
    found: Destination = request.param
    return found


@pytest.fixture
def world(destination: Destination, tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger", forgetful=destination.forgetful) as world:
        yield world


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An empty repository, as a server has it."""
    subprocess.run([program("git", "apt-get install git"), "init", "-q", "--bare", "-b", "main", tmp_path / "r.git"],
                   check=True)  # fmt: skip
    return tmp_path / "r.git"


@pytest.fixture
def installation(destination: Destination, db_url: str, tmp_path: Path, world: World, bare: Path) -> Installation:
    fake: dict[str, Any] = {"address": world.address, "repeatable": not destination.forgetful}
    if destination.git:
        return installed(tmp_path, db_url, fake={**fake, "ports": "mailer"}, gitrepo={"repository": str(bare)})
    return installed(tmp_path, db_url, fake=fake)


@pytest.mark.parametrize("times", SIZES)
def test_what_was_done_and_not_taken_down_is_neither_lost_nor_done_again(
    times: int,
    destination: Destination,
    installation: Installation,
    world: World,
    bare: Path,
    servers: Crew,
    chance: random.Random,
    figures: Callable[[str], None],
) -> None:
    faults = chance.sample(destination.faults * times, k=times * len(destination.faults))
    publishes = destination.port == "publisher"
    peopled(installation, INCIDENTS, reports=len(faults) if publishes else 0)
    server = _fresh(servers, installation)
    with crowd([asking(installation.socket)], clients=1) as people:
        for number, fault in enumerate(faults):
            if fault in KILLS:  # what was cut before is done by now, so that nothing kills three times
                wait_for("the outbox", lambda: not installation.rest())
            struck = _prepared(fault, installation, world, server)
            people.ask([_publication(number) if publishes else _update(number, chance)])
            wait_for(fault, struck)
            if fault in KILLS:
                server = _fresh(servers, installation)
    wait_for("the outbox", lambda: not installation.rest())
    assert server.stop() == 0
    verdict = judged(installation, _committed(bare) if destination.git else world.done(), people.ledger)
    each = f"{times} × {' + '.join(destination.faults)}"
    figures(f"R2 {installation.kind}, {destination.name}, {each}: {verdict}")
    assert verdict.faults == {}
    assert len(verdict.unknown) == (len(faults) - times if destination.forgetful else 0)  # `before`, nothing had left


def _fresh(servers: Crew, installation: Installation) -> Server:
    return servers.start(installation, lease=LEASE, through="tests.faults.server:deadly")


def _prepared(fault: str, installation: Installation, world: World, server: Server) -> Callable[[], bool]:
    """Sees to it that the next call meets the fault; whether it has struck."""
    if fault in KILLS:
        (installation.data / "new").write_text(fault)
        (installation.data / "new").rename(installation.data / TRIGGER)
        return lambda: server.ended.done() and server.wait() == -9
    before = len(world.asked(answer=fault))
    world.trouble(fault, times=1)
    return lambda: len(world.asked(answer=fault)) > before


def _update(number: int, chance: random.Random) -> tuple[str, c.Command]:
    """One letter to one person."""
    token, place = f"k{number:07}", chance.choice(COMMUNITIES[:4])
    incident = IncidentNumber(chance.randint(1, INCIDENTS))
    return token, c.PostUpdate(incident=incident, text=f"Update {token}", communities=(place.slug,))


def _publication(number: int) -> tuple[str, c.Command]:
    return f"k{number:07}", c.Publish(incident=IncidentNumber(INCIDENTS + 1 + number))


def _committed(bare: Path) -> list[Done]:
    """What the repository's history says, the first commit first."""
    log = ["git", "-C", str(bare), "log", "--reverse", "--format=%B%x00", "main"]
    said = subprocess.run(log, check=True, capture_output=True, text=True).stdout.split("\0")
    return [{"port": "publisher", "payload": {"message": each}} for each in said if each.strip()]
