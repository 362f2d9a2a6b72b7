"""Times as the page shows them: in the words of the report's clock, and in UTC for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup

from tocsin.core.moments import Moment
from tocsin.report.clock import Clock


@dataclass(frozen=True, kw_only=True)
class When:
    """The words of a clock, each time of them an element of the page."""

    clock: Clock

    def time(self, at: datetime) -> Markup:
        return _element(at, self.clock.time(at))

    def stamp(self, at: datetime) -> Markup:
        return _element(at, self.clock.stamp(at))

    def near(self, at: datetime, other: datetime) -> Markup:
        return _element(at, self.clock.near(at, other))

    def guess(self, moment: Moment, *, stamp: bool = False) -> Markup:
        """`~18:27` where it may have been later, too."""
        shown = self.stamp(moment.at) if stamp else self.time(moment.at)
        return Markup("~{}").format(shown) if moment.until else shown

    def span(self, moment: Moment) -> Markup:
        """`~18:27–19:00`; the day is named again only where it is another."""
        if moment.until is None:
            return self.time(moment.at)
        to = "–" if self.clock.same_day(moment.at, moment.until) else " – "
        return Markup("~{}{}{}").format(self.time(moment.at), to, self.near(moment.until, moment.at))


def _element(at: datetime, words: str) -> Markup:
    utc = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(utc, words)
