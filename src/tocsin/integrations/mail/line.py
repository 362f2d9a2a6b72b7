"""The line to the server: it is called, greeted, encrypted, told who we are, and given a letter."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tocsin.core.refused import Refused
from tocsin.integrations.encrypted import trusting
from tocsin.integrations.mail.answers import WHOLE, Answer, TooSlow, answer, broken, unknown
from tocsin.integrations.mail.config import Config
from tocsin.integrations.mail.letters import Letter
from tocsin.integrations.mail.login import Login
from tocsin.language.hosts import in_ascii
from tocsin.ports import Failed, Leaving

PATIENCE = 4
"""How many times as long as for any other answer we wait for the last: giving up there leaves a letter unknown, and
servers look for viruses first."""
_REPLY = re.compile(rb"([0-9]{3})(-| |\r?\n)")
_LONGEST_LINE, _MOST_LINES = 65536, 100  # many times what any server says
_PIECE = 16384


@contextmanager
def opened(config: Config, helo: str) -> Iterator[Line]:
    """The line, encrypted and logged in as the settings want it."""
    login = _login(config)
    line = Line(config, _called(config, helo), login)
    try:
        line.greet()
        yield line
    finally:
        line.hang_up()


class Line:
    """An open connection to the server. Up to a letter's last dot nothing has happened, whatever breaks."""

    def __init__(self, config: Config, server: _Open, login: Login) -> None:
        self._config = config
        self._server = server
        self._login = login

    def greet(self) -> None:
        self._ehlo()
        if self._config.encryption == "starttls":
            self._encrypt()
            self._ehlo()  # what was said in clear text counts no longer
        if self._login:
            self._log_in()

    def hand_over(self, letter: Letter, leaving: Leaving) -> None:
        """Returns once the server has taken responsibility for the letter."""
        host = self._config.host
        options = self._international() if letter.international else ""
        if not (said := self._ask("MAIL", f"FROM:<{letter.sender}>{options}")).fine:
            raise said.refusing(host, "the sender")
        if not (said := self._ask("RCPT", f"TO:<{letter.receiver}>")).fine:
            raise said.refusing(host, "the receiver", permanent=said.condemns_receiver, receiver=said.concerns_receiver)
        if (said := self._ask("DATA")).code != 354:
            raise said.refusing(host, "the letter", permanent=said.condemns_letter, receiver=said.concerns_letter)
        self._send(re.sub(rb"(?m)^\.", b"..", letter.content))
        leaving()
        said = self._end_letter()
        if not said.understood:
            raise unknown(self._config, f"it said “{said}”")
        if not said.fine:
            raise said.refusing(host, "the letter", permanent=said.condemns_letter, receiver=said.concerns_letter)

    def hang_up(self) -> None:
        """Without waiting for good-bye: nothing depends on it any more."""
        with suppress(OSError):
            self._server.putcmd("QUIT")
        with suppress(OSError):
            self._server.close()

    def _ehlo(self) -> None:
        try:
            said = self._answer(*self._server.ehlo())
        except OSError as error:
            raise broken(self._config, error) from None
        if said.code != 250:
            raise said.refusing(self._config.host, "our greeting")

    def _encrypt(self) -> None:
        if not self._server.has_extn("starttls"):
            raise Failed(
                f"{self._config.host} on port {self._config.port} does not offer STARTTLS, and nothing is sent in clear"
                " text: see whether mail.port and mail.encryption belong together."
            )
        try:
            self._server.starttls(context=trusting(self._config.ca, "mail.ca"))
        except smtplib.SMTPResponseException as no:
            said = self._answer(no.smtp_code, _bytes(no.smtp_error))
            raise said.refusing(self._config.host, "to encrypt") from None
        except OSError as error:
            raise broken(self._config, error) from None

    def _log_in(self) -> None:
        ways = self._server.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            said = self._ask("AUTH", f"PLAIN {self._login.plain}")
        elif "LOGIN" in ways:
            said = self._log_in_step_by_step()
        else:
            raise Failed(
                f"{self._config.host} on port {self._config.port} does not let us log in by AUTH PLAIN or LOGIN: see"
                " whether mail.port is the right one, or remove mail.user and mail.password."
            )
        if said.code != 235:
            raise said.refusing(self._config.host, "mail.user with mail.password")

    def _log_in_step_by_step(self) -> Answer:
        said = self._ask("AUTH", "LOGIN")
        for word in self._login.steps:
            if said.code == 334:
                said = self._ask(word)
        return said

    def _international(self) -> str:
        if not self._server.has_extn("smtputf8"):
            raise Failed(
                f"{self._config.host} takes no address with letters outside ASCII before the @.", permanent=True
            )
        self._server.command_encoding = "utf-8"
        return " SMTPUTF8"

    def _ask(self, command: str, arguments: str = "") -> Answer:
        try:
            return self._answer(*self._server.docmd(command, arguments))
        except OSError as error:
            raise broken(self._config, error) from None

    def _send(self, content: bytes) -> None:
        try:
            self._server.send(content)
        except OSError as error:
            raise broken(self._config, error) from None

    def _end_letter(self) -> Answer:
        """From the dot on, nobody knows what became of the letter until the server says so."""
        patience = self._config.timeout * PATIENCE
        try:
            self._server.allow(patience, patience)
            self._server.send(b".\r\n")
            return self._answer(*self._server.getreply())
        except TimeoutError:
            raise unknown(self._config, f"it did not answer within {patience:g} seconds") from None
        except OSError:
            raise unknown(self._config, "the line was cut") from None

    def _answer(self, code: int, words: bytes) -> Answer:
        return answer(code, words, self._login)


