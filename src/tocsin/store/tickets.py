"""Tickets, and what was said in them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from tocsin.core.events import REDACTED, Entry, Noted, SignalReceived, Updated
from tocsin.core.ids import Handle, IncidentNumber, Seq, SignalId, Slug, TicketId
from tocsin.core.tickets import Ticket, Word
from tocsin.store import news
from tocsin.store import tables as t
from tocsin.store.codec import adapter, encode

_t, _w = t.tickets, t.ticket_words
_WORDS = sa.select(_w.c.body).where(_w.c.ticket == sa.bindparam("n")).order_by(_w.c.place)
_OF_INCIDENT = sa.select(_t.c.body).where(_t.c.incident == sa.bindparam("n")).order_by(_t.c.id)


# ── looking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def find(c: sa.Connection, ticket: TicketId, *, lock: bool = False) -> Ticket | None:
    """A ticket; with `lock`, nobody else can change it until this transaction ends."""
    found = sa.select(_t.c.body).where(_t.c.id == ticket)
    return _one(c, found.with_for_update() if lock else found)


def by_reference(c: sa.Connection, system: str, reference: str) -> Ticket | None:
    """The one that its system calls so."""
    return _one(c, sa.select(_t.c.body).where(_t.c.system == system, _t.c.reference == reference))


def by_token(c: sa.Connection, token: str) -> Ticket | None:
    return _one(c, sa.select(_t.c.body).where(_t.c.token == token))


def by_word(c: sa.Connection, sources: Collection[str]) -> Ticket | None:
    """The latest in which one of these was said."""
    said = sa.select(_w.c.ticket).where(_w.c.source.in_(sources))
    return _one(c, sa.select(_t.c.body).where(_t.c.id.in_(said)).order_by(_t.c.id.desc()).limit(1))


def of_incident(c: sa.Connection, number: IncidentNumber) -> list[Ticket]:
    return [_ticket(body) for body in c.scalars(_OF_INCIDENT, {"n": number})]


def of_signals(c: sa.Connection, signals: Collection[SignalId]) -> list[Ticket]:
    """The tickets that these signals report."""
    found = sa.select(_t.c.body).where(_t.c.signal.in_(signals)).order_by(_t.c.id)
    return [_ticket(body) for body in c.scalars(found)]


def of_community(c: sa.Connection, slugs: Collection[Slug], most: int) -> list[Ticket]:
    """Those in which something was said last, first."""
    found = sa.select(_t.c.body).where(_t.c.community.in_(slugs)).order_by(_t.c.last_at.desc(), _t.c.id.desc())
    return [_ticket(body) for body in c.scalars(found.limit(most))]


def of_person(c: sa.Connection, person: Handle, most: int) -> list[Ticket]:
    """As above, of what somebody asked themselves."""
    found = sa.select(_t.c.body).where(_t.c.person == person).order_by(_t.c.last_at.desc(), _t.c.id.desc())
    return [_ticket(body) for body in c.scalars(found.limit(most))]


def words(c: sa.Connection, ticket: TicketId) -> tuple[Word, ...]:
    """All that was said in it, in order."""
    return tuple(adapter(Word).validate_python(body) for body in c.scalars(_WORDS, {"n": ticket}))


def words_of(c: sa.Connection, numbers: Collection[TicketId]) -> dict[TicketId, list[Word]]:
    """The same of several."""
    found: dict[TicketId, list[Word]] = {number: [] for number in numbers}
    rows = sa.select(_w.c.ticket, _w.c.body).where(_w.c.ticket.in_(found)).order_by(_w.c.ticket, _w.c.place)
    for number, body in c.execute(rows):
        found[TicketId(number)].append(adapter(Word).validate_python(body))
    return found


def was_said(c: sa.Connection, ticket: TicketId, source: str) -> bool:
    """Whether it is kept already."""
    found = sa.select(_w.c.place).where(_w.c.ticket == ticket, _w.c.source == source)
    return c.execute(found).first() is not None


# ── changing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def add(c: sa.Connection, ticket: Ticket) -> None:
    c.execute(_t.insert(), {"id": ticket.id, **_row(ticket)})
    _tell(c, ticket)


def save(c: sa.Connection, ticket: Ticket) -> None:
    c.execute(_t.update().where(_t.c.id == ticket.id), _row(ticket))
    _tell(c, ticket)


def say(c: sa.Connection, ticket: TicketId, word: Word) -> int:
    """One more word, and its place; the ticket is locked."""
    place = c.scalar(sa.select(sa.func.count()).where(_w.c.ticket == ticket)) or 0
    row = {"ticket": ticket, "place": place + 1, "source": word.source, "line": word.line, "body": encode(word)}
    c.execute(_w.insert(), row)
    return place + 1


def change(c: sa.Connection, ticket: TicketId, place: int, word: Word) -> None:
    """One of its words as it stands now; the ticket is locked."""
    where = (_w.c.ticket == ticket) & (_w.c.place == place)
    c.execute(_w.update().where(where), {"line": word.line, "body": encode(word)})


def blank(c: sa.Connection, entry: Entry) -> None:
    """Take the words of a redacted line out of the ticket they were said in."""
    match entry.event:
        case SignalReceived(signal=signal):
            for ticket in of_signals(c, (signal,)):
                save(c, replace(ticket, subject=REDACTED, name=REDACTED, email="", link=""))
                _blank(c, ticket.id, lambda place, _: place == 1)
        case Noted(ticket=int(number), text=text):
            _blank(c, TicketId(number), lambda _, word: word.text == text)
        case Updated():
            for number, place, _ in of_line(c, entry.incident, entry.seq):
                _blank(c, number, lambda each, _, place=place: each == place)  # type: ignore[misc]
        case _:
            pass


def _blank(c: sa.Connection, number: TicketId, meant: Callable[[int, Word], bool]) -> None:
    for place, word in enumerate(words(c, number), start=1):
        if meant(place, word):
            blanked = replace(word, text=REDACTED, whole="", name=word.name and REDACTED, email="")
            change(c, number, place, blanked)


def of_line(c: sa.Connection, number: IncidentNumber, line: Seq) -> list[tuple[TicketId, int, Word]]:
    """Where a line of an incident's log stands in its tickets: ticket, place and word."""
    found = (
        sa.select(_w.c.ticket, _w.c.place, _w.c.body)
        .join(_t, _t.c.id == _w.c.ticket)
        .where(_t.c.incident == number, _w.c.line == line)
        .order_by(_w.c.ticket, _w.c.place)
    )
    return [(TicketId(n), place, adapter(Word).validate_python(body)) for n, place, body in c.execute(found)]


def _one(c: sa.Connection, statement: sa.Select[Any]) -> Ticket | None:
    body = c.scalar(statement)
    return None if body is None else _ticket(body)


def _ticket(body: Any) -> Ticket:
    return adapter(Ticket).validate_python(body)


def _row(ticket: Ticket) -> dict[str, object]:
    return {
        "system": ticket.system,
        "reference": ticket.reference or None,
        "token": ticket.token,
        "community": ticket.community,
        "person": ticket.person,
        "signal": ticket.signal,
        "incident": ticket.incident,
        "last_at": ticket.last_at,
        "body": encode(ticket),
    }


def _tell(c: sa.Connection, ticket: Ticket) -> None:
    news.tell(c, "signals")
    news.tell(c, f"ticket:{ticket.id}")
