"""How fast the store writes, against the plainest thing that keeps the same promise: one row, one commit, one caller.

Both write the same rows to SQLite with WAL and `synchronous=FULL`, in turns, on the same disk (choose it with TMPDIR: a
folder in memory would compare nothing). One round is a fraction of a second; the ratio is that of the medians.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from tocsin.store.writer import Store, open_store

ROUNDS, SECONDS = 5, 0.25
GOALS = {1: 0.3, 8: 0.8, 64: 1.5}
"""Callers at the same time → how many times the plain commits a second the store should reach."""

LINES = sa.Table(
    "lines",
    sa.MetaData(),
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("body", sa.String, nullable=False),
)
INSERT = LINES.insert().values(source=sa.bindparam("source"), body=sa.bindparam("body"))
BODY = "x" * 660
"""With its source about as long as an alert."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/store.db") as store:
        store.run(LINES.metadata.create_all)
        plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None, check_same_thread=False)
        plain.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE lines (source PRIMARY KEY, body)"
        )
        rates = _measured(plain, store)
        plain.close()
    _tell(rates)


def _measured(plain: sqlite3.Connection, store: Store) -> dict[int, list[float]]:
    """Commands a second in each round, by the number of callers; 0 is the plain one."""
    rates: dict[int, list[float]] = {callers: [] for callers in (0, *GOALS)}
    for _ in range(ROUNDS):
        rates[0].append(_rate(1, lambda source: plain.execute("INSERT INTO lines VALUES (?, ?)", (source, BODY))))
        for callers in GOALS:
            rates[callers].append(_rate(callers, lambda source: store.run(lambda c: _insert(c, source))))
    return rates


def _insert(connection: sa.Connection, source: str) -> None:
    connection.execute(INSERT, {"source": source, "body": BODY})


def _rate(callers: int, write: Callable[[str], object]) -> float:
    """Writes a second when so many threads write as often as they are answered."""
    written = [0] * callers
    begin = time.perf_counter()

    def call(number: int) -> None:
        while time.perf_counter() < begin + SECONDS:
            write(f"{begin}:{number}:{written[number]}")
            written[number] += 1

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(written) / (time.perf_counter() - begin)


def _tell(rates: dict[int, list[float]]) -> None:
    plain = median(rates[0])
    print(f"plain SQLite, a row a commit: {plain:,.0f} a second on this machine now (1.00)")
    for callers, goal in GOALS.items():
        ratio = median(rates[callers]) / plain
        print(f"the store, callers {callers:2}: {ratio:5.2f} (goal: at least {goal:.2f})")


if __name__ == "__main__":
    main()
