"""Where the labels of neighbouring marks go: they lean apart, and stand above each other where that is not enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

from tocsin.report.strip.picture import Lean, Mark
from tocsin.report.strip.scale import CHAR

NEAR = 9.0
"""Nearer than this, in per cent, two neighbours lean apart."""
ROWS = 3
_APART = 15
"""Pixels from sign to sign at least; nearer, one would cover the other."""
_PIXELS = 6.4
"""In a per cent, where the picture is as narrow as it can be with words in it."""


def placed(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The same marks, in order, with their labels where they do not touch."""
    groups = [[mark] for mark in sorted(marks, key=lambda mark: mark.x)]
    while (joined := _joined_where_they_touch(groups)) != groups:
        groups = joined
    return _nudged([mark for group in groups for mark in _nested(group)])


def reach(mark: Mark) -> tuple[float, float]:
    """From where to where its label reaches."""
    width = max(len(mark.word), len(mark.time)) * CHAR
    left = {"left": width, "right": 0.0, "none": width / 2}[mark.lean]
    return mark.x - left, mark.x - left + width


def _joined_where_they_touch(groups: list[list[Mark]]) -> list[list[Mark]]:
    for place, (one, other) in enumerate(pairwise(groups)):
        if other[0].x - one[-1].x < NEAR or _touch(_nested(one), _nested(other)):
            return [*groups[:place], [*one, *other], *groups[place + 2 :]]
    return groups


def _touch(one: Sequence[Mark], other: Sequence[Mark]) -> bool:
    """Whether two labels of the same row are nearer than a letter."""
    return any(a.row is not None and a.row == b.row and reach(a)[1] + CHAR > reach(b)[0] for a in one for b in other)


def _nested(group: Sequence[Mark]) -> list[Mark]:
    """The outermost lean out in the lowest row; what stands between them goes above, so that no stem cuts a label."""
    last = len(group) - 1
    if last and reach(replace(group[-1], lean="right"))[1] > 102:
        return [_in_row(mark, "left", row) for row, mark in enumerate(group)]
    return [_in_row(mark, _leaning(place, last), min(place, last - place)) for place, mark in enumerate(group)]


def _leaning(place: int, last: int) -> Lean:
    if 2 * place == last:
        return "none"
    return "left" if 2 * place < last else "right"


def _in_row(mark: Mark, lean: Lean, row: int) -> Mark:
    """A label that stands alone must not run out of the picture."""
    if lean == "none" and reach(replace(mark, lean="none"))[1] > 100.5:
        lean = "left"
    return replace(mark, lean=lean, row=row if row < ROWS else None)


def _nudged(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Signs that would cover each other stand side by side, around where they belong."""
    wanted = [mark.x * _PIXELS for mark in marks]
    runs: list[list[float]] = []
    for place, at in enumerate(wanted):
        runs.append([at - place * _APART])
        # Each run stands where its signs want to stand on average; runs that meet become one.
        while len(runs) > 1 and fmean(runs[-2]) > fmean(runs[-1]):
            runs[-2:] = [[*runs[-2], *runs[-1]]]
    got = [fmean(run) + place * _APART for place, run in enumerate(run for run in runs for _ in run)]
    return tuple(replace(mark, nudge=round(to - own)) for mark, to, own in zip(marks, got, wanted, strict=True))
