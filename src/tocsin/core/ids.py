"""Names for the things that point at other things."""

from __future__ import annotations

from typing import NewType

IncidentNumber = NewType("IncidentNumber", int)
"""Which incident: 1, 2, 3, … without gaps, in the order they were declared."""
Seq = NewType("Seq", int)
"""Which line of one incident's log: 1, 2, 3, … without gaps, in the order they were recorded."""
SignalId = NewType("SignalId", int)
TicketId = NewType("TicketId", int)
Handle = NewType("Handle", str)
"""Which person: `ada`. Names change, handles stay."""
EffectId = NewType("EffectId", int)
"""Which wish of the outbox."""
Slug = NewType("Slug", str)
"""Which role, group, service, community, criterion, phase or section: `commander`, `utoronto/prod`."""
