"""How much a command costs: beside much talk against beside none, and for many callers against the plainest commits.

The plain ones write the rows of a note (its line, and the incident's row) to SQLite with WAL and `synchronous=FULL`,
one commit each, in turns with ours, on the same disk (choose it with TMPDIR: a folder in memory would compare nothing).
One round is a fraction of a second; every ratio is that of the medians.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median

from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.ids import Handle, IncidentNumber
from tocsin.core.people import TOCSIN, Person
from tocsin.engine.door import Tocsin
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

LINES, ROUNDS, SECONDS, COMMANDS = 5_000, 7, 0.25, 50
AT_MOST = 2.0
GOALS = {1: 0.10, 8: 0.15, 64: 0.20}
"""Callers at the same time → how many of the plain commits a second Tocsin's commands should reach."""

QUIET, TALKATIVE, BUSY = IncidentNumber(1), IncidentNumber(2), IncidentNumber(3)
TEXT = "The pod restarted twice; its log says `QUOTA_EXCEEDED`, and nobody who comes in now gets a server." * 3
SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
CREATE TABLE incidents (number PRIMARY KEY, last_seq);
CREATE TABLE log (incident, seq, kind, at, recorded_at, by, source, body, PRIMARY KEY (incident, seq));
CREATE UNIQUE INDEX source ON log (incident, source);
INSERT INTO incidents VALUES (1, 0);
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/tocsin.db") as store:
        migrate(store)
        tocsin = Tocsin(store, playbooks.default())
        _furnish(tocsin)
        _tell_costs(_costs(tocsin))
        plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
        plain.executescript(SCHEMA)
        _tell_rates(_rates(plain, tocsin))
        plain.close()


def _furnish(tocsin: Tocsin) -> None:
    tocsin.do(c.UpdateDirectory(people=(Person(handle=Handle("ada"), name="Ada Lovelace"),)), by=TOCSIN)
    for _ in (QUIET, TALKATIVE, BUSY):
        tocsin.do(c.Declare(title="Servers do not start"), by="ada")
    _at_once(64, lambda _: [_note(tocsin, TALKATIVE) for _ in range(LINES // 64 + 1)])


def _note(tocsin: Tocsin, number: IncidentNumber) -> object:
    return tocsin.do(c.Note(incident=number, text=TEXT), by="ada", source=f"chat:{next(_NUMBERS)}")


def _plan(tocsin: Tocsin, number: IncidentNumber) -> object:
    return tocsin.do(c.SetPlan(incident=number, next="Make the pool smaller."), by="ada")


# ── beside much talk ───────────────────────────────────────────────────────────────────────────────────────────────


def _costs(tocsin: Tocsin) -> dict[str, float]:
    """How much longer a command takes beside so much talk, by what it is; both incidents grow alike meanwhile."""
    return {name: _ratio(tocsin, do) for name, do in (("a note", _note), ("a new plan", _plan))}


def _ratio(tocsin: Tocsin, do: Callable[[Tocsin, IncidentNumber], object]) -> float:
    taken: dict[IncidentNumber, list[float]] = {QUIET: [], TALKATIVE: []}
    for _ in range(COMMANDS):
        for number, times in taken.items():
            begin = time.perf_counter()
            do(tocsin, number)
            times.append(time.perf_counter() - begin)
    return median(taken[TALKATIVE]) / median(taken[QUIET])


def _tell_costs(ratios: dict[str, float]) -> None:
    for name, ratio in ratios.items():
        print(f"{name} beside {LINES:,} lines of talk against beside none: {ratio:5.2f} (goal: at most {AT_MOST:.2f})")


# ── many callers ───────────────────────────────────────────────────────────────────────────────────────────────────


def _rates(plain: sqlite3.Connection, tocsin: Tocsin) -> dict[int, list[float]]:
    """Commands a second in each round, by the number of callers; 0 is the plain one."""
    rates: dict[int, list[float]] = {callers: [] for callers in (0, *GOALS)}
    for _ in range(ROUNDS):
        rates[0].append(_rate_of_one(lambda: _plain_note(plain)))
        for callers in GOALS:
            rates[callers].append(_rate(callers, lambda: _note(tocsin, BUSY)))
    return rates


def _plain_note(plain: sqlite3.Connection) -> None:
    number = next(_NUMBERS)
    row = (1, number, "Noted", "2026-11-12 12:00:00", "2026-11-12 12:00:00", "ada", f"chat:{number}", TEXT)
    plain.execute("BEGIN IMMEDIATE")
    plain.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    plain.execute("UPDATE incidents SET last_seq = ? WHERE number = 1", (number,))
    plain.execute("COMMIT")


def _rate_of_one(write: Callable[[], object]) -> float:
    """Writes a second on this thread, to which the plain connection belongs."""
    written, begin = 0, time.perf_counter()
    while time.perf_counter() < begin + SECONDS:
        write()
        written += 1
    return written / (time.perf_counter() - begin)


def _rate(callers: int, write: Callable[[], object]) -> float:
    """Writes a second when so many threads write as often as they are answered."""
    written = [0] * callers
    begin = time.perf_counter()

    def call(number: int) -> None:
        while time.perf_counter() < begin + SECONDS:
            write()
            written[number] += 1

    _at_once(callers, call)
    return sum(written) / (time.perf_counter() - begin)


def _at_once(callers: int, work: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tell_rates(rates: dict[int, list[float]]) -> None:
    plain = median(rates[0])
    print(f"plain SQLite, the rows of a note a commit: {plain:,.0f} a second on this machine now (1.00)")
    for callers, goal in GOALS.items():
        ratio = median(rates[callers]) / plain
        print(f"notes through the door, callers {callers:2}: {ratio:5.2f} (goal: at least {goal:.2f})")


_NUMBERS = count(1)

if __name__ == "__main__":
    main()
