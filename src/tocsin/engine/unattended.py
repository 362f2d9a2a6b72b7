"""Says in a new ticket that nobody is at work, and from when on somebody is: an honest word beats none."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.around import Around
from tocsin.core.people import TOCSIN, Person
from tocsin.core.playbook import Playbook
from tocsin.core.presence import presence
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket
from tocsin.language.responding import answer, reader_of
from tocsin.language.wording import gaps
from tocsin.store import people, tickets

ONCE_IN = timedelta(hours=4)
"""Who writes again so soon knows already."""
LATE = timedelta(hours=4)
"""What came in longer ago than that was found late: whoever is at work by now answers it."""
_LATELY = 20
"""Tickets of a community that are looked at for what whoever writes was told."""


def response(
    connection: sa.Connection, playbook: Playbook, ticket: Ticket, signal: Signal, now: datetime
) -> c.Respond | None:
    """The answer that goes out by itself, to somebody of a community we know; None where none should."""
    known = ticket.community is not None and (ticket.person is not None or ticket.system)
    if not (playbook.tickets.unattended and known) or not signal.is_undecided or ticket.at < now - LATE:
        return None
    around = people.around(connection, playbook, now)
    if not around.team or any(_at_work(each, around) for each in around.team):
        return None
    if _was_told(connection, ticket, now):
        return None
    drafted = answer(signal, None, around, "unattended", ticket.community, reader=reader_of([ticket]))
    if gaps(drafted.text):
        return None
    return c.Respond(signal=signal.id, text=drafted.text, next_by=drafted.promise)


def _at_work(person: Person, around: Around) -> bool:
    return presence(person, around.playbook, around.now, around.wrote.get(person.handle)).at_work


def _was_told(connection: sa.Connection, ticket: Ticket, now: datetime) -> bool:
    """Whether Tocsin told them so lately, in whichever ticket of theirs."""
    there = tickets.of_community(connection, [ticket.community] if ticket.community else [], _LATELY)
    theirs = (each for each in there if each.email.casefold() == ticket.email.casefold())
    words = (word for each in theirs for word in tickets.words(connection, each.id))
    return any(word.by == TOCSIN.handle and word.kind and word.at > now - ONCE_IN for word in words)
