"""What an operator sets about mail: which server takes the letters, and from whom they come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tocsin.core.refused import Refused
from tocsin.integrations.mail.addresses import named_address
from tocsin.language.hosts import is_host, is_loopback
from tocsin.settings import Secret, setting

_ENCRYPTIONS = ("starttls", "tls", "none")


@dataclass(frozen=True, kw_only=True, repr=False)  # the user is nobody's business either
class Config:
    """How letters leave."""

    host: str = setting("the mail server that takes our letters", "smtp.example.org")
    sender: str = setting("who the letters come from", "Openshore incidents <incidents@example.org>")
    port: int = setting("its port", "587 with starttls, 465 with tls", default=587)
    encryption: str = setting("how the connection is encrypted", "starttls, tls or none", default="starttls")
    user: str = setting("who we are to the server", "empty: it wants no password", default="")
    password: Secret | None = setting("the password", "env:NAME or file:PATH", default=None)
    reply_to: str = setting("where answers go, if not to the sender", "team@example.org", default="")
    ca: Path | None = setting("certificates to trust besides the system's", "a PEM file", default=None)
    timeout: float = setting("how long to wait for each answer of the server", "in seconds, at most 60", default=30.0)
    rate: float = setting("how many letters the server likes to take", "a second", default=5.0)

    def __post_init__(self) -> None:
        _check_host(self.host)
        _check_encryption(self)
        _check_login(self)
        _check_address("sender", self.sender)
        if self.reply_to:
            _check_address("reply_to", self.reply_to)
        _check_range("port", self.port, 1, 65535)
        _check_range("timeout", self.timeout, 0.01, 60)
        _check_range("rate", self.rate, 0.001, 1000)


def _check_host(host: str) -> None:
    if not is_host(host):
        raise Refused("The setting “mail.host” has to be the name of a server, as smtp.example.org.")


def _check_encryption(config: Config) -> None:
    if config.encryption not in _ENCRYPTIONS:
        raise Refused("The setting “mail.encryption” has to be starttls, tls or none.")


def _check_login(config: Config) -> None:
    if bool(config.user) != (config.password is not None):
        raise Refused("The settings “mail.user” and “mail.password” go together: set both, or none of them.")
    if config.user and config.encryption == "none" and not is_loopback(config.host):
        raise Refused(
            "A password is never sent in clear text: set “mail.encryption” to starttls or tls, or remove “mail.user”"
            " and “mail.password”."
        )


def _check_address(name: str, text: str) -> None:
    try:
        named_address(text)
    except Refused as no:
        raise Refused(f"The setting “mail.{name}” will not do. {no}") from None


def _check_range(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # which is true of “nan”, too
        raise Refused(f"The setting “mail.{name}” has to lie between {least} and {most}.")
