"""What cannot well be true of the times of an impact, said as a hint: it stands in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tocsin.core import events as e
from tocsin.core.elements import earliest_evidence
from tocsin.core.events import Entry
from tocsin.core.incident import Incident

LONG = timedelta(days=7)
"""People who cannot work for longer than that are noticed."""
SOON = timedelta(hours=1)
"""Who resolves an incident has looked; so much later its impact may still have ended."""


def doubts(incident: Incident, entries: Sequence[Entry]) -> Iterator[str]:
    """What to look at once more, about when it began and when it ended."""
    start, end, over = incident.impact.start, incident.impact.end, incident.resolved_at
    noticed = _noticed(incident, entries)
    if start is not None and noticed is not None and noticed - (start.until or start.at) > LONG:
        yield f"The impact began {(noticed - start.at).days} days before anybody noticed; is the date right?"
    if start is not None and over is not None and start.at > over:
        yield "The impact began after it was resolved."
    if end is not None and over is not None and end.at - over > SOON:
        yield "The impact ended after the incident was resolved."


def _noticed(incident: Incident, entries: Sequence[Entry]) -> datetime | None:
    """A line that only says when it began was written later: nobody noticed anything then."""
    told = [entry for entry in entries if not _says_when_it_began(entry.event)]
    evidence = earliest_evidence(told)
    moments = (evidence.at.at if evidence else None, incident.declared_at)
    return min(filter(None, moments), default=None)


def _says_when_it_began(event: e.Event) -> bool:
    return isinstance(event, e.Noted) and event.kind == "impact-began"
