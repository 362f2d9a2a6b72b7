"""Who carries a duty in an incident, whatever the playbook calls the role."""

from __future__ import annotations

from tocsin.core.ids import Handle
from tocsin.core.incident import Incident
from tocsin.core.playbook import Duty, Playbook


def carrying(incident: Incident, playbook: Playbook, duty: Duty) -> tuple[Handle, ...]:
    """Who holds the role with this duty now; where nobody does, whoever commands."""
    return incident.holders(playbook.with_duty(duty).slug) or incident.holders(playbook.with_duty("commands").slug)


def owner(incident: Incident, playbook: Playbook) -> Handle | None:
    """The Owner of the Review Process: the commander, until somebody else has taken it."""
    if incident.report.owner is not None:
        return incident.report.owner
    role = playbook.with_duty("commands").slug
    held = [holding.person for holding in incident.holdings if holding.role == role]
    return held[-1] if held else None
