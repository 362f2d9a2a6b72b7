"""Mail addresses: what is one, and what of it goes over the line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from tocsin.core.refused import Refused
from tocsin.language.hosts import in_ascii

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u0080-\U0010ffff]{1,64}")
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


def _no_address(text: str) -> Refused:
    shown = "".join(c if c.isprintable() else " " for c in text[:100])
    return Refused(f"“{shown}” is no mail address: write one like ada@example.org.")
