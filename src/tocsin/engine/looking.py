"""Looks at what comes in from elsewhere, tickets and letters, and hands it to the door, each thing once."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.core import commands as c
from tocsin.core.ids import TicketId
from tocsin.core.people import TOCSIN
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.engine.letterbox import take_letter, token
from tocsin.ports import Failed, Inbox, Letter, Ports, Remark, Ticket, Tickets
from tocsin.store import looks, tickets
from tocsin.store.looks import Look
from tocsin.store.works import Unavailable

EVERY = timedelta(seconds=30)
"""How long nobody looks, where nothing has hinted that there is something."""
LEASE = timedelta(minutes=5)
"""How long a look may take until somebody else looks, too."""
LONGEST = 100_000
"""Characters of one message; what is longer is cut, and says so."""
_log = logging.getLogger(__name__)


class Looker:
    """Looks at the ticket system and at the mailbox, where there are some, until it is told to stop."""

    def __init__(self, tocsin: Tocsin, ports: Ports, every: timedelta = EVERY) -> None:
        self._tocsin, self._ports, self._every = tocsin, ports, every
        self._name = f"{socket.gethostname()}:{os.getpid()}:{id(self)}"
        self._bell = threading.Event()
        self._stopping = False

    @property
    def needed(self) -> bool:
        """Whether there is anything to look at."""
        return self._ports.tickets is not None or self._ports.inbox is not None

    def run(self) -> None:
        while not self._stopping:
            self._bell.clear()
            self.look()
            self._bell.wait(self._every.total_seconds())

    def stop(self) -> None:
        self._stopping = True
        self._bell.set()

    def hint(self) -> None:
        """There may be something new; any thread may say so."""
        self._bell.set()

    def look(self) -> None:
        """Once, everywhere."""
        if (port := self._ports.tickets) is not None:
            self._at("tickets", lambda look: self._tickets(port, look))
        if (inbox := self._ports.inbox) is not None:
            self._at("inbox", lambda look: self._letters(inbox, look))

    def _at(self, where: str, look: Callable[[Look], str]) -> None:
        """What goes wrong is kept for people to see, and nothing of what was not seen is passed over."""
        now = self._tocsin.clock()
        try:
            begun = self._tocsin.store.run(lambda k: looks.begin(k, where, self._name, now, LEASE))
            if begun is None:
                return
            seen = self._looked(where, begun, look)
            self._tocsin.store.run(lambda k: looks.keep(k, where, replace(seen, until=None)))
        except (Unavailable, OSError) as trouble:  # the latter where this process may open no more files
            _log.warning("Nobody could look at the %s: %s", where, trouble)

    def _looked(self, where: str, begun: Look, look: Callable[[Look], str]) -> Look:
        now = self._tocsin.clock()
        try:
            return replace(begun, place=look(begun), last=now, trouble="", failing=None)
        except Failed as failed:
            _log.warning("%s", failed)
            trouble = str(failed)
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 — one thing that cannot be taken must not end the looking
            _log.exception("A look at the %s met a bug.", where)
            trouble = f"Tocsin made a mistake ({type(bug).__name__}); its log says more."
        return replace(begun, trouble=trouble, failing=begun.failing or now)

    # ── tickets ──

    def _tickets(self, port: Tickets, look: Look) -> str:
        """At the first look there is nothing to take: what was asked before belongs to who answered then."""
        began = self._tocsin.clock()
        since = datetime.fromisoformat(look.place) if look.place else None
        if since is not None:
            for reference in port.changed(since):
                self._take(port, port.ticket(reference))
        return began.astimezone(UTC).isoformat()

    def _take(self, port: Tickets, ticket: Ticket) -> None:
        with self._tocsin.store.read() as connection:
            known = tickets.by_reference(connection, port.name, ticket.reference)
            said = {word.source for word in tickets.words(connection, known.id)} if known else set()
        if known is None:
            if ticket.ours or ticket.closed:
                return
            command = c.TakeTicket(
                subject=_cut(ticket.subject, 500),
                text=_cut(ticket.text),
                name=ticket.by.name,
                email=ticket.by.email,
                company=ticket.company,
                system=port.name,
                reference=ticket.reference,
                link=ticket.link,
                token=token(),
            )
            number = self._do(command, ticket.at, f"ticket:{port.name}:{ticket.reference}")
        else:
            number = known.id
        if number is None:
            return
        for remark in ticket.remarks:
            if remark.reference not in said and not remark.ours:
                self._do(_word(number, remark), remark.at, f"word:{number}:{remark.reference}")
        if known is not None and known.closed != ticket.closed:
            self._do(c.EndTicket(ticket=number, closed=ticket.closed), None, None)

    # ── letters ──

    def _letters(self, inbox: Inbox, look: Look) -> str:
        place = look.place
        while not self._stopping:
            post = inbox.since(place)
            for letter in post.letters:
                take_letter(self._tocsin, _bounded(letter), self._tocsin.mailbox, self._do)
            if post.place == place:
                break
            place = post.place
        return place

    def _do(self, command: c.Command, at: datetime | None, source: str | None) -> TicketId | None:
        """What is refused is said, and not asked again: it would be refused again."""
        now = self._tocsin.clock()
        try:
            return self._tocsin.do(command, by=TOCSIN, at=min(at, now) if at else None, source=source).ticket
        except Refused as no:
            _log.warning("What came in could not be taken: %s", no)
            return None


def _word(number: TicketId, remark: Remark) -> c.TakeWord:
    return c.TakeWord(
        ticket=number,
        source=remark.reference,
        way="note" if remark.private else "out" if remark.from_us else "in",
        text=_cut(remark.text),
        name=remark.by.name,
        email=remark.by.email,
    )


def _bounded(letter: Letter) -> Letter:
    return replace(letter, subject=_cut(letter.subject, 500), text=_cut(letter.text), said=_cut(letter.said))


def _cut(text: str, longest: int = LONGEST) -> str:
    legible = text.replace("\0", "").encode(errors="replace").decode()
    return legible if len(legible) <= longest else f"{legible[:longest]}\n\n[… cut here: it was longer]"
