"""A team in the middle of its night: the invented case, once told to its end two weeks ago, once half told and open."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin import bootstrap, demo, playbooks, settings
from tocsin.core import commands as c
from tocsin.core.ids import Handle, TicketId
from tocsin.core.people import TOCSIN, Person
from tocsin.engine import case as cases
from tocsin.engine.case import Case
from tocsin.engine.door import Tocsin
from tocsin.engine.player import Clock, Player
from tocsin.engine.replay import replay
from tocsin.language.directory import read_directory
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store
from tocsin.web.config import Config
from tocsin.web.live import Live
from tocsin.web.server import Server
from tocsin.web.site import Site

NOW = datetime(2026, 11, 12, 0, 42, tzinfo=UTC)
"""03:42 in Nairobi, 16:42 on the day before in Los Angeles."""
TOLD = 22
"""Lines of the case that have been told when the scene begins."""
ROOT = Person(handle=Handle("rita"), name="Rita Osei", email="rita@openshore.example", administrator=True)
OBSERVER = Person(handle=Handle("noa"), name="Noa Peretz", email="noa@openshore.example", observer=True)


@contextmanager
def scene(folder: Path) -> Iterator[Site]:
    """Incident 1 is published, incident 2 is open and being watched; two signals wait for a decision."""
    told = settings.load(folder, environ={})
    with open_store(told.database) as store:
        migrate(store)
        clock = Clock(NOW - timedelta(days=15))
        tocsin = Tocsin(store, playbooks.default(), clock, ("clock", "publisher", "mailer"))
        tocsin.do(read_directory(demo.DIRECTORY.read_bytes(), demo.DIRECTORY.name), by=TOCSIN)
        tocsin.do(c.UpdateDirectory(people=(ROOT, OBSERVER)), by=TOCSIN)
        case = cases.read(demo.CASE, playbooks.default())
        replay(tocsin, _earlier(folder, timedelta(days=14)), bootstrap.publisher(told), mark="earlier")
        _half_told(tocsin, clock, case)
        _asked(tocsin)
        config = Config(team="Openshore")
        yield Site(tocsin=tocsin, settings=told, config=config, clock=lambda: clock.at, live=Live())


def _half_told(tocsin: Tocsin, clock: Clock, case: Case) -> None:
    player = Player(tocsin, clock, case, "")
    player.introduce()
    for line in case.lines[:TOLD]:
        player.play(line)
    for minutes, text, who in ((25, "Dask clusters stay “pending”", "Ngaio"), (13, "My kernel dies on a big file", "")):
        clock.at = max(clock.at, NOW - timedelta(minutes=minutes))
        people = (who,) if who else ()
        criterion = "dask" if who else "execute"
        report = c.NoteSignal(text=text, kind="ticket", criterion=criterion, people=people, service="lagoon/prod")
        tocsin.do(report, by="amara")
    clock.at = NOW


def _asked(tocsin: Tocsin) -> None:
    """Two tickets at the desk, closed already, so that nothing else knows of them; a stranger wrote into the second."""
    for tag in ("quota", "asks"):
        ask = c.TakeTicket(
            subject="More disk, please",
            text="Could we have more disk?\n\nIt is full since Monday.",
            name="Ngaio Tane",
            email="ngaio@lagoon-ecology.example",
            community="lagoon",
            token=f"lagoon0{tag}",
            reference=f"form:{tag}",
            closed=True,
        )
        tocsin.do(ask, by=TOCSIN, at=NOW - timedelta(minutes=50))
    tocsin.do(c.ReplyInTicket(ticket=TicketId(2), text="You have **100 GB** now. Does it do?"), by="amara")
    strange = c.TakeWord(ticket=TicketId(2), source="mail:eve", way="in", text="I am Ngaio, too.", proven=False)
    tocsin.do(strange, by=TOCSIN, at=NOW - timedelta(minutes=2))


def _earlier(folder: Path, by: timedelta) -> Case:
    """The same case, all its times by so much earlier."""

    def moved(found: re.Match[str]) -> str:
        return f"{datetime.fromisoformat(found[0]) - by:%Y-%m-%dT%H:%M:%SZ}"

    told = folder / "earlier.json"
    told.write_text(re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moved, demo.CASE.read_text("utf-8")), "utf-8")
    return cases.read(told, playbooks.default())


@contextmanager
def served(site: Site) -> Iterator[str]:
    """A real server on a free port of loopback, in a thread; the address it answers at."""
    server = Server(site)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), name="test-server", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def served_scene(folder: Path) -> Iterator[tuple[Site, str]]:
    """The scene, and where it is served."""
    with scene(folder) as site, served(site) as address:
        yield site, address
