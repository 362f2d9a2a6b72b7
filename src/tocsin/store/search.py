"""Finds words in titles, lines and reports, newest first, for whoever may read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Literal

import sqlalchemy as sa

from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.rights import Sight
from tocsin.store import listing
from tocsin.store import tables as t

PAGE = 25
"""Places on one page."""
LONGEST, MOST = 300, 16
"""Letters and phrases of a question; nobody types more on purpose."""
_SHORTEST = 2
"""Letters from which on a word may go on: fewer begin half of all words there are."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is searched for: phrases of one word or more, all of which have to be there."""

    phrases: tuple[str, ...] = ()
    goes_on: bool = False
    """The last word may be longer: it was perhaps not typed to its end."""

    def __bool__(self) -> bool:
        return bool(self.phrases)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A place where all of it stands."""

    id: int
    incident: IncidentNumber
    title: str
    published: bool
    seq: Seq | None
    kind: Literal["title", "line", "command", "report", "published"]
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of places; `older`: what the next page is asked for with, where there is one."""

    hits: tuple[Hit, ...] = ()
    older: int | None = None


def asked(typed: str) -> Query:
    """What somebody means by what they typed: words, and phrases in quotes. Any text will do; signs are passed over."""
    pieces = [(found[1] is not None, found[1] or found[2] or "") for found in _TYPED.finditer(typed[:LONGEST])]
    kept = [(quoted, text) for quoted, text in pieces if _WORD.search(text)][:MOST]
    if not kept:
        return Query()
    quoted, last = kept[-1]
    goes_on = not quoted and len(typed) <= LONGEST and len(_WORD.findall(last)[-1]) >= _SHORTEST
    return Query(phrases=tuple(text for _, text in kept), goes_on=goes_on)


def find(
    c: sa.Connection,
    query: Query,
    sight: Sight,
    *,
    commands: bool = False,
    before: int | None = None,
    within: Sequence[sa.ColumnElement[bool]] = (),
) -> Found:
    """The places, those of the newest incident first, and of each the newest line; in one statement.

    `commands`: only what was typed, and what it printed. `within`: conditions on the incidents.
    """
    if not query or sight == "nothing":
        return Found()
    incident = t.incidents.c
    source, place, holds = (_in_sqlite if c.dialect.name == "sqlite" else _in_postgres)(query)
    found = (
        sa.select(t.words, listing.title(sight).label("title"), incident.published)
        .select_from(source.join(t.incidents, incident.number == t.words.c.incident))
        .where(holds, *_of_kind(sight, commands), *within, *([] if before is None else [place < before]))
        .order_by(place.desc())
        .limit(PAGE + 1)
    )
    hits = [_hit(row) for row in c.execute(found)]
    return Found(hits=tuple(hits[:PAGE]), older=hits[PAGE - 1].id if len(hits) > PAGE else None)


def marked(query: Query, text: str, around: int = 110) -> list[tuple[str, bool]]:
    """The part of a text where it was found, in pieces; true are those that were searched for."""
    pattern = _pattern(query)
    first = pattern.search(text)
    start, end = _window(text, *(first.span() if first else (0, 0)), around)
    pieces = [("… ", False)] if start else []
    for found in pattern.finditer(text, start, end):
        pieces += [(text[start : found.start()], False), (found[0], True)]
        start = found.end()
    pieces += [(text[start:end], False), (" …" if end < len(text) else "", False)]
    return [(piece, is_it) for piece, is_it in pieces if piece]


_TYPED = re.compile(r'"([^"]*)"?|([^\s"]+)')
_WORD = re.compile(r"[^\W_]+")
_NOT_WORDS = r"[\W_]+"


def _of_kind(sight: Sight, commands: bool) -> list[sa.ColumnElement[bool]]:
    """Whoever may read published reports alone finds nothing else, nor what was written since."""
    kind = t.words.c.kind
    if sight == "published":
        return [kind == "published"]
    return [kind == "command"] if commands else [kind != "published"]


def _hit(row: Any) -> Hit:
    return Hit(
        id=row.id,
        incident=IncidentNumber(row.incident),
        title=row.title,
        published=row.published is not None,
        seq=None if row.seq is None else Seq(row.seq),
        kind=row.kind,
        text=row.text,
        at=row.at,
    )


def _pattern(query: Query) -> re.Pattern[str]:
    """Whole words, in their order, whatever signs stand between them."""
    phrases = [_NOT_WORDS.join(map(re.escape, _WORD.findall(phrase))) for phrase in query.phrases]
    ends = [r"(?![^\W_])" for _ in phrases]
    if query.goes_on:
        ends[-1] = r"[^\W_]*"
    each = (f"{phrase}{end}" for phrase, end in zip(phrases, ends, strict=True))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(each)})", re.IGNORECASE)


def _window(text: str, start: int, end: int, around: int) -> tuple[int, int]:
    """So much around a place, from word to word."""
    begins, ends = max(0, start - around), min(len(text), end + 2 * around)
    if begins:
        begins = max(text.find(" ", begins, start) + 1, begins)
    if ends < len(text):
        ends = max(text.rfind(" ", end, ends), end) if text.rfind(" ", end, ends) > 0 else ends
    return begins, ends


# ── how each database is asked ─────────────────────────────────────────────────────────────────────────────────────

Asked = tuple[sa.FromClause, sa.ColumnElement[int], sa.ColumnElement[bool]]
"""Where to look, what orders it, and when it is found."""


def _in_sqlite(query: Query) -> Asked:
    """Its index is a table, which streams what it finds in the order of its rows."""
    index = sa.table("words_found", sa.column("rowid", sa.Integer))
    place = index.c.rowid
    quoted = [f'"{phrase.replace(chr(0), " ")}"' for phrase in query.phrases]
    wanted = " AND ".join(quoted) + ("*" if query.goes_on else "")
    holds = sa.literal_column("words_found", sa.String).op("MATCH", is_comparison=True)(wanted)
    return index.join(t.words, place == t.words.c.id), place, holds


def _in_postgres(query: Query) -> Asked:
    """It reads `a/b` and `a_b` as one word where SQLite reads two, so signs become spaces, on both sides."""
    phrases = [phrase.translate(_SPACES).replace("\0", " ") for phrase in query.phrases]
    exact = [sa.func.phraseto_tsquery(_SIMPLE, each) for each in (phrases[:-1] if query.goes_on else phrases)]
    begun = [sa.func.to_tsquery(_SIMPLE, f"'{phrases[-1]}':*")] if query.goes_on else []
    each: list[sa.ColumnElement[Any]] = [*exact, *begun]
    wanted = reduce(lambda one, other: one.op("&&")(other), each)
    # `+ 0`: or it goes along the ids, and for a word that hardly stands anywhere reads all there is (8 s, not 0.01).
    return t.words, t.words.c.id + 0, _VECTOR.op("@@", is_comparison=True)(wanted)


_PUNCTUATION = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’„«»…–—•·"
_SPACES = str.maketrans(_PUNCTUATION + "%", " " * (len(_PUNCTUATION) + 1))
_SIMPLE: sa.ColumnElement[Any] = sa.literal_column("'simple'")
_VECTOR: sa.ColumnElement[Any] = sa.literal_column(
    "to_tsvector('simple', translate(words.text, '{}', '{}'))".format(
        _PUNCTUATION.replace("'", "''"), " " * len(_PUNCTUATION)
    )
)
"""What the index of PostgreSQL holds, word for word as its migration says."""
