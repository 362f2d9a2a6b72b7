"""A line of the log in words: what every kind of it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tocsin.core.links import is_address
from tocsin.web.room.commands import Command
from tocsin.web.room.telling import Sent

Tag = tuple[str, str]
"""A colour and a word."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Word to the outside as it was sent."""

    text: str
    sent: Sequence[Sent]
    approved: Markup | str = ""
    next: Markup | str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One line in words."""

    css: str
    icon: str
    head: Markup
    aside: Markup | str = ""
    tags: tuple[Tag, ...] = ()
    text: str = ""
    """Markdown, as it was written."""
    quiet: Markup | str = ""
    """A sentence of ours below it."""
    command: Command | None = None
    outcome: str = ""
    letter: Letter | None = None


def fact(icon: str, head: Markup, text: str = "") -> Said:
    """One grey line."""
    return Said(css="fact", icon=icon, head=head, text=text)


def link(link: str) -> Markup | str:
    if not is_address(link):
        return link
    label = link.split("://", 1)[1].rstrip("/")
    return Markup('<a class="ref" href="{}" rel="noopener noreferrer">{}</a>').format(link, _shortened(label))


def _shortened(label: str) -> str:
    return label if len(label) <= 48 else f"{label[:20]}…{label[-24:]}"
