"""R16: an effect that raises, hangs, spins, leaks or kills its worker is kept back in sight; all others go on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from tests.cli.shell import Shell
from tests.faults.load import peopled
from tests.faults.rig import Crew, Installation, Server, asking, insist, installed, wait_for
from tests.integrations.world import World, running
from tocsin.core import commands as c
from tocsin.core.effects import SendMail, Wish
from tocsin.core.events import DeliveryReported
from tocsin.core.ids import IncidentNumber
from tocsin.ports import Leaving, Mail, Mailer, Pace, Ports, freely

Figures = Callable[[str], None]
KIND = "poison"
"""A file that says what the poison does."""
VICTIM = "expert0"
"""Whoever is written to is the end of it."""
OTHERS = 10
"""Letters that wait with the poison; so many more are measured one by one before it comes, and after it has gone."""
LIMIT = 1.5
"""Seconds that one try may take here."""
MEMORY = 2**29
"""Bytes that a server may have here."""


NOISE = 0.05
"""Seconds that a busy machine may add to any median."""


# ── in the server ──────────────────────────────────────────────────────────────────────────────────────────────────


class Poisoned:
    """A mailer that takes any letter but those to one person."""

    def __init__(self, mailer: Mailer, act: Callable[[], None]) -> None:
        self.repeatable: bool = mailer.repeatable
        self.pace: Pace | None = mailer.pace
        self._mailer, self._act = mailer, act

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        if mail.to.startswith(VICTIM):
            self._act()
        self._mailer.send(mail, leaving)


def poisoned(ports: Ports, data: Path) -> Ports:
    assert ports.mailer
    return replace(ports, mailer=Poisoned(ports.mailer, ACTS[(data / KIND).read_text()]))


def _raise() -> None:
    raise ZeroDivisionError


def _hang() -> None:
    time.sleep(10**6)


def _spin() -> None:
    while True:
        pass


def _leak() -> None:
    kept = []
    while True:
        kept.append(b"x" * 2**20)
        time.sleep(0.001)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(10**6)


ACTS = {"raises": _raise, "hangs": _hang, "spins": _spin, "leaks": _leak, "crashes": _crash}


# ── outside ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger") as world:
        yield world


@pytest.mark.parametrize("kind", ACTS)
def test_poison_is_kept_back_in_sight_and_all_others_go_on(
    kind: str, sqlite_url: str, tmp_path: Path, world: World, servers: Crew, monkeypatch: pytest.MonkeyPatch,
    figures: Figures,
) -> None:  # fmt: skip
    figures(_poisoned(kind, installed(tmp_path, sqlite_url, fake=_fake(world)), world, servers, monkeypatch))


@pytest.mark.long
@pytest.mark.parametrize("kind", ACTS)
def test_poison_is_kept_back_in_sight_and_all_others_go_on_on_postgresql(
    kind: str, postgres_url: str, tmp_path: Path, world: World, servers: Crew, monkeypatch: pytest.MonkeyPatch,
    figures: Figures,
) -> None:  # fmt: skip
    figures(_poisoned(kind, installed(tmp_path, postgres_url, fake=_fake(world)), world, servers, monkeypatch))


def _fake(world: World) -> dict[str, object]:
    return {"address": world.address, "ports": "mailer"}


def _poisoned(
    kind: str, installation: Installation, world: World, servers: Crew, monkeypatch: pytest.MonkeyPatch
) -> str:
    peopled(installation, 40)
    (installation.data / KIND).write_text(kind)
    letters = (_letter(number) for number in count())
    with _Kept(servers, installation):
        usual = [_latency(installation, world, next(letters)) for _ in range(OTHERS)]
    world.trouble("wait", seconds=0.3, lasts=1)  # so that others are under way beside the poison
    with installation.opened() as tocsin:
        for each in [next(letters), _poison(), *[next(letters) for _ in range(OTHERS)]]:
            tocsin.do(each, by="ada")
    with _Kept(servers, installation) as kept:
        meanwhile = [_latency(installation, world, next(letters))]
        while _state(installation) != "quarantined" or len(meanwhile) < 3 * OTHERS:
            meanwhile.append(_latency(installation, world, next(letters)))
        after = [_latency(installation, world, next(letters)) for _ in range(OTHERS)]
        wait_for("the outbox", lambda: not installation.rest())
    wishes, sent = installation.wishes(), world.done()
    ratio, later = median(meanwhile) / median(usual), median(after) / median(usual)
    bad = [wish for wish in wishes if wish.state != "done"]
    assert [_to(wish) for wish in bad] == [VICTIM], [(_to(wish), wish.state, wish.trouble) for wish in bad]
    assert len(sent) == len({each["key"] for each in sent}) == len(wishes) - 1
    assert [(each.outcome, each.effect) for each in _told(installation)] == [("quarantined", bad[0].id)]
    listed = Shell(monkeypatch=monkeypatch, where=("--data", str(installation.data))).done("outbox", "list", "--json")
    assert [(each["id"], each["state"]) for each in listed.json["wishes"]] == [(bad[0].id, "quarantined")]
    assert max(median(meanwhile), median(after)) < 2 * median(usual) + NOISE
    return (
        f"R16 {installation.kind}, one effect {kind}: kept back after {bad[0].tries} tries and {kept.deaths} dead "
        f"processes, {len(sent)} of {len(wishes) - 1} others sent; they took {ratio:.2f} times as long meanwhile "
        f"({max(meanwhile):.2f} seconds at most) and {later:.2f} times as long afterwards"
    )


class _Kept:
    """A server that is killed when it takes too much memory, and started again whenever it dies.

    As whoever runs the machine would have it.
    """

    def __init__(self, servers: Crew, installation: Installation) -> None:
        self._servers, self._installation = servers, installation
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep)
        self.deaths = 0

    def __enter__(self) -> _Kept:
        self._server = self._start()
        self._server.ready.wait()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._server.kill()  # what spins or hangs would keep it for a while

    def _keep(self) -> None:
        while not self._over.wait(0.01):
            if self._server.ended.done():
                self.deaths += 1
                self._server = self._start()
            elif self._memory() > MEMORY:
                self._server.kill()

    def _memory(self) -> int:
        """Bytes; none, once it has gone."""
        try:
            return int(Path(f"/proc/{self._server.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        except (OSError, IndexError):
            return 0

    def _start(self) -> Server:
        return self._servers.start(self._installation, through="tests.faults.test_poison:poisoned", limit=LIMIT)


def _letter(number: int) -> c.Delegate:
    """To somebody else, in a lane of its own."""
    incident = IncidentNumber(1 + number % 40)
    return c.Delegate(incident=incident, what=f"Task {number}.", to=f"expert{1 + number % 7}")


def _poison() -> c.Command:
    return c.Delegate(incident=IncidentNumber(1), what="Task of doom.", to=VICTIM)


def _latency(installation: Installation, world: World, command: c.Delegate) -> float:
    """Seconds from the moment it was accepted until the receiver has done it."""
    insist(asking(installation.socket), command, source=str(command))
    accepted = time.time()
    wait_for(command.what, lambda: _sent(world, command.what))
    done = next(each for each in world.done() if command.what in each["payload"]["text"])
    return datetime.fromisoformat(done["at"]).timestamp() - accepted


def _sent(world: World, what: str) -> bool:
    return any(what in each["payload"]["text"] for each in world.done())


def _state(installation: Installation) -> str:
    return next(wish.state for wish in installation.wishes() if _to(wish) == VICTIM)


def _to(wish: Wish) -> str:
    return str(wish.effect.to) if isinstance(wish.effect, SendMail) else ""


def _told(installation: Installation) -> list[DeliveryReported]:
    """What the timelines say of deliveries."""
    return [entry.event for entry in installation.entries() if isinstance(entry.event, DeliveryReported)]
