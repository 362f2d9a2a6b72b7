"""R6, R7: the receiver is away for seconds, minutes or days, or wants to be asked slowly; it misses nothing by it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from tests.cli.shell import Shell
from tests.engine.office import Clock, declared, entries, mismatches, office
from tests.faults.load import COMMUNITIES, peopled
from tests.faults.rig import Crew, Installation, asking, insist, installed, wait_for
from tests.integrations.world import World, running
from tocsin.core import commands as c
from tocsin.core.effects import PublishReport, WishState
from tocsin.core.events import DeliveryReported, ReportPublished
from tocsin.core.ids import IncidentNumber
from tocsin.engine.door import Tocsin
from tocsin.engine.retry import LONGEST
from tocsin.engine.worker import Worker
from tocsin.ports import Ports
from tocsin.store import outbox

Figures = Callable[[str], None]
LETTERS = 40


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger") as world:
        yield world


# ── R6: away for seconds, with real processes ──────────────────────────────────────────────────────────────────────

PUBLICATIONS = 6
NOISE = 0.1
"""Seconds that a busy machine may add to any median."""


def test_after_four_seconds_everything_is_delivered_and_nobody_else_was_delayed(
    sqlite_url: str, tmp_path: Path, world: World, servers: Crew, figures: Figures
) -> None:
    figures(_four_seconds(installed(tmp_path, sqlite_url, fake=_mailer(world)), world, servers))


@pytest.mark.long
def test_after_four_seconds_everything_is_delivered_and_nobody_else_was_delayed_on_postgresql(
    postgres_url: str, tmp_path: Path, world: World, servers: Crew, figures: Figures
) -> None:
    figures(_four_seconds(installed(tmp_path, postgres_url, fake=_mailer(world)), world, servers))


def _mailer(world: World, **more: object) -> dict[str, object]:
    return {"address": world.address, "ports": "mailer", **more}


def _four_seconds(installation: Installation, world: World, servers: Crew) -> str:
    peopled(installation, 10, reports=2 * PUBLICATIONS + 1)
    servers.start(installation)
    reports = iter(range(11, 11 + 2 * PUBLICATIONS + 1))
    _published(installation, next(reports))  # the first of all makes the repository
    world.kill()
    gone = time.monotonic()
    for number in range(LETTERS):
        _write_to_a_speaker(installation, number)
    during = median(_published(installation, next(reports)) for _ in range(PUBLICATIONS))
    time.sleep(max(0.0, gone + 4 - time.monotonic()))
    world.start()
    back = time.monotonic()
    wait_for("the letters", lambda: len(world.done()) >= LETTERS)
    took = time.monotonic() - back
    usual = median(_published(installation, next(reports)) for _ in range(PUBLICATIONS))
    keys = [each["key"] for each in world.done()]
    assert (len(keys), len(set(keys))) == (LETTERS, LETTERS)
    assert during <= 2 * usual + NOISE
    return (
        f"R6 {installation.kind}, mail away for {back - gone:.1f} seconds: {len(keys)} of {LETTERS} delivered, the last"
        f" {took:.1f} seconds after it was back; publishing took {during / usual:.2f} times as long meanwhile"
    )


def _write_to_a_speaker(installation: Installation, number: int) -> None:
    command = c.PostUpdate(
        incident=IncidentNumber(1 + number % 10), text=f"Letter {number}.", communities=(COMMUNITIES[number % 4].slug,)
    )
    insist(asking(installation.socket), command, source=f"letter:{number}")


def _published(installation: Installation, incident: int) -> float:
    """How many seconds it took from the command until it was done."""
    asked = datetime.now(UTC)
    insist(asking(installation.socket), c.Publish(incident=IncidentNumber(incident)), source=f"publish:{incident}")
    with installation.opened() as tocsin:
        wait_for("the publication", lambda: _is_published(tocsin, incident))
    found = (each for each in installation.entries() if each.incident == incident)
    done = next(each.recorded_at for each in found if isinstance(each.event, ReportPublished))
    return (done - asked).total_seconds()


def _is_published(tocsin: Tocsin, incident: int) -> bool:
    with tocsin.store.read() as connection:
        wishes = outbox.every(connection, incident=IncidentNumber(incident))
    return any(isinstance(wish.effect, PublishReport) and wish.state == "done" for wish in wishes)


# ── R6: away for minutes and days, by another clock ────────────────────────────────────────────────────────────────


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tocsin(db_url: str, clock: Clock) -> Iterator[Tocsin]:
    with office(db_url, clock) as opened:
        yield opened


def test_after_ten_minutes_everything_is_delivered(
    tocsin: Tocsin, clock: Clock, world: World, figures: Figures
) -> None:
    _forty_letters(tocsin)
    world.kill()
    with _at_work(tocsin, world):
        _pass(clock, timedelta(minutes=10), step=timedelta(seconds=15))
        world.start()
        back = clock()
        while _states(tocsin) != {"done"}:
            assert clock() < back + 2 * LONGEST
            _pass(clock, timedelta(seconds=5), step=timedelta(seconds=5))
    keys = [each["key"] for each in world.done()]
    assert (len(keys), len(set(keys)), mismatches(tocsin)) == (LETTERS, LETTERS, [])
    figures(
        f"R6 {_kind(tocsin)}, mail away for 10 minutes: {len(keys)} of {LETTERS} delivered, the last "
        f"{(clock() - back).total_seconds():g} seconds after it was back"
    )


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(timedelta(hours=1), id="short"),
        pytest.param(timedelta(minutes=3), id="long", marks=pytest.mark.long),
    ],
)
def test_after_eighty_hours_everything_was_given_up_in_sight_and_a_person_has_it_sent_again(
    step: timedelta, tocsin: Tocsin, db_url: str, clock: Clock, world: World, shell: Callable[[str], Shell],
    figures: Figures,
) -> None:  # fmt: skip
    _forty_letters(tocsin)
    world.kill()
    with _at_work(tocsin, world):
        _pass(clock, timedelta(hours=80), step=step)
        wait_for("the end of all patience", lambda: "waiting" not in _states(tocsin))
        given_up = shell(db_url).done("outbox", "list", "--json").json["wishes"]
        assert [each["state"] for each in given_up] == ["failed"] * LETTERS
        assert _told(tocsin, "given-up") == {each["id"] for each in given_up}
        world.start()
        for each in given_up:
            tocsin.do(c.TryAgain(effect=each["id"]), by="ada")
        _pass(clock, 2 * LONGEST, step=LONGEST)
        wait_for("the letters", lambda: _states(tocsin) == {"done"})
    keys = [each["key"] for each in world.done()]
    assert (len(keys), len(set(keys)), mismatches(tocsin)) == (LETTERS, LETTERS, [])
    figures(
        f"R6 {_kind(tocsin)}, mail away for 80 hours: {len(given_up)} of {LETTERS} given up in sight, {len(keys)} "
        "delivered once a person had them tried again"
    )


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Shell]:
    return lambda url: Shell(monkeypatch=monkeypatch, where=("--data", str(tmp_path), "--db", url))


def _forty_letters(tocsin: Tocsin) -> None:
    """Wished for, in ten lanes."""
    incidents = [declared(tocsin) for _ in range(10)]
    for number in range(LETTERS):
        update = c.PostUpdate(incident=incidents[number % 10], text=f"Letter {number}.", communities=("utoronto",))
        tocsin.do(update, by="ada")


@contextmanager
def _at_work(tocsin: Tocsin, world: World) -> Iterator[None]:
    """A worker, who looks at everything a hundred times a second: of the time that passes here, he is not told."""
    worker = Worker(tocsin, Ports(mailer=world.fake(ports="mailer")), lease=timedelta(milliseconds=30))
    working = threading.Thread(target=worker.run)
    working.start()
    try:
        yield
    finally:
        worker.stop()
        working.join()


def _pass(clock: Clock, span: timedelta, *, step: timedelta) -> None:
    for _ in range(round(span / step)):
        clock.later(step)
        time.sleep(0.02)


def _states(tocsin: Tocsin) -> set[WishState]:
    with tocsin.store.read() as connection:
        return {wish.state for wish in outbox.every(connection)}


def _told(tocsin: Tocsin, outcome: str) -> set[int]:
    """What the timelines say that became of."""
    found = [entry.event for number in range(1, 11) for entry in entries(tocsin, number)]
    return {event.effect for event in found if isinstance(event, DeliveryReported) and event.outcome == outcome}


def _kind(tocsin: Tocsin) -> str:
    return "SQLite" if tocsin.store.alone else "PostgreSQL"


# ── R7: wants to be asked slowly ───────────────────────────────────────────────────────────────────────────────────

PACES = [pytest.param(60, 15.0, id="short"), pytest.param(500, 10.0, id="long", marks=pytest.mark.long)]
"""Letters; how many a second the receiver takes."""
SLACK = 0.3
"""Seconds by which a letter may come too early: on a busy machine some are held up, and the next are not."""
URGENT = 10


@pytest.mark.parametrize(("letters", "rate"), PACES)
def test_a_slow_receiver_is_asked_at_its_pace_and_the_urgent_comes_first(
    letters: int, rate: float, db_url: str, tmp_path: Path, world: World, servers: Crew, chance: random.Random,
    figures: Figures,
) -> None:  # fmt: skip
    installation = installed(tmp_path, db_url, fake=_mailer(world, rate=rate))
    peopled(installation, 20)
    with installation.opened() as tocsin:
        for number in range(letters - 2 * URGENT):
            tocsin.do(_update(chance, number), by="ada")
        for number in range(URGENT):
            tocsin.do(_task(number), by="ada")
    world.trouble("pace", port="mailer", rate=rate, burst=1 + round(SLACK * rate))
    servers.start(installation)
    wait_for("half of them", lambda: len(world.done()) >= letters // 2)
    before = len(world.done())
    for number in range(URGENT, 2 * URGENT):
        insist(asking(installation.socket), _task(number), source=f"task:{number}")
    after = len(world.done())
    wait_for("all letters", lambda: len(world.asked(answer="200")) >= letters)
    sent, asked = world.done(), world.asked()
    too_fast = sum(each["answer"] == "429" for each in asked)
    urgent = [place for place, each in enumerate(sent) if "See to task" in each["payload"]["text"]]
    assert (len(sent), len({each["key"] for each in sent})) == (letters, letters)
    assert too_fast <= 0.02 * len(asked)
    assert urgent[:URGENT] == list(range(URGENT))
    assert before <= urgent[URGENT] and urgent[-1] <= after + URGENT + 2
    figures(
        f"R7 {installation.kind}, {letters} letters to a receiver that takes {rate:g} a second: {len(sent)} sent, "
        f"{too_fast} of {len(asked)} calls too fast, {2 * URGENT} urgent ones first"
    )


def test_nobody_asks_again_before_they_may(
    sqlite_url: str, tmp_path: Path, world: World, servers: Crew, chance: random.Random, figures: Figures
) -> None:
    installation = installed(tmp_path, sqlite_url, fake=_mailer(world, rate=50.0))
    peopled(installation, 20)
    with installation.opened() as tocsin:
        for number in range(30):
            tocsin.do(_update(chance, number), by="ada")
    world.trouble("refuse", port="mailer", status=429, after=2, times=1)
    servers.start(installation)
    wait_for("all letters", lambda: len(world.done()) >= 30)
    times = [datetime.fromisoformat(each["at"]) for each in world.asked()]
    refused = next(t for t, each in zip(times, world.asked(), strict=True) if each["answer"] == "429")
    too_early = [t for t in times if timedelta(seconds=0.3) < t - refused < timedelta(seconds=2)]
    assert too_early == []
    figures(f"R7 SQLite, one call told to come back after 2 seconds: {len(too_early)} calls before, 30 of 30 sent")


def _update(chance: random.Random, number: int) -> c.Command:
    incident = IncidentNumber(chance.randint(1, 20))
    return c.PostUpdate(incident=incident, text=f"Word {number}.", communities=(chance.choice(COMMUNITIES[:4]).slug,))


def _task(number: int) -> c.Command:
    return c.Delegate(incident=IncidentNumber(1 + number), what=f"See to task {number}.", to=f"expert{number % 8}")
