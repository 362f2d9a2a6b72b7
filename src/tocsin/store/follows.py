"""Who wants to be told of what changes in an incident."""

from __future__ import annotations

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber
from tocsin.store import tables as t

_OF = sa.select(t.follows.c.person).where(t.follows.c.incident == sa.bindparam("n")).order_by("person")


def of_incident(c: sa.Connection, number: IncidentNumber) -> tuple[Handle, ...]:
    return tuple(map(Handle, c.scalars(_OF, {"n": number})))


def set_to(c: sa.Connection, number: IncidentNumber, person: Handle, on: bool) -> None:
    """Whether somebody follows an incident, from now on. Safe to repeat."""
    row = {"incident": number, "person": person}
    c.execute(t.follows.delete().where(t.follows.c.incident == number, t.follows.c.person == person))
    if on:
        c.execute(t.follows.insert(), row)
