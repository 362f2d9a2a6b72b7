"""Commands in what people wrote: which part of a line was run, and which was said about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.core.events import Noted

FOLD = 3
"""Lines of output that are shown at once."""
MOST = 20_000
"""Characters of it that a page holds."""
_SPAN = re.compile(r"(`+)[ ]?([^`\n]+?)[ ]?\1[.:]?")
_FENCE = re.compile(r"(`{3,})[^\n`]*\n(.*?)\n?\1", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Command:
    """What was run, and what it printed."""

    lines: tuple[str, ...]
    output: str = ""

    @property
    def words(self) -> list[list[str]]:
        """The words of each line, so that a long one breaks between them."""
        return [line.split() for line in self.lines]

    @property
    def printed(self) -> int:
        return len(self.output.splitlines())

    @property
    def shown(self) -> str:
        """As much of the output as a page holds."""
        return self.output[:MOST]

    @property
    def cut(self) -> int:
        """How many characters more there are."""
        return max(len(self.output) - MOST, 0)

    @property
    def folds(self) -> bool:
        return self.printed > FOLD


def read(note: Noted) -> tuple[Command | None, str]:
    """The command of a note, and the rest of its text; a pasted output is shown like one's own even without it."""
    ran, rest = _ran(note)
    output = note.output.strip("\n")
    if not ran and not output:
        return None, note.text
    return Command(lines=tuple(ran), output=output), rest


def _ran(note: Noted) -> tuple[list[str], str]:
    text = note.text.strip()
    first, _, rest = text.partition("\n")
    if note.kind not in ("command", "fix") and not first.startswith("$ "):
        return [], note.text
    if fenced := _FENCE.match(text):
        return _prompted(fenced[2].splitlines()), text[fenced.end() :].strip()
    if span := _SPAN.fullmatch(first):
        return [span[2]], rest.strip()
    if first.startswith("$ "):
        lines = text.splitlines()
        ran = [line for line in lines if line.startswith("$ ")]
        return _prompted(ran), "\n".join(line for line in lines if line not in ran).strip()
    if note.kind == "command" and not rest and "`" not in first:
        return [first], ""
    return [], note.text


def _prompted(lines: list[str]) -> list[str]:
    return [line.removeprefix("$ ") for line in lines if line.strip()]
