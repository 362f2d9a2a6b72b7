"""A PostgreSQL that goes away and comes back, and a line to it that is cut where it hurts most."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psycopg
import sqlalchemy as sa

from tests.faults.rig import wait_for
from tests.needs import program
from tests.servers import postgres_server

# ── the server ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Server:
    """A PostgreSQL of its own, with one empty database, that can be stopped without warning and started again."""

    url: str
    folder: Path
    binary: Path

    def stop(self) -> None:
        """As `pg_ctl stop -m immediate`: it lets go of everything where it stands."""
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_for("the end of PostgreSQL", lambda: not (self.folder / "postmaster.pid").exists())

    def start(self) -> None:
        """With the options it had before."""
        user = ["runuser", "-u", self.folder.owner(), "--"] if os.geteuid() == 0 else []
        command = [*user, str(self.binary / "pg_ctl"), "-D", str(self.folder), "-w", "restart"]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def server() -> Iterator[Server]:
    if os.geteuid() == 0:
        program("runuser", "apt-get install util-linux")
    with postgres_server() as running:
        address = f"tocsin@127.0.0.1:{running.port}"
        with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE away")
            found = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
            where = connection.execute("SHOW data_directory").fetchone()
        assert found and where
        yield Server(url=f"postgresql+psycopg://{address}/away", folder=Path(where[0]), binary=Path(found[0]))


# ── the line ───────────────────────────────────────────────────────────────────────────────────────────────────────

Moment = Literal["before", "after"]
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""As a client of PostgreSQL says it: the kind, the length, the words."""


@dataclass
class Line:
    """A proxy to a server. Armed, it cuts the next connection that commits: `before` or `after` the server hears it."""

    target: int
    port: int = 0
    cut: int = 0
    _armed: Moment | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket = field(default_factory=socket.socket)

    def __post_init__(self) -> None:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._welcome, daemon=True).start()

    def arm(self, moment: Moment) -> None:
        with self._turn:
            self._armed = moment

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                there, over = socket.create_connection(("127.0.0.1", self.target)), threading.Event()
                for each in (self._ask, self._answer):
                    threading.Thread(target=each, args=(client, there, over), daemon=True).start()

    def _ask(self, client: socket.socket, there: socket.socket, over: threading.Event) -> None:
        """What the client says goes to the server, up to the moment when the line is cut."""
        with suppress(OSError):
            while said := client.recv(2**16):
                moment = self._disarmed() if COMMIT in said else None
                if moment == "before":
                    break
                if moment == "after":
                    over.set()  # what the server answers to this, nobody will hear
                there.sendall(said)
        if not over.is_set():
            _cut(client, there)

    def _answer(self, client: socket.socket, there: socket.socket, over: threading.Event) -> None:
        with suppress(OSError):
            while (said := there.recv(2**16)) and not over.is_set():
                client.sendall(said)
        _cut(client, there)

    def _disarmed(self) -> Moment | None:
        with self._turn:
            moment, self._armed = self._armed, None
            self.cut += moment is not None
        return moment


def _cut(*ends: socket.socket) -> None:
    """Whichever of the two threads comes second finds it done."""
    for each in ends:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()


@contextmanager
def line(url: str) -> Iterator[tuple[Line, str]]:
    """The line, and the address of the same database through it."""
    address = sa.make_url(url)
    assert address.port is not None
    made = Line(target=address.port)
    try:
        yield made, address.set(port=made.port).render_as_string()
    finally:
        made.close()
