"""Who may ask for what, and who may read what. Both are decided here, once, for every door."""

from __future__ import annotations

from typing import Literal

from tocsin.core import commands as c
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused

Sight = Literal["everything", "published", "nothing"]
"""Which incidents somebody may read about: all; those whose report is public; none."""


def visible_to(actor: Person) -> Sight:
    """What somebody may read. It is a condition of every query: what one may not see is not there for them."""
    if not actor.active:
        return "nothing"
    return "published" if actor.part in ("representative", "bot") and actor != TOCSIN else "everything"


def may(actor: Person, command: c.Command) -> None:
    """Refuses what the actor may not ask for."""
    match command:
        case _ if actor == TOCSIN:
            return
        case _ if not actor.active:
            raise Refused(f"{actor.name} has left, and cannot ask for anything. An administrator can bring them back.")
        case (
            c.RecordPublication()
            | c.PublishReplayed()
            | c.ReportDelivery()
            | c.TakeTicket()
            | c.TakeWord()
            | c.EndTicket()
        ):
            raise Refused("Only Tocsin itself records what comes from elsewhere.")
        case c.SetProfile():
            return
        case c.UpdateDirectory() | c.ChangeDirectory() if not actor.administrator:
            raise Refused(f"{actor.name} is no administrator. Ask one to change the directory.")
        case c.LetIn() if not actor.administrator:
            raise Refused(f"{actor.name} is no administrator. Ask one to let somebody in.")
        case c.ReleaseOutbox() if not actor.administrator:
            raise Refused(f"{actor.name} is no administrator. Ask one to release the outbox.")
        case c.NoteSignal() | c.AddToSignal():
            return
        case _ if actor.kind != "team":
            raise Refused(f"{actor.name} is not on the team. Ask somebody who is.")
        case c.Follow() | c.Unfollow():
            return
        case _ if actor.part == "observer":
            raise Refused(f"{actor.name} looks on. Ask somebody who responds, or an administrator for the right to.")
