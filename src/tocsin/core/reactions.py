"""What follows outside from what happened inside."""

from __future__ import annotations

from tocsin.core import events as e
from tocsin.core.effects import Effect, PublishReport
from tocsin.core.events import Entry


def react(entry: Entry) -> list[Effect]:
    """The wishes that one line of the log gives rise to."""
    match entry.event:
        case e.PublicationRequested():
            return [PublishReport(incident=entry.incident, request=entry.seq)]
        case _:
            return []
