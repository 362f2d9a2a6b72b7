"""What is decided about tickets: whose they are, what they report, and who is heard in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from tocsin.core import commands as c
from tocsin.core.decisions.outside import must_be_to_come, must_be_whole
from tocsin.core.effects import Effect, Reply, ReplyByMail
from tocsin.core.events import Fact, Noted, UpdateKind
from tocsin.core.given import Given
from tocsin.core.ids import Seq, TicketId
from tocsin.core.moments import Moment, utc
from tocsin.core.people import TOCSIN, Person
from tocsin.core.refused import Refused
from tocsin.core.signals import Said, Signal
from tocsin.core.tickets import LONGEST_REPORT, Ticket, Word, community_of, criterion_of, heard, is_known


def taken(number: TicketId, command: c.TakeTicket, given: Given) -> Ticket:
    """The ticket that came in. Its community may be guessed by an address; who wrote it takes more than that."""
    sender = _person(command.email, given)
    person = sender if command.proven else None
    spoken_for = given.communities_of(sender.handle) if sender else ()
    named = next(filter(None, map(given.directory.community, (command.community, command.company))), None)
    return Ticket(
        id=number,
        system=command.system,
        reference=command.reference,
        token=command.token,
        link=command.link,
        subject=command.subject.strip() or "Without a subject",
        name=command.name,
        email=command.email,
        person=person.handle if person else None,
        community=community_of(named, spoken_for),
        incident=command.incident,
        closed=command.closed,
        at=given.at.at,
        last_at=given.at.at,
    )


def first_word(ticket: Ticket, command: c.TakeTicket) -> Word:
    """What it began with: their word, or ours where we told them a line of the log by it."""
    ours = command.line is not None
    return Word(
        source=command.reference if not ticket.system and ticket.reference else f"first:{ticket.token}",
        way="out" if ours else "in",
        at=ticket.at,
        by=None if ours else ticket.person,
        name="" if ours else ticket.name,
        email="" if ours else ticket.email,
        text=command.text,
        whole=command.whole if command.whole != command.text else "",
        line=command.line,
    )


def reported(ticket: Ticket, command: c.TakeTicket, given: Given) -> c.NoteSignal:
    """The signal that a ticket is: service and criterion are guesses, which a person confirms."""
    text = command.text.strip()
    shown = text if len(text) <= LONGEST_REPORT else f"{text[:LONGEST_REPORT]} …"
    begins_alike = shown.casefold().startswith(ticket.subject.rstrip(" .…").casefold())
    return c.NoteSignal(
        text=shown if begins_alike else "\n\n".join(filter(None, (ticket.subject, shown))),
        kind="ticket",
        service=_service(ticket, given),
        criterion=command.criterion or criterion_of(f"{ticket.subject} {command.text}", given.playbook) or "",
        people=(ticket.who,),
        link=ticket.link,
        key=f"ticket:{ticket.id}",
    )


def word(ticket: Ticket, command: c.TakeWord, given: Given) -> Word:
    """What was said. A stranger's word is kept apart until one of us has looked at it."""
    person = None if _is_of_whoever_asked(ticket, command) else _person(command.email, given)
    community = given.directory.community(ticket.community or "")
    known = command.way != "in" or (command.proven and is_known(ticket, command.email, community, person))
    return Word(
        source=command.source,
        way=command.way,
        at=given.at.at,
        by=person.handle if person else None,
        name=command.name,
        email=command.email,
        text=command.text,
        whole=command.whole if command.whole != command.text else "",
        quarantined=not known,
        line=command.line,
    )


def admitted(ticket: Ticket, found: Word) -> Word:
    """What a stranger wrote, once one of us has looked."""
    if not found.quarantined:
        raise Refused(f"That stands with the rest of ticket {ticket.id} already.")
    return replace(found, quarantined=False)


def spoken(ticket: Ticket, found: Word) -> list[Fact]:
    """The line of an incident's log that a word of one of its tickets makes: a note of ours there stays there."""
    if found.line is not None or found.quarantined or found.way == "note" or not found.text.strip():
        return []
    event = Noted(
        kind="told-us" if found.way == "in" else "note",
        text=found.text,
        link=ticket.link,
        via=ticket.system or "desk",
        ticket=ticket.id,
        who="" if found.by else found.name or found.email,
    )
    return [Fact(event=event, at=Moment(at=found.at), by=found.by, source=f"ticket:{ticket.id}:{found.source}")]


def talk(ticket: Ticket, found: Word) -> Said | None:
    """The same, while there is only a signal."""
    facts = spoken(ticket, found)
    if not facts or ticket.signal is None:
        return None
    (event,) = (fact.event for fact in facts if isinstance(fact.event, Noted))
    return Said(
        at=found.at,
        by=found.by or TOCSIN.handle,
        kind=event.kind,
        text=event.text,
        link=event.link,
        via=event.via,
        ticket=ticket.id,
        who=event.who,
    )


