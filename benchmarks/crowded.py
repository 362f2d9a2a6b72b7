"""A Tocsin with much behind it, its pages served by a process of their own, and a browser that counts the time."""

from __future__ import annotations

import http.client
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin import bootstrap, demo, playbooks, settings
from tocsin.cli.serving import bound, reached_at
from tocsin.core import commands as c
from tocsin.core.events import Entry, Noted
from tocsin.core.ids import Handle, IncidentNumber, Seq, Slug
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Person, Service
from tocsin.engine import case as cases
from tocsin.engine.door import Tocsin, now
from tocsin.engine.replay import replay
from tocsin.language.directory import read_directory
from tocsin.store import log, sessions, words
from tocsin.store import tables as t
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store
from tocsin.web.server import Server

TEMPLATE = IncidentNumber(1)
"""The invented case, told to its end and published: every past incident is like it."""
WRITERS = tuple(map(Handle, ("amara", "mei", "tomasz")))
TALK = "The pod of user {} restarted twice; its log says `QUOTA_EXCEEDED`, and nobody who comes in now gets a server."
ASIDE = Slug("aside")
"""A service that no incident was about."""
AT_ONCE = 1_000
"""Incidents that are made in one transaction."""
PATIENCE = 60.0
FAR = 3.0
"""So many times a goal is no busy machine any more: something is broken."""
FAR_OFF: list[str] = []
"""What was as far as that from its goal."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A folder with its database, and who may open pages there."""

    folder: Path
    database: str
    tokens: tuple[str, ...]
    rooms: tuple[IncidentNumber, ...]


def furnish(folder: Path, database: str, *, past: int, rooms: tuple[int, ...], readers: int = 1) -> Place:
    """So many past incidents, open rooms with so many lines each, and so many people who are signed in."""
    folder.mkdir()
    told = settings.load(folder, database or f"sqlite:///{folder}/tocsin.db", {})
    with open_store(told.database) as store:
        migrate(store)
        tocsin = Tocsin(store, playbooks.default())
        tocsin.do(read_directory(demo.DIRECTORY.read_bytes(), demo.DIRECTORY.name), by=TOCSIN)
        names = [Handle(f"reader-{number}") for number in range(readers)]
        people = tuple(Person(handle=name, name=name) for name in names)
        tocsin.do(c.UpdateDirectory(people=people, services=(Service(slug=ASIDE, name="The old hub"),)), by=TOCSIN)
        if past:
            replay(tocsin, cases.read(demo.CASE, playbooks.default()), bootstrap.publisher(told))
            _multiply(store, past)
        opened = tuple(_room(tocsin, lines) for lines in rooms)
        tokens = tuple(store.run(lambda c, name=name: sessions.begin(c, name, now())) for name in names)  # type: ignore[misc]
    return Place(folder=folder, database=told.database, tokens=tokens, rooms=opened)


# ── many incidents ─────────────────────────────────────────────────────────────────────────────────────────────────


def _multiply(store: Store, past: int) -> None:
    """The first incident again and again, each some hours before it; each has a word of its own, as in `case4711`."""
    for first in range(2, past + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, past)
        store.run(lambda connection, first=first, last=last: _copies(connection, first, last))  # type: ignore[misc]
    store.run(lambda connection: _analyse(connection, past))


def _copies(connection: sa.Connection, first: int, last: int) -> None:
    template = connection.execute(sa.select(t.incidents).where(t.incidents.c.number == TEMPLATE)).one()._asdict()
    connection.execute(t.incidents.insert(), [_moved(template, number) for number in range(first, last + 1)])
    own = {"number": t.incidents.c.number}
    changes: dict[sa.Table, Mapping[str, Any]] = {t.touched: {"begun": t.incidents.c.begun}, t.words: _OWN_WORDS}
    for table in (t.log, t.team, t.touched, t.report_sections, t.words):
        columns = {each.name: each for each in table.c} | {"incident": own["number"], **changes.get(table, {})}
        copied = (
            sa.select(*columns.values())
            .join_from(table, t.incidents, sa.true())
            .where(table.c.incident == TEMPLATE, own["number"].between(first, last))
        )
        connection.execute(table.insert().from_select(list(columns), copied))


