"""What people wrote, as HTML: made once for each text, since that is what a long log costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from tocsin.language.markup import as_html, tree

FOLD = 14
"""Lines of one text that are shown at once."""
LONG = 2_500
"""Characters that are."""
MOST = 20_000
"""Characters of it that a page holds."""
_KEPT = 4_000
"""Longer texts are not kept: they are rare, and the memory is better used for others."""
_PLAIN = re.compile(r"([^*_`\[\]<>#\\\n|&]{2,160}?[.!?])(?:\s+([^*_`\[\]<>#\\\n|&]+))?")


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A long text: how it begins, and all of it."""

    begins: Markup
    lines: int
    whole: Markup
    cut: int = 0
    """How many characters a page does not hold."""


def html(text: str) -> Markup:
    """A text with the line ends it was written with."""
    return _kept(text) if len(text) <= _KEPT else _made(text)


def folded(text: str) -> Folded | None:
    """A text that is too long to be read in passing; None: it is not."""
    lines = text.strip().splitlines()
    if len(lines) <= FOLD and len(text) <= LONG:
        return None
    begins = "\n".join(line[:200] for line in lines[:3])
    return Folded(
        begins=Markup("{}").format(begins), lines=len(lines), whole=html(text[:MOST]), cut=max(len(text) - MOST, 0)
    )


def first_sentence(text: str) -> tuple[str, str] | None:
    """The first sentence and the rest of a plain text; None where there is more to it than words."""
    found = _PLAIN.fullmatch(text.strip())
    return (found[1], found[2] or "") if found else None


def _made(text: str) -> Markup:
    return Markup(as_html(tree(text, breaks=True), under=3))  # noqa: S704 — made safe by `as_html`


_kept = lru_cache(maxsize=4096)(_made)
