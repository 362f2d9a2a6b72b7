"""When something happened: an instant, or a range where nobody knows better."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.core.refused import Refused


@dataclass(frozen=True, kw_only=True)
class Moment:
    """From `at` until `until`; without `until`, the instant `at`. Times are aware."""

    at: datetime
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or (self.until is not None and self.until.tzinfo is None):
            raise Refused("A time needs its zone: write 2026-11-12T01:45Z or 2026-11-12T03:45+02:00.")
        if self.until is not None and self.until < self.at:
            raise Refused("That range ends before it begins. Swap its two times.")
