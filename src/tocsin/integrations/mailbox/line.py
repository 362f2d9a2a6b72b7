"""The line to the server: it is called, encrypted, told who we are, and asked one thing after another."""

from __future__ import annotations

import imaplib
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tocsin.core.refused import Refused
from tocsin.integrations.encrypted import trusting
from tocsin.integrations.mailbox.config import Config
from tocsin.language.hosts import in_ascii
from tocsin.ports import Failed

WHOLE = 10
"""How many times as long as for a piece of an answer we wait for all of it."""
_MOST = 20_000_000
"""Bytes of an answer beside the letter in it: a mailbox may hold a million."""
_PASSING = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"}
"""What a server says of itself, and not of what it was asked (RFC 5530)."""
_CODE = re.compile(r"\[([A-Z-]+)[\] ]")
_STRANGE = (ValueError, LookupError, TypeError, AttributeError)
"""What the standard library raises at answers that are none."""


class TooSlow(TimeoutError):
    """Every piece came in time, but all of them together did not."""


@contextmanager
def opened(config: Config) -> Iterator[Line]:
    """The line, encrypted and logged in as the settings want it."""
    secrets = _secrets(config)
    with _sentences(config, secrets):
        line = Line(config, _called(config), secrets)
        try:
            line.greet()
            yield line
        finally:
            line.hang_up()


class Line:
    """An open connection to the server."""

    def __init__(self, config: Config, server: _Open, secrets: _Secrets) -> None:
        self._config = config
        self._server = server
        self._secrets = secrets

    def greet(self) -> None:
        if self._config.encryption == "starttls":
            self._encrypt()
        plain = self._secrets.plain
        self._server.allow()
        if "AUTH=PLAIN" in self._server.capabilities:
            self._server.authenticate("PLAIN", lambda _: plain)
        elif "LOGINDISABLED" in self._server.capabilities:
            raise Failed(f"{_where(self._config)} lets nobody log in by a password: see mailbox.port.", permanent=True)
        else:
            self._server.login(*self._secrets.bare)

    def ask(self, what: str, call: str, *arguments: str) -> list[Any]:
        """What the server says to it; a no is a `Failed` that names `what`."""
        self._server.allow()
        said, data = getattr(self._server, call)(*arguments)
        if said != "OK":
            raise _refused(self._config, what, _words(data), self._secrets)
        return list(data)

    def examine(self, folder: str) -> str:
        """Opened for reading alone. What its numbers are valid for: they are given anew where that changes."""
        self._server.allow()
        said, data = self._server.select(_quoted(folder), readonly=True)
        if said != "OK":
            raise _refused(self._config, f"the folder “{folder}”", _words(data), self._secrets)
        _, found = self._server.response("UIDVALIDITY")
        return next((each.decode() for each in found if each and each.isdigit()), "0")

    def hang_up(self) -> None:
        """Nothing depends on its good-bye."""
        with suppress(OSError, imaplib.IMAP4.error, *_STRANGE):
            self._server.send(b"bye LOGOUT\r\n")
        with suppress(OSError):
            self._server.shutdown()

    def _encrypt(self) -> None:
        if "STARTTLS" not in self._server.capabilities:
            raise Failed(
                f"{_where(self._config)} does not offer STARTTLS, and no password is sent in clear text: see whether"
                " mailbox.port and mailbox.encryption belong together."
            )
        self._server.allow()
        self._server.starttls(trusting(self._config.ca, "mailbox.ca"))


class _Open(imaplib.IMAP4):
    """A call that ends, however slowly the server speaks, and however much it says."""

    def __init__(self, config: Config, host: str) -> None:
        self._config = config
        self._heard: Any = None
        self._buffer = bytearray()
        self.allow()
        super().__init__(host, config.port, config.timeout)

    def allow(self) -> None:
        """What comes next may take so long, and be so much."""
        self._until = time.monotonic() + self._config.timeout * WHOLE
        self._left = self._config.most_bytes + _MOST

    def read(self, size: int) -> bytes:
        while len(self._heard_so_far()) < size:
            self._hear()
        return self._take(size)

    def readline(self) -> bytes:
        looked = 0
        while (end := self._heard_so_far().find(b"\n", looked)) < 0:
            looked = len(self._buffer)
            self._hear()
        return self._take(end + 1)

    def _heard_so_far(self) -> bytearray:
        """What was said in clear text before the line was encrypted counts no longer."""
        if self._heard is not self.sock:
            self._heard, self._buffer = self.sock, bytearray()
        return self._buffer

    def _hear(self) -> None:
        left = self._until - time.monotonic()
        self.sock.settimeout(max(min(self._config.timeout, left), 0.001))
        try:
            piece = self.sock.recv(65536) if left > 0 else b""
        except TimeoutError:
            left = self._until - time.monotonic()
            if left > 0:
                raise
        if left <= 0:
            raise TooSlow
        if not piece:
            raise self.abort("cut")
        self._left -= len(piece)
        if self._left < 0:
            raise ValueError("it never ends")
        self._buffer += piece

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


