"""R4, R5: PostgreSQL goes away, or the line to it is cut at the commit; nobody hangs, nothing is lost or doubled."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import pytest
import sqlalchemy as sa

from tests.faults import away
from tests.faults.load import COMMUNITIES, anything, crowd, peopled
from tests.faults.rig import Crew, Installation, insist, installed, wait_for
from tests.faults.verdict import judged
from tests.integrations.world import running
from tocsin import bootstrap, playbooks, settings
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Answer, Tocsin
from tocsin.engine.worker import Worker
from tocsin.ports import Ports
from tocsin.store import tables as t
from tocsin.store.works import Unavailable
from tocsin.store.writer import open_store

pytestmark = pytest.mark.postgres
Figures = Callable[[str], None]

# ── R4 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Size:
    """For how many seconds it is away, how many people ask, and how much."""

    away: float
    clients: int
    commands: int


SHORT, LONG = Size(away=3, clients=12, commands=150), Size(away=60, clients=200, commands=3000)
WITHIN_SECONDS = 10.0
"""How long anybody may be kept waiting for an answer, on a machine that has other things to do as well."""
POOL = 20
"""So many connections a process may have; and a few files more."""
A_FEW = 8
INCIDENTS = 20


class Timed(Tocsin):
    """Notes how long every answer took, and how many were that the database is away."""

    slowest = 0.0
    turned_away = 0

    def do(self, *given: Any, **named: Any) -> Answer:
        began = time.monotonic()
        try:
            return super().do(*given, **named)
        except Unavailable as no:
            assert str(no).endswith(".")
            self.turned_away += 1
            raise
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)


@pytest.mark.parametrize("forgetful", [False, True], ids=["keys", "forgetful"])
@pytest.mark.parametrize(
    "size", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
def test_nothing_hangs_and_nothing_is_lost_while_postgresql_is_away(
    size: Size, forgetful: bool, tmp_path: Path, servers: Crew, chance: random.Random, figures: Figures
) -> None:
    with away.server() as database, running(tmp_path / "ledger", forgetful=forgetful) as world:
        fake = {"address": world.address, "repeatable": not forgetful}
        installation = installed(tmp_path, database.url, fake=fake)
        peopled(installation, INCIDENTS)
        workers = [servers.start(installation, listens=False) for _ in range(2)]
        wait_for("the workers", lambda: all(each.ready.is_set() for each in workers))
        with _door(installation) as door, crowd([door], clients=size.clients) as people:
            requests = ((token, anything(chance, token, _incident(chance))) for token in _tokens(size.commands))
            people.ask(islice(requests, size.commands // 2))
            world.trouble("wait", seconds=1, lasts=2)  # so that some are under way when it goes
            wait_for("some answers", lambda: len(people.ledger) > size.commands // 6)
            wait_for("work", lambda: sum(wish.state == "doing" and wish.left for wish in installation.wishes()) > 3)
            with _files([os.getpid(), *(each.pid for each in workers)]) as files:
                database.stop()
                gone = len(world.done())
                people.ask(requests)
                time.sleep(size.away)
                meanwhile, before = len(world.done()) - gone, len(world.asked())
                database.start()
                back = time.monotonic()
                wait_for("the next effect", lambda: len(world.asked()) > before)
                resumed = time.monotonic() - back
                wait_for("the last answer", lambda: not people.outstanding)
        wait_for("the outbox", lambda: not installation.rest())
        assert [each.stop() for each in workers] == [0, 0]
        verdict = judged(installation, world.done(), people.ledger)
    keys = "forgets" if forgetful else "knows"
    figures(
        f"R4 PostgreSQL away for {size.away:g} seconds, receiver {keys} keys: {verdict}, {meanwhile} done meanwhile; "
        f"{door.turned_away} turned away, slowest answer {door.slowest:.1f} seconds; at work again after {resumed:.1f} "
        f"seconds; at most {max(files.more.values())} files more than before"
    )
    assert verdict.faults == {}
    assert forgetful or verdict.unknown == set()
    assert door.turned_away and door.slowest < WITHIN_SECONDS
    assert resumed < 5
    assert max(files.more.values()) <= POOL + A_FEW


@contextmanager
def _door(installation: Installation) -> Iterator[Timed]:
    with bootstrap.open_tocsin(settings.load(installation.data)) as opened:
        yield Timed(opened.store, opened.playbook, opened.clock, opened.serves)


def _tokens(number: int) -> Iterator[str]:
    return (f"k{each:07}" for each in range(number))


def _incident(chance: random.Random) -> IncidentNumber:
    return IncidentNumber(chance.randint(1, INCIDENTS))


@dataclass
class Files:
    """How many files processes have open, compared with when this was made."""

    processes: list[int]
    more: dict[int, int] = field(default_factory=dict)

    def watch(self, over: threading.Event) -> None:
        base = {process: self._open(process) for process in self.processes}
        while not over.wait(0.05):
            for process in self.processes:
                self.more[process] = max(self.more.get(process, 0), self._open(process) - base[process])

    def _open(self, process: int) -> int:
        return len(list(Path(f"/proc/{process}/fd").iterdir()))


@contextmanager
def _files(processes: list[int]) -> Iterator[Files]:
    files, over = Files(processes=processes), threading.Event()
    watching = threading.Thread(target=files.watch, args=(over,))
    watching.start()
    try:
        yield files
    finally:
        over.set()
        watching.join()


# ── R5 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("times", [pytest.param(20, id="short"), pytest.param(200, id="long", marks=pytest.mark.long)])
def test_a_declaration_whose_commit_was_cut_off_is_declared_once(
    times: int, postgres_url: str, tmp_path: Path, chance: random.Random, figures: Figures
) -> None:
    peopled(installed(tmp_path, postgres_url), incidents=0)
    with away.line(postgres_url) as (line, url), open_store(url) as store:
        door, moments = Tocsin(store, playbooks.default()), [chance.choice(get_args(away.Moment)) for _ in range(times)]
        for number, moment in enumerate(moments):
            declare = c.Declare(title=f"Incident {number}")
            line.arm(moment)
            with pytest.raises(Unavailable, match="this may or may not be written"):
                door.do(declare, by="ada", source=f"declare:{number}")
            insist(door, declare, source=f"declare:{number}")
        with store.read() as connection:
            found = connection.execute(sa.select(t.incidents.c.number, t.incidents.c.source).order_by("number")).all()
    assert line.cut == times
    assert found == [(number, f"declare:{number - 1}") for number in range(1, times + 1)]
    figures(
        f"R5 PostgreSQL, cut at the commit {times} times ({moments.count('after')} after it was heard): {len(found)} "
        f"declared, 0 lost, 0 twice"
    )


@pytest.mark.parametrize("forgetful", [False, True], ids=["keys", "forgetful"])
@pytest.mark.parametrize("times", [pytest.param(12, id="short"), pytest.param(200, id="long", marks=pytest.mark.long)])
def test_a_worker_whose_commits_are_cut_off_delivers_each_letter_once(
    times: int, forgetful: bool, postgres_url: str, tmp_path: Path, chance: random.Random, figures: Figures
) -> None:
    """Whichever commit it is: when it takes a letter, lets it leave, or keeps what came of it."""
    installation = installed(tmp_path, postgres_url)
    peopled(installation, INCIDENTS)
    with running(tmp_path / "ledger", forgetful=forgetful) as world, away.line(postgres_url) as (line, url):
        mailer = world.fake(ports="mailer", repeatable=not forgetful)
        with installation.opened() as door, _worker(url, Ports(mailer=mailer)):
            for number in range(times):
                time.sleep(chance.uniform(0, 0.02))
                line.arm(chance.choice(get_args(away.Moment)))
                door.do(_letter(number, chance), by="ada")
                wait_for("the cut", lambda number=number: line.cut > number)  # type: ignore[misc]
            wait_for("the outbox", lambda: not installation.rest())
        wishes, keys = installation.outward(), [each["key"] for each in world.done()]
    unknown = [wish for wish in wishes if wish.state == "unknown"]
    figures(
        f"R5 PostgreSQL, a worker cut off at {line.cut} commits, receiver {'forgets' if forgetful else 'knows'} keys: "
        f"{len(set(keys))} of {times} letters sent, {len(keys) - len(set(keys))} of them twice, {len(unknown)} unknown"
    )
    assert len(keys) == len(set(keys)) == times
    assert {wish.state for wish in wishes} == {"done"}


@contextmanager
def _worker(url: str, ports: Ports) -> Iterator[None]:
    with open_store(url) as store:
        worker = Worker(Tocsin(store, playbooks.default()), ports, lease=timedelta(seconds=0.5))
        working = threading.Thread(target=worker.run)
        working.start()
        try:
            yield
        finally:
            worker.stop()
            working.join()


def _letter(number: int, chance: random.Random) -> c.Command:
    community = chance.choice(COMMUNITIES[:4]).slug
    return c.PostUpdate(incident=_incident(chance), text=f"Letter {number}.", communities=(community,))
