"""How an incident went, as far as a picture can show it: stretches of time, and moments in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.core.events import Entry, Event, ImpactSet
from tocsin.core.signals import shows_impact
from tocsin.report.strip.picture import HarmKind, MarkKind

Stretch = tuple[datetime, datetime]
FIRST, LAST = datetime(2, 1, 3, tzinfo=UTC), datetime(9998, 12, 29, tzinfo=UTC)
"""The clocks of all zones can show what lies between, and a day around it."""


@dataclass(frozen=True, kw_only=True)
class Harmed:
    """A stretch of the impact."""

    since: datetime
    until: datetime
    kind: HarmKind


@dataclass(frozen=True, kw_only=True)
class Commanded:
    """Somebody's time in command; without a name, nobody's."""

    since: datetime
    until: datetime
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Word:
    """Word to the communities: sent, or still due."""

    at: datetime
    due: bool = False
    by_itself: bool = False


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A moment worth a sign of its own."""

    at: datetime
    kind: MarkKind
    word: str


@dataclass(frozen=True, kw_only=True)
class Course:
    """How an incident went, as far as a picture can show it."""

    window: ImpactSet
    earlier: tuple[ImpactSet, ...]
    """Windows of an impact that was over before the last one began."""
    harm: tuple[Harmed, ...]
    command: tuple[Commanded, ...]
    told: tuple[Word, ...]
    signs: tuple[Sign, ...]
    work: tuple[Stretch, ...]
    """When it was worked on: between its declaration and its end, without what lies between an end and a return."""
    over: datetime | None
    now: datetime | None
    """None where it is over, and where nobody said what time it is."""


def shifted(at: datetime, by: timedelta) -> datetime:
    """So much later, or earlier; but never outside the calendar."""
    return at + max(min(by, max(LAST - at, timedelta(0))), min(FIRST - at, timedelta(0)))


def without(stretches: Iterable[Stretch], holes: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the stretches where the holes are cut out of them."""
    left = list(stretches)
    for first, last in holes:
        left = [part for a, b in left for part in ((a, min(b, first)), (max(a, last), b)) if part[0] < part[1]]
    return left


def times(entries: Iterable[Entry], *kinds: type[Event]) -> list[datetime]:
    """When something of these kinds happened, in order."""
    return sorted(entry.at.at for entry in entries if isinstance(entry.event, kinds))


def reported(entries: Iterable[Entry]) -> list[datetime]:
    """When a signal said that somebody was affected, in order."""
    return sorted(entry.at.at for entry in entries if shows_impact(entry.event))
