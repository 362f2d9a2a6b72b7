"""What tests of faults stand on: an installation, the processes that serve it, and those who ask them."""

from __future__ import annotations

import json
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from tests.house.hosts import ROOT
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.effects import Effect, Remind, SendMail, Wish
from tocsin.core.events import Entry
from tocsin.core.ids import EffectId
from tocsin.engine.asking import Asking
from tocsin.engine.door import Answer, Tocsin
from tocsin.store import log, outbox, reads
from tocsin.store import tables as t
from tocsin.store.schema import migrate
from tocsin.store.works import Store, Unavailable, Work
from tocsin.store.writer import open_store

T = TypeVar("T")
SEED = int(os.environ.get("TOCSIN_SEED") or random.randrange(10**6))
"""What the dice of this run were thrown with."""
PATIENCE = 120.0
"""Seconds after which something hangs, however slow the machine is."""


def wait_for(what: str, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
    """Until it is so; fails the test where it never is."""
    until = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < until, f"waited {patience:g} seconds for {what}"
        time.sleep(0.02)


# ── an installation ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A data folder with its settings, and its database, of either kind."""

    data: Path
    url: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def kind(self) -> str:
        return "SQLite" if self.is_sqlite else "PostgreSQL"

    @property
    def socket(self) -> Path:
        """Where servers of the rig listen; on SQLite `tocsin worker`, too."""
        return self.data / "tocsin.db.sock"

    @contextmanager
    def opened(self) -> Iterator[Tocsin]:
        """For a test that writes by itself: while nobody serves it, or on PostgreSQL."""
        with open_store(self.url) as store:
            yield Tocsin(store, playbooks.default(), serves=("clock", "publisher", "mailer"))

    def wishes(self) -> list[Wish]:
        with self.opened() as tocsin, tocsin.store.read() as connection:
            return outbox.every(connection)

    def outward(self) -> list[Wish]:
        """Those that follow from what somebody asked for; not the reminders, which come with the hours."""
        return [wish for wish in self.wishes() if not _reminds(wish.effect)]

    def takers(self) -> dict[EffectId, str]:
        """The worker that took each wish last."""
        with self.opened() as tocsin, tocsin.store.read() as connection:
            return {EffectId(row.id): row.worker for row in connection.execute(sa.select(t.effects)) if row.worker}

    def entries(self) -> list[Entry]:
        """The lines of every log."""
        with self.opened() as tocsin, tocsin.store.read() as connection:
            return [entry for number in reads.numbers(connection) for entry in log.entries(connection, number)]

    def mismatches(self) -> list[str]:
        """Where rows differ from logs, and what the database itself finds wrong; after the last server has ended."""
        with self.opened() as tocsin, tocsin.store.read() as connection:
            found = [each for number in reads.numbers(connection) for each in log.mismatches(connection, number)]
            damage = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() if self.is_sqlite else ["ok"]
        return [*found, *(each for each in damage if each != "ok")]

    def rest(self) -> int:
        """How much should have happened outside by now, and has not."""
        with self.opened() as tocsin, tocsin.store.read() as connection:
            ours = t.effects.c.state.in_(("waiting", "doing")) & (t.effects.c.since <= tocsin.clock())
            ours &= t.effects.c.port != "clock"
            return connection.scalar(sa.select(sa.func.count()).where(ours)) or 0


def _reminds(effect: Effect) -> bool:
    return isinstance(effect, Remind) or (isinstance(effect, SendMail) and effect.reminds)


def installed(data: Path, url: str, **integrations: Mapping[str, object]) -> Installation:
    """A new one, with tables, and with these integrations' settings in its `tocsin.toml`.

    Communities are told by mail, unless a fake is to serve other ports: with tickets nobody would get a letter.
    """
    tables = {"": {"database": url}, **integrations}
    if "fake" in tables:
        tables["fake"] = {"ports": "mailer publisher", **tables["fake"]}
    (data / "tocsin.toml").write_text("".join(_table(*each) for each in tables.items()), encoding="utf-8")
    with open_store(url) as store:
        migrate(store)
    return Installation(data=data, url=url)


def _table(name: str, values: Mapping[str, object]) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[{name}]" if name else "", *lines, ""])


# ── who serves it ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Server:
    """A process that serves an installation."""

    pid: int
    ready: threading.Event = field(default_factory=threading.Event)
    """It is at work."""
    ended: Future[int] = field(default_factory=Future)
    """Its exit code; `-9` where it was killed."""

    def kill(self) -> None:
        """Without a word of warning; it is gone when this returns."""
        self._send(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """As one asks a server to stop; its exit code."""
        self._send(signal.SIGTERM)
        return self.wait()

    def wait(self, patience: float = PATIENCE) -> int:
        return self.ended.result(patience)

    def _send(self, number: signal.Signals) -> None:
        if not self.ended.done():
            os.kill(self.pid, number)


class Crew:
    """Makes servers of any installation, in an instant each; see `tests/faults/server.py`."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True, bufsize=1)
        self._newborn: queue.SimpleQueue[Server] = queue.SimpleQueue()
        self._living: dict[int, Server] = {}
        self._turn = threading.Lock()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def start(
        self,
        installation: Installation,
        *,
        listens: bool | Path = True,
        works: bool = True,
        lease: float = 2.0,
        limit: float = 300.0,
        through: str = "",
    ) -> Server:
        """`listens`: takes commands, at the installation's socket or another. `works`: performs what is due.

        `through`: a function, as `module:name`, that is given the ports and the data folder and makes of the ports
        what the worker gets.
        """
        path = installation.socket if listens is True else listens
        told: dict[str, object] = {"data": str(installation.data), "listens": str(path) if path else None}
        told |= {"works": works, "lease": lease, "limit": limit, "through": through}
        assert self._process.stdin
        with self._turn:
            self._process.stdin.write(json.dumps(told) + "\n")
            return self._newborn.get(timeout=PATIENCE)

    def disband(self) -> None:
        """All that live still are killed."""
        for server in list(self._living.values()):
            server.kill()

    def close(self) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()
            self._reader.join()

    def _read(self) -> None:
        """What is born may say that it is ready before its parent has said that it is born."""
        assert self._process.stdout
        for line in self._process.stdout:
            said, pid, *code = line.split()
            server = self._living.setdefault(int(pid), Server(pid=int(pid)))
            match said:
                case "born":
                    self._newborn.put(server)
                case "ready":
                    server.ready.set()
                case "ended":
                    del self._living[server.pid]
                    server.ended.set_result(int(code[0]))


@contextmanager
def worker(installation: Installation, *before: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real `tocsin worker`, at work when the block begins; killed at its end, if it lives still.

    `before`: a program that runs it, as `strace`. What it says is appended to `worker.log` in the data folder.
    """
    command = [*before, sys.executable, "-m", "tocsin", "worker", "--data", str(installation.data)]
    log = installation.data / "worker.log"
    said = log.stat().st_size if log.exists() else 0
    with log.open("ab") as errors, subprocess.Popen(command, stderr=errors, start_new_session=True) as process:
        try:
            wait_for("a worker", lambda: b"At work." in log.read_bytes()[said:] or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


# ── who asks ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Elsewhere(Store):
    """A database that this process leaves to others, so that every command goes over the socket."""

    patience = 30.0

    def run(self, work: Work[T]) -> T:
        raise AssertionError("A client of the rig writes nothing itself.")

    def own(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to let go of."""


def asking(socket: Path) -> Asking:
    """The product's own client, which never does a command itself."""
    return Asking(Elsewhere(), playbooks.default(), socket=socket)


def insist(door: Tocsin, command: c.Command, *, source: str, by: str = "ada") -> Answer:
    """Ask until it is answered, always with the same source: what a client does who must not lose anything."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return door.do(command, by=by, source=source)
        except Unavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
