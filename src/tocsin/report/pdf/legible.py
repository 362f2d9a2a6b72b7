"""Words for what the report's fonts cannot draw: nothing is lost, and no report fails for a pasted smiley."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

FONTS = Path(__file__).parent / "fonts"


def legible(value: Any) -> Any:
    """The same plain data, in which every text is made of characters that can be drawn."""
    match value:
        case str():
            return spelled(value)
        case dict():
            return {key: legible(each) for key, each in value.items()}
        case list() | tuple():
            return [legible(each) for each in value]
        case other:
            return other


def spelled(text: str) -> str:
    """`Fixed 🔥` is `Fixed [fire]`; `שלום` is `[hebrew letter shin, lamed, vav, final mem]`."""
    if _missing().search(text) is None:
        return text
    return _missing().sub(lambda found: _in_words(found[0]), text.expandtabs(4).translate(_ALIKE))


@cache
def covered() -> frozenset[str]:
    """What the font of the record draws; the others know less, and borrow from it.

    Not what any of the fonts knows: a letter and the accent on it must be in the same one.
    """
    with TTFont(FONTS / "Literata_400Regular.ttf", lazy=True) as font:
        known = {chr(code) for code in font.getBestCmap()}
    return frozenset(sign for sign in known if unicodedata.category(sign) not in ("Cc", "Cf", "Co")) | _INVISIBLE


_JOINER = "\u200d"
_INVISIBLE = frozenset(("\n", "\xad", "\u200b", "\u200c", _JOINER, "\u2060"))
"""Needs no drawing. What turns the words beside it around is not among these: it is said in words."""

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\v\f\x85\u2028\u2029", "\n"),
        **dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u205f\u3000", " "),
        "\r": "\n",
        "\u202f": "\xa0",
        "\ufeff": "\u2060",
    }
)
"""What looks the same, or not at all, and is drawn."""


@cache
def _missing() -> re.Pattern[str]:
    """What is not covered, as long as there is no space in it; a sign and the one joined to it are one."""
    signs = "".join(re.escape(sign) for sign in sorted(covered()))
    marks = "".join(sign for sign in sorted(covered()) if unicodedata.category(sign) == "Mn")
    return re.compile(f"[^{signs}][^{signs.replace(_JOINER, '')}]*|(?<=[{marks}]{{{_MARKS}}})[{marks}]+")


_MARKS = 8
"""No letter of any language has as many accents; the next are said in words."""


_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""They choose between two pictures of a sign, and have none themselves."""


def _in_words(signs: str) -> str:
    joined = [_listed(part) for part in _SELECTORS.sub("", signs).split(_JOINER) if part]
    return f"[{' + '.join(joined)}]" if joined else ""


_KIND = re.compile(r"(.*\b(?:letter|syllable|ideograph|symbol|digit|small|capital|sign))[ -](.+)")


def _listed(signs: str) -> str:
    """Their names after each other; where several are of a kind, the kind is named once."""
    said, kind = list[str](), ""
    for sign, times in _counted(signs):
        name = _name(sign)
        found = _KIND.fullmatch(name)
        shown = found[2] if found and found[1] == kind else name.replace("ideograph-", "ideograph ")
        said.append(f"{shown} × {times}" if times > 1 else shown)
        kind = found[1] if found else ""
    return ", ".join(said)


def _counted(signs: str) -> Iterator[tuple[str, int]]:
    return ((sign, len(list(same))) for sign, same in groupby(signs))


_KINDS = {"Cc": "control character", "Cs": "half a character", "Co": "private character"}


def _name(sign: str) -> str:
    category = unicodedata.category(sign)
    number = f"U+{ord(sign):04X}"
    return unicodedata.name(sign, "").lower() or f"{_KINDS.get(category, 'unknown character')} {number}"
