"""Word to the communities."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.incident import Incident
from tocsin.core.moments import utc
from tocsin.core.playbook import GAP
from tocsin.core.refused import Refused


def post_update(incident: Incident, command: c.PostUpdate, given: Given) -> list[Fact]:
    """Also where no community is known yet: what was said outside belongs on the timeline, whoever carried it."""
    if not command.text.strip():
        raise Refused("Write what the communities should hear: what is known, what was tried, what comes next.")
    if gaps := GAP.findall(command.text):
        raise Refused(f"Something is left to fill in: {'; '.join(gaps)}. Write it, or take the line out.")
    if command.next_by is not None and command.next_by <= given.at.at:
        raise Refused("The next update cannot be promised for a time that has passed.")
    event = e.Updated(
        kind=command.kind,
        text=command.text,
        communities=given.communities(command.communities) or incident.communities,
        drafted_by=given.member(command.drafted_by or given.by.handle).handle,
        approved_by=given.member(command.approved_by or given.by.handle).handle,
        next_by=utc(command.next_by),
    )
    return [Fact(event=event)]
