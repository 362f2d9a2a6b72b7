"""Passwords: what one has to be, how it is kept, and whether what was typed is it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from tocsin.core.people import Person
from tocsin.web.tries import Busy

LEAST, ADVISED, MOST = 8, 15, 128
"""Characters of a password."""
HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""Argon2id, as RFC 9106 recommends where memory is not to spare: 64 MiB, three passes, four lanes."""
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$dG9jc2luLXNpZ24taW4tMQ$uNvNYHHQLW0UZdjnHfmJudbq7dHM7I+rkYrIERtBp8Q"
"""What is checked where nobody is known, so that it takes as long as where somebody is. No password has it."""
_BREACHED = Path(__file__).parent / "breached" / "passwords.txt.gz"
_ROOM, _PLACES = threading.BoundedSemaphore(2), threading.BoundedSemaphore(8)
"""Each check takes 64 MiB and a processor: two at a time, a few wait, and whoever comes then is told to come back.

Whoever waits holds a thread that pages are made in.
"""


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _place():
        return HASHER.hash(_plain(password))


def matches(kept: str, password: str) -> bool:
    """Whether it is the password; takes as long where there is none to compare it with."""
    with _place():
        try:
            return HASHER.verify(kept or NOBODYS, _plain(password)) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(blocking=False):
        raise Busy
    try:
        with _ROOM:
            yield
    finally:
        _PLACES.release()


def outdated(kept: str) -> bool:
    """It was hashed in another way than we do today."""
    return HASHER.check_needs_rehash(kept)


def trouble(password: str, person: Person | None = None, *words: str) -> str:
    """Why it cannot be a password; empty where it can. `words`: what else somebody would try first."""
    length = len(normalize("NFC", password))
    if length < LEAST:
        return f"It has {length} characters. Choose at least {LEAST}, better {ADVISED}; a sentence is fine."
    if length > MOST:
        return f"It has {length} characters. Choose at most {MOST}."
    known = normalize("NFC", password).casefold()
    if known in _own(person, words) or len(set(known)) < 3:
        return "That is what somebody would try first. Choose another; a sentence is fine."
    if known in breached():
        return "That password is known from breaches, and tried first by attackers. Choose another; a sentence is fine."
    return ""


@cache
def breached() -> frozenset[str]:
    """The passwords of at least eight characters that are found most often where they were stolen."""
    return frozenset(gzip.decompress(_BREACHED.read_bytes()).decode("ascii").split())


def _own(person: Person | None, words: tuple[str, ...]) -> frozenset[str]:
    own = (person.handle, person.name, person.email, person.email.partition("@")[0]) if person else ()
    return frozenset(word.casefold() for word in (*own, *words, "tocsin") if word)


def _plain(password: str) -> str:
    """The same letters are the same password, whichever keyboard made them."""
    return normalize("NFC", password)
