"""Mail servers for the tests: one that works, and one that fails exactly where it is told to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.needs import program

# ── one that works ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """For `localhost` and 127.0.0.1; it vouches for itself, so its file is also the one to trust."""

    file: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def certificate(folder: Path, host: str = "localhost", names: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    openssl = program("openssl", "apt-get install openssl")
    made = Certificate(file=folder / f"{host}.pem", key=folder / f"{host}.key")
    what = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={host}"]
    where = ["-addext", f"subjectAltName={names}", "-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run([openssl, "req", "-x509", *what, *where], check=True, capture_output=True)
    return made


@dataclass(kw_only=True)
class MailServer:
    """Takes letters, and keeps them as they came."""

    port: int = 0
    accounts: Mapping[str, str] = field(default_factory=dict)
    """User → password; none: everybody may send."""
    letters: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    """How it was logged in."""

    def raw(self) -> bytes:
        """The last letter, byte by byte."""
        content = self.letters[-1].content
        assert isinstance(content, bytes)
        return content

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.accounts and not session.authenticated:
            return "530 5.7.0 Log in first"
        self.letters.append(envelope)
        self.sessions.append(session)
        return "250 2.0.0 Taken"

    def lets_in(self, server: SMTP, session: Session, envelope: Envelope, way: str, login: object) -> AuthResult:
        self.ways.append(way)
        assert isinstance(login, LoginPassword)
        fine = self.accounts.get(login.login.decode()) == login.password.decode()
        return AuthResult(success=fine, handled=False)


@contextmanager
def mail_server(
    *,
    starttls: Certificate | None = None,
    tls: Certificate | None = None,
    accounts: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    international: bool = True,
) -> Iterator[MailServer]:
    """A real server on a free port; `without`: ways to log in that it does not know."""
    server = MailServer(accounts=accounts or {})
    controller = _OnAFreePort(
        server,
        "127.0.0.1",
        0,
        ssl_context=tls.context() if tls else None,
        tls_context=starttls.context() if starttls else None,
        require_starttls=starttls is not None,
        authenticator=server.lets_in,
        auth_require_tls=starttls is not None,
        auth_exclude_mechanism=without,
        enable_SMTPUTF8=international,
        server_hostname="mail.example.org",
    )
    controller.start()
    try:
        server.port = controller.port
        yield server
    finally:
        controller.stop()


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


# ── one that fails ─────────────────────────────────────────────────────────────────────────────────────────────────

CUT = b"cut"
"""In place of an answer: hang up."""
SILENCE = b"silence"
"""In place of an answer: say nothing until the other side hangs up."""


@dataclass(frozen=True)
class Late:
    """An answer that takes its time."""

    seconds: float
    said: bytes
    drips: bool = False
    """It takes so long for every byte."""


_USUAL: Mapping[str, bytes | Late] = {
    "connect": b"220 mail.example.org\r\n",
    "EHLO": b"250 mail.example.org\r\n",
    "MAIL": b"250 2.1.0 OK\r\n",
    "RCPT": b"250 2.1.5 OK\r\n",
    "DATA": b"354 Go on\r\n",
    "dot": b"250 2.0.0 Taken\r\n",
    "QUIT": b"221 2.0.0 Bye\r\n",
}


@dataclass(kw_only=True)
class FaultyServer:
    """Follows a script: at each moment (a command, `connect`, `letter`, `dot`) it says what it was told to."""

    port: int
    script: Mapping[str, bytes | Late]
    commands: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    """As they came over the line, up to and with the dot."""

    def serve(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as incoming, suppress(OSError):
            going = self._say(line, "connect")
            while going and (command := incoming.readline()):
                self.commands.append(command.decode(errors="replace").strip())
                verb = self.commands[-1].partition(" ")[0].upper()
                going = self._say(line, verb)
                if going and verb == "DATA" and self.script[verb] == _USUAL[verb]:
                    going = self._take(line, incoming.readline)

    def _take(self, line: socket.socket, readline: object) -> bool:
        assert callable(readline)
        if self.script.get("letter") == CUT:
            readline()
            return False
        self.letters.append(b"".join(iter(readline, b".\r\n")) + b".\r\n")
        return self._say(line, "dot")

    def _say(self, line: socket.socket, moment: str) -> bool:
        said = self.script.get(moment, b"500 What?\r\n")
        if said == SILENCE:
            line.settimeout(10)
            while line.recv(4096):
                pass
        if said in (CUT, SILENCE):
            return False
        if isinstance(said, Late):
            for byte in said.said if said.drips else b"":
                time.sleep(said.seconds)
                line.sendall(bytes([byte]))
            if said.drips:
                return True
            time.sleep(said.seconds)
            said = said.said
        line.sendall(said)
        return True


@contextmanager
def faulty_server(**script: bytes | Late) -> Iterator[FaultyServer]:
    """Serves one connection after another on a free port, each by the same script."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = FaultyServer(port=listening.getsockname()[1], script={**_USUAL, **script})
        thread = threading.Thread(target=_serve_all, args=(listening, server))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller
            thread.join()


def _serve_all(listening: socket.socket, server: FaultyServer) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        server.serve(line)


def closed_port() -> int:
    """Where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
