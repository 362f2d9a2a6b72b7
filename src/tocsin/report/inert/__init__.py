"""User-written Markdown as Markdown that a MyST document shows, and neither runs, hides nor lets swallow what follows.

The text is parsed by a grammar in which everything that MyST would act on is plain text. Wherever that parse meets, as
text, a character that MyST would act on, a backslash goes in front of it; in a bare web address, brackets go around the
address. The result is parsed again until nothing is left to do; a text that never settles, or is nested deeper than
renderers read, is shown as code.
"""

import re

from tocsin.language.markup import printable
from tocsin.report.inert.blocks import block_edits, fence_edits
from tocsin.report.inert.directions import directions_closed
from tocsin.report.inert.edits import edited
from tocsin.report.inert.reading import read
from tocsin.report.inert.texts import text_edits

__all__ = ["inert"]


def inert(text: str, *, headings: bool = False) -> str:
    """The same text for the reader, with nothing in it for MyST; with `headings`, headings stay headings."""
    return directions_closed(_settled(printable(text), headings))


# Both MyST parsers stop reading at level 20, without a word; the rest is room for the document around the text.
_DEEPEST = 16
_ROUNDS = 8


def _settled(text: str, headings: bool) -> str:
    settled = text
    for _ in range(_ROUNDS):
        page = read(settled, headings)
        if any(token.level > _DEEPEST for token in page.tokens):
            return _as_code(text)
        # What changes the blocks goes first, alone: only then is it known what is code and what is text.
        edits = list(block_edits(page)) or [*fence_edits(page), *text_edits(page, headings)]
        if not edits:
            return settled
        settled = edited(settled, edits)
    return _as_code(text)


def _as_code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
