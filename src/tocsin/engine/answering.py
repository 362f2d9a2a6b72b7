"""Performs what is wished for in tickets: word to whoever asked, word to colleagues, who answers, and the end."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from tocsin.core.commands import Command, TakeTicket, TakeWord
from tocsin.core.effects import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    MarkTicket,
    NoteTicket,
    Reply,
    ReplyByMail,
    TellByTicket,
    TellTicket,
    ToTicket,
    Wish,
)
from tocsin.core.events import REDACTED, Entry, Updated
from tocsin.core.ids import Slug, TicketId
from tocsin.core.incident import Incident
from tocsin.core.people import Directory
from tocsin.core.playbook import Playbook
from tocsin.core.tickets import Ticket
from tocsin.language.markup import as_plain, tree
from tocsin.language.outside import noted, told
from tocsin.language.threads import address_of
from tocsin.ports import Correspondent, Failed, Leaving, Mail, Mailer, Ports, Tickets
from tocsin.store import outbox, tickets
from tocsin.store.people import StoredDirectory

Call = Callable[[], tuple[Command, ...]]
"""Does it, and says what there is to record."""


class Answering:
    """One wish about a ticket, with all that is read for it: a call is made of it, for which nothing is read."""

    def __init__(
        self, connection: sa.Connection, playbook: Playbook, at: tuple[str, str], wish: Wish, key: str, about: Entry
    ) -> None:
        """`at`: where people reach our pages, and where they write to us; each may be empty."""
        self.connection, self.playbook = connection, playbook
        self.address, self.mailbox = at
        self.wish, self.key, self.about = wish, key, about
        self.directory: Directory = StoredDirectory(connection)

    def call(self, incident: Incident, ports: Ports, leaving: Leaving) -> Call:
        match self.wish.effect:
            case TellByTicket(community=community):
                return self._by_ticket(incident, community, _there(ports.tickets), leaving)
            case AnswerTicket(ticket=number, community=community):
                return self._by_mail(incident, self._ticket(number), community, ports, leaving)
            case ToTicket(ticket=number):
                return self._in_ticket(incident, self._ticket(number), _there(ports.tickets), leaving)
            case other:
                raise TypeError(f"{type(other).__name__} is about no ticket.")

    def _in_ticket(self, incident: Incident, ticket: Ticket, port: Tickets, leaving: Leaving) -> Call:
        key, reference = self.key, ticket.reference
        match self.wish.effect:
            case TellTicket(community=community):
                text = self._text(community)
                return lambda: (self._said(ticket, port.reply(key, reference, text, leaving), text),)
            case NoteTicket():
                note = noted(self.about, incident, self.playbook, self.directory, self.address)
                return _only(lambda: port.note(key, reference, note))
            case AssignTicket(to=to):
                person = self.directory.person(to)
                email = person.email if person else ""
                if not email:
                    raise Failed(f"The directory has no mail address of {to}. Add it there.", permanent=True)
                return _only(lambda: port.assign(key, reference, email))
            case MarkTicket():
                return _only(lambda: port.mark(key, reference))
            case CloseTicket():
                return _only(lambda: port.close(key, reference))
            case other:
                raise TypeError(f"{type(other).__name__} is not taught to whoever answers.")

    def _by_ticket(self, incident: Incident, slug: Slug, port: Tickets, leaving: Leaving) -> Call:
        """In the one that was opened for them meanwhile, if one was."""
        mine = [each for each in tickets.of_incident(self.connection, incident.number) if each.community == slug]
        text = self._text(slug)
        if mine and (ticket := next((each for each in mine if each.system), None)):
            return lambda: (self._said(ticket, port.reply(self.key, ticket.reference, text, leaving), text),)
        to = self._speaks(slug)

        def opened() -> tuple[Command, ...]:
            reference = port.open(self.key, to, incident.title, text, leaving)
            return (
                TakeTicket(
                    system=port.name, reference=reference, subject=incident.title, text=text, name=to.name,
                    email=to.email, community=slug, token=self.wish.mark, incident=incident.number,
                    line=self.about.seq,
                ),
            )  # fmt: skip

        return opened

    def _by_mail(
        self, incident: Incident, ticket: Ticket, community: Slug | None, ports: Ports, leaving: Leaving
    ) -> Call:
        text, mailer = self._text(community), _mailer(ports)
        thread = (f"incident-{incident.mark}",)
        mail = _mail(self.connection, self.wish, self.key, ticket, text, self.mailbox, thread)

        def sent() -> tuple[Command, ...]:
            mailer.send(mail, leaving)
            return (self._said(ticket, f"tocsin:{self.wish.mark}", text),)

        return sent

    def _said(self, ticket: Ticket, source: str, text: str) -> TakeWord:
        return TakeWord(ticket=ticket.id, source=source, way="out", text=text, name="", email="", line=self.about.seq)

    def _text(self, slug: Slug | None) -> str:
        if not isinstance(self.about.event, Updated):
            raise TypeError(f"Nobody outside is told of {type(self.about.event).__name__}.")
        community = self.directory.community(slug or "")
        zone = (community.zone if community else "") or self.playbook.zone
        return "\n\n".join(told(self.about.event, self.directory, zone))

    def _speaks(self, slug: Slug) -> Correspondent:
        """The first who speaks for a community and can be written to."""
        community = self.directory.community(slug)
        people = map(self.directory.person, community.representatives if community else ())
        for person in people:
            if person is not None and person.email and person.active:
                return Correspondent(email=person.email, name=person.name)
        name = community.name if community else slug
        raise Failed(
            f"Nobody who speaks for {name} has a mail address. Name somebody in the directory.", permanent=True
        )

    def _ticket(self, number: TicketId) -> Ticket:
        return _found(self.connection, number)


def reply(
    connection: sa.Connection, wish: Wish, effect: Reply, key: str, mailbox: str, ports: Ports, leaving: Leaving
) -> Call | None:
    """What we wrote in one ticket alone goes out; it stands there already. None: it was redacted meanwhile."""
    ticket = _found(connection, effect.ticket)
    text = tickets.words(connection, ticket.id)[effect.place - 1].text
    if text == REDACTED:
        return None
    if isinstance(effect, ReplyByMail):
        mail, mailer = _mail(connection, wish, key, ticket, text, mailbox), _mailer(ports)
        return _only(lambda: mailer.send(mail, leaving))
    port = _there(ports.tickets)
    return _only(lambda: port.reply(key, ticket.reference, text, leaving))


def _mail(
    connection: sa.Connection,
    wish: Wish,
    key: str,
    ticket: Ticket,
    text: str,
    mailbox: str,
    thread: tuple[str, ...] = (),
) -> Mail:
    """To whoever asked at our own desk: in their thread, and so that an answer comes back into the ticket."""
    if not ticket.email:
        raise Failed(f"Nobody knows an address of {ticket.who}, who wrote ticket {ticket.id}.", permanent=True)
    said = [word.source for word in tickets.words(connection, ticket.id) if word.source.startswith("mail:")]
    before = outbox.before(connection, wish)
    return Mail(
        key=key,
        to=ticket.email,
        name=ticket.name,
        subject=f"Re: {ticket.subject}",
        text=as_plain(tree(text, breaks=True)),
        thread=(*thread, *(f"tocsin-{mark}" for mark in before)),
        reply_to=address_of(mailbox, ticket.token) if mailbox else "",
        answers=tuple(source.removeprefix("mail:") for source in said),
        at=wish.since,
    )


def _found(connection: sa.Connection, number: TicketId) -> Ticket:
    found = tickets.find(connection, number)
    if found is None:
        raise Failed(f"There is no ticket {number} any more.", permanent=True)
    return found


def _mailer(ports: Ports) -> Mailer:
    if ports.mailer is None:
        raise Failed("Nothing here is set up to send mail. See docs/reference/settings.md.")
    return ports.mailer


def _only(do: Callable[[], object]) -> Call:
    """There is nothing to record of it."""

    def done() -> tuple[Command, ...]:
        do()
        return ()

    return done


def _there(port: Tickets | None) -> Tickets:
    if port is None:
        raise Failed("Nothing here is set up to answer in tickets. See docs/reference/settings.md.")
    return port
