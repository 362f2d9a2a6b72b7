"""Which part of the log stands on a page: the newest lines, older ones, those around one, or those of one sort."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import sqlalchemy as sa

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.core.ids import Seq
from tocsin.report.times import weekday
from tocsin.store import log
from tocsin.web.asked import Asked
from tocsin.web.room.drawing import Drawn, drawn
from tocsin.web.room.lines import around, clock, impact
from tocsin.web.room.reading import Room
from tocsin.web.room.telling import Telling
from tocsin.web.showing import lapse, place

MOST = 100
"""Lines of the log on one page."""
AFTER = 30
"""Of them, how many stand above the one that was asked for."""
LULL = timedelta(minutes=30)
"""So long without a line is worth saying."""
SHOWS = (("", "All"), ("key", "Key moments"), ("commands", "Commands"), ("outside", "Outside"))


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A part of the log, as it was read."""

    entries: Sequence[Entry]
    seqs: frozenset[Seq]
    older: Seq | None
    """Before which line it goes on."""
    newest: bool
    """It ends with the last line there is."""
    show: str = ""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line, after a stretch of time without one."""

    line: Drawn
    lull: str = ""
    last: bool = False


@dataclass(frozen=True, kw_only=True)
class Day:
    """The lines of one day."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A sort of lines, and how many there are of it."""

    name: str
    count: int
    href: str
    current: bool


def stretch(asked: Asked, c: sa.Connection, room: Room) -> Stretch:
    """The part of the log that is asked for."""
    show = asked.query.line("show")
    chosen = chosen_by(room, show)
    before = _before(asked)
    if chosen is not None:
        return _some(c, room, [seq for seq in chosen if before is None or seq < before], show, before is None)
    entries = log.window(c, room.number, MOST, before)
    newest = before is None or before > room.last
    seqs = frozenset(entry.seq for entry in entries)
    if not newest and entries:
        entries = around(c, room.number, seqs, entries)
    older = min(seqs, default=Seq(1))
    return Stretch(entries=entries, seqs=seqs, older=older if older > 1 else None, newest=newest)


def chosen_by(room: Room, show: str) -> Sequence[Seq] | None:
    """The lines of one sort; None: all."""
    match show:
        case "key":
            return room.gist.key
        case "commands":
            return room.gist.commands
        case "outside":
            return sorted((*room.gist.theirs, *(each.seq for each in _updates(room))))
        case _:
            return None


def days(asked: Asked, room: Room, part: Stretch, telling: Telling) -> list[Day]:
    """The lines of a stretch, newest first, day by day."""
    lines = drawn(part.entries, telling, part.seqs)
    if not part.show:
        lines = sorted(
            [*lines, *_within(impact(room, telling), lines, part)], key=lambda each: each.order, reverse=True
        )
    found: list[Day] = []
    for item in _items(lines, lull=not part.show):
        name = _day(item.line, telling)
        if found and found[-1].name == name:
            found[-1] = Day(name=name, items=(*found[-1].items, item))
        else:
            found.append(Day(name=name, items=(item,)))
    return found


def filters(asked: Asked, room: Room) -> list[Filter]:
    """The sorts there are."""
    shown = asked.query.line("show")
    counts = {"": _all(room), **{show: len(chosen_by(room, show) or ()) for show, _ in SHOWS[1:]}}
    known = shown if shown in counts else ""
    return [
        Filter(name=name, count=counts[show], href=address(asked, room, show=show), current=show == known)
        for show, name in SHOWS
    ]


def zones(asked: Asked, room: Room) -> list[tuple[str, str]]:
    """Other clocks to read it by: UTC, the reader's own, and those of the communities. Name and address."""
    current = clock(asked)[0]
    theirs = (
        getattr(place, "zone", "") for (_, slug), place in room.places.items() if slug in room.incident.communities
    )
    names = dict.fromkeys(name for name in (asked.zone_name, "UTC", *theirs) if name and name != current)
    return [(place(name), address(asked, room, zone=name)) for name in names]


def address(asked: Asked, room: Room, **changed: object) -> str:
    """The room with its filter and its clock, but for what is changed."""
    told: dict[str, object] = {name: asked.query.line(name) for name in ("show", "zone")}
    query = urlencode({name: value for name, value in {**told, **changed}.items() if value})
    path = f"/incidents/{room.number}"
    return f"{path}?{query}#h-log" if query else f"{path}#h-log"


def _before(asked: Asked) -> Seq | None:
    """Before which line; around the one that is asked for."""
    for name, more in (("before", 0), ("at", AFTER + 1)):
        told = asked.query.line(name)
        if told.isascii() and told.isdigit() and len(told) < 10:
            return Seq(int(told) + more)
    return None


def _some(c: sa.Connection, room: Room, chosen: Sequence[Seq], show: str, newest: bool) -> Stretch:
    seqs = chosen[-MOST:]
    entries = around(c, room.number, seqs) if seqs else []
    older = seqs[0] if len(chosen) > len(seqs) else None
    return Stretch(entries=entries, seqs=frozenset(seqs), older=older, newest=newest, show=show)


def _updates(room: Room) -> Iterator[Entry]:
    return (entry for entry in room.entries if isinstance(entry.event, e.Updated))


def _all(room: Room) -> int:
    """How many lines there are, replies among them."""
    return room.gist.lines + sum(not entry.event.informs for entry in room.entries)


def _within(more: Iterable[Drawn], lines: Sequence[Drawn], part: Stretch) -> Iterator[Drawn]:
    """What stands at a time that this page shows."""
    for line in more:
        after = part.older is None or (lines and line.at.at >= lines[-1].at.at)
        before = part.newest or (lines and line.at.at <= lines[0].at.at)
        if after and before:
            yield line


def _items(lines: Sequence[Drawn], *, lull: bool) -> Iterator[Item]:
    for number, line in enumerate(lines):
        newer = lines[number - 1] if number else None
        gap = newer.at.at - line.at.at if newer else timedelta(0)
        yield Item(line=line, lull=lapse(gap) if lull and gap >= LULL else "", last=number == len(lines) - 1)


def _day(line: Drawn, telling: Telling) -> str:
    return weekday(line.at.at, telling.zone)
