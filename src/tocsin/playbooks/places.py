"""Where something stands in a playbook file: the line to open, for whoever made a mistake there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value in the file: `("roles", 0, "duties")`."""
Mistake: TypeAlias = tuple[Place, str]
"""Where something is wrong, and a sentence that says what and what to write."""

DEEPEST = 8
"""No key of a playbook lies deeper; what does is passed over."""


def lines_of(text: str) -> dict[Place, int]:
    """On which line each key, table and item of a list begins, in a text that is TOML."""
    reader = _Reader(tokens=list(_tokens(text)))
    reader.document()
    return reader.lines


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, else of what surrounds it; the first, for what the whole file lacks."""
    around = (place[:length] for length in range(len(place), 0, -1))
    return next((lines[step] for step in around if step in lines), 1)


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────
# Python's own parser does not tell where things stand. This one tells nothing else: it is given only what that one
# has found to be TOML, so it need not look for mistakes.

_TOKEN = re.compile(
    r'''(?P<comment>\#[^\n]*)
      | (?P<value>"""(?:\\.|[^\\])*?"""(?!") | \'\'\'.*?\'\'\'(?!\') | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
      | (?P<mark>[\[\]{}=,.\n])
      | (?P<bare>[^\s\[\]{}=,.\#"']+)''',
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    text: str
    line: int
    mark: bool


_END = _Token("", 0, True)


def _tokens(text: str) -> Iterator[_Token]:
    line, counted = 1, 0
    for found in _TOKEN.finditer(text):
        line, counted = line + text.count("\n", counted, found.start()), found.start()
        if found.lastgroup != "comment":
            yield _Token(found[0], line, found.lastgroup == "mark")


@dataclass(kw_only=True)
class _Reader:
    """Goes through a file once, from table to table and from key to key."""

    tokens: list[_Token]
    at: int = 0
    lines: dict[Place, int] = field(default_factory=dict)
    counts: Counter[Place] = field(default_factory=Counter)
    """How many tables each list of tables has so far."""

    def document(self) -> None:
        table: Place = ()
        while self.next is not _END:
            if self._is("\n"):
                self.at += 1
            elif self._is("["):
                table = self._header()
            else:
                self._pair(table)

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _is(self, *marks: str) -> bool:
        return self.next.mark and self.next.text in marks

    def _header(self) -> Place:
        """`[gates.start]` and `[[roles]]`; of a list of tables, the last is meant."""
        line = self.next.line
        many = 0
        while self._is("["):
            self.at, many = self.at + 1, many + 1
        *around, last = self._keys()
        place: Place = ()
        for key in around:
            place = self._known(self._newest((*place, key)), line)
        place = self._known((*place, last), line)
        if many == 2:
            self.counts[place] += 1
            place = self._known(self._newest(place), line)
        while self._is("]"):
            self.at += 1
        return place

    def _newest(self, place: Place) -> Place:
        return (*place, self.counts[place] - 1) if self.counts[place] else place

    def _known(self, place: Place, line: int) -> Place:
        self.lines.setdefault(place, line)
        return place

    def _keys(self) -> list[str]:
        """The parts of a key, as far as its end."""
        keys = []
        while self.next is not _END and not self._is("=", "]", "\n"):
            if not self.next.mark:
                text = self.next.text
                keys.append(text[1:-1] if text[0] in "\"'" else text)
            self.at += 1
        return keys or [""]

    def _pair(self, table: Place) -> None:
        line = self.next.line
        place = table
        for key in self._keys():
            place = self._known((*place, key), line)
        self.at += 1
        self._value(place)

    def _value(self, place: Place) -> None:
        if len(place) > DEEPEST:
            self._pass_over()
        elif self._is("["):
            self._items(place)
        elif self._is("{"):
            self._inside(place)
        else:
            self.at += 1
            while self.next is not _END and not self._is(",", "]", "}", "\n"):
                self.at += 1

    def _items(self, place: Place) -> None:
        self.at += 1
        index = 0
        while self.next is not _END and not self._is("]"):
            if self._is(",", "\n"):
                self.at += 1
            else:
                self._value(self._known((*place, index), self.next.line))
                index += 1
        self.at += 1

    def _inside(self, place: Place) -> None:
        self.at += 1
        while self.next is not _END and not self._is("}"):
            if self._is(",", "\n"):
                self.at += 1
            else:
                self._pair(place)
        self.at += 1

    def _pass_over(self) -> None:
        depth = self._is("[", "{") - 0
        self.at += 1
        while self.next is not _END and not (depth <= 0 and self._is(",", "]", "}", "\n")):
            depth += self._is("[", "{") - self._is("]", "}")
            self.at += 1
