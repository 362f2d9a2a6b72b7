"""Which exchange of letters a letter belongs to: by the address it came to, or by what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from tocsin.ports import Letter

T = TypeVar("T")
_TOKEN = re.compile(r"[a-z0-9]{8,40}")
"""Servers do not agree on whether upper case counts, nor on any other sign."""


@dataclass(frozen=True, kw_only=True)
class Belongs(Generic[T]):
    """What was found, and by what."""

    to: T
    by: Literal["token", "answer"]


def address_of(mailbox: str, token: str) -> str:
    """`incidents+4k7x…@example.org`: answers to it come into the same mailbox, and say what they are about.

    Whoever guesses a token writes into somebody else's exchange: it has to be made by chance, and of enough signs.
    """
    local, at, domain = mailbox.rpartition("@")
    if not _TOKEN.fullmatch(token) or not (local and at and domain):
        raise ValueError(f"No address is made of {mailbox!r} and a token of {len(token)} signs.")
    return f"{local}+{token}@{domain}"


def token_in(addresses: Iterable[str], mailbox: str) -> str:
    """That of the first of our addresses which has one; empty where none has."""
    local, _, domain = mailbox.lower().rpartition("@")
    for address in addresses:
        there, _, where = address.lower().rpartition("@")
        token = there.removeprefix(f"{local}+")
        if where == domain and token != there and _TOKEN.fullmatch(token):
            return token
    return ""


def belongs(
    letter: Letter, mailbox: str, *, by_token: Callable[[str], T | None], by_letter: Callable[[str], T | None]
) -> Belongs[T] | None:
    """`by_letter`: by a Message-ID."""
    token = token_in(letter.to, mailbox)
    if token and (found := by_token(token)) is not None:
        return Belongs(to=found, by="token")
    found = _first(by_letter, letter.follows)
    return None if found is None else Belongs(to=found, by="answer")


def _first(look: Callable[[str], T | None], names: Iterable[str]) -> T | None:
    return next((found for name in names if (found := look(name)) is not None), None)
