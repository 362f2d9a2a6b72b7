"""The sections that somebody has written, and the paragraph that opens the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tocsin.language.markup import Node, words
from tocsin.report.document import Section


@dataclass(frozen=True, kw_only=True)
class Written:
    """A section, or the beginning or the rest of one."""

    title: str
    blocks: Sequence[Node]


def written(
    sections: Sequence[Section], read: Callable[[str], Sequence[Node]]
) -> tuple[Written | None, Sequence[Written]]:
    """What opens the report, and the sections: where the first begins with a short paragraph, that is read first."""
    shown = [Written(title=each.title, blocks=read(each.text)) for each in sections if each.text.strip()]
    if not shown or not sections[0].text.strip() or not _opens(shown[0].blocks):
        return None, shown
    first, *others = shown
    opening, *rest = first.blocks
    left = [replace(first, blocks=rest), *others] if rest else others
    return replace(first, blocks=[opening]), left


_SHORT = 600
"""More letters than these are no lede but a section like any other."""


def _opens(blocks: Sequence[Node]) -> bool:
    return bool(blocks) and blocks[0]["t"] == "p" and len(words(list(blocks[:1]))) <= _SHORT
