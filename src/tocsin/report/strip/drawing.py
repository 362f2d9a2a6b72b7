"""Draws an incident's course: everything at its place, with as many words as there is room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.core.events import Entry
from tocsin.core.moments import zone as known_zone
from tocsin.core.playbook import Playbook
from tocsin.core.timeline import Names
from tocsin.report.strip.clock import Clock, clock
from tocsin.report.strip.course import Commanded, Course
from tocsin.report.strip.labels import NEAR, placed
from tocsin.report.strip.picture import Harm, Holder, Lean, Mark, Strip, Told
from tocsin.report.strip.reading import course
from tocsin.report.strip.scale import CHAR, Scale, moments, scale, solid
from tocsin.report.strip.ticks import PHONE, ticks
from tocsin.report.strip.words import caption, sentence

_SLIVER = 1.0
"""Per cent: nobody's time in command that is shorter is no news."""
_ROOMY = 20.0
"""Per cent that words beside a sign of the lowest lane take."""


def strip(
    entries: Sequence[Entry], playbook: Playbook, name: Names, *, zone: str, now: datetime | None = None
) -> Strip | None:
    """The picture of an incident's log, with people as `name` calls them and times in that zone.

    None where nothing has a place in time. `now` draws a line where we are, while the incident is open.
    """
    read = course(entries, playbook, name, now)
    if read is None:
        return None
    here = scale(read)
    read = replace(read, command=tuple(bar for bar in read.command if bar.name or _seen(bar, here)))
    base = solid(read)
    reads = clock(known_zone(zone), [*moments(read), *(at for each in base for at in each)], _length(base))
    return Strip(
        ticks=ticks(here, reads),
        leaps=here.leaps,
        impact=tuple(_impact(read, here)),
        command=tuple(_command(read.command, here, reads)),
        told=tuple(_told(read, here, reads)),
        marks=placed(list(_marks(read, here, reads))),
        now=here.at(read.now) if read.now else None,
        alt=sentence(read, reads, here.leaps, zone),
        caption=caption(read, zone),
    )


def _seen(bar: Commanded, here: Scale) -> bool:
    return any(width >= _SLIVER for _, width in here.spans(bar.since, bar.until))


def _length(stretches: Sequence[tuple[datetime, datetime]]) -> timedelta:
    return sum((b - a for a, b in stretches), timedelta(0))


def _impact(read: Course, here: Scale) -> Iterator[Harm]:
    for each in read.harm:
        for x, width in here.spans(each.since, each.until):
            yield Harm(x=x, width=width, kind=each.kind)


def _marks(read: Course, here: Scale, reads: Clock) -> Iterator[Mark]:
    before = None
    for sign in read.signs:
        yield Mark(x=here.at(sign.at), kind=sign.kind, word=sign.word, time=reads.stamp(sign.at, before))
        before = sign.at


# ── who commanded ──────────────────────────────────────────────────────────────────────────────────────────────────


def _command(bars: Sequence[Commanded], here: Scale, reads: Clock) -> Iterator[Holder]:
    """Its shade changes with the name, so that one can see where it was handed over."""
    last, dark = "", True
    for bar in bars:
        dark, last = (not dark, bar.name) if bar.name and bar.name != last else (dark, last)
        says = f"{bar.name or _NOBODY[0]}, {reads.stamp(bar.since)} to {reads.stamp(bar.until)}"
        texts = _shorter(bar.name) if bar.name else _NOBODY
        for x, width in here.spans(bar.since, bar.until):
            yield Holder(
                x=x,
                width=width,
                name=bar.name,
                wide=_first_that_fits(texts, width, CHAR),
                narrow=_first_that_fits(texts, width, PHONE),
                says=says,
                dark=bar.name != "" and dark,
            )


_NOBODY = ("Nobody commanded", "Nobody")


def _shorter(name: str) -> tuple[str, ...]:
    """The name, its first word, its initials."""
    words = name.split() or [""]
    return name, words[0], "".join(word[0] for word in words if word)


def _first_that_fits(texts: Sequence[str], width: float, char: float) -> str:
    return next((text for text in texts if (len(text) + 2) * char <= width), "")


# ── what was told ──────────────────────────────────────────────────────────────────────────────────────────────────


def _told(read: Course, here: Scale, reads: Clock) -> Iterator[Told]:
    edges = [edge for leap in here.leaps for edge in (leap.x, leap.x + leap.width)]
    places = [*(here.at(word.at) for word in read.told), *edges, *([here.at(read.now)] if read.now else [])]
    for word, x in zip(read.told, places, strict=False):
        stamp = reads.stamp(word.at)
        left = x - max((place for place in places if place < x), default=-NEAR)
        right = min((place for place in places if place > x), default=103.0) - x
        if word.due:
            words, lean = _due(f"due {stamp}", left, right)
            yield Told(x=x, due=True, says=f"Promised by {stamp}", words=words, lean=lean)
        else:
            words = "sent by itself" if word.by_itself and right >= _ROOMY else ""
            yield Told(x=x, says=f"Told {stamp}, by itself" if word.by_itself else f"Told {stamp}", words=words)


def _due(words: str, left: float, right: float) -> tuple[str, Lean]:
    """On the side where there is room for the words; without them where there is none."""
    needed = (len(words) + 4) * CHAR
    if right >= needed:
        return words, "right"
    return (words if left >= needed else ""), "left"
