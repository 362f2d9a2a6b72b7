"""The one way to say no to a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


class Refused(Exception):
    """A sentence for the person who asked: what stands in the way, and what to do about it.

    In pieces, where it speaks of a time: who shows it knows on whose clock that is read. As it is, it is in UTC.
    """

    def __init__(self, *pieces: str | datetime) -> None:
        super().__init__(*pieces)
        self.pieces = pieces

    def __str__(self) -> str:
        return self.said(_in_utc)

    def said(self, clock: Callable[[datetime], str]) -> str:
        """The sentence, with its times as `clock` has them."""
        return "".join(clock(each) if isinstance(each, datetime) else each for each in self.pieces)

    @property
    def timed(self) -> bool:
        return any(isinstance(each, datetime) for each in self.pieces)


def _in_utc(at: datetime) -> str:
    there = at.astimezone(UTC)
    return f"{there:%Y-%m-%d %H:%M:%S} UTC" if there.second else f"{there:%Y-%m-%d %H:%M} UTC"