def _moved(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    by = timedelta(hours=3 * number)
    times = {name: at - by for name, at in row.items() if isinstance(at, datetime)}
    return {**row, **times, "number": number, "source": None}


_OWN_WORDS = {
    "id": t.words.c.id
    + sa.cast(t.incidents.c.number - TEMPLATE, sa.BigInteger) * sa.literal(words.ROOM, sa.BigInteger),
    "text": t.words.c.text + " case" + sa.cast(t.incidents.c.number, sa.String),
}


def _analyse(connection: sa.Connection, past: int) -> None:
    connection.execute(t.counters.update().where(t.counters.c.name == "incident"), {"value": past})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")


# ── long rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _room(tocsin: Tocsin, lines: int) -> IncidentNumber:
    done = tocsin.do(c.Declare(title=f"Servers do not start, in {lines:,} lines"), by=WRITERS[0])
    number = IncidentNumber(done.incident or 0)
    tocsin.store.run(lambda connection: _talk(connection, number, lines))
    return number


def _talk(connection: sa.Connection, number: IncidentNumber, lines: int) -> None:
    """Through the store, as the door would; told in the last hours, the newest some minutes ago."""
    held = log.lock(connection, number)
    assert held is not None
    begin = now() - timedelta(seconds=10 * lines + 300)
    new = [_line(number, Seq(seq), begin + timedelta(seconds=10 * seq)) for seq in range(held.last + 1, lines + 1)]
    log.append(connection, new, "Note")
    words.follow(connection, held.incident, new)
    log.refresh(connection, held.incident, new[-1].seq)


def _line(number: IncidentNumber, seq: Seq, at: datetime) -> Entry:
    by = WRITERS[seq % len(WRITERS)]
    return Entry(incident=number, seq=seq, event=Noted(text=TALK.format(seq)), at=Moment(at=at), recorded_at=at, by=by)


# ── serving ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _hello(_: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


BARE = Starlette(routes=[Route("/hello", _hello)])
"""What everything is measured against: the same server with nothing to say."""


def _beside(app: ASGIApp) -> ASGIApp:
    async def both(scope: Scope, receive: Receive, send: Send) -> None:
        await (BARE if scope.get("path") == "/hello" else app)(scope, receive, send)

    return both


def serve(folder: Path, database: str) -> None:
    """Run by a process of its own: the pages of a place, and the hello beside them."""
    with bound("127.0.0.1", 0) as listener:
        told = reached_at(settings.load(folder, database, {}), listener)
        with bootstrap.serving(told, works=False) as (site, _), site.tocsin.store.listening():
            server = Server(site)
            server.config.app = _beside(server.config.app)  # type: ignore[arg-type]
            print(site.config.address, flush=True)
            server.run(sockets=[listener])


@contextmanager
def served(place: Place) -> Iterator[str]:
    """Where a place is served."""
    with started(sys.executable, __file__, str(place.folder), place.database) as (child, address):
        yield address
        assert child.poll() is None, "The server has stopped by itself."


@contextmanager
def started(*command: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and the address it prints first; ended afterwards."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            assert child.stdout
            assert select.select([child.stdout], [], [], PATIENCE)[0], "The server does not start."
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


@contextmanager
def databases(server: str, *names: str) -> Iterator[dict[str, str]]:
    """A new database for each name, dropped afterwards; on SQLite each is a file in its folder."""
    if not server:
        yield dict.fromkeys(names, "")
        return
    made = {name: f"tocsin_bench_{name}_{uuid4().hex[:8]}" for name in names}
    url = sa.make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for each in made.values():
            connection.execute(f'CREATE DATABASE "{each}"'.encode())
        try:
            yield {name: url.set(database=each).render_as_string(hide_password=False) for name, each in made.items()}
        finally:
            for each in made.values():
                connection.execute(f'DROP DATABASE "{each}" WITH (FORCE)'.encode())


# ── asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Visitor:
    """A browser without a screen, which keeps its connection."""

    address: str
    token: str
    connection: http.client.HTTPConnection = field(init=False)
    proof: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE)

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path, headers={"Cookie": f"tocsin-session={self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"
        return body

    def post(self, path: str, **fields: str) -> str:
        """Send a form of ours; the address of the page that follows."""
        self.send(path, **fields)
        return self.sent_on()

    def send(self, path: str, **fields: str) -> None:
        """Send it, and do not wait for the answer."""
        self.proof = self.proof or self._proof()
        body = urlencode({"csrf": self.proof, "once": uuid4().hex, **fields}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, body, {"Cookie": f"tocsin-session={self.token}", **kind})

    def sent_on(self) -> str:
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 303, f"{answer.status} {body[:400]!r}"
        return answer.headers["Location"].partition("#")[0]

    def _proof(self) -> str:
        found = re.search(rb'name="csrf" value="([^"]+)"', self.get("/declare"))
        assert found
        return found[1].decode()


Asking = Mapping[str, Callable[[], object]]


def in_turns(asking: Asking, rounds: int, warm: int = 2) -> dict[str, list[float]]:
    """How long each took in every round, seconds; the first are not counted."""
    taken: dict[str, list[float]] = {name: [] for name in asking}
    for number in range(-warm, rounds):
        for name, ask in asking.items():
            begin = time.perf_counter()
            ask()
            if number >= 0:
                taken[name].append(time.perf_counter() - begin)
    return taken


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def tell(what: str, ratio: float, most: float) -> None:
    print(f"  {what}: {ratio:5.2f} (goal: at most {most:.2f})", flush=True)
    if ratio > FAR * most:
        FAR_OFF.append(what)


def milliseconds(times: list[float]) -> str:
    return f"{median(times) * 1e3:.1f} ms"


def resident(process: int) -> float:
    """Megabytes that a process has in memory."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text("utf-8"))
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    os.environ.pop("TOCSIN_DB", None)
    serve(Path(sys.argv[1]), sys.argv[2])
