"""The clock by which readers read a report: that of the report's zone, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.core.moments import Moment
from tocsin.report import times
from tocsin.report.document import Document


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The clock of a report. Where it was put forward or back meanwhile, each time says which of the two it is."""

    zone: ZoneInfo
    legend: str
    """`All times are in America/Los_Angeles (PDT is UTC-07:00).`"""
    changes: bool

    def time(self, at: datetime) -> str:
        """`18:27`."""
        there = at.astimezone(self.zone)
        return f"{times.hour(there)} {times.short(there)}" if self.changes else times.hour(there)

    def stamp(self, at: datetime) -> str:
        """`31 October 2022, 18:27`."""
        return f"{times.day(at, self.zone)}, {self.time(at)}"

    def near(self, at: datetime, other: datetime) -> str:
        """`18:27`, with its day only where that is not the day of the other."""
        return self.time(at) if self.same_day(at, other) else self.stamp(at)

    def span(self, moment: Moment) -> str:
        """`18:27`, or `18:27–19:00` where nobody knows it better."""
        if moment.until is None:
            return self.time(moment.at)
        until = self.near(moment.until, moment.at)
        return f"{self.time(moment.at)} – {until}" if " " in until else f"{self.time(moment.at)}–{until}"

    def weekday(self, at: datetime) -> str:
        """`Monday, 31 October 2022`."""
        return times.weekday(at, self.zone)

    def same_day(self, one: datetime, other: datetime) -> bool:
        return times.day(one, self.zone) == times.day(other, self.zone)


def clock(document: Document) -> Clock:
    """The one for everything that any form of this report may show."""
    zone, shown = ZoneInfo(document.zone), list(_instants(document))
    return Clock(
        zone=zone,
        legend=times.legend(shown, zone, document.zone),
        changes=len(times.called(shown, zone)) > 1,
    )


def _instants(document: Document) -> Iterator[datetime]:
    moments = [line.at for line in document.timeline]
    moments += [edge for edge in (document.impact.start, document.impact.end) if edge]
    spans = [(moment.at, moment.until) for moment in moments] + [(part.since, part.until) for part in document.roles]
    noticed = document.noticed.at if document.noticed else None
    alone = (document.declared, document.resolved, document.answered, noticed, *document.told)
    yield from (at for span in [*spans, alone] for at in span if at)
