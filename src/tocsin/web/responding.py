"""What whoever reported a signal is told from triage: the first response, or the answer to a support request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.ids import SignalId
from tocsin.core.people import Community
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket
from tocsin.core.verdict import Verdict
from tocsin.language.responding import Answer, answer, community_of, reader_of
from tocsin.store import desk, people, places, tickets
from tocsin.web.answers import NotThere, SentOn
from tocsin.web.asked import Asked
from tocsin.web.desk.exchange import KINDS
from tocsin.web.desk.tickets import Delivery, how_it_goes, reply_became
from tocsin.web.forms import Wrong
from tocsin.web.outgoing import MOVED, PASSED, Time, flaw, mended, time_of, times

MOST = 20
"""Tickets that are shown one by one."""


@dataclass(frozen=True, kw_only=True)
class InTicket:
    """One ticket that reports a signal: whose it is, what was answered there last, and how an answer would go."""

    ticket: Ticket
    community: str
    way: str
    answered: datetime | None = None
    kind: str = ""
    fate: Delivery | None = None


@dataclass(frozen=True, kw_only=True)
class Responding:
    """What triage shows of the tickets of a signal, and of those that belong to it."""

    tickets: Sequence[InTicket] = ()
    many: int = 0
    """How many there are; of very many, not all are shown."""
    first: Answer | None = None
    """What to begin with; None where nobody could be answered, or there is nothing to decide any more."""
    support: Answer | None = None
    times: Sequence[Time] = ()

    @property
    def answered(self) -> bool:
        """Whether everybody who wrote was told something."""
        return bool(self.tickets) and all(each.answered for each in self.tickets)


def responding(
    asked: Asked, connection: sa.Connection, belonging: Sequence[Signal], signal: Signal, verdict: Verdict | None
) -> Responding:
    """`belonging`: all that come along with the signal; it is one of them."""
    found = tickets.of_signals(connection, [each.id for each in belonging])
    if not found:
        return Responding()
    shown = tuple(_in_tickets(asked, connection, found[:MOST]))
    if verdict is None:
        return Responding(tickets=shown, many=len(found))
    now, named, reader = (
        people.around(connection, asked.tocsin.playbook, asked.now),
        community_of(found),
        reader_of(found),
    )
    first = answer(signal, verdict, now, "first-response", named, reader=reader, promise=_chosen(asked))
    return Responding(
        tickets=shown,
        many=len(found),
        first=first,
        support=answer(signal, verdict, now, "support-request", named, reader=reader),
        times=times(asked.now, (first.zone, asked.zone_name), first.promise, first.promise),
    )


def respond(asked: Asked) -> SentOn:
    """The first response, in every ticket of the signals that are named."""
    text, next_by, wrong = response(asked), _chosen(asked), dict[str, str]()
    empty = "Write what they should read: that somebody looks, and when they hear from you again."
    if why := flaw(text, empty):
        wrong["response"] = why
    elif text != asked.form.text("response"):
        wrong["response"] = MOVED
    if next_by is None and asked.form.line("next"):
        wrong["next"] = "That is no time. Choose one of these."
    elif next_by is not None and next_by <= asked.now:
        wrong["next"] = PASSED
    if wrong:
        raise Wrong(**wrong)
    for number in _signals(asked):
        asked.do(c.Respond(signal=number, text=text, next_by=next_by), once=f"respond:{number}")
    return SentOn(to=f"/triage/{asked.signal}#tickets", said="Answered. Each of them reads it where they wrote.")


def response(asked: Asked) -> str:
    """As it stands in the form, with the time that is chosen there."""
    return mended(asked.form.text("response"), asked.form, _chosen(asked))


def _signals(asked: Asked) -> list[SignalId]:
    """Those that were shown, as far as somebody wrote a ticket about them."""
    numbers = [SignalId(int(each)) for each in asked.form.all("signal") if each.isascii() and each.isdigit()]
    with asked.read() as connection:
        there = {ticket.signal for ticket in tickets.of_signals(connection, numbers or [asked.signal])}
    if not there:
        raise NotThere
    return sorted(each for each in there if each is not None)


def _in_tickets(asked: Asked, connection: sa.Connection, those: Sequence[Ticket]) -> Iterator[InTicket]:
    """All that is read for them is read at once."""
    numbers = [each.id for each in those]
    said, wishes = tickets.words_of(connection, numbers), desk.in_tickets(connection, numbers)
    names = {each.slug: each.name for each in places.all_of(connection, Community)}
    for ticket in those:
        answers = [(place, word) for place, word in enumerate(said[ticket.id], start=1) if word.way == "out"]
        shown = InTicket(
            ticket=ticket,
            community=names.get(ticket.community, "") if ticket.community else "",
            way=how_it_goes(asked, ticket),
        )
        for place, word in answers[-1:]:
            fate = reply_became(place, wishes[ticket.id])
            shown = replace(shown, answered=word.at, kind=KINDS.get(word.kind, ""), fate=fate)
        yield shown


def _chosen(asked: Asked) -> datetime | None:
    return time_of(asked.form.line("next"))
