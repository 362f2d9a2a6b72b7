"""Who carries a duty in an incident, whatever the playbook calls the role."""

from __future__ import annotations

from tocsin.core.ids import Handle
from tocsin.core.incident import Incident
from tocsin.core.playbook import Duty, Playbook


def carrying(incident: Incident, playbook: Playbook, duty: Duty) -> tuple[Handle, ...]:
    """Who holds the role with this duty now; where nobody does, whoever commands."""
    return incident.holders(playbook.with_duty(duty).slug) or incident.holders(playbook.with_duty("commands").slug)
