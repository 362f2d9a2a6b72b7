"""What an operator sets about the mailbox: where it is, who we are to it, and whose word about senders we take."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tocsin.core.refused import Refused
from tocsin.language.hosts import is_host, is_loopback
from tocsin.settings import Secret, setting

_ADDRESS = re.compile(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_ENCRYPTIONS = ("tls", "starttls", "none")


@dataclass(frozen=True, kw_only=True, repr=False)  # the user is nobody's business either
class Config:
    """How letters come in."""

    host: str = setting("the mail server that has our mailbox", "imap.example.org")
    user: str = setting("who we are to the server", "mostly the mailbox's address")
    password: Secret = setting("the password", "env:NAME or file:PATH")
    port: int = setting("its port", "993 with tls, 143 with starttls", default=993)
    encryption: str = setting("how the connection is encrypted", "tls, starttls or none", default="tls")
    folder: str = setting("the folder that is read", "INBOX or Support", default="INBOX")
    ca: Path | None = setting("certificates to trust besides the system's", "a PEM file", default=None)
    timeout: float = setting("how long to wait for each answer of the server", "in seconds, at most 60", default=30.0)
    trusts: str = setting(
        "the name by which our own mail server signs what it found out about a sender",
        "mx.example.org, as its Authentication-Results begin; empty: no sender is taken as proven",
        default="",
    )
    address: str = setting(
        "the address that the mailbox is written to",
        "incidents@example.org; answers come to incidents+TOKEN@example.org. Empty: letters ask for none there",
        default="",
    )
    largest: float = setting("up to which size a letter is read whole", "in megabytes", default=10.0)

    def __post_init__(self) -> None:
        _check_line(self)
        if not self.user:
            raise Refused("The setting “mailbox.user” is empty: a mailbox is somebody's.")
        if not self.folder or not self.folder.isprintable():
            raise Refused("The setting “mailbox.folder” has to be the name of a folder, as INBOX.")
        if any(c.isspace() or not c.isprintable() for c in self.trusts):
            raise Refused("The setting “mailbox.trusts” has to be a name, as mx.example.org.")
        if self.address and not _ADDRESS.fullmatch(self.address):
            raise Refused(
                "The setting “mailbox.address” has to be an address without a plus, as incidents@example.org."
            )
        _check_range("port", self.port, 1, 65535)
        _check_range("timeout", self.timeout, 0.01, 60)
        _check_range("largest", self.largest, 0.01, 100)

    @property
    def most_bytes(self) -> int:
        return int(self.largest * 1_000_000)


def _check_line(config: Config) -> None:
    if not is_host(config.host):
        raise Refused("The setting “mailbox.host” has to be the name of a server, as imap.example.org.")
    if config.encryption not in _ENCRYPTIONS:
        raise Refused("The setting “mailbox.encryption” has to be tls, starttls or none.")
    if config.encryption == "none" and not is_loopback(config.host):
        raise Refused(
            "A password is never sent in clear text: set “mailbox.encryption” to tls or starttls. Only a server on this"
            " machine is spoken to without."
        )


def _check_range(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # which is true of “nan”, too
        raise Refused(f"The setting “mailbox.{name}” has to lie between {least} and {most}.")
