"""What search found, as the page shows it: by incident, each place with the words that were searched for marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from markupsafe import Markup, escape

from tocsin.core.ids import IncidentNumber
from tocsin.store import search
from tocsin.store.search import Hit
from tocsin.web.asked import Asked


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place; `said` has what was searched for in <mark>."""

    to: str
    what: str
    at: datetime
    mono: bool
    said: Markup


@dataclass(frozen=True, kw_only=True)
class Group:
    """The places in one incident."""

    number: IncidentNumber
    title: Markup
    to: str
    places: tuple[Place, ...]


@dataclass(frozen=True, kw_only=True)
class Places:
    """One page of them; `note`: in which way it is not all there is."""

    groups: tuple[Group, ...] = ()
    older: int | None = None
    partly: bool = False
    note: str = ""


def places(asked: Asked, query: search.Query, found: search.Found) -> Places:
    """By incident: found in a title, it is marked in that."""
    groups = groupby(found.hits, key=lambda hit: hit.incident)
    return Places(
        groups=tuple(_group(asked, query, list(hits)) for _, hits in groups),
        older=found.older,
        partly=found.partly,
        note=_note(query, found),
    )


def _note(query: search.Query, found: search.Found) -> str:
    looked = f"That stands in many places; for this page we looked at {search.LOOKED:,} of them, the newest first."
    begins = f"More than {search.ENDINGS} words begin with “{query.last}”, so we looked only for the word itself."
    return " ".join([*([begins] if found.whole else ()), *([looked] if found.partly else ())])


def _group(asked: Asked, query: search.Query, hits: list[Hit]) -> Group:
    first = hits[0]
    in_title = any(hit.kind == "title" for hit in hits)
    return Group(
        number=first.incident,
        title=_marked(query, first.title) if in_title else escape(first.title),
        to=f"/incidents/{first.incident}{'' if asked.sight == 'everything' else '/report'}",
        places=tuple(_place(query, hit) for hit in hits if hit.kind != "title"),
    )


def _place(query: search.Query, hit: Hit) -> Place:
    report = hit.kind == "published" or (hit.kind == "report" and hit.published)
    line = f"?at={hit.seq}#L{hit.seq}" if hit.seq else ""
    return Place(
        to=f"/incidents/{hit.incident}{'/report' if report else line}",
        what=_what(hit, public=report),
        at=hit.at,
        mono=hit.kind == "command",
        said=_marked(query, _typed(hit.text) if hit.kind == "command" else hit.text),
    )


def _typed(text: str) -> str:
    """A command as it was typed: what sets it apart in a text that is all words is not needed in mono."""
    first, newline, rest = text.partition("\n")
    return f"{first.removeprefix('`').removesuffix('`')}{newline}{rest}"


def _what(hit: Hit, *, public: bool) -> str:
    match hit.kind:
        case "line" | "command":
            return f"Line {hit.seq}{', a command' if hit.kind == 'command' else ''}"
        case _:
            return "Report" if public else "Report, not published"


def _marked(query: search.Query, text: str) -> Markup:
    return Markup().join(_pieces(search.marked(query, text)))


def _pieces(pieces: Iterable[tuple[str, bool]]) -> Iterable[Markup]:
    return (Markup("<mark>{}</mark>").format(piece) if is_it else escape(piece) for piece, is_it in pieces)
