"""What the list of incidents and a search cost beside a bare page of the same server, and whether either grows.

A hundred incidents, then ten thousand, with three hundred thousand lines in all. Pages are asked for in turns with the
bare one, in one process, without a socket; every ratio is that of the medians.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import sqlalchemy as sa
from starlette.testclient import TestClient

from tocsin import playbooks, settings
from tocsin.core import events as e
from tocsin.core.commands import UpdateDirectory
from tocsin.core.events import Entry
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN, Person
from tocsin.engine.door import Tocsin
from tocsin.store import log, search, sessions, words
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store
from tocsin.web.app import application
from tocsin.web.config import Config
from tocsin.web.live import Live
from tocsin.web.site import Site

FEW, MANY, LINES, ROUNDS = 100, 10_000, 30, 60
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
PAGES = (
    "/incidents",
    "/incidents?show=open",
    "/incidents?q=quota",
    "/incidents?q=proxy+restarted",
    "/incidents?q=rare4711",
)
TEXTS = ("The proxy restarted, and people wait.", "It says QUOTA_EXCEEDED for pool {n}.", "kubectl get pods rare{n}")


def main() -> None:
    """Both sizes, one after the other, on one database."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/tocsin.db") as store:
        migrate(store)
        client = _served(store, Path(folder))
        medians: dict[int, dict[str, float]] = {}
        for size, begin in ((FEW, 1), (MANY, FEW + 1)):
            store.run(lambda c, size=size, begin=begin: _fill(c, begin, size))  # type: ignore[misc]
            medians[size] = _tell(size, client)
            _tell_searches(store)
        for page in PAGES:
            print(f"{page}: ×{MANY // FEW} incidents cost × {medians[MANY][page] / medians[FEW][page]:.2f}")


def _served(store: Store, folder: Path) -> TestClient:
    ada = Person(handle=Handle("ada"), name="Ada Lovelace")
    tocsin = Tocsin(store, playbooks.default())
    tocsin.do(UpdateDirectory(people=(ada,)), by=TOCSIN)
    told = settings.load(folder, environ={})
    site = Site(tocsin=tocsin, settings=told, config=Config(), clock=tocsin.clock, live=Live())
    token = store.run(lambda c: sessions.begin(c, ada.handle, tocsin.clock()))
    client = TestClient(application(site), base_url="http://localhost")
    client.cookies.set(site.config.cookie("session"), token)
    return client


def _fill(c: sa.Connection, begin: int, end: int) -> None:
    """Incidents that were resolved, an hour each; their lines were written as commands would have."""
    for number in range(begin, end + 1):
        it = IncidentNumber(number)
        entries = list(_entries(it))
        log.create(c, it, None)
        log.append(c, entries, "Declare")
        incident = fold(it, entries)
        log.refresh(c, incident, entries[-1].seq)
        words.follow(c, incident, entries)


def _entries(number: IncidentNumber) -> list[Entry]:
    at = BEGIN + timedelta(hours=5 * number)
    notes = [
        e.Noted(text=TEXTS[place % 3].format(n=number), kind="command" if place % 3 == 2 else "note")
        for place in range(LINES - 4)
    ]
    events = [
        e.Declared(title=f"Servers do not start on hub {number}"),
        e.ImpactSet(start=Moment(at=at)),
        *notes,
        e.Resolved(verified="Tried."),
        e.ReportPublished(revision=0, path="reports/x", commit="c", request=Seq(1)),
    ]
    return [
        Entry(
            incident=number,
            seq=Seq(seq),
            event=event,
            at=Moment(at=at + timedelta(minutes=2 * seq)),
            recorded_at=at,
            by=Handle("ada"),
        )
        for seq, event in enumerate(events, start=1)
    ]


def _tell(size: int, client: TestClient) -> dict[str, float]:
    asked = {page: (lambda page=page: client.get(page)) for page in ("/keys", *PAGES)}
    took = {page: _times(ask) for page, ask in asked.items()}
    bare = median(took["/keys"])
    print(f"{size} incidents, {size * LINES} lines; the bare page: {bare * 1000:.1f} ms")
    for page in PAGES:
        here = median(took[page])
        print(f"  {page}: {here * 1000:.1f} ms, × {here / bare:.2f}; p95 {_p95(took[page]):.1f} ms")
    return {page: median(times) for page, times in took.items()}


def _tell_searches(store: Store) -> None:
    """Beside the plainest question to the same index, and beside looking through every text."""
    with store.read() as c:
        for typed in ("quota", "proxy restarted", "rare47", "re"):
            ours = median(_times(lambda typed=typed: search.find(c, search.asked(typed), "everything")))  # type: ignore[misc]
            plain = median(_times(lambda typed=typed: c.execute(_BARE, {"q": f"{typed}*"}).all()))  # type: ignore[misc]
            print(f"  search “{typed}”: {ours * 1000:.2f} ms, the plain question {plain * 1000:.2f} ms")


_BARE = sa.text("SELECT rowid FROM words_found WHERE words_found MATCH :q ORDER BY rowid DESC LIMIT 26")


def _times(work: Callable[[], object]) -> list[float]:
    work()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] * 1000


if __name__ == "__main__":
    main()
