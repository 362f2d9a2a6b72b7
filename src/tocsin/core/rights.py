"""Who may ask for what."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused


def may(actor: Person, command: c.Command) -> None:
    """Refuses what the actor may not ask for."""
    match command:
        case _ if actor == TOCSIN:
            return
        case c.RecordPublication() | c.PublishReplayed() | c.ReportDelivery():
            raise Refused("Only Tocsin itself records what comes from elsewhere.")
        case c.UpdateDirectory() if not actor.administrator:
            raise Refused(f"{actor.name} is no administrator. Ask one to change the directory.")
        case c.ReleaseOutbox() if not actor.administrator:
            raise Refused(f"{actor.name} is no administrator. Ask one to release the outbox.")
        case c.NoteSignal() | c.AddToSignal():
            return
        case _ if actor.kind != "team":
            raise Refused(f"{actor.name} is not on the team. Ask somebody who is.")
