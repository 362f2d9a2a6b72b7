"""R3: what was answered is on the disk; a killed process cannot show that, but the system's calls can."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.faults.load import peopled
from tests.faults.rig import PATIENCE, Crew, Installation, asking, insist, installed, worker
from tests.needs import program
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber

ASKED = 30
BESIDE = 2
"""How often the server may have written something of its own, not flushed yet, just when we look: of answers that are
given too early, hardly one would be flushed."""
_HEARD = re.compile(r'recvfrom\((\d+<socket:\[\d+\]>), ".*(k\d{7})')
_SYNCED = re.compile(r"fdatasync.* = 0$")


def test_on_sqlite_the_disk_has_what_is_answered_over_the_socket(
    sqlite_url: str, tmp_path: Path, figures: Callable[[str], None]
) -> None:
    office, trace = installed(tmp_path, sqlite_url), tmp_path / "trace"
    peopled(office, incidents=1)
    strace = program("strace", "apt-get install strace")
    with worker(office, strace, "-f", "-y", "-s", "1000", "-e", "trace=recvfrom,sendto,fdatasync", "-o", str(trace)):
        for _ in _asked(office):
            pass
    synced = _synced_before_the_answer(trace.read_text())
    figures(f"R3 SQLite: an fdatasync before {synced.count(True)} of {len(synced)} answers over the socket")
    assert synced == [True] * ASKED


def test_on_postgresql_the_log_is_flushed_before_the_answer(
    postgres_url: str, tmp_path: Path, servers: Crew, figures: Callable[[str], None]
) -> None:
    office = installed(tmp_path, postgres_url)
    peopled(office, incidents=1)
    servers.start(office, works=False)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        flushed = [connection.execute(_FLUSHED).fetchone() for _ in _asked(office)]
    figures(f"R3 PostgreSQL: its log flushed before {flushed.count((True,))} of {len(flushed)} answers over the socket")
    assert flushed.count((True,)) >= ASKED - BESIDE


def test_a_postgresql_that_answers_too_early_is_not_worked_with(
    postgres_url: str, tmp_path: Path, servers: Crew
) -> None:
    office = installed(tmp_path, postgres_url)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET synchronous_commit = off'.encode())
    assert servers.start(office).wait(PATIENCE) == 1
    assert "synchronous_commit is off" in (tmp_path / "servers.log").read_text()


_FLUSHED = "SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()"


def _asked(office: Installation) -> Iterator[None]:
    """One after another; yields after each answer."""
    for number in range(ASKED):
        token = f"k{number:07}"
        insist(asking(office.socket), c.Note(incident=IncidentNumber(1), text=f"Note {token}"), source=token)
        yield


def _synced_before_the_answer(trace: str) -> list[bool]:
    """For each command, whether a sync began and ended between hearing it and answering."""
    lines, found = trace.splitlines(), []
    for place, line in enumerate(lines):
        if heard := _HEARD.search(line):
            answer = f'sendto({heard[1]}, "{{\\"answer\\"'
            end = next(later for later in range(place, len(lines)) if answer in lines[later])
            between = lines[place + 1 : end]
            began = next((each for each, said in enumerate(between) if "fdatasync(" in said), end)
            found.append(any(_SYNCED.search(said) for said in between[began:]))
    return found