class _Open(smtplib.SMTP):
    """A call that ends, however slowly the server speaks or listens."""

    def __init__(self, host: str, port: int, helo: str, *, timeout: float, **more: Any) -> None:
        self.allow(timeout, timeout * WHOLE)
        super().__init__(host, port, helo, timeout=timeout, **more)

    def allow(self, each: float, whole: float) -> None:
        """So many seconds for what comes next: for each time we wait, and for all of it."""
        self._each, self._until = each, time.monotonic() + whole

    def wait(self) -> None:
        """No longer than allowed, when next something is sent or read."""
        if (left := self._until - time.monotonic()) <= 0:
            raise TooSlow
        if self.sock is not None:
            self.sock.settimeout(min(self._each, left))

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        for start in range(0, len(s), _PIECE):
            self.wait()
            super().send(s[start : start + _PIECE])

    def getreply(self) -> tuple[int, bytes]:
        return _reply(self)


class _Encrypted(_Open, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def _login(config: Config) -> Login:
    try:
        return Login(config.user, config.password.reveal() if config.password else "")
    except Refused as no:
        raise Failed(str(no)) from None


def _called(config: Config, helo: str) -> _Open:
    host = config.host if config.host.isascii() else in_ascii(config.host)
    try:
        if config.encryption == "tls":
            return _Encrypted(host, config.port, helo, timeout=config.timeout, context=trusting(config.ca, "mail.ca"))
        return _Open(host, config.port, helo, timeout=config.timeout)
    except smtplib.SMTPResponseException as no:
        raise answer(no.smtp_code, _bytes(no.smtp_error), Login()).refusing(config.host, "the connection") from None
    except OSError as error:
        raise broken(config, error) from None


def _reply(server: _Open) -> tuple[int, bytes]:
    """As smtplib's own, but a server that never ends cannot fill our memory, and a long line is no error 500."""
    try:
        return _read(server)
    except OSError:
        server.close()
        server.wait()  # says so, where it was all of them that took too long
        raise


def _read(server: _Open) -> tuple[int, bytes]:
    if server.file is None and server.sock is not None:
        server.file = server.sock.makefile("rb")
    said: list[bytes] = []
    while len(said) < _MOST_LINES:
        line = _line(server)
        if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            raise smtplib.SMTPServerDisconnected
        found = _REPLY.match(line)
        said.append(line[4:].strip() if found else line.strip())
        if found is None or not line.endswith(b"\n"):
            break
        if found[2] != b"-":
            return int(found[1]), b"\n".join(said)
    return -1, b"\n".join(said)


def _line(server: _Open) -> bytes:
    """Piece by piece, so that one who sends a byte now and then does not keep us for ever."""
    line = b""
    while server.file is not None and len(line) < _LONGEST_LINE and not line.endswith(b"\n"):
        server.wait()
        if not (come := server.file.peek(1)[: _LONGEST_LINE - len(line)]):
            break
        line += server.file.read(come.find(b"\n") + 1 or len(come))
    return line


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()
