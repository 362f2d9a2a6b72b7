"""How soon everybody sees a line: posted over HTTP into a room that a hundred people have open, against one of them.

A real server in a process of its own; each reader holds a stream of their own, as a browser does. Rooms with one reader
and with all of them are written to in turns, in one run; the time is from sending the form until the last has the line.
`--db postgresql://…` measures on that server, in a new database beside the one that is named; without it, on SQLite.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

from crowded import FAR_OFF, PATIENCE, Visitor, databases, furnish, in_turns, served, tell
from tocsin.core.ids import IncidentNumber

READERS, ROUNDS, LINES = 100, 60, 300
ALL_WITHIN = 0.25
"""Seconds, the slowest of a hundred rounds."""
AGAINST_ONE = 10.0
PAUSE = 0.02
"""Seconds between two lines, so that one does not wait for the other."""


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--db", default="", metavar="URL", help="a PostgreSQL server to make a database on")
    with tempfile.TemporaryDirectory() as name, databases(told.parse_args().db, "live") as urls:
        place = furnish(Path(name) / "live", urls["live"], past=0, rooms=(LINES, LINES), readers=READERS)
        quiet, crowded = place.rooms
        one_reader = place.tokens[:1]
        with (
            served(place) as address,
            _visiting(address, place.tokens[0]) as writer,
            _open(address, one_reader, quiet) as one,
            _open(address, place.tokens, crowded) as everybody,
        ):
            hello = median(in_turns({"hello": lambda: writer.get("/hello")}, ROUNDS)["hello"])
            taken: dict[IncidentNumber, list[float]] = {quiet: [], crowded: []}
            for _ in range(ROUNDS):
                for room, streams in ((quiet, one), (crowded, everybody)):
                    taken[room].append(_posted(writer, room, streams))
                    time.sleep(PAUSE)
    return _tell(hello, taken[quiet], taken[crowded])


@contextmanager
def _visiting(address: str, token: str) -> Iterator[Visitor]:
    visitor = Visitor(address, token)
    with closing(visitor.connection):
        yield visitor


@contextmanager
def _open(address: str, tokens: Sequence[str], room: IncidentNumber) -> Iterator[list[socket.socket]]:
    """Streams of a room that stand open, one for each of the people."""
    netloc = urlsplit(address)
    with ExitStack() as stack:
        streams = []
        for token in tokens:
            stream = stack.enter_context(socket.create_connection((netloc.hostname, netloc.port), PATIENCE))
            head = f"GET /incidents/{room}/live HTTP/1.1\r\nHost: {netloc.netloc}\r\n"
            stream.sendall(f"{head}Cookie: tocsin-session={token}\r\n\r\n".encode())
            streams.append(stream)
        for stream in streams:
            _heard(stream, b"retry: ")
        yield streams


def _heard(stream: socket.socket, word: bytes) -> None:
    text = b""
    while word not in text:
        more = stream.recv(65536)
        assert more, f"A stream has ended: {text[:200]!r}"
        text += more


def _posted(writer: Visitor, room: IncidentNumber, streams: Sequence[socket.socket]) -> float:
    """Seconds from sending one line until every stream has said it."""
    word = uuid4().hex
    with selectors.DefaultSelector() as waiting:
        said = dict.fromkeys(streams, b"")
        for stream in streams:
            waiting.register(stream, selectors.EVENT_READ, stream)
        begin = time.perf_counter()
        writer.send(f"/incidents/{room}/lines", text=f"The pool is smaller now. {word}")
        while said:
            ready = waiting.select(PATIENCE)
            assert ready, f"{len(said)} of {len(streams)} never heard of a line."
            for key, _ in ready:
                reader = key.data
                said[reader] += reader.recv(65536)
                if word.encode() in said[reader]:
                    waiting.unregister(reader)
                    del said[reader]
        taken = time.perf_counter() - begin
    writer.sent_on()
    return taken


def _tell(hello: float, one: list[float], many: list[float]) -> int:
    slowest = sorted(many)[int(len(many) * 0.99)]
    print(f"a line until its one reader has it: {median(one) * 1e3:.1f} ms, {median(one) / hello:.0f} bare hellos")
    print(f"until {READERS} readers have it: p50 {median(many) * 1e3:.1f} ms, p99 {slowest * 1e3:.1f} ms")
    tell("p50 against one reader", median(many) / median(one), AGAINST_ONE)
    tell(f"p99 against {ALL_WITHIN} s", slowest / ALL_WITHIN, 1.0)
    return int(bool(FAR_OFF))


if __name__ == "__main__":
    sys.exit(main())
