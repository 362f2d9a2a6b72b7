"""What is changed so that blocks, links, cells and fences begin and end where they should."""

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it.token import Token

from tocsin.report.inert.edits import Edit, escape
from tocsin.report.inert.reading import Page


def block_edits(page: Page) -> Iterator[Edit]:
    """What decides where blocks, links and cells begin and end."""
    yield from map(escape, page.strays)
    yield from _cell_edits(page)
    yield from _ends_of_tables(page)
    for token in page.tokens:
        if token.type == "definition" and token.map:
            # It would hold for the whole document: `arr[1]` in another note would become a link.
            yield escape(page.starts[token.map[0]] + page.lines[token.map[0]].index("["))
        elif token.type == "block_break" and token.map:
            yield escape(page.starts[token.map[0]] + page.lines[token.map[0]].index("+"))
        elif token.type == "code_block" and token.map and _DEFINITION.match(token.content.lstrip()):
            yield from _parted(page, token.map[0])
        elif token.type == "hr" and token.map and token.map[0] == 0 and page.lines[0].startswith("---"):
            # At the head of a file it would open the front matter.
            yield Edit(start=0, end=len(page.lines[0]), new=page.lines[0].replace("-", "*"))


_DEFINITION = re.compile(r"[:~][ \t]")


def _parted(page: Page, row: int) -> Iterator[Edit]:
    """A second empty line before indented code that would else define the paragraph before it."""
    empty = [not line.strip(" \t>") for line in page.lines[max(0, row - 2) : row]]
    if empty == [False, True] or (row == 0 and page.lines[0][0] in " \t"):
        new = f"{page.lines[row - 1]}\n" if row else "\n"
        yield Edit(start=page.starts[row], end=page.starts[row], new=new)


def _cell_edits(page: Page) -> Iterator[Edit]:
    """Cells beyond the last column would not be shown, so they become part of it."""
    columns = 0
    for token in page.tokens:
        match token.type:
            case "table_open":
                columns = 0
            case "th_open":
                columns += 1
            case "tbody_open" if token.map:
                for row in range(*token.map):
                    yield from (escape(page.starts[row] + at) for at in _surplus(page.lines[row], columns))


def _ends_of_tables(page: Page) -> Iterator[Edit]:
    """An empty line where the grammar had enough of a table, so that every other parser has too."""
    end = -1
    for token, after in pairwise(page.tokens):
        if token.type == "table_open" and token.map:
            end = token.map[1]
        elif token.type == "table_close" and after.map and after.map[0] == end and _may_be_a_row(after):
            line, at = page.lines[end], page.starts[end]
            yield Edit(start=at, end=at, new=line[: len(line) - len(line.lstrip("> \t"))].rstrip() + "\n")


def _may_be_a_row(token: Token) -> bool:
    """What begins here would not have ended a table, which goes on to the next empty line."""
    underlined = token.type == "heading_open" and not token.markup.startswith("#")
    return underlined or token.type in ("paragraph_open", "table_open", "definition")


def _surplus(row: str, columns: int) -> list[int]:
    """The bars that set off cells beyond the last column."""
    begin, end = len(row) - len(row.lstrip("> \t")), len(row.rstrip())
    bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", row)]
    return [at for at in bars if begin < at < end - 1][columns - 1 :]


_LANGUAGE = re.compile(r"[\w.+#-]*")


def fence_edits(page: Page) -> Iterator[Edit]:
    """Fences say no more than a language, and close."""
    last = max((number for number, line in enumerate(page.lines) if line.strip(" \t>")), default=0)
    for token in page.tokens:
        if token.type != "fence" or token.map is None:
            continue
        first, end = token.map
        column = page.lines[first].index(token.markup)
        before = "\n" + re.sub(r"[^>\s]", " ", page.lines[first][:column])
        at = page.starts[first] + column + len(token.markup)
        if not _LANGUAGE.fullmatch(info := page.text[at : page.end(first)].strip()):
            # Four spaces: a line of code that consists of the marker would close the fence.
            spaces = "    " if info.startswith(token.markup) else ""
            yield Edit(start=at, end=page.end(first), new=f"{before}{spaces}{info}")
        closed = token.content.count("\n") < end - first - 1
        if not closed and end > last:
            yield Edit(start=page.end(end - 1), end=page.end(end - 1), new=before + token.markup)
