"""Order: per incident and destination first in, first out, whatever fails; nothing is lost, nothing asked for twice."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.engine.office import Clock, office
from tests.faults.lanes import STEPS, Parcel, Step, begun, lost, out_of_turn, overtaken, repeated
from tests.faults.load import COMMUNITIES, peopled
from tests.faults.rig import SEED, Installation, installed, wait_for
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.effects import EFFECTS, Wish
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin, now
from tocsin.engine.worker import Worker
from tocsin.ports import Failed, Leaving, Mail, Pace, Ports, freely
from tocsin.store.writer import open_store

Figures = Callable[[str], None]
RUNS = {"sqlite": (40, 500), "postgresql": (12, 150)}
"""Short, long."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tocsin(db_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tocsin]:
    monkeypatch.setitem(EFFECTS, Parcel.__name__, Parcel)
    with office(db_url, clock) as opened:
        yield opened


# ── step by step ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_whatever_fails_each_lane_stays_in_order(tocsin: Tocsin, clock: Clock, db_url: str, figures: Figures) -> None:
    figures(f"order, {_played(tocsin, clock, RUNS[_kind(db_url)][0])}, on {_kind(db_url)}")


@pytest.mark.long
def test_whatever_fails_each_lane_stays_in_order_500_times(
    tocsin: Tocsin, clock: Clock, db_url: str, figures: Figures
) -> None:
    figures(f"order, {_played(tocsin, clock, RUNS[_kind(db_url)][1])}, on {_kind(db_url)}")


def _kind(url: str) -> str:
    return url.partition(":")[0].partition("+")[0]


def _played(tocsin: Tocsin, clock: Clock, runs: int) -> str:
    """Random scripts of faults, each judged; what they came to."""
    performed = wished = 0

    @seed(SEED)
    @settings(max_examples=runs, derandomize=False, database=None, suppress_health_check=list(HealthCheck))
    @given(incidents=st.integers(1, 3), repeatable=st.booleans(), steps=STEPS)
    def run(incidents: int, repeatable: bool, steps: list[Step]) -> None:
        nonlocal performed, wished
        play = begun(tocsin, clock, incidents=incidents, repeatable=repeatable)
        play.play(steps)
        play.drain()
        assert (out_of_turn(play), overtaken(play), lost(play), repeated(play), play.mismatches()) == ([],) * 5
        performed += sum(each.what == "performed" for each in play.happened)
        wished += len(play.wished)

    run()
    return f"{runs} scripts of faults: {wished} wishes, asked for {performed} times, 0 lost, 0 out of order"


# ── with threads ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Moody:
    """A mailer that knows keys; half of the time it fails, before or after it has done what it was asked."""

    dice: random.Random
    repeatable: bool = True
    pace: Pace | None = None
    done: dict[str, None] = field(default_factory=dict)
    asked: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        with self.turn:
            self.asked += 1
            mood, wait = self.dice.random(), self.dice.random() / 200
        time.sleep(wait)
        if mood < 0.2:
            raise Failed("Not in the mood.", unsure=mood < 0.1)
        with self.turn:
            self.done.setdefault(mail.key)
        if mood > 0.8:
            raise Failed("The line was cut.", unsure=True)


def hurried() -> Callable[[], datetime]:
    """A clock, some days late, of which an hour passes in a few seconds: nobody has to wait for a pause of a minute."""
    began = time.monotonic()
    start = now() - timedelta(days=30)
    return lambda: start + (time.monotonic() - began) * timedelta(seconds=200)


def test_workers_at_one_outbox_keep_each_lane_in_order(
    db_url: str, tmp_path: Path, chance: random.Random, figures: Figures
) -> None:
    figures(_worked(installed(tmp_path, db_url), chance, 90))


@pytest.mark.long
def test_workers_at_one_outbox_keep_each_lane_in_order_for_long(
    db_url: str, tmp_path: Path, chance: random.Random, figures: Figures
) -> None:
    figures(_worked(installed(tmp_path, db_url), chance, 1500))


def _worked(installation: Installation, chance: random.Random, commands: int) -> str:
    """Three people ask, three workers perform (on SQLite one, who has four hands), and the receiver is moody."""
    peopled(installation, 3)
    mailer, workers = Moody(dice=random.Random(chance.random())), 1 if installation.is_sqlite else 3
    with _at_work(installation, Ports(mailer=mailer), workers) as tocsin:
        _all_asked(tocsin, chance, commands)
        wait_for("everything to come true", lambda: not installation.rest())
    lanes: dict[str, list[Wish]] = defaultdict(list)
    wishes = {f"tocsin-{wish.mark}": wish for wish in installation.outward()}
    done = [key for key in mailer.done if key in wishes]
    for key in done:
        lanes[wishes[key].effect.lane].append(wishes[key])
    assert {wish.state for wish in wishes.values()} == {"done"}
    assert set(done) == set(wishes)
    assert [lane for lane in lanes.values() if lane != sorted(lane, key=lambda wish: wish.id)] == []
    assert installation.mismatches() == []
    return (
        f"order, {workers} at work on {installation.kind}: {len(wishes)} effects in {len(lanes)} lanes, asked for "
        f"{mailer.asked} times, 0 lost, 0 out of order"
    )


@contextmanager
def _at_work(installation: Installation, ports: Ports, workers: int) -> Iterator[Tocsin]:
    """Each of them as in a process of its own; on SQLite there is one, through whose store everything goes."""
    clock = hurried()
    with ExitStack() as opened:
        stores = [opened.enter_context(open_store(installation.url)) for _ in range(workers)]
        offices = [Tocsin(store, playbooks.default(), clock, ("clock", "mailer")) for store in stores]
        crew = [Worker(office, ports) for office in offices]
        over = threading.Event()
        threads = [threading.Thread(target=each.run) for each in crew]
        threads += [threading.Thread(target=_hurry, args=(store.bell, over)) for store in stores]
        for thread in threads:
            thread.start()
        try:
            yield offices[0]
        finally:
            over.set()
            for each in crew:
                each.stop()
            for thread in threads:
                thread.join()


def _hurry(bell: threading.Event, over: threading.Event) -> None:
    """A worker who waits for some seconds of that clock waits for seconds of ours."""
    while not over.wait(0.01):
        bell.set()


def _all_asked(tocsin: Tocsin, chance: random.Random, commands: int) -> None:
    def ask(dice: random.Random) -> None:
        for _ in range(commands // 3):
            incident = IncidentNumber(dice.randint(1, 3))
            tocsin.do(_something(dice, incident), by="ada")

    threads = [threading.Thread(target=ask, args=(random.Random(chance.random()),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _something(dice: random.Random, incident: IncidentNumber) -> c.Command:
    if dice.random() < 0.5:
        return c.Delegate(incident=incident, what="See to it.", to=dice.choice(("bob", "expert1")))
    slug = dice.choice(COMMUNITIES[:2]).slug
    return c.PostUpdate(incident=incident, text="We are on it.", communities=(slug,))
