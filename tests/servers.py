"""A PostgreSQL server for the tests alone: made in a second, asked for by nobody else, gone afterwards."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.needs import need, program

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",  # or a process of its own writes to the log every 15 seconds, and flushes it when it likes
    "max_wal_senders": "0",
    "deadlock_timeout": "50ms",
    "timezone": "Asia/Kathmandu",  # far from UTC by hours and minutes, so that a forgotten zone shows
}


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A running server, which lets everybody on this machine in."""

    port: int
    numbers: Iterator[int]

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, dropped afterwards with whoever is still connected to it."""
        name = f"test_{next(self.numbers)}"
        with psycopg.connect(f"postgresql://tocsin@127.0.0.1:{self.port}/postgres", autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"'.encode())
            try:
                yield f"postgresql+psycopg://tocsin@127.0.0.1:{self.port}/{name}"
            finally:
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """It refuses root, so root starts it as `nobody`, to whom pytest's own folders are closed."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-postgres-", dir=_memory()))
    tools = _Tools(binaries=binaries, folder=folder)
    try:
        shutil.chown(folder, tools.user)
        tools.run("initdb", "-A", "trust", "-U", "tocsin", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        port = _started(tools)
        try:
            yield Postgres(port=port, numbers=count(1))
        finally:
            tools.run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True, kw_only=True)
class _Tools:
    """PostgreSQL's own programs, run as a user whom they accept."""

    binaries: Path
    folder: Path

    @property
    def user(self) -> str:
        return "nobody" if os.geteuid() == 0 else getpass.getuser()

    def run(self, name: str, *arguments: str) -> None:
        as_user = [program("runuser", "apt-get install util-linux"), "-u", self.user, "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self.binaries / name), "-D", str(self.folder / "data"), *arguments]
        # Not through pipes: the server would inherit them, and we would wait for its end.
        with (self.folder / "output").open("a+b") as output:
            done = subprocess.run(command, check=False, cwd=self.folder, stdout=output, stderr=output)
        if done.returncode:
            raise RuntimeError(f"{name} failed: {(self.folder / 'output').read_text()}")


def _started(tools: _Tools) -> int:
    """The port of the server; somebody else may take a free port before the server does, hence the tries."""
    for attempts_left in (2, 1, 0):
        port = _free_port()
        settings = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        try:
            tools.run(
                "pg_ctl",
                "-w",
                "-l",
                str(tools.folder / "log"),
                "-o",
                f"-p {port} -k {tools.folder} {settings}",
                "start",
            )
            return port
        except RuntimeError:
            if not attempts_left:
                raise
    raise AssertionError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _memory() -> Path | None:
    """A new database is three hundred files, which memory makes thirty times as fast as some disks."""
    memory = Path("/dev/shm")  # noqa: S108 — the folder made in it is our own
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


def _binaries() -> Path:
    """Debian keeps them out of the PATH, one folder a version; the newest will do."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        need(
            "PostgreSQL's initdb is not installed; apt-get install postgresql (the tests start a server of their own)."
        )
    return versions[-1].parent
