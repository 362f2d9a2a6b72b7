"""Names of machines on the network: what is one, how DNS writes it, and which of them is this machine itself."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import ip_address

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*")


def in_ascii(domain: str) -> str:
    """`bücher.example` as DNS knows it; ValueError when it is no domain.

    A letter must not go astray: Python's codec follows an older standard, for which ß is ss, another domain today. What
    does not come back the same is refused; who means it can write it as `xn--…`.
    """
    plain = domain if domain.isascii() else _encoded(unicodedata.normalize("NFC", domain).lower())
    if not _DOMAIN.fullmatch(plain):
        raise ValueError
    return plain


def is_host(text: str) -> bool:
    """What a connection can be made to: a name, or an address of the network such as 192.0.2.7."""
    try:
        return _is_number(text) or bool(in_ascii(text))
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """What is said to it never leaves this machine."""
    return host.lower() == "localhost" or (_is_number(host) and ip_address(host).is_loopback)


def _is_number(host: str) -> bool:
    if not re.fullmatch(r"[0-9A-Fa-f:.]+", host):
        return False
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _encoded(domain: str) -> str:
    encoded = domain.encode("idna")
    if encoded.decode("idna") != domain:
        raise ValueError
    return encoded.decode("ascii")
