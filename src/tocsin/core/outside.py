"""Who outside is told what a line says, and by which way: the ticket they wrote in, one opened for them, or mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.effects import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Effect,
    MarkTicket,
    NoteTicket,
    SendMail,
    TellByTicket,
    TellTicket,
)
from tocsin.core.events import Entry
from tocsin.core.given import Given
from tocsin.core.ids import Handle, Slug
from tocsin.core.incident import Incident
from tocsin.core.tickets import Ticket

NOTED = (e.Resolved, e.Reopened, e.Cancelled, e.ReportPublished)
"""What colleagues who look at a ticket learn there, besides that it belongs to an incident and who answers."""


def to_community(entry: Entry, given: Given, slug: Slug) -> list[Effect]:
    """One wish for each ticket of theirs; where there is none, one opened for them, or a mail to each who speaks.

    Where nobody speaks for them, one mail to nobody, so that it fails in sight of everyone.
    """
    number, line = entry.incident, entry.seq
    mine = [ticket for ticket in given.tickets() if ticket.community == slug]
    told: list[Effect] = [
        TellTicket(incident=number, about=line, ticket=ticket.id, community=slug) for ticket in _in_systems(mine, given)
    ]
    desk: list[Effect] = [
        AnswerTicket(incident=number, about=line, ticket=ticket.id, community=slug)
        for ticket in mine
        if not ticket.system
    ]
    if told:
        return [*told, *desk]
    if given.in_tickets and not desk:
        return [TellByTicket(incident=number, about=line, community=slug)]
    community = given.directory.community(slug)
    asked = {ticket.person for ticket in mine if not ticket.system}
    rest: list[Handle | None] = [each for each in (community.representatives if community else ()) if each not in asked]
    people = rest or ([] if desk else [None])
    return [*desk, *(SendMail(incident=number, about=line, to=each, community=slug) for each in people)]


def in_tickets(entry: Entry, incident: Incident, given: Given) -> Iterator[Effect]:
    """What is done in the tickets of an incident, as it goes its way."""
    if not given.in_tickets or incident.drill:
        return
    match entry.event:
        case e.SignalReceived(signal=signal, kind="ticket"):
            for ticket in _in_systems(given.tickets(), given):
                if ticket.signal == signal:
                    yield from _taken_in(entry, ticket, incident, given)
        case e.RoleAssigned(role=role, person=person) if _answers(role, person, incident, given):
            for ticket in _in_systems(given.tickets(), given):
                yield AssignTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id, to=person)
                yield NoteTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id)
        case e.Updated(kind="resolved", communities=communities):
            for ticket in _in_systems(given.tickets(), given):
                if ticket.community in communities:
                    yield CloseTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id)
        case event if isinstance(event, NOTED):
            for ticket in _in_systems(given.tickets(), given):
                yield NoteTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id)
        case _:
            pass


def _taken_in(entry: Entry, ticket: Ticket, incident: Incident, given: Given) -> Iterator[Effect]:
    yield MarkTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id)
    yield NoteTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id)
    for person in carrying(incident, given.playbook, "tells-outside")[:1]:
        yield AssignTicket(incident=entry.incident, about=entry.seq, ticket=ticket.id, to=person)


def _answers(role: Slug, person: Handle, incident: Incident, given: Given) -> bool:
    """Whether who got that role talks with the communities now."""
    return person in carrying(incident, given.playbook, "tells-outside") and role in {
        given.playbook.with_duty(duty).slug for duty in ("tells-outside", "commands")
    }


def _in_systems(tickets: Sequence[Ticket], given: Given) -> list[Ticket]:
    return [ticket for ticket in tickets if ticket.system and given.in_tickets]
