"""R12: the disk is full or may not be written, or a process may open no more files: sentences, and nothing is lost."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.load import COMMUNITIES, Crowd, crowd, peopled
from tests.faults.rig import Crew, Elsewhere, Installation, installed, wait_for
from tests.faults.verdict import judged
from tests.integrations.world import World, running
from tests.needs import need, program
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.ids import IncidentNumber
from tocsin.engine.asking import Asking
from tocsin.engine.door import Answer
from tocsin.ports import Ports
from tocsin.store import reads
from tocsin.store.schema import migrate
from tocsin.store.works import Unavailable
from tocsin.store.writer import open_store

Figures = Callable[[str], None]
INCIDENTS = 10


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path / "ledger") as world:
        world.trouble("wait", seconds=0.1)  # so that some are under way whenever it happens
        yield world


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, of 64 megabytes."""
    if os.geteuid():
        need("Only root may mount a small disk for this test; run the tests as root.")
    folder = tmp_path / "small"
    folder.mkdir()
    mount, umount = program("mount", "apt-get install mount"), program("umount", "apt-get install mount")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=64m", "tocsin-test", folder], check=False).returncode:
        need("A small disk cannot be mounted here; allow this container to mount (CAP_SYS_ADMIN).")
    try:
        yield folder
    finally:
        subprocess.run([umount, "-l", folder], check=True)


