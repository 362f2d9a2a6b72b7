"""Reads a mailbox from where it stopped the last time; it leaves everything there as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from tocsin.integrations.mailbox.config import Config
from tocsin.integrations.mailbox.line import Line, opened
from tocsin.integrations.mailbox.reading import letter
from tocsin.ports import Letter, Pace, Post

_BEGINNING = 256 * 1024
"""What is read of a letter that is too large: mostly its words come before its files."""
_AT_ONCE = 4
"""As many letters of the largest size are read at one time; the others wait for the next."""
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,18})\b")
_ARRIVED = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"')
_PLACE = re.compile(r"(\d{1,10}):(\d{1,10})")


class Imap:
    """Serves `Inbox`. The place in it is `UIDVALIDITY:UID`, of the last letter that was read."""

    repeatable = True
    pace: Pace | None = None

    def __init__(self, config: Config) -> None:
        self._config = config

    def since(self, place: str, most: int = 50) -> Post:
        """From the beginning again where the server numbers its letters anew: whoever asks knows them by reference."""
        with opened(self._config) as line:
            valid = line.examine(self._config.folder)
            after = _after(place, valid)
            found = _numbers(line, after)[:most]
            came, last = self._fetched(line, found) if found else ([], after)
        return Post(letters=tuple(map(self._letter, came)), place=f"{valid}:{last}")

    def check(self) -> None:
        """Logs in, and opens the folder for reading."""
        with opened(self._config) as line:
            line.examine(self._config.folder)

    def _fetched(self, line: Line, numbers: list[int]) -> tuple[list[_Came], int]:
        """The letters, and the number of the last that was looked at; what has gone meanwhile is passed over."""
        came, left = [], self._config.most_bytes * _AT_ONCE
        for listed in _listed(line, numbers):
            came += self._contents(line, listed)
            left -= listed.size
            if left <= 0:
                return came, listed.uid
        return came, numbers[-1]

    def _contents(self, line: Line, listed: _Listed) -> list[_Came]:
        most = self._config.most_bytes
        asked = f"(UID BODY.PEEK[]<0.{most if listed.size <= most else min(_BEGINNING, most)}>)"
        found = _contents(line.ask("a letter", "uid", "FETCH", str(listed.uid), asked))
        return [_Came(listed=listed, content=content) for uid, content in found if uid == listed.uid][:1]

    def _letter(self, came: _Came) -> Letter:
        large = came.listed.size if came.listed.size > self._config.most_bytes else 0
        return letter(came.content, came.listed.arrived, trusts=self._config.trusts, size=large)


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """A letter before it is read."""

    uid: int
    size: int
    arrived: datetime


@dataclass(frozen=True, kw_only=True)
class _Came:
    """A letter as it came; of one that is too large, its beginning."""

    listed: _Listed
    content: bytes


def _after(place: str, valid: str) -> int:
    found = _PLACE.fullmatch(place)
    return int(found[2]) if found and found[1] == valid else 0


def _numbers(line: Line, after: int) -> list[int]:
    """Of what came later; asked for what lies beyond the last, a server names the last."""
    said = line.ask("the list of what is there", "uid", "SEARCH", f"UID {after + 1}:*")
    words = b" ".join(each for each in said if isinstance(each, bytes)).split()
    return sorted(number for number in {int(word) for word in words if word.isdigit()} if number > after)


def _listed(line: Line, numbers: list[int]) -> Iterator[_Listed]:
    """The oldest first."""
    wanted = ",".join(map(str, numbers))
    said = line.ask("the list of letters", "uid", "FETCH", wanted, "(UID RFC822.SIZE INTERNALDATE)")
    found: dict[int, _Listed] = {}
    for each in said:
        uid, size = (pattern.search(each) if isinstance(each, bytes) else None for pattern in (_UID, _SIZE))
        if uid and size:
            number = int(uid[1])
            found[number] = _Listed(uid=number, size=int(size[1]), arrived=_arrived(each))
    return iter([found[number] for number in numbers if number in found])


def _arrived(said: bytes) -> datetime:
    found = _ARRIVED.search(said)
    if found is None:
        raise ValueError(said)
    return parsedate_to_datetime(found[1].decode()).astimezone(UTC)


def _contents(said: list[Any]) -> Iterator[tuple[int, bytes]]:
    """A number and a letter each, whichever the server names first."""
    for place, each in enumerate(said):
        if isinstance(each, tuple):
            after = said[place + 1] if place + 1 < len(said) and isinstance(said[place + 1], bytes) else b""
            found = _UID.search(each[0]) or _UID.search(after)
            if found:
                yield int(found[1]), each[1]
