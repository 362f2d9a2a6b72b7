"""How soon a wish comes true: from the commit that saved it to the call of an idle receiver in the same process.

Three databases in turns: an empty outbox, one with much that is done, one with much that waits for tomorrow. The
measure is the plainest durable commit (SQLite, WAL, `synchronous=FULL`, one row) on the same disk in the same minutes;
choose the disk with TMPDIR. Then what a command costs in processor time, with a wish that is performed and without.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber, Slug
from tocsin.core.people import TOCSIN, Community, Person
from tocsin.engine.door import Tocsin
from tocsin.engine.worker import Worker
from tocsin.ports import Leaving, Mail, Pace, Ports, freely
from tocsin.store import tables as t
from tocsin.store.schema import migrate
from tocsin.store.works import Store
from tocsin.store.writer import open_store

DONE, TOMORROW, ROUNDS, EACH = 100_000, 10_000, 8, 25
AT_MOST, COMMITS_AT_MOST, CPU_AT_MOST = 1.5, 60.0, 6.0
"""Goals: beside much in the outbox against beside nothing; the median against a plain commit; processor time of a
command with a letter against one without."""

ONE = IncidentNumber(1)


@dataclass
class Receiver:
    """Takes letters, and the time at which it is called."""

    repeatable: bool = True
    pace: Pace | None = None
    called: list[float] = field(default_factory=list)
    heard: threading.Event = field(default_factory=threading.Event)

    def send(self, mail: Mail, leaving: Leaving = freely) -> None:
        self.called.append(time.perf_counter())
        self.heard.set()


@dataclass(frozen=True)
class Office:
    """Tocsin with a worker at work, and what is measured there."""

    tocsin: Tocsin
    receiver: Receiver
    taken: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """One letter, from the commit to the call."""
        self.receiver.heard.clear()
        self.tocsin.do(c.PostUpdate(incident=ONE, text="We are on it."), by="ada")
        committed = time.perf_counter()
        if not self.receiver.heard.wait(30):
            raise TimeoutError("The letter never went out.")
        self.taken.append(max(self.receiver.called[-1] - committed, 0.0))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            _office(folder / "empty", 0, 0) as empty,
            _office(folder / "done", DONE, 0) as done,
            _office(folder / "tomorrow", 0, TOMORROW) as tomorrow,
        ):
            _tell(_interleaved(folder, (empty, done, tomorrow)), empty, done, tomorrow)
        _tell_costs(folder)


def _interleaved(folder: Path, offices: tuple[Office, ...]) -> float:
    """The median of a plain commit, seconds; the offices keep what they measured."""
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    plain.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE lines (text);")
    commits = []
    for _ in range(ROUNDS):
        for _ in range(EACH):
            begin = time.perf_counter()
            plain.execute("INSERT INTO lines VALUES ('We are on it.')")
            commits.append(time.perf_counter() - begin)
        for office in offices:
            for _ in range(EACH):
                office.measure()
    plain.close()
    return median(commits)


def _tell(plain: float, empty: Office, done: Office, tomorrow: Office) -> None:
    p50, p99 = median(empty.taken), quantiles(empty.taken, n=100)[98]
    print(f"commit → letter handed over: p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms on this machine now")
    print(f"  against a plain commit ({plain * 1e3:.2f} ms): {p50 / plain:5.1f} (goal: at most {COMMITS_AT_MOST:.0f})")
    for name, office in ((f"beside {DONE:,} that are done", done), (f"beside {TOMORROW:,} for tomorrow", tomorrow)):
        print(f"  {name}: {median(office.taken) / p50:5.2f} (goal: at most {AT_MOST:.2f})")


def _tell_costs(folder: Path) -> None:
    with _office(folder / "costs", 0, 0) as office:
        with_letter, without = [], []
        for _ in range(ROUNDS):
            with_letter.append(_cost(office, office.measure))
            without.append(_cost(office, lambda: office.tocsin.do(c.Note(incident=ONE, text="We look."), by="ada")))
    ratio = median(with_letter) / median(without)
    print(f"processor time of an update that is mailed, against a note: {ratio:5.2f} (goal: at most {CPU_AT_MOST:.2f})")
    print(f"  a note: {median(without) * 1e3:.2f} ms of one core on this machine now")


def _cost(office: Office, do: object) -> float:
    """Seconds of processor time for one, with all that follows it."""
    assert callable(do)
    begin = time.process_time()
    for _ in range(EACH):
        do()
    time.sleep(0.05)  # the worker keeps what came of the last
    return (time.process_time() - begin) / EACH


@contextmanager
def _office(folder: Path, done: int, tomorrow: int) -> Iterator[Office]:
    folder.mkdir()
    with open_store(f"sqlite:///{folder}/tocsin.db") as store:
        migrate(store)
        receiver = Receiver()
        tocsin = Tocsin(store, playbooks.default(), serves=("clock", "mailer"))
        _furnish(tocsin)
        _fill(store, tocsin, done, tomorrow)
        worker = Worker(tocsin, Ports(mailer=receiver))
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield Office(tocsin, receiver)
        finally:
            worker.stop()
            thread.join()


def _furnish(tocsin: Tocsin) -> None:
    bob = Person(handle=Handle("bob"), name="Bob Kahn", email="bob@example.org", kind="community")
    toronto = Community(slug=Slug("utoronto"), name="Toronto", representatives=(bob.handle,))
    ada = Person(handle=Handle("ada"), name="Ada Lovelace")
    tocsin.do(c.UpdateDirectory(people=(ada, bob), communities=(toronto,)), by=TOCSIN)
    tocsin.do(c.Declare(title="Servers do not start", communities=("utoronto",)), by="ada")


def _fill(store: Store, tocsin: Tocsin, done: int, tomorrow: int) -> None:
    now = tocsin.clock()
    for number, state, due in ((done, "done", now), (tomorrow, "waiting", now + timedelta(days=1))):
        rows = [_row(place, state, due) for place in range(number)]
        if rows:
            store.run(lambda connection, rows=rows: connection.execute(t.effects.insert(), rows) and None)  # type: ignore[misc]


def _row(place: int, state: str, due: datetime) -> dict[str, object]:
    return {
        "mark": f"{state}-{place}", "incident": 1, "about": 1, "port": "mailer", "urgency": place % 2,
        "destination": f"mail:{place % 50}", "kind": "SendMail", "body": {"incident": 1, "about": 1, "to": "bob"},
        "since": due, "due": due, "state": state, "tries": 0, "fails": 0, "deaths": 0, "failing": None, "told": False,
        "left": False, "trouble": "",
    }  # fmt: skip


if __name__ == "__main__":
    main()