class Counting(Asking):
    """Keeps every sentence that turned somebody away."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(Elsewhere(), playbooks.default(), socket=installation.socket)
        self.sentences: Counter[str] = Counter()

    def do(self, *given: Any, **named: Any) -> Answer:
        try:
            return super().do(*given, **named)
        except Unavailable as no:
            self.sentences[str(no)] += 1
            raise


# ── full ───────────────────────────────────────────────────────────────────────────────────────────────────────────

FULL = "The disk of the database is full; nothing was written. Make room, then try again."
SIZES = [pytest.param(2.0, id="short"), pytest.param(60.0, id="long", marks=pytest.mark.long)]
"""For how many seconds."""


@pytest.mark.parametrize("seconds", SIZES)
def test_a_full_disk_loses_nothing_and_no_restart_is_needed(
    seconds: float, small: Path, world: World, servers: Crew, chance: random.Random, figures: Figures
) -> None:
    installation = installed(small, f"sqlite:///{small / 'tocsin.db'}", fake={"address": world.address})
    peopled(installation, INCIDENTS)
    server, door = servers.start(installation), Counting(installation)
    with crowd([door]) as people:
        people.ask(_something(chance, number) for number in range(60))
        wait_for("some answers", lambda: len(people.ledger) > 20)
        filler = _filled(small)
        _ask_until(people, chance, lambda: door.sentences[FULL] > 20)
        time.sleep(seconds)
        accepted, pending = len(people.ledger), _done_but_not_kept(installation, world)
        _must_be_readable(installation)
        assert people.outstanding
        filler.unlink()
        freed = time.monotonic()
        wait_for("the next answer", lambda: len(people.ledger) > accepted)
        recovered = time.monotonic() - freed
    wait_for("the outbox", lambda: not installation.rest())
    assert server.stop() == 0
    verdict = judged(installation, world.done(), people.ledger)
    figures(
        f"R12 SQLite, disk full for {seconds:g} seconds: {verdict}; {door.sentences[FULL]} turned away, {pending} "
        f"effects done and waiting to be kept; a command accepted {recovered:.2f} seconds after there was room"
    )
    assert verdict.faults == {}
    assert verdict.unknown == set()
    assert set(door.sentences) == {FULL}
    assert recovered < 5


def _done_but_not_kept(installation: Installation, world: World) -> int:
    doing = {f"tocsin-{wish.mark}" for wish in installation.wishes() if wish.state == "doing"}
    return len(doing & {each["key"] for each in world.done()})


def _filled(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(2**16))
        except OSError:
            return filler


def _ask_until(people: Crowd, chance: random.Random, is_so: Callable[[], bool]) -> None:
    """What was written to a file and is not needed any more leaves some room, which has to be used up first."""
    number = 60
    while not is_so():
        if people.outstanding < 12:
            people.ask([_something(chance, number)])
            number += 1
        time.sleep(0.002)


def _something(chance: random.Random, number: int) -> tuple[str, c.Command]:
    """Half of it are long notes, half are letters."""
    token, incident = f"k{number:07}", IncidentNumber(chance.randint(1, INCIDENTS))
    if number % 2:
        return token, c.Note(incident=incident, text=f"Note {token} " + "and so on, " * 5000)
    place = chance.choice(COMMUNITIES[:4])
    return token, c.PostUpdate(incident=incident, text=f"Update {token}", communities=(place.slug,))


def _must_be_readable(installation: Installation) -> None:
    with installation.opened() as tocsin, tocsin.store.read() as connection:
        assert len(reads.numbers(connection)) == INCIDENTS


# ── not to be written ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_disk_that_may_only_be_read_is_told_in_a_sentence_and_found_well_again(small: Path, figures: Figures) -> None:
    url = f"sqlite:///{small / 'tocsin.db'}?timeout=1"
    with open_store(url) as store:
        migrate(store)
    with _only_to_be_read(small), open_store(url) as store, pytest.raises(Unavailable) as no:
        store.run(lambda connection: None)
    with open_store(url) as store:
        with _only_to_be_read(small), pytest.raises(Unavailable):
            store.run(lambda connection: None)
        assert store.run(lambda connection: 7) == 7
    figures(f"R12 SQLite, a disk that may only be read: “{no.value}”; written to again without a restart")


@contextmanager
def _only_to_be_read(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)


# ── too many files ─────────────────────────────────────────────────────────────────────────────────────────────────

ROOM, HOARD = 40, "hoard"
"""So many more files may the server open; while there is a file of this name in its folder, something takes them."""


def short_of_files(ports: Ports, data: Path) -> Ports:
    """For a server: from now on it may open but few more, and at times none."""
    opened = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + ROOM, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    threading.Thread(target=_hoard, args=(data / HOARD,), daemon=True).start()
    return ports


def _hoard(when: Path) -> None:
    taken: list[int] = []
    while True:
        if when.exists():
            try:
                while True:
                    taken.append(os.open(os.devnull, os.O_RDONLY))
            except OSError:
                pass
        else:
            while taken:
                os.close(taken.pop())
        time.sleep(0.01)


def test_a_server_that_may_open_no_more_files_loses_nothing_and_recovers(
    db_url: str, tmp_path: Path, world: World, servers: Crew, chance: random.Random, figures: Figures
) -> None:
    installation = installed(tmp_path, db_url, fake={"address": world.address})
    peopled(installation, INCIDENTS)
    server = servers.start(installation, through="tests.faults.test_disk:short_of_files")
    door = Counting(installation)
    with crowd([door]) as people:
        people.ask(_something(chance, number) for number in range(40))
        wait_for("some answers", lambda: len(people.ledger) > 10)
        (tmp_path / HOARD).touch()
        time.sleep(1)
        accepted, meanwhile = len(people.ledger), len(world.done())
        people.ask(_something(chance, number) for number in range(40, 80))
        (tmp_path / HOARD).unlink()
        freed = time.monotonic()
        wait_for("the next answer", lambda: len(people.ledger) > accepted)
        recovered = time.monotonic() - freed
    wait_for("the outbox", lambda: not installation.rest())
    assert not server.ended.done() and server.stop() == 0
    verdict = judged(installation, world.done(), people.ledger)
    figures(
        f"R12 {installation.kind}, no more files for a second: {verdict}; {sum(door.sentences.values())} turned away; "
        f"the next command accepted {recovered:.2f} seconds after it was over ({accepted} before, {meanwhile} effects)"
    )
    assert verdict.faults == {}
    assert all(sentence.endswith(".") for sentence in door.sentences)
    assert recovered < 5
