"""Somebody whose page stands open: what the server writes to it, event by event."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tocsin.core.ids import Handle
from tocsin.store import sessions
from tocsin.web.site import Site

PATIENCE = 20.0
"""Seconds after which something hangs."""


@dataclass(frozen=True)
class Event:
    """As a browser gets it; `id` is the last that was told until then."""

    name: str
    data: str
    id: str


@dataclass(kw_only=True)
class Ear:
    """One open stream."""

    events: list[Event] = field(default_factory=list)
    status: int = 0
    id: str = ""
    ended: threading.Event = field(default_factory=threading.Event)
    began: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def of(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def lines(self) -> list[int]:
        """The numbers of the new lines, in the order they came."""
        return [int(event.id) for event in self.of("line") if f'id="L{event.id}"' in event.data]

    def until(self, is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, patience), f"waited {patience:g} s; heard {self.events}"


@contextmanager
def hearing(address: str, path: str, cookie: str, last: str = "") -> Iterator[Ear]:
    """A stream, for as long as the `with` lasts; closed as browsers close them, without a word."""
    at, ear = urlsplit(address), Ear(id=last)
    with socket.create_connection((at.hostname or "", at.port or 0), 10) as line:
        resumes = f"Last-Event-ID: {last}\r\n" if last else ""
        head = f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n{resumes}"
        line.sendall(f"{head}\r\n".encode())
        line.settimeout(60)
        thread = threading.Thread(target=_hear, args=(line, ear), daemon=True)
        thread.start()
        assert ear.began.wait(PATIENCE)
        try:
            yield ear
        finally:
            with suppress(OSError):  # the other side may have gone before us
                line.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def _hear(line: socket.socket, ear: Ear) -> None:
    with suppress(OSError), line.makefile("rb") as heard:
        ear.status = int(heard.readline().split()[1])
        while heard.readline().strip():
            pass
        ear.began.set()
        text = b""
        while ear.status == 200 and (chunk := _chunk(heard.readline, heard.read)):
            text += chunk
            *whole, text = text.split(b"\n\n")
            for each in whole:
                _told(ear, each.decode())
    ear.began.set()
    ear.ended.set()
    with ear.changed:
        ear.changed.notify_all()


def _chunk(line: Callable[[], bytes], read: Callable[[int], bytes]) -> bytes:
    """A piece of the body, as servers send one whose length they do not know."""
    length = int(line() or b"0", 16)
    piece = read(length)
    line()
    return piece


def _told(ear: Ear, block: str) -> None:
    pairs = [each.partition(": ")[::2] for each in block.splitlines()]
    told = [value for name, value in pairs if name == "data"]
    name = next((value for name, value in pairs if name == "event"), "message")
    with ear.changed:
        ear.id = next((value for each, value in pairs if each == "id"), ear.id)
        if told:
            ear.events.append(Event(name, "\n".join(told), ear.id))
        ear.changed.notify_all()


def cookie(site: Site, handle: str) -> str:
    """That of a browser which somebody is signed in with."""
    token = site.tocsin.store.run(lambda c: sessions.begin(c, Handle(handle), site.clock(), browser="test"))
    return f"{site.config.cookie('session')}={token}"


def within(seconds: float, is_so: Callable[[], object]) -> bool:
    """Whether it is so before that time."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
