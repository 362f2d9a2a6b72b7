"""Letters that come in: each is a word of the ticket it answers, a new ticket, or news of a letter that came back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from secrets import token_hex

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core.effects import SendMail, ToTicket, Wish
from tocsin.core.ids import TicketId
from tocsin.core.tickets import Ticket
from tocsin.engine.door import Tocsin
from tocsin.language.threads import belongs
from tocsin.ports import Bounce, Letter
from tocsin.store import outbox, tickets

Do = Callable[[c.Command, datetime | None, str | None], object]
"""Hands a command to the door; what is refused is said in the log."""
OURS = re.compile(r"tocsin-([0-9a-f]{32})@")
"""The Message-IDs of our own letters."""


def token() -> str:
    """What nobody can guess, in an address that is read aloud if it must be."""
    return token_hex(10)


def take_letter(tocsin: Tocsin, letter: Letter, mailbox: str, do: Do) -> None:
    """What is automatic is never a ticket, and stands on no timeline. A letter that was here before changes nothing."""
    with tocsin.store.read() as connection:
        bounced = [(bounce, wish) for bounce in letter.bounces for wish in _wishes(connection, (bounce.letter,))]
        ticket, sure = _ticket(connection, letter, mailbox)
        answered = next(_wishes(connection, letter.follows), None)
    for bounce, wish in bounced:
        do(_came_back(bounce, wish), None, f"mail:{letter.reference}:{wish.id}")
    if letter.bounces:
        return
    if ticket is not None:
        do(_word(ticket.id, letter, sure=sure), letter.at, f"word:{ticket.id}:{letter.reference}")
    elif not letter.automatic:
        do(_new(letter, answered), letter.at, f"ticket:mail:{letter.reference}")


def _ticket(connection: sa.Connection, letter: Letter, mailbox: str) -> tuple[Ticket | None, bool]:
    """The ticket it belongs to; and whether who wrote it must have seen what only those have who got our letters."""

    def by_letter(identity: str) -> Ticket | None:
        for wish in _wishes(connection, (identity,)):
            if isinstance(wish.effect, ToTicket):
                return tickets.find(connection, wish.effect.ticket)
        return tickets.by_word(connection, [f"mail:{identity}"])

    by_token = partial(tickets.by_token, connection)
    found = belongs(letter, mailbox, by_token=by_token, by_letter=by_letter)
    if found is None:
        return None, False
    return found.to, found.by == "token" or any(True for _ in _wishes(connection, letter.follows))


def _wishes(connection: sa.Connection, identities: tuple[str, ...]) -> Iterator[Wish]:
    """Those of our own letters that these Message-IDs name."""
    for each in identities:
        mark = OURS.match(each)
        wish = outbox.by_mark(connection, mark[1]) if mark else None
        if wish is not None:
            yield wish


def _came_back(bounce: Bounce, wish: Wish) -> c.ReportDelivery:
    return c.ReportDelivery(effect=wish.id, outcome="bounced" if bounce.for_good else "delayed", trouble=bounce.why)


def _word(ticket: TicketId, letter: Letter, *, sure: bool) -> c.TakeWord:
    return c.TakeWord(
        ticket=ticket,
        source=f"mail:{letter.reference}",
        way="note" if letter.automatic else "in",
        text=letter.said or letter.text,
        whole=letter.text,
        name=letter.by.name,
        email=letter.by.email,
        proven=sure or letter.proven,
    )


def _new(letter: Letter, answered: Wish | None) -> c.TakeTicket:
    """Who answers an update that we sent without a ticket has one from then on, in that incident."""
    effect = answered.effect if answered else None
    told = effect if isinstance(effect, SendMail) and effect.community else None
    return c.TakeTicket(
        subject=letter.subject,
        text=letter.said or letter.text,
        whole=letter.text,
        name=letter.by.name,
        email=letter.by.email,
        community=(told.community or "") if told else "",
        reference=f"mail:{letter.reference}",
        token=token(),
        incident=told.incident if told else None,
        proven=letter.proven or told is not None,
    )
