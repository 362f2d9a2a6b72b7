"""The format of bundles: lines of JSON, each sealed with a hash over itself and the seal of the line before.

`docs/reference/bundle.md` describes it to whoever reads or writes one elsewhere.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO, Final, Literal

import sqlalchemy as sa
from pydantic import ValidationError

from tocsin.core.refused import Refused
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode
from tocsin.store.rows import Row, from_json

FORMAT: Final = "tocsin-bundle"
VERSION: Final = 1
TABLES = (
    t.people, t.groups, t.services, t.communities, t.incidents, t.log, t.team, t.report_sections, t.signals,
    t.signal_talk, t.receipts, t.counters,
)  # fmt: skip
"""What a bundle can hold, in its order: nothing stands before what it refers to."""
LEFT_OUT = (
    t.effects, t.installation, t.follows, t.credentials, t.sessions, t.one_time_links, t.words, t.touched, t.tickets,
    t.ticket_words,
)  # fmt: skip
"""What was promised, and to whom it is held back, is a matter of the installation that promised it; and so is who signs
in there, and how. No export has a secret, such as the addresses that answers in tickets come to; what was said in them
stands in the logs. What search and lists look through is made anew where it arrives."""
LONGEST_LINE = 2**24
"""Bytes: several times the longest line of a log."""

_BY_NAME = {table.name: table for table in TABLES}
_SEAL = re.compile(rb',"sha256":"([0-9a-f]{64})"\}\n\Z')
_SEALED = 78
"""The bytes of a seal, with the end of the line."""
_LONGEST_NUMBER = 20


@dataclass(frozen=True, kw_only=True)
class Head:
    """The first line: what a bundle holds, who made it, and when."""

    format: str = FORMAT
    version: Literal[1] = VERSION
    tocsin: str
    made_at: datetime
    whole: bool
    """Everything an installation has, and not some of its incidents."""
    incidents: tuple[int, ...]
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A row of a table, and on which line of the bundle it stands."""

    line: int
    table: sa.Table
    row: Row


def lines(head: Head, records: Iterable[tuple[sa.Table, Row]]) -> Iterator[bytes]:
    """A whole bundle, line by line."""
    seal, count = b"", 0
    line, seal = _sealed(encode(head), seal)
    yield line
    for table, row in records:
        line, seal = _sealed({"table": table.name, "row": row}, seal)
        if len(line) > LONGEST_LINE:
            raise Refused(f"A row of {table.name} is longer than a bundle can hold ({LONGEST_LINE:,} bytes).")
        count += 1
        yield line
    yield _sealed({"end": seal.decode(), "records": count}, seal)[0]


class Reading:
    """A bundle being read: its head, then its records. What is wrong is refused with the number of its line."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self._line, self._seal = 0, b""
        self.end = b""
        """The last seal, which no other content has; empty until all of it is read."""
        file.seek(0)
        self.head = self._head()

    def records(self) -> Iterator[Record]:
        """Every record, up to the end that the bundle itself tells."""
        while "end" not in (said := self._next()):
            try:
                record = self._record(said)
            except ValueError as mistake:
                raise self.refused(str(mistake)) from None
            yield record
        if said != {"end": self._before.decode(), "records": self._line - 2}:
            raise self.refused("its end does not fit what stands before it.")
        if self._file.read(1):
            raise self.refused("something stands after it, which is its end.")
        self.end = self._seal

    def refused(self, sentence: str, line: int | None = None) -> Refused:
        return Refused(f"{self._name}, line {line or self._line}: {sentence}")

    def _head(self) -> Head:
        first = self._file.readline(LONGEST_LINE)
        self._file.seek(0)
        if not first.startswith(b'{"format":"%s",' % FORMAT.encode()):
            raise Refused(f"{self._name} is no bundle of Tocsin's.")
        said = self._next()
        version = said.get("version")
        if isinstance(version, int) and version > VERSION:
            raise Refused(f"{self._name} was made by a newer Tocsin ({said.get('tocsin')}). Import it with that one.")
        try:
            return adapter(Head).validate_python(said, extra="forbid")
        except ValidationError as mistake:
            field = ".".join(map(str, mistake.errors(include_url=False)[0]["loc"]))
            raise self.refused(f"its {field} is not what it has to be.") from None

    def _record(self, said: Row) -> Record:
        if "attachment" in said:
            raise ValueError("it is an attachment, which only a newer Tocsin can keep.")
        if said.keys() != {"table", "row"}:
            raise ValueError("it is neither a record nor the end.")
        table = _BY_NAME.get(str(said["table"]))
        if table is None:
            raise ValueError(f"there is no table “{said['table']}”. A newer Tocsin may know it.")
        return Record(line=self._line, table=table, row=from_json(table, said["row"]))

    def _next(self) -> Row:
        """The next line, without its seal, which is that of these words at this place."""
        line = self._file.readline(LONGEST_LINE + 1)
        if not line:
            raise Refused(f"{self._name} ends after line {self._line}; the rest is missing. Fetch all of it.")
        self._line += 1
        if len(line) > LONGEST_LINE:
            raise self.refused(f"it is longer than a line may be ({LONGEST_LINE:,} bytes).")
        found = _SEAL.search(line[-_SEALED:])
        self._before, wanted = self._seal, _seal(self._seal, line[:-_SEALED])
        if found is None or found[1] != wanted:
            raise self.refused("it was changed, or the line before it is missing. Fetch the bundle again.")
        self._seal = wanted
        return self._parsed(line)

    def _parsed(self, line: bytes) -> Row:
        try:
            said = json.loads(
                line[:-_SEALED].decode() + "}",
                object_pairs_hook=_once_each,
                parse_int=_whole,
                parse_float=_finite,
                parse_constant=_finite,
            )
        except UnicodeDecodeError:
            raise self.refused("it is not valid UTF-8.") from None
        except (json.JSONDecodeError, RecursionError):
            raise self.refused("it is not valid JSON, or lies too deep.") from None
        except ValueError as mistake:
            raise self.refused(str(mistake)) from None
        if not isinstance(said, dict):
            raise self.refused("it is no object.")
        return said


def _sealed(said: Mapping[str, Any], before: bytes) -> tuple[bytes, bytes]:
    """The line, and its seal."""
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
    seal = _seal(before, words)
    return words + b',"sha256":"%s"}\n' % seal, seal


def _seal(before: bytes, words: bytes) -> bytes:
    return sha256(before + words).hexdigest().encode()


def _once_each(pairs: list[tuple[str, Any]]) -> Row:
    """Two programs may read a key that stands there twice differently."""
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError("a key stands in it twice.")
    return said


def _whole(number: str) -> int:
    if len(number) > _LONGEST_NUMBER:
        raise ValueError("a number in it is too long.")
    return int(number)


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ValueError("it holds what is no number.")
    return value
