"""Where an instant stands: the window of time that is drawn, in pieces where time between them is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from tocsin.report.strip.course import FIRST, LAST, Course, Stretch, shifted
from tocsin.report.strip.picture import Leap

_PIECES = 4
"""More would be too narrow to read."""
_MARGIN = 0.15
"""Of the impact, before and after it."""
_EMPTY = 0.5
"""Of the impact: longer than this nothing may happen, or it is left out."""
_SHORTEST = timedelta(minutes=5)
"""So much of nothing is always shown."""
_ROOM = 0.8
"""Per cent on either side of a leap."""
CHAR = 1.05
"""Per cent of a letter where the picture is as narrow as it can be with words in it, on a page as on paper."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A window of time with a scale of its own."""

    since: datetime
    until: datetime
    weight: float = 1
    x: float = 0
    width: float = 100

    def at(self, time: datetime) -> float:
        """Where it stands; what lies outside stands at the edge."""
        share = (time - self.since) / (self.until - self.since)
        return self.x + self.width * min(max(share, 0), 1)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """All the pieces, with the leaps between."""

    pieces: tuple[Piece, ...]
    leaps: tuple[Leap, ...]

    def at(self, time: datetime) -> float:
        """Where an instant stands."""
        piece = next((piece for piece in reversed(self.pieces) if piece.since <= time), self.pieces[0])
        return piece.at(time)

    def spans(self, since: datetime, until: datetime, thinnest: float = 0.35) -> list[tuple[float, float]]:
        """Where a stretch begins and how wide it is, in every piece that it touches."""
        touched = [piece for piece in self.pieces if piece.since <= until and since <= piece.until]
        return [_span(piece.at(since), piece.at(until), thinnest) for piece in touched]


def _span(first: float, last: float, thinnest: float) -> tuple[float, float]:
    width = max(last - first, thinnest)
    return min(first, 100 - width), width


def scale(course: Course) -> Scale:
    """The impact with a margin, and everything else that happened, without the empty time between."""
    base = solid(course)
    length = sum((b - a for a, b in base), timedelta(0))
    content = _joined([*base, *((at, at) for at in moments(course))])
    windows = _split(content, base, max(length * _EMPTY, _SHORTEST))
    return _laid_out([_piece(window, windows, base, length, course) for window in windows])


def solid(course: Course) -> list[Stretch]:
    """What is never left out: the impact, or the work where nobody knows of an impact."""
    harm = [(each.since, each.until) for each in course.harm if each.kind in ("sure", "guess")]
    return _joined([_within(each) for each in harm or course.work])


def moments(course: Course) -> list[datetime]:
    """Everything with a place of its own."""
    handed = [at for each in course.command for at in (each.since, each.until)]
    now = [course.now] if course.now else []
    times = [*(sign.at for sign in course.signs), *(word.at for word in course.told), *handed, *now]
    return sorted(_clamped(time) for time in times)


def _clamped(time: datetime) -> datetime:
    return min(max(time, FIRST), LAST)


def _within(stretch: Stretch) -> Stretch:
    return _clamped(stretch[0]), _clamped(stretch[1])


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for since, until in sorted(stretches):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
        else:
            joined.append((since, until))
    return joined


# ── pieces ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _split(content: Sequence[Stretch], base: Sequence[Stretch], longest: timedelta) -> list[Stretch]:
    """Apart where nothing happens for too long; above all beside the impact, which is what the picture is about."""

    def worth(gap: int) -> tuple[bool, timedelta]:
        before, after = content[gap], content[gap + 1]
        return (before in base or after in base), after[0] - before[1]

    gaps = [gap for gap in range(len(content) - 1) if worth(gap)[1] > longest]
    cuts = sorted(sorted(gaps, key=worth, reverse=True)[: _PIECES - 1])
    firsts, lasts = [0, *(cut + 1 for cut in cuts)], [*cuts, len(content) - 1]
    return [(content[first][0], content[last][1]) for first, last in zip(firsts, lasts, strict=True)]


def _piece(
    window: Stretch, windows: Sequence[Stretch], base: Sequence[Stretch], length: timedelta, course: Course
) -> Piece:
    """The window with room on both sides: for the impact's margin, and for the last label."""
    since, until = window
    harm = [each for each in base if since <= each[0] and each[1] <= until]
    hurt = sum((b - a for a, b in harm), timedelta(0))
    around = max((until - since) * 0.04, timedelta(0) if hurt else _around(window, length))
    first = min([shifted(since, -around), *(shifted(a, -hurt * _MARGIN) for a, _ in harm)])
    last = max([shifted(until, around), *(shifted(b, hurt * _MARGIN) for _, b in harm)])
    signs = [sign.at for sign in course.signs if since <= sign.at <= until]
    last = max([last, *(shifted(at, (until - first) * 0.1) for at in signs)])
    before, after = _neighbours(window, windows)
    first, last = max(first, shifted(since, -before)), min(last, shifted(until, after))
    share = hurt / length if hurt else 0
    return Piece(
        since=first,
        until=max(last, first + timedelta(seconds=1)),
        weight=0.1 + 0.3 * min(len(signs), 5) + (1 + 2 * share**0.5 if harm else 0),
    )


def _around(window: Stretch, length: timedelta) -> timedelta:
    """Around what stands alone."""
    return max((window[1] - window[0]) * _MARGIN, min(length * 0.1, timedelta(hours=1)), timedelta(seconds=20))


def _neighbours(window: Stretch, windows: Sequence[Stretch]) -> tuple[timedelta, timedelta]:
    """How far it may reach on either side before it would meet the next."""
    place = windows.index(window)
    before = window[0] - windows[place - 1][1] if place else LAST - FIRST
    after = windows[place + 1][0] - window[1] if place + 1 < len(windows) else LAST - FIRST
    return before / 3, after / 3


def _laid_out(pieces: Sequence[Piece]) -> Scale:
    texts = [_about(after.since - before.until) for before, after in pairwise(pieces)]
    leaps = [max(7.0, len(text) * CHAR + 1.5) for text in texts]
    shares = _shares([piece.weight for piece in pieces], 100 - sum(leaps) - 2 * _ROOM * len(leaps))
    x, laid, left_out = 0.0, list[Piece](), list[Leap]()
    for piece, share, text, leap in zip(pieces, shares, [*texts, ""], [*leaps, 0.0], strict=True):
        laid.append(replace(piece, x=x, width=share))
        x += share + _ROOM
        if text:
            left_out.append(Leap(x=x, width=leap, text=text))
            x += leap + _ROOM
    return Scale(pieces=tuple(laid), leaps=tuple(left_out))


def _shares(weights: Sequence[float], whole: float) -> list[float]:
    """By weight, but none so narrow that it has no room for a word."""
    least = min(13.0, whole / len(weights))
    spare, total = whole - least * len(weights), sum(weights)
    return [least + spare * weight / total for weight in weights]


def _about(length: timedelta) -> str:
    """How much is left out, in the largest unit of which there are two."""
    units = ((timedelta(days=1), "days"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
    for unit, name in units:
        if length >= 2 * unit:
            return f"{round(length / unit)} {name}"
    return f"{max(round(length.total_seconds()), 1)} s"