def joined(signal: Signal, ticket: Ticket, found: Word) -> Signal:
    """The signal, with whoever else says so in its ticket: reporters count, in one ticket or in several."""
    if found.way != "in" or found.quarantined or found.email.casefold() == ticket.email.casefold():
        return signal
    return replace(signal, people=tuple(dict.fromkeys((*signal.people, found.name or found.email))))


def replied(ticket: Ticket, command: c.ReplyInTicket, given: Given) -> Word:
    """Our word to whoever asked there."""
    _must_be_answerable(command.text, [ticket], given)
    return _ours(command.text, given)


def responded(signal: Signal, command: c.Respond, tickets: Sequence[Ticket], given: Given) -> Word:
    """The first response, before there is an incident: the same in every ticket that reports the signal."""
    if signal.incident is not None:
        raise Refused(f"Signal {signal.id} belongs to incident {signal.incident}. Tell its communities there.")
    if not signal.is_undecided:
        raise Refused(f"Signal {signal.id} is {signal.state}. Answer in its ticket instead.")
    if not tickets:
        raise Refused(f"Nobody wrote a ticket about signal {signal.id}, so there is nobody to answer.")
    _must_be_answerable(command.text, tickets, given)
    must_be_to_come(command.next_by, given)
    return _ours(command.text, given, "first-response", utc(command.next_by))


def response(command: c.Respond, tickets: Sequence[Ticket], given: Given) -> Said:
    """The same in the talk about the signal, which an incident's log takes along."""
    told = dict.fromkeys(ticket.community for ticket in tickets if ticket.community is not None)
    return Said(
        at=given.at.at,
        by=given.by.handle,
        kind="note",
        text=command.text.strip(),
        told=tuple(told),
        next_by=utc(command.next_by),
    )


def closing(command: c.Judge, tickets: Sequence[Ticket], given: Given) -> Word | None:
    """What a support request is answered with; None: nothing."""
    if not command.answer.strip():
        return None
    if command.verdict != "support-request":
        raise Refused("Only a support request is answered as one. Leave the answer out, or judge it a support request.")
    if not tickets:
        raise Refused(f"Nobody wrote a ticket about signal {command.signal}, so there is nobody to answer.")
    _must_be_answerable(command.answer, tickets, given)
    return _ours(command.answer, given, "support-request")


def sent(ticket: Ticket, word: Word, place: int) -> list[Effect]:
    """The wish that whoever asked reads it; at our own desk they find it on their page, too."""
    number, line = ticket.incident, word.line or Seq(0)
    if ticket.system:
        return [Reply(incident=number, about=line, ticket=ticket.id, place=place)]
    return [ReplyByMail(incident=number, about=line, ticket=ticket.id, place=place)] if ticket.email else []


def placed(ticket: Ticket, command: c.PlaceTicket, given: Given) -> Ticket:
    return replace(ticket, community=given.community(command.community).slug)


def after(ticket: Ticket, found: Word, command: c.TakeWord) -> Ticket:
    """The ticket, once that was said; opened with it, where it was."""
    return replace(heard(ticket, found.at), reference=ticket.reference or command.reference)


def _service(ticket: Ticket, given: Given) -> str:
    """The one that their community uses, where that is one."""
    used = given.services_of(ticket.community) if ticket.community else ()
    return used[0].slug if len(used) == 1 else ""


def _is_of_whoever_asked(ticket: Ticket, command: c.TakeWord) -> bool:
    """Where nobody of the directory was taken to have asked under an address, nobody is taken to go on under it."""
    return ticket.person is None and command.email.casefold() == ticket.email.casefold()


def _ours(
    text: str, given: Given, kind: UpdateKind | Literal["", "support-request"] = "", next_by: datetime | None = None
) -> Word:
    return Word(
        source=f"ours:{given.now.isoformat()}:{sha256(text.encode()).hexdigest()[:16]}",
        way="out",
        at=given.at.at,
        by=given.by.handle,
        text=text.strip(),
        kind=kind,
        next_by=next_by,
    )


def _must_be_answerable(text: str, tickets: Sequence[Ticket], given: Given) -> None:
    must_be_whole(text, "Write what they should read.")
    if not given.in_tickets and any(ticket.system for ticket in tickets):
        raise Refused("Nothing here is set up to answer in that ticket system. Answer there, or see to the settings.")


def _person(email: str, given: Given) -> Person | None:
    """Whom an address belongs to, where the directory says so of one person."""
    try:
        found = given.directory.person(email) if "@" in email else None
    except Refused:
        return None
    return found if found and found.email.casefold() == email.casefold() else None
