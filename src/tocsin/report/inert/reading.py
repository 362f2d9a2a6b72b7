"""What the grammar makes of a text: its blocks, its runs of inline text, and where each stands in the source."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tocsin.report.inert.grammar import grammar

STAND_IN = "\ue000"
"""For a space that no one but the parser would strip."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A run of inline text: where each of its lines stands in the source, and what the parser took as plain text."""

    text: str
    begins_line: bool
    lines: list[tuple[int, int]]  # (offset in the leaf, offset in the source), one for each line
    reached: set[int] | None  # where a token of the text begins; None: anywhere
    plain: list[int]  # where a character that may mean something stood for itself
    addresses: list[int]  # where a bare web address begins

    def source(self, at: int) -> int:
        """Where a character of the leaf stands in the source."""
        here, there = self.lines[bisect_right(self.lines, at, key=lambda line: line[0]) - 1]
        return there + at - here


@dataclass(frozen=True, kw_only=True)
class Page:
    """A text and all that the parser says of it."""

    text: str
    lines: list[str]
    starts: list[int]
    tokens: list[Token]
    leaves: list[Leaf]
    strays: list[int]  # brackets of links that lead to no address

    def row(self, at: int) -> int:
        return bisect_right(self.starts, at) - 1

    def end(self, row: int) -> int:
        return self.starts[row] + len(self.lines[row])


def read(text: str, headings: bool) -> Page:
    # The parser strips other spaces, and with them lines; then what it says of lines would not be true of the text.
    standing = text.translate(_OTHER_SPACES)
    lines = standing.split("\n")
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    # The final newline makes the number of lines of an unclosed fence plain to see.
    tokens = grammar(headings).parse(standing if standing.endswith("\n") else f"{standing}\n")
    page = Page(text=text, lines=lines, starts=starts, tokens=tokens, leaves=[], strays=[])
    for leaf, strays in _leaves(page, grammar(headings)):
        page.leaves.append(leaf)
        page.strays.extend(map(leaf.source, strays))
    return page


def _leaves(page: Page, parser: MarkdownIt) -> Iterator[tuple[Leaf, list[int]]]:
    """Every run of inline text, and where in it links lead to no address."""
    for content, begins_line, places in _texts(page):
        # Nothing that was defined is known here: definitions are escaped, and then a reference to one is text.
        env: dict[str, Any] = {"reached": set(), "plain": [], "addresses": [], "strays": []}
        # Parsing is slow; a text without any of these is plain from end to end.
        lively = bool(_LIVELY.search(content))
        if lively:
            parser.inline.parse(content, parser, env, [])
        reached = env["reached"] if lively else None
        yield (
            Leaf(
                text=content,
                begins_line=begins_line,
                lines=places,
                reached=reached,
                plain=env["plain"],
                addresses=env["addresses"],
            ),
            env["strays"],
        )


_LIVELY = re.compile(r"[`\[<{$@(]|://")
_OTHER_SPACES = {code: STAND_IN for code in range(0x80, 0x3001) if chr(code).isspace()}


def _texts(page: Page) -> Iterator[tuple[str, bool, list[tuple[int, int]]]]:
    """Every run of inline text, whether it begins a line, and where its lines stand in the source."""
    row, done = -1, 0
    for opening, token in pairwise(page.tokens):
        if token.type != "inline" or not token.content or token.map is None:
            continue
        if opening.tag not in ("th", "td"):
            yield token.content, opening.markup not in _ATX, list(_places(page, token.content, token.map[0]))
            continue
        row, done = token.map[0], done if token.map[0] == row else 0
        cell = token.content.replace("|", "\\|")
        at = page.lines[row].index(cell, done)
        yield cell, "|" not in page.lines[row][:at], [(0, page.starts[row] + at)]
        done = at + len(cell)


_ATX = {"#" * level for level in range(1, 7)}


def _places(page: Page, text: str, row: int) -> Iterator[tuple[int, int]]:
    """Lines of a paragraph are its source lines without what stands before them, so they are matched from the right."""
    offset = 0
    for number, content in enumerate(text.split("\n"), row):
        trimmed = content.rstrip()
        end = len(_before_closing(page.lines[number], trimmed.lstrip()))
        yield offset, page.starts[number] + end - len(trimmed)
        offset += len(content) + 1


def _before_closing(line: str, content: str) -> str:
    """The line without the number signs that may close an ATX heading."""
    line = line.rstrip()
    return line if line.endswith(content) else line.rstrip("#").rstrip()
