"""What pages about tickets ask for: which are open, what was said in them last, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tocsin.core.effects import Wish
from tocsin.core.ids import IncidentNumber, SignalId, Slug, TicketId
from tocsin.core.signals import Signal
from tocsin.core.tickets import Ticket
from tocsin.store import outbox
from tocsin.store import tables as t
from tocsin.store.codec import adapter

LATELY = 500
"""So many tickets are looked through for what strangers wrote: the newest, and all that are open."""
MOST_INCIDENTS = 20

_t, _w, _i = t.tickets.c, t.ticket_words.c, t.incidents.c
_OPEN = sa.or_(
    _t.signal.in_(sa.select(t.signals.c.id).where(t.signals.c.state.in_(("open", "candidate")))),
    _t.incident.in_(sa.select(_i.number).where(_i.state == "open")),
)
"""Nobody has decided on its signal yet, or its incident is not over."""
_NOT_CLOSED = sa.not_(_t.body["closed"].as_boolean())
_APART = _w.body["quarantined"].as_boolean()
_NEWEST = sa.select(_t.id).order_by(_t.id.desc()).limit(LATELY)
_QUARANTINED = (
    sa.select(sa.func.count(sa.distinct(_w.ticket)))
    .where(sa.or_(_w.ticket.in_(_NEWEST.scalar_subquery()), _w.ticket.in_(sa.select(_t.id).where(_OPEN))))
    .where(_APART)
)
_UNPLACED = sa.select(sa.func.count()).select_from(t.tickets).where(_t.community.is_(None), _OPEN, _NOT_CLOSED)


@dataclass(frozen=True, kw_only=True)
class Last:
    """What is said of a ticket in a list."""

    way: str = ""
    at: datetime | None = None
    text: str = ""
    """The beginning of the last word that was no note, nor a stranger's; empty where there is none."""
    answered: bool = False
    """We have written there at all."""
    apart: int = 0
    """Words of strangers that nobody has looked at."""


@dataclass(frozen=True, kw_only=True)
class Became:
    """The signals and the rows of the incidents that tickets belong to."""

    signals: Mapping[SignalId, Signal]
    incidents: Mapping[IncidentNumber, Mapping[str, Any]]


def waiting(c: sa.Connection) -> tuple[int, int]:
    """How many open tickets come from nobody knows which community, and in how many a stranger's word waits."""
    found = c.execute(sa.select(_UNPLACED.scalar_subquery(), _QUARANTINED.scalar_subquery())).one()
    return int(found[0]), int(found[1])


def open_tickets(c: sa.Connection, most: int) -> list[Ticket]:
    """Those that are not closed, and whose signal or incident is not over; what was said last, first."""
    found = sa.select(_t.body).where(_OPEN, _NOT_CLOSED).order_by(_t.last_at.desc(), _t.id.desc()).limit(most)
    return _read(c, found)


def strangers(c: sa.Connection, most: int) -> list[Ticket]:
    """Those in which a stranger's word waits for somebody to look at it, whether they are open or not."""
    ids = sa.select(_w.ticket).where(_APART, _w.ticket.in_(_NEWEST.scalar_subquery()))
    return _read(c, sa.select(_t.body).where(_t.id.in_(ids)).order_by(_t.last_at.desc(), _t.id.desc()).limit(most))


def last_words(c: sa.Connection, tickets: Collection[TicketId], longest: int = 200) -> dict[TicketId, Last]:
    """What was said last in each: notes, and what strangers wrote, aside."""
    way = _w.body["way"].as_string()
    counted = (
        sa.select(
            _w.ticket,
            sa.func.max(sa.case((sa.and_(way != "note", sa.not_(_APART)), _w.place))).label("place"),
            sa.func.max(sa.case((way == "out", 1), else_=0)).label("answered"),
            sa.func.sum(sa.case((_APART, 1), else_=0)).label("apart"),
        )
        .where(_w.ticket.in_(tickets))
        .group_by(_w.ticket)
        .subquery()
    )
    last = (_w.ticket == counted.c.ticket) & (_w.place == counted.c.place)
    text = sa.func.substr(_w.body["text"].as_string(), 1, longest)
    rows = sa.select(
        counted.c.ticket, counted.c.apart, counted.c.answered, way, _w.body["at"].as_string(), text
    ).select_from(counted.outerjoin(t.ticket_words, last))
    return {
        TicketId(ticket): Last(
            way=way or "",
            at=datetime.fromisoformat(at) if at else None,
            text=said or "",
            answered=bool(answered),
            apart=int(apart),
        )
        for ticket, apart, answered, way, at, said in c.execute(rows)
    }


def became(c: sa.Connection, tickets: Collection[Ticket]) -> Became:
    """What these tickets belong to."""
    signals = {each.signal for each in tickets if each.signal is not None}
    numbers = {each.incident for each in tickets if each.incident is not None}
    bodies = c.scalars(sa.select(t.signals.c.body).where(t.signals.c.id.in_(signals))) if signals else ()
    found = [adapter(Signal).validate_python(body) for body in bodies]
    rows = c.execute(sa.select(t.incidents).where(_i.number.in_(numbers))) if numbers else ()
    return Became(
        signals={each.id: each for each in found}, incidents={IncidentNumber(row.number): row._asdict() for row in rows}
    )


def touching(c: sa.Connection, communities: Collection[Slug]) -> dict[IncidentNumber, Mapping[str, Any]]:
    """The last incidents that touched these communities, exercises aside."""
    p = t.touched.c
    numbers = sa.select(p.incident).where(p.kind == "communities", p.place.in_(communities))
    latest = numbers.order_by(p.begun.desc(), p.incident.desc()).limit(MOST_INCIDENTS)
    rows = sa.select(t.incidents).where(_i.number.in_(latest.scalar_subquery()), _i.drill == sa.false())
    return {IncidentNumber(row.number): row._asdict() for row in c.execute(rows)}


def in_tickets(c: sa.Connection, tickets: Collection[TicketId]) -> dict[TicketId, list[Wish]]:
    """What should be said or done in each, and what became of that."""
    e, lanes = t.effects.c, {f"ticket:{ticket}": ticket for ticket in tickets}
    found: dict[TicketId, list[Wish]] = {ticket: [] for ticket in tickets}
    for row in c.execute(sa.select(t.effects).where(e.lane.in_(lanes)).order_by(e.id)):
        found[lanes[row.lane]].append(outbox.read(row))
    return found


def _read(c: sa.Connection, found: sa.Select[Any]) -> list[Ticket]:
    return [adapter(Ticket).validate_python(body) for body in c.scalars(found)]
