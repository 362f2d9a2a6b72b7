"""What Tocsin needs of the world, in neutral words; an integration serves one or more of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class Failed(Exception):
    """The world said no. `permanent`: trying again cannot help; `after`: not before this long."""

    def __init__(self, sentence: str, *, permanent: bool = False, after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.permanent = permanent
        self.after = after


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A report as files, ready to be published. The same publication twice is one publication."""

    identity: str
    """What tells this report from every other (it stays the same over revisions), to know a taken name for its own."""
    path: str | None
    """Where it was published before, without ending (`reports/2026-11-12-lagoon`); None the first time."""
    stem: str
    """The wished name without folder or ending (`2026-11-12-lagoon`); a taken one gets `-2`, `-3`, …"""
    files: Mapping[str, bytes]
    """Ending → content: `{"md": …, "json": …}`."""
    message: str
    author: str
    at: datetime
    """The time the publication carries everywhere: nothing published comes from the wall clock."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """Where a publication went: `path` without ending, and the `commit` that holds it."""

    path: str
    commit: str


class Publisher(Protocol):
    """Puts a report where everybody can read it, and knows it again."""

    def publish(self, publication: Publication) -> Published:
        """Publish, or raise `Failed`. Safe to repeat: what already stands there is not published again."""
        ...