class _Encrypted(_Open):
    """The same, encrypted from the first byte."""

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        context = trusting(self._config.ca, "mailbox.ca")
        plain = super()._create_socket(timeout)  # type: ignore[misc]
        return context.wrap_socket(plain, server_hostname=self.host)


class _Secrets:
    """Told to the server alone, and kept out of everything it says."""

    def __init__(self, user: str, password: str) -> None:
        self.bare = (user, password)
        self.plain = f"\0{user}\0{password}".encode()
        self._encoded = [b64encode(each).decode() for each in (self.plain, user.encode(), password.encode())]

    def masked(self, text: str) -> str:
        """Some servers repeat what they were told, and cut it where it gets long."""
        for secret in sorted({*self.bare, *self._encoded} - {""}, key=len, reverse=True):
            text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
        return re.sub(r"[A-Za-z0-9+/=]{6,}", lambda found: "***" if self._is_told(found[0]) else found[0], text)

    def _is_told(self, fragment: str) -> bool:
        return any(fragment in encoded for encoded in self._encoded)


def _secrets(config: Config) -> _Secrets:
    try:
        return _Secrets(config.user, config.password.reveal())
    except Refused as no:
        raise Failed(str(no)) from None


def _called(config: Config) -> _Open:
    host = config.host if config.host.isascii() else in_ascii(config.host)
    return _Encrypted(config, host) if config.encryption == "tls" else _Open(config, host)


def _quoted(folder: str) -> str:
    """As IMAP names folders: in a Base64 of its own, where they are not in ASCII."""
    named = re.sub(r"[^\x20-\x7e]+", _packed, folder.replace("&", "&-"))
    return '"{}"'.format(named.replace("\\", "\\\\").replace('"', '\\"'))


def _packed(letters: re.Match[str]) -> str:
    return "&{}-".format(b64encode(letters[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ","))


@contextmanager
def _sentences(config: Config, secrets: _Secrets) -> Iterator[None]:
    """Whatever breaks is said in a sentence."""
    where = _where(config)
    try:
        yield
    except Failed:
        raise
    except imaplib.IMAP4.abort:
        raise Failed(f"{where} hung up before we had read what is there.") from None
    except imaplib.IMAP4.error as no:
        raise _said_no(config, str(no), secrets) from None
    except OSError as error:
        raise _broken(config, error) from None
    except _STRANGE:
        raise Failed(
            f"{where} does not answer as a mailbox's server does: see mailbox.host and mailbox.port."
        ) from None


def _said_no(config: Config, said: str, secrets: _Secrets) -> Failed:
    """At the greeting, or at our password: everything else is asked by `Line.ask`."""
    if "BYE" in said[:10] or "not IMAP4 compliant" in said:
        return Failed(f"{_where(config)} does not let us in for now.")
    return _refused(config, "mailbox.user with mailbox.password", said, secrets)


def _refused(config: Config, what: str, said: str, secrets: _Secrets) -> Failed:
    found = _CODE.search(said)
    for_now = bool(found and found[1] in _PASSING)
    line = " ".join("".join(c if c.isprintable() else " " for c in secrets.masked(said)).split())
    words = f"“{line[:300]}”" if line else "nothing more"
    return Failed(
        f"{config.host} refused {what}{' for now' if for_now else ''}: {words}.",
        permanent=not for_now,
    )


def _words(data: list[Any]) -> str:
    return " ".join(each.decode(errors="replace") for each in data if isinstance(each, bytes))


def _broken(config: Config, error: OSError) -> Failed:
    where = _where(config)
    match error:
        case ssl.SSLCertVerificationError():
            return Failed(
                f"The certificate of {where} cannot be trusted: {error.verify_message.rstrip('.')}. If it is your own,"
                " name a file with it in mailbox.ca."
            )
        case ssl.SSLError():
            return Failed(
                f"There is no encrypted connection to {where} ({error.reason or 'it was cut'}): see whether"
                " mailbox.port and mailbox.encryption belong together."
            )
        case TooSlow():
            return Failed(f"{where} is too slow: it did not end its answer within {config.timeout * WHOLE:g} seconds.")
        case TimeoutError():
            return Failed(f"{where} did not answer within {config.timeout:g} seconds.")
    return Failed(f"There is no connection to {where}: {error.strerror or type(error).__name__}.")


def _where(config: Config) -> str:
    return f"{config.host} on port {config.port}"
