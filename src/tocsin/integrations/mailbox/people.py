"""Who wrote a letter, and to whom: addresses as they stand in it.

An address is kept exactly as it is, also one that only looks like somebody else's; a name counts for nothing.
"""

from __future__ import annotations

import re

from tocsin.integrations.mailbox.heads import Head, decoded, one_line
from tocsin.ports import Correspondent

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*(?:"|\\?\Z))
    | (?P<comment>\((?:[^()\\]|\\.)*(?:\)|\\?\Z))
    | (?P<angle><[^<>]*>)
    | (?P<end>[,;])
    | (?P<word>[^\s",;<>()]+)
    | .""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r"[^\s<>\"(),;:@]{1,64}@[^\s<>\"(),;:@]{1,255}")
_ADDRESS = re.compile(r"[^\s<>\x00-\x1f]{1,64}@[^\s<>@\x00-\x1f]{1,255}")
LONGEST = 10_000
"""As much of a sender is looked at."""
_RECEIVED_BY = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")


def author(head: Head) -> Correspondent:
    """Without an address, where the letter says none."""
    for name in ("from", "sender", "return-path"):
        if found := mailboxes(head.first(name)[:LONGEST]):
            return found[0]
    return Correspondent(email="")


def receivers(head: Head) -> tuple[str, ...]:
    """Where it was really delivered comes first."""
    found = [each.email.lower() for name in _RECEIVED_BY for value in head.every(name) for each in mailboxes(value)]
    return tuple(dict.fromkeys(found))


def mailboxes(value: str) -> list[Correspondent]:
    found = [each for each in map(_mailbox, _split(value)) if each]
    return found or [Correspondent(email=bare) for bare in _BARE.findall(value)]


def domain(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(".")


def _split(value: str) -> list[list[re.Match[str]]]:
    """The tokens of each mailbox in a list of them."""
    found: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(value):
        if token["end"]:
            found.append([])
        elif token.lastgroup:
            found[-1].append(token)
    return found


def _mailbox(tokens: list[re.Match[str]]) -> Correspondent | None:
    angles = [token["angle"][1:-1].strip() for token in tokens if token["angle"]]
    words = [token for token in tokens if token["word"] or token["quoted"]]
    if not angles:  # then it is one of the words, maybe after the name of a group
        angles = [word.rpartition(":")[2] for token in words if "@" in (word := token["word"] or "")]
        words = []
    address = angles[-1].rpartition(":")[2] if angles else ""  # routes have not been used for long
    if not _ADDRESS.fullmatch(address):
        return None
    return Correspondent(email=address, name=one_line(decoded(" ".join(map(_name, words))), 200))


def _name(token: re.Match[str]) -> str:
    if token["word"]:
        return token["word"]
    return re.sub(r"\\(.)", r"\1", token["quoted"].strip('"'), flags=re.DOTALL)
