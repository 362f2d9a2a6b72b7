"""What is said in tickets, by people outside and by us, over one connection in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tocsin.core import commands as c
from tocsin.core.decisions import signals as about_signals
from tocsin.core.decisions import tickets as decided
from tocsin.core.ids import EffectId, TicketId
from tocsin.core.moments import Moment
from tocsin.core.people import TOCSIN
from tocsin.core.refused import Refused
from tocsin.core.tickets import Ticket, Word, heard
from tocsin.engine import unattended
from tocsin.engine.answer import Answer
from tocsin.store import counters, log, signals, tickets
from tocsin.store.log import Locked

if TYPE_CHECKING:
    from tocsin.engine.doing import Doing


class Exchange:
    """One command about tickets. Locked is always an incident before its signals, and those before their tickets."""

    def __init__(self, doing: Doing) -> None:
        self._doing = doing
        self._connection, self._given = doing.connection, doing.given

    def answer(self, command: c.Command) -> Answer:
        match command:
            case c.TakeTicket():
                return self._take(command)
            case c.TakeWord():
                return self._take_word(command)
            case c.ReplyInTicket():
                return self._reply(command)
            case c.AdmitWord():
                return self._admit(command)
            case c.PlaceTicket() | c.EndTicket():
                return self._change(command)
            case _:
                raise TypeError(f"{type(command).__name__} is not about tickets.")

    def told(self, command: c.Respond | c.Judge) -> Answer:
        """What is decided about a signal, and what whoever reported it is told."""
        before = self._given.signal(command.signal).signal
        ours = [] if before.incident else self._locked(tickets.of_signals(self._connection, (before.id,)))
        if isinstance(command, c.Respond):
            word: Word | None = decided.responded(before, command, ours, self._given)
            signals.say(self._connection, before.id, decided.response(command, ours, self._given))
        else:
            word = decided.closing(command, ours, self._given)
            signals.save(self._connection, about_signals.judged(before, command, self._given))
        if word is not None:
            for ticket in ours:
                self._say_and_send(ticket, word)
        return Answer(signal=before.id, effects=tuple(self._doing.wished))

    # ── in ──

    def _take(self, command: c.TakeTicket) -> Answer:
        """The ticket, and the signal that it is; one that its system has already is known by its reference."""
        known = command.reference and tickets.by_reference(self._connection, command.system, command.reference)
        if known:
            return Answer(ticket=known.id, signal=known.signal, incident=known.incident)
        locked = None if command.incident is None else log.lock(self._connection, command.incident)
        counters.hold(self._connection, "signal")  # the order in which a report that declares takes them, too
        ticket = decided.taken(TicketId(counters.next_number(self._connection, "ticket")), command, self._given)
        tickets.add(self._connection, ticket)
        word, answer = decided.first_word(ticket, command), Answer()
        if locked is not None:
            word, answer = self._spread(ticket, word, locked, command)
        tickets.say(self._connection, ticket.id, word)
        if ticket.closed or ticket.incident is not None:
            return replace(answer, ticket=ticket.id)
        answer = self._doing.note_signal(decided.reported(ticket, command, self._given))
        ticket = replace(ticket, signal=answer.signal, incident=answer.incident)
        tickets.save(self._connection, ticket)
        return replace(answer, ticket=ticket.id, effects=(*answer.effects, *self._unattended(ticket)))

    def _unattended(self, ticket: Ticket) -> tuple[EffectId, ...]:
        """That nobody is at work, said by Tocsin itself, now and not at the time the ticket was written."""
        if ticket.signal is None or ticket.incident is not None or self._given.by != TOCSIN:
            return ()
        given = self._given
        signal = given.signal(ticket.signal).signal
        response = unattended.response(self._connection, given.playbook, ticket, signal, given.now)
        if response is None or (ticket.system and not given.in_tickets):
            return ()
        self._given = replace(given, at=Moment(at=given.now))
        return self.told(response).effects

    def _take_word(self, command: c.TakeWord) -> Answer:
        ticket, locked = self._ticket(command.ticket)
        if tickets.was_said(self._connection, ticket.id, command.source):
            return Answer(ticket=ticket.id)
        word = decided.word(ticket, command, self._given)
        word, answer = self._spread(ticket, word, locked, command)
        tickets.say(self._connection, ticket.id, word)
        tickets.save(self._connection, decided.after(ticket, word, command))
        return replace(answer, ticket=ticket.id)

    def _admit(self, command: c.AdmitWord) -> Answer:
        ticket, locked = self._ticket(command.ticket)
        said = tickets.words(self._connection, ticket.id)
        if not 1 <= command.place <= len(said):
            raise Refused(f"Ticket {ticket.id} has no message {command.place}.")
        word = decided.admitted(ticket, said[command.place - 1])
        word, answer = self._spread(ticket, word, locked, command)
        tickets.change(self._connection, ticket.id, command.place, word)
        return replace(answer, ticket=ticket.id)

    # ── out ──

    def _reply(self, command: c.ReplyInTicket) -> Answer:
        ticket, locked = self._ticket(command.ticket)
        word, answer = self._spread(ticket, decided.replied(ticket, command, self._given), locked, command)
        self._say_and_send(ticket, word)
        return replace(answer, ticket=ticket.id, effects=tuple(self._doing.wished))

    def _say_and_send(self, ticket: Ticket, word: Word) -> None:
        """It stands in the ticket from now on, and goes out to whoever asked there."""
        place = tickets.say(self._connection, ticket.id, word)
        tickets.save(self._connection, heard(ticket, word.at))
        self._doing.wish(decided.sent(ticket, word, place))

    # ── beside ──

    def _spread(self, ticket: Ticket, word: Word, locked: Locked | None, command: c.Command) -> tuple[Word, Answer]:
        """Where else a word of a ticket stands: in its incident's log, or, until there is one, in the signal's talk."""
        if locked is not None:
            entries = self._doing.recorded(command, decided.spoken(ticket, word), locked)
            line = entries[0].seq if entries else word.line
            lines = tuple(entry.seq for entry in entries)
            told = Answer(incident=ticket.incident, lines=lines, effects=tuple(self._doing.wished))
            return replace(word, line=line), told
        if ticket.signal is not None:
            signal = self._given.signal(ticket.signal).signal
            said = decided.talk(ticket, word)
            if said is not None and signal.is_undecided:
                signals.say(self._connection, signal.id, said)
                signals.save(self._connection, decided.joined(signal, ticket, word))
        return word, Answer(signal=ticket.signal)

    def _change(self, command: c.PlaceTicket | c.EndTicket) -> Answer:
        ticket, _ = self._ticket(command.ticket)
        changed = (
            decided.placed(ticket, command, self._given)
            if isinstance(command, c.PlaceTicket)
            else replace(ticket, closed=command.closed)
        )
        tickets.save(self._connection, changed)
        return Answer(ticket=ticket.id, incident=ticket.incident)

    def _ticket(self, number: TicketId) -> tuple[Ticket, Locked | None]:
        """A ticket, locked after what it belongs to, and the incident among that."""
        found = tickets.find(self._connection, number)
        before = found.incident if found else None
        locked = None if before is None else log.lock(self._connection, before)
        if found is not None and found.signal is not None:
            self._given.signal(found.signal)
        ticket = tickets.find(self._connection, number, lock=True)
        if ticket is None:
            raise Refused(f"There is no ticket {number}. The page of a community lists those it wrote.")
        if ticket.incident != before:  # it was taken in, or let go, while we waited for it
            locked = None if ticket.incident is None else log.lock(self._connection, ticket.incident)
        return ticket, locked

    def _locked(self, found: Sequence[Ticket]) -> list[Ticket]:
        locked = (tickets.find(self._connection, each.id, lock=True) for each in found)
        return [ticket for ticket in locked if ticket is not None]
