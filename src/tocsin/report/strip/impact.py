"""When people were affected: what is sure of it, what is a guess, and when it was only thought to be over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tocsin.core import events as e
from tocsin.core.events import Entry, ImpactSet
from tocsin.core.moments import Moment
from tocsin.report.strip.course import Harmed, Sign, Stretch, reported, shifted, without

STUB = 0.12
"""What has no beginning or no end is drawn longer by this much of its length."""


def harm(
    entries: Sequence[Entry],
    signs: Sequence[Sign],
    over: datetime | None,
    upto: datetime,
    pauses: Sequence[Stretch],
) -> Iterator[Harmed]:
    """Solid, but pale where it was thought to be over."""
    pauses = _joined([*pauses, *_taken_back(entries)])
    for window in windows(entries):
        for part in _parts(window, entries, signs, over, upto):
            yield from _paused(part, pauses) if part.kind == "sure" else (part,)


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """What overlaps is one."""
    joined: list[Stretch] = []
    for first, last in sorted(stretches):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _paused(part: Harmed, pauses: Sequence[Stretch]) -> list[Harmed]:
    eased = [(a, min(b, part.until)) for a, b in pauses if part.since < a < min(b, part.until)]
    if not eased:
        return [part]
    solid = without([(part.since, part.until)], eased)
    pieces = [*((*each, "sure") for each in solid), *((*each, "eased") for each in eased)]
    return [
        replace(part, since=a, until=b, kind="sure" if kind == "sure" else "eased") for a, b, kind in sorted(pieces)
    ]


def windows(entries: Sequence[Entry]) -> list[ImpactSet]:
    """The last that was said; and what was said before a return, where it was over before the last one began.

    Of what came back, nobody has said yet when it ended: the end that was said before did not hold.
    """
    said: list[ImpactSet | None] = [None]
    for entry in entries:
        if isinstance(entry.event, e.Reopened):
            said.append(None)
        elif isinstance(entry.event, ImpactSet):
            said[-1] = entry.event
    kept: list[ImpactSet] = []
    for window in said:
        if window is not None:
            kept = [*(each for each in kept if _before(each, window)), window]
    return [*kept[:-1], replace(kept[-1], end=None)] if kept and said[-1] is None else kept


def _taken_back(entries: Sequence[Entry]) -> Iterator[Stretch]:
    """From an end that was said until it came back, where nobody has said anything of the impact since."""
    end: Moment | None = None
    back: datetime | None = None
    for entry in entries:
        if isinstance(entry.event, ImpactSet):
            end, back = entry.event.end, None
        elif isinstance(entry.event, e.Reopened) and back is None:
            back = entry.at.at
    if end is not None and back is not None:
        yield end.until or end.at, max(end.until or end.at, back)


def _before(one: ImpactSet, other: ImpactSet) -> bool:
    return one.end is not None and other.start is not None and (one.end.until or one.end.at) < other.start.at


def _parts(
    window: ImpactSet, entries: Sequence[Entry], signs: Sequence[Sign], over: datetime | None, upto: datetime
) -> list[Harmed]:
    start, end = window.start, window.end
    if start is not None and end is not None:
        return _between(start, end)
    if start is not None:
        return _unended(start, entries, over, upto)
    return _unbegun(end, signs) if end is not None else []


def _between(start: Moment, end: Moment) -> list[Harmed]:
    first, last = start.until or start.at, end.until or end.at
    if first > end.at or last < start.at:
        return [Harmed(since=min(start.at, end.at), until=max(first, last), kind="guess")]
    return [*_guess(start), Harmed(since=first, until=end.at, kind="sure"), *_guess(end)]


def _guess(moment: Moment) -> list[Harmed]:
    until = moment.until or moment.at
    return [Harmed(since=moment.at, until=until, kind="guess")] if moment.at < until else []


def _unended(start: Moment, entries: Sequence[Entry], over: datetime | None, upto: datetime) -> list[Harmed]:
    """Sure until now, and going on; once it is over, sure as far as was reported or said, and a guess from there."""
    first = start.until or start.at
    if over is None:
        end = max(upto, shifted(first, _SECOND))
        going_on = Harmed(since=end, until=shifted(end, STUB * (end - start.at)), kind="open")
        return [*_guess(start), Harmed(since=first, until=end, kind="sure"), going_on]
    known = [*reported(entries), *(end for end, _ in _taken_back(entries))]
    sure = max((at for at in known if first < at < over), default=first)
    solid = [Harmed(since=first, until=sure, kind="sure")] if first < sure else []
    return [*_guess(start), *solid, Harmed(since=sure, until=max(sure, over), kind="guess")]


def _unbegun(end: Moment, signs: Sequence[Sign]) -> list[Harmed]:
    """Sure from its first sign on, and a guess before."""
    first = min([sign.at for sign in signs] + [end.at])
    begun = Harmed(since=shifted(first, -max(STUB * (end.at - first), _SECOND)), until=first, kind="guess")
    return [begun, Harmed(since=first, until=end.at, kind="sure"), *_guess(end)]


_SECOND = timedelta(seconds=1)
