"""When something can have happened that is written into a log."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.core.incident import Incident
from tocsin.core.refused import Refused

LONG_BEFORE = timedelta(days=90)
"""What led to an incident may lie weeks back. What is further back is mostly a slip: another year, or none at all."""


def must_not_be_long_before(incident: Incident, at: datetime) -> None:
    """Refuses a time that lies further back than that from all that is known: declared, noticed, begun.

    An incident may be as old as it likes: its own first times count, not the day it is written down.
    """
    start = incident.impact.start
    known = [incident.declared_at, incident.noticed, start.at if start else None]
    if at < min(filter(None, known), default=at) - LONG_BEFORE:
        raise Refused(
            at,
            f" is more than {LONG_BEFORE.days} days before anything that is known of this incident. Check the date; "
            "what led to it so long before goes into the words of a later line.",
        )
