"""Finds words in titles, lines and reports, newest first, for whoever may read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.rights import Sight
from tocsin.store import listing
from tocsin.store import tables as t

PAGE = 25
"""Places on one page."""
LONGEST, MOST = 300, 16
"""Letters and phrases of a question; nobody types more on purpose."""
LOOKED = 1_000
"""Places where the words stand that are looked at for one page, wanted or not."""
ENDINGS = 200
"""Words that may begin as the last one does, for all of them to be looked for."""
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

    @property
    def last(self) -> str:
        """The word that may be longer."""
        return _WORD.findall(self.phrases[-1])[-1] if self.phrases else ""


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
    partly: bool = False
    """The page is not full, because so many places were looked at that are not wanted; the next goes on from there."""
    whole: bool = False
    """Too many words begin as the last one does: only itself was looked for."""


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
    """The places, those of the newest incident first, and of each the newest line.

    `commands`: only what was typed, and what it printed. `within`: conditions on the incidents. However much there is,
    so many places where the words stand are looked at for one page, from the newest back.
    """
    if not query or sight == "nothing":
        return Found()
    asks = _in_sqlite(c, query) if c.dialect.name == "sqlite" else _in_postgres(c, query, before)
    wanted = (*_of_kind(sight, commands), *within)
    hits: list[Hit] = []
    for holds in asks.looks:
        rows = c.execute(_look(asks, [*holds, *_before(asks, before)], wanted, sight)).all()
        hits += [_hit(row) for row in rows if row.id is not None]
        if len(hits) > PAGE:
            return Found(hits=tuple(hits[:PAGE]), older=hits[PAGE - 1].id, whole=asks.whole)
        if rows[0].looked >= LOOKED:
            return Found(hits=tuple(hits), older=rows[0].lowest, partly=True, whole=asks.whole)
    return Found(hits=tuple(hits), whole=asks.whole)


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


@dataclass(frozen=True, kw_only=True)
class _Asks:
    """Where to look and what orders it; each of `looks` is when something is found, the next one further back."""

    source: sa.FromClause
    place: sa.ColumnElement[int]
    looks: Sequence[Sequence[sa.ColumnElement[bool]]]
    whole: bool = False


def _before(asks: _Asks, before: int | None) -> list[sa.ColumnElement[bool]]:
    return [] if before is None else [asks.place < before]


def _look(
    asks: _Asks,
    holds: Sequence[sa.ColumnElement[bool]],
    wanted: Sequence[sa.ColumnElement[bool]],
    sight: Sight,
) -> sa.Select[Any]:
    """Of the newest places where it stands, those that are wanted; in every row how many were looked at, how far."""
    newest = sa.select(asks.place.label("id")).select_from(asks.source).where(*holds)
    places = newest.order_by(asks.place.desc()).limit(LOOKED).cte("places")
    looked = sa.select(sa.func.count().label("looked"), sa.func.min(places.c.id).label("lowest")).subquery("looked")
    incident = t.incidents.c
    hits = (
        sa.select(t.words, listing.title(sight).label("title"), incident.published)
        .select_from(places.join(t.words, t.words.c.id == places.c.id))
        .join(t.incidents, incident.number == t.words.c.incident)
        .where(*wanted)
        .order_by((places.c.id + 0).desc())  # by the ids themselves PostgreSQL would go along all there are
        .limit(PAGE + 1)
        .subquery("hits")
    )
    return sa.select(looked, hits).select_from(looked.outerjoin(hits, sa.true())).order_by(hits.c.id.desc())


def _in_sqlite(c: sa.Connection, query: Query) -> _Asks:
    """Its index is a table, which streams what it finds in the order of its rows."""
    index = sa.table("words_found", sa.column("rowid", sa.Integer))
    phrases = [phrase.replace("\0", " ") for phrase in query.phrases]
    wanted = [_quoted(phrase) for phrase in phrases]
    ends, whole = _ends(c, phrases[-1]) if query.goes_on else ("", False)
    wanted[-1] = ends or wanted[-1]
    holds = sa.literal_column("words_found", sa.String).op("MATCH", is_comparison=True)(" AND ".join(wanted))
    return _Asks(source=index, place=index.c.rowid, looks=[[holds]], whole=whole)


def _ends(c: sa.Connection, phrase: str) -> tuple[str, bool]:
    """A phrase whose last word may go on; empty, and true, where there are too many words that it may become.

    What begins with two or three letters has an index of its own. Of anything longer the words are asked for one by
    one: asked for its beginning, SQLite would first gather every place where any of them stands.
    """
    *_, last = _WORD.finditer(phrase)
    begins = last[0].lower()
    if len(begins) <= _INDEXED:
        return f"{_quoted(phrase)}*", False
    terms = list(c.scalars(_TERMS, {"begins": begins, "ends": f"{begins}\U0010ffff", "most": ENDINGS + 1}))
    if len(terms) > ENDINGS:
        return "", True
    each = [_quoted(phrase[: last.start()] + term) for term in terms]
    return (f"({' OR '.join(each)})" if each else f"{_quoted(phrase)}*"), False


def _quoted(phrase: str) -> str:
    return f'"{phrase}"'


_INDEXED = 3
_TERMS = sa.text(
    "WITH RECURSIVE each (term) AS ("
    "SELECT (SELECT term FROM words_found_terms WHERE term >= :begins LIMIT 1) UNION ALL "
    "SELECT (SELECT term FROM words_found_terms WHERE term >= each.term || char(1) LIMIT 1) FROM each "
    "WHERE each.term < :ends) SELECT term FROM each WHERE term < :ends LIMIT :most"
)
"""The words that begin so, in their order, from one to the next: however often each stands somewhere."""


def _in_postgres(c: sa.Connection, query: Query, before: int | None) -> _Asks:
    """It reads `a/b` and `a_b` as one word where SQLite reads two, so signs become spaces, on both sides.

    It gathers all it finds before the first is there; so it is asked for a few of the newest incidents at first, then
    for more.
    """
    phrases = [phrase.translate(_SPACES).replace("\0", " ") for phrase in query.phrases]
    exact = [sa.func.phraseto_tsquery(_SIMPLE, each) for each in (phrases[:-1] if query.goes_on else phrases)]
    begun = [sa.func.to_tsquery(_SIMPLE, f"'{phrases[-1]}':*")] if query.goes_on else []
    each: list[sa.ColumnElement[Any]] = [*exact, *begun]
    wanted = reduce(lambda one, other: one.op("&&")(other), each)
    top = c.scalar(sa.select(sa.func.max(t.words.c.id))) if before is None else before
    # `+ 0`: or it goes along the ids, and for a word that hardly stands anywhere reads all there is (8 s, not 0.01).
    return _Asks(source=t.words, place=t.words.c.id + 0, looks=_windows(wanted, (top or 0) >> _BLOCK))


def _windows(wanted: sa.ColumnElement[Any], top: int) -> list[list[sa.ColumnElement[bool]]]:
    looks: list[list[sa.ColumnElement[bool]]] = []
    for blocks in _BLOCKS:
        low = max(top - blocks + 1, 0)
        there = sa.cast(" | ".join(f"'#{block}'" for block in range(low, top + 1)), TSQUERY)
        looks.append([_VECTOR.op("@@", is_comparison=True)(wanted.op("&&")(there))])
        if low == 0:
            return looks
        top = low - 1
    return [*looks, [_VECTOR.op("@@", is_comparison=True)(wanted), t.words.c.id + 0 < (top + 1) << _BLOCK]]


_BLOCK = 37
"""64 incidents: so many bits of an id are left out of the number of their block."""
_BLOCKS = (2, 8, 32)
"""Blocks that are looked at together, one after the other; after that, all that is left.

All are keys of the index: the more there are, the dearer is a word that stands in none of them.
"""
_PUNCTUATION = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’„«»…–—•·"
_SPACES = str.maketrans(_PUNCTUATION + "%", " " * (len(_PUNCTUATION) + 1))
_SIMPLE: sa.ColumnElement[Any] = sa.literal_column("'simple'")
_VECTOR: sa.ColumnElement[Any] = sa.literal_column(
    "(to_tsvector('simple', translate(words.text, '{}', '{}')) || "
    "array_to_tsvector(ARRAY['#'::text || (words.id >> 37)::text]))".format(
        _PUNCTUATION.replace("'", "''"), " " * len(_PUNCTUATION)
    )
)
"""What the index of PostgreSQL holds, word for word as its migration says."""
