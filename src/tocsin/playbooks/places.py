"""Where something stands in a playbook file: the line to open, for whoever made a mistake there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value in the file: `("roles", 0, "duties")`."""
Mistake: TypeAlias = tuple[Place, str]
"""Where something is wrong, and a sentence that says what and what to write."""

_TABLE = re.compile(r"\s*(\[\[?)\s*([\w-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*[=.]")
_LONG_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', re.DOTALL)


def lines_of(text: str) -> dict[Place, int]:
    """On which line each key and table begins, as well as can be told without a parser that remembers lines."""
    lines: dict[Place, int] = {}
    seen: Counter[str] = Counter()
    table: Place = ()
    for number, line in enumerate(_without_long_texts(text).split("\n"), start=1):
        if header := _TABLE.match(line):
            name = header[2]
            table = (name, seen[name]) if header[1] == "[[" else (name,)
            seen[name] += 1
            lines.setdefault((name,), number)
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, else of what surrounds it; 0 for the file."""
    around = (place[:length] for length in range(len(place), 0, -1))
    return next((lines[step] for step in around if step in lines), 0)


def _without_long_texts(text: str) -> str:
    """What people write in a text of several lines may look like a key."""
    return _LONG_TEXT.sub(lambda match: '""' + "\n" * match[0].count("\n"), text)
