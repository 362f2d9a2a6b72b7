"""What the forms of a report say in the same words, wherever each of them puts it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from tocsin.core.events import ImpactSet, SignalKind
from tocsin.core.moments import Moment
from tocsin.report import times
from tocsin.report.clock import Clock
from tocsin.report.document import Document

Said = TypeVar("Said", bound=str)


@dataclass(frozen=True, kw_only=True)
class Fact(Generic[Said]):
    """Its name, what it says, and what may be said more quietly. One without a name goes on where the last ended."""

    name: str
    value: Said
    notes: tuple[Said, ...] = ()


NOTICED: dict[SignalKind, str] = {
    "ticket": "by a ticket",
    "alert": "by an alert",
    "probe": "by a probe",
    "person": "by a person",
}
"""How it came to be known that something was wrong."""


def notices(document: Document) -> Iterator[str]:
    """What a reader must know before everything else."""
    if document.drill:
        yield "This was an exercise: nobody was affected."
    if document.replayed:
        yield "Replayed from a record kept elsewhere; the status is that record’s own."


def in_one_day(impact: ImpactSet, clock: Clock) -> tuple[Moment, Moment] | None:
    """The edges of an impact that began and ended on the same day, so that it need be named only once."""
    start, end = impact.start, impact.end
    return (start, end) if start and end and clock.same_day(start.at, end.at) else None


def lasted(impact: ImpactSet) -> tuple[str, str, str]:
    """The name of the fact, how long it was, and its ends: a length nobody knows exactly is given by its middle."""
    words, start, end = times.lasted(impact), impact.start, impact.end
    if start is None or end is None or not words or not (start.until or end.until):
        return "Lasted", words, ""
    about = max(end.middle - start.middle, timedelta(0))
    return "Lasted about", times.duration(about), words
