"""A mailbox's server for the tests that fails where it is told to, and a wire that is cut where it is told to."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CUT = b"cut"
"""In place of an answer: hang up."""
SILENCE = b"silence"
"""In place of an answer: say nothing until the other side hangs up."""

_USUAL: Mapping[str, bytes] = {
    "connect": b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] Here\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%s OK Done\r\n",
    "AUTHENTICATE": b"%s OK Come in\r\n",
    "EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] Valid\r\n%s OK [READ-ONLY] Open\r\n",
}


@dataclass(kw_only=True)
class ScriptedServer:
    """Follows a script: at each moment (a command, `connect`) it says what it was told to; %s is the command's tag."""

    port: int
    script: Mapping[str, bytes]
    letters: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    drips: float = 0.0
    """So many seconds for every byte it says."""

    def serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as incoming, suppress(OSError):
            going = self._say(line, "connect", b"")
            while going and (command := incoming.readline().strip()):
                tag, _, rest = command.partition(b" ")
                words = rest.decode().replace("UID ", "UID-").split()
                self.commands.append(rest.decode())
                if words[0] == "AUTHENTICATE":
                    line.sendall(b"+ \r\n")
                    incoming.readline()
                going = self._say(line, words[0], tag)

    def _say(self, line: socket.socket, moment: str, tag: bytes) -> bool:
        said = self.script.get(moment) or self._usual(moment)
        if said == SILENCE:
            line.settimeout(10)
            while line.recv(4096):
                pass
        if said in (CUT, SILENCE):
            return False
        said = said.replace(b"%s", tag)
        for byte in said if self.drips else b"":
            time.sleep(self.drips)
            line.sendall(bytes([byte]))
        if not self.drips:
            line.sendall(said)
        return True

    def _usual(self, moment: str) -> bytes:
        numbers = range(1, len(self.letters) + 1)
        if moment == "UID-SEARCH":
            return b"* SEARCH %b\r\n%%s OK Done\r\n" % b" ".join(b"%d" % number for number in numbers)
        if moment != "UID-FETCH":
            return _USUAL.get(moment, b"%s BAD What?\r\n")
        wanted = [int(number) for number in re.findall(r"\d+", self.commands[-1].partition("(")[0])]
        fetch = self._whole if "BODY" in self.commands[-1] else self._listed
        return b"".join(map(fetch, wanted)) + b"%s OK Done\r\n"

    def _listed(self, uid: int) -> bytes:
        size = len(self.letters[uid - 1])
        return b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "12-Nov-2026 09:30:00 +0000")\r\n' % (uid, uid, size)

    def _whole(self, uid: int) -> bytes:
        letter = self.letters[uid - 1]
        return b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, uid, len(letter), letter)


@contextmanager
def scripted_server(**script: bytes) -> Iterator[ScriptedServer]:
    """Serves one connection after another on a free port, each by the same script; `UID_FETCH=…` is for UID FETCH."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        told = {moment.replace("_", "-"): said for moment, said in script.items()}
        server = ScriptedServer(port=listening.getsockname()[1], script=told)
        with _answering(listening, server.serve):
            yield server


@contextmanager
def wire(port: int, cut_after: int) -> Iterator[int]:
    """Leads to this port, and is cut once so many bytes came back."""

    def lead(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", port)) as far, suppress(OSError):
            there = threading.Thread(target=_pass_on, args=(near, far, 2**40))
            there.start()
            _pass_on(far, near, cut_after)
            for end in (near, far):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            there.join()

    with socket.create_server(("127.0.0.1", 0)) as listening, _answering(listening, lead):
        yield int(listening.getsockname()[1])


def _pass_on(come: socket.socket, go: socket.socket, most: int) -> None:
    with suppress(OSError):
        while most > 0 and (piece := come.recv(min(most, 4096))):
            go.sendall(piece)
            most -= len(piece)


@contextmanager
def _answering(listening: socket.socket, serve: object) -> Iterator[None]:
    assert callable(serve)

    def answer() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            serve(line)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller
        thread.join()
