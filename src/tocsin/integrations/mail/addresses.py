"""Mail addresses: what is one, and what of it goes over the line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from tocsin.core.refused import Refused

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\U0010ffff]{1,64}")
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]*)>\s*")


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a letter goes to or comes from."""

    local: str
    domain: str
    """In ASCII, as DNS knows it."""
    name: str = ""
    """What its owner is called."""

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Not every server takes letters outside ASCII before the @."""
        return not self.local.isascii()


def address(text: str) -> Address:
    """Of a mere address: `ada@example.org`."""
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = in_ascii(domain)
    except ValueError:
        raise _no_address(text) from None
    if not local.isprintable() or not _LOCAL.fullmatch(local):
        raise _no_address(text)
    return Address(local=local, domain=ascii_domain)


def named_address(text: str) -> Address:
    """Of an address with or without a name: `Ada <ada@example.org>`."""
    if not text.isprintable():
        raise _no_address(text)
    found = _NAMED.fullmatch(text)
    return replace(address(found["address"]), name=found["name"].strip('"')) if found else address(text.strip())


def in_ascii(domain: str) -> str:
    """`bücher.example` as DNS knows it; ValueError when it is no domain.

    A letter must not go astray: Python's codec follows an older standard, for which ß is ss, another domain today. What
    does not come back the same is refused; who means it can write it as `xn--…`.
    """
    plain = domain if domain.isascii() else _encoded(unicodedata.normalize("NFC", domain).lower())
    if not _DOMAIN.fullmatch(plain):
        raise ValueError
    return plain


def _encoded(domain: str) -> str:
    encoded = domain.encode("idna")
    if encoded.decode("idna") != domain:
        raise ValueError
    return encoded.decode("ascii")


def _no_address(text: str) -> Refused:
    shown = "".join(c if c.isprintable() else " " for c in text[:100])
    return Refused(f"“{shown}” is no mail address: write one like ada@example.org.")
