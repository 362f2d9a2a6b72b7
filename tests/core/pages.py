"""Writes `docs/reference/events.md` from the events themselves: `python -m tests.core.pages`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from tocsin.core.events import EVENTS, Event

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"

_HEAD = """\
# Events

<!-- Made by `python -m tests.core.pages` from `core/events.py`; a test fails where the two differ. -->

Everything that can stand in an incident's log. Each line of it carries, besides its event: its number (`seq`), when it
happened (`at`, perhaps a range), when it was recorded, by whom, the line it is `about`, and the `source` of the command
that recorded it. **Informs**: no state depends on it, so it is not folded. **Words**: what a redaction blanks.

| event | what it says | fields | words | informs |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The page as it should read."""
    return _HEAD + "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    for name, event in EVENTS.items():
        said = " ".join((event.__doc__ or "").split())
        cells = (f"`{name}`", said, _code(_names(event)), _code(event.words), "yes" if event.informs else "")
        yield f"| {' | '.join(cells)} |"


def _names(event: type[Event]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(event))


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
