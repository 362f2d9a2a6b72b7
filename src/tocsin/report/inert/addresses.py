"""Bare web addresses in which a reader would find markup: in angle brackets they are shown, and links, as a whole."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from tocsin.core.links import address_at
from tocsin.report.inert.edits import Edit
from tocsin.report.inert.reading import STAND_IN, Leaf


def address_edits(leaf: Leaf, live: list[int]) -> Iterator[Edit]:
    """Brackets around every bare address that holds something `live`, or what is not shown as it was typed."""
    if not leaf.addresses:
        return
    text = leaf.text.replace(STAND_IN, " ")
    marks = sorted([*live, *_emphasis(text), *(sign.start() for sign in _REPLACED.finditer(text))])
    end = 0
    for start in leaf.addresses:
        if start < end or not (address := address_at(text, start)):
            continue
        end = start + len(address)
        if bisect_left(marks, start) < bisect_left(marks, end):
            at = leaf.source(start)
            yield Edit(start=at, end=at + len(address), new=f"<{address}>")


# Entities, and what becomes a dash, an ellipsis and the like with typographic replacements.
_REPLACED = re.compile(r"&#?\w+;|--|\.\.|\+-|,,|[?!]{4}")
_RUN = re.compile(r"\*+|_+|~{2,}")


def _emphasis(text: str) -> Iterator[int]:
    """Where stars and the like may begin or end something: not without their like on the other side."""
    for sign in "*_~":
        runs = [run.span() for run in _RUN.finditer(text) if run[0][0] == sign]
        opening = [start for start, end in runs if _holds(sign, text[end : end + 1], text[max(0, start - 1) : start])]
        closing = [start for start, end in runs if _holds(sign, text[max(0, start - 1) : start], text[end : end + 1])]
        yield from (at for at in opening if closing and at < closing[-1])
        yield from (at for at in closing if opening and at > opening[0])


def _holds(sign: str, inner: str, outer: str) -> bool:
    """Whether a sign between these two characters may enclose the inner one; inside a word, `_` is a letter."""
    return inner.strip() != "" and not (sign == "_" and outer.isalnum())
