"""Everything that is drawn of a strip, as plain data: where it stands in per cent, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HarmKind = Literal["guess", "sure", "eased", "open"]
"""Hatched: a best guess. Solid: people were affected. Pale: thought to be over; or open, not over yet."""
MarkKind = Literal["noticed", "declared", "answered", "cause", "fix", "verified", "reopened"]
Lean = Literal["left", "right", "none"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """From `x`, so wide; both in per cent of the picture."""

    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Harm(Span):
    """A piece of the impact's bar."""

    kind: HarmKind


@dataclass(frozen=True, kw_only=True)
class Holder(Span):
    """Somebody's time in command; `dark` tells them from their neighbour."""

    name: str
    """Empty where nobody commanded."""
    wide: str
    """As much of the name as fits; `narrow`: as much as fits on a phone."""
    narrow: str
    says: str
    """In whole: `Ada Lovelace, 12:00 to 13:00`."""
    dark: bool = False


@dataclass(frozen=True, kw_only=True)
class Told:
    """Word to the communities, or one that was promised and is `due`."""

    x: float
    says: str
    words: str = ""
    """What stands beside it, where there is room."""
    lean: Lean = "right"
    """On which side of it."""
    due: bool = False


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A moment on the impact's bar, and its label above."""

    x: float
    kind: MarkKind
    word: str
    time: str
    lean: Lean = "none"
    """To which side of its stem the label stands; `none`: centred above it."""
    row: int | None = 0
    """How many labels high it stands; None where there is no room for it."""
    nudge: int = 0
    """So many pixels beside its place, where several fall upon each other."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A line of the grid; the text may be empty."""

    x: float
    text: str
    narrow: bool = False
    """Its text has room on a phone too."""
    lean: Lean = "none"


@dataclass(frozen=True, kw_only=True)
class Leap(Span):
    """Where the picture leaves out empty time, and how much of it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One incident as a picture."""

    ticks: tuple[Tick, ...]
    leaps: tuple[Leap, ...]
    impact: tuple[Harm, ...]
    command: tuple[Holder, ...]
    told: tuple[Told, ...]
    marks: tuple[Mark, ...]
    now: float | None
    alt: str
    """All of it in one sentence."""
    caption: str
    """What its signs mean, and by which clock it is."""

    @property
    def rows(self) -> int:
        """How many labels stand above each other."""
        return 1 + max((mark.row or 0 for mark in self.marks), default=0)
