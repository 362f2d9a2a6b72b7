"""What whoever gave a command is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core.ids import EffectId, IncidentNumber, Seq, SignalId, TicketId


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a command: the lines it recorded, what it was about, the revision it saved, its wishes."""

    incident: IncidentNumber | None = None
    lines: tuple[Seq, ...] = ()
    signal: SignalId | None = None
    ticket: TicketId | None = None
    revision: int | None = None
    effects: tuple[EffectId, ...] = ()
