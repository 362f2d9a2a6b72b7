"""What pages about people and places ask for: the directory, and which incidents touched somebody or something."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from tocsin.core.events import Updated
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.people import Community, Group, Person, Service
from tocsin.core.rights import Sight
from tocsin.store import listing, touched
from tocsin.store import tables as t
from tocsin.store.codec import adapter

P = TypeVar("P", Group, Service, Community)
MOST = 20
"""Incidents on a page."""
_TABLES: dict[type, sa.Table] = {Group: t.groups, Service: t.services, Community: t.communities}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Word that went to the outside about an incident."""

    incident: IncidentNumber
    seq: Seq
    at: datetime
    update: Updated


def person(c: sa.Connection, handle: str) -> Person | None:
    """Somebody by their handle, and by nothing else."""
    body = c.scalar(sa.select(t.people.c.body).where(t.people.c.handle == handle))
    return None if body is None else adapter(Person).validate_python(body)


def place(c: sa.Connection, kind: type[P], slug: str) -> P | None:
    """A group, service or community by its slug."""
    table = _TABLES[kind]
    body = c.scalar(sa.select(table.c.body).where(table.c.slug == slug))
    return None if body is None else adapter(kind).validate_python(body)


def all_of(c: sa.Connection, kind: type[P]) -> list[P]:
    """All groups, services or communities, by slug."""
    table = _TABLES[kind]
    return [adapter(kind).validate_python(body) for body in c.scalars(sa.select(table.c.body).order_by(table.c.slug))]


def open_incidents(c: sa.Connection, sight: Sight) -> list[dict[str, Any]]:
    """The rows of the open incidents that may be seen; newest first."""
    rows = sa.select(t.incidents).where(listing.is_open(sight), listing.seen(sight))
    return [listing.shown(row, sight) for row in c.execute(rows.order_by(t.incidents.c.number.desc()))]


def past_incidents(
    c: sa.Connection, sight: Sight, kind: touched.Kind, slug: str, before: IncidentNumber | None
) -> list[dict[str, Any]]:
    """The rows of those that are over and touched a place; what began last first, a page's worth and one more."""
    over = sa.select(t.incidents).where(sa.not_(listing.is_open(sight)), listing.seen(sight))
    rows = listing.newest_first(touched.along(over, kind, slug), t.touched.c.begun, t.touched.c.incident, before)
    return [listing.shown(row, sight) for row in c.execute(rows.limit(MOST + 1))]


def taken_part(c: sa.Connection, sight: Sight, handle: Handle, before: IncidentNumber | None) -> list[dict[str, Any]]:
    """The rows of the incidents somebody took part in; newest first, a page's worth and one more."""
    joined = sa.select(t.incidents).join(t.team, t.team.c.incident == t.incidents.c.number)
    mine = joined.where(t.team.c.person == handle, listing.seen(sight))
    if before is not None:
        mine = mine.where(t.team.c.incident < before)
    newest = mine.order_by(t.team.c.incident.desc()).limit(MOST + 1)
    return [listing.shown(row, sight) for row in c.execute(newest)]


def told(c: sa.Connection, numbers: Collection[IncidentNumber], community: str, most: int) -> list[Told]:
    """What a community was told last in these incidents, newest first."""
    lines = sa.select(t.log.c.incident, t.log.c.seq, t.log.c.at, t.log.c.body).where(
        t.log.c.incident.in_(numbers), t.log.c.informs.is_(False), t.log.c.kind == "Updated"
    )
    named = sa.cast(t.log.c.body, sa.Text).contains(f'"{community}"', autoescape=True)
    found = c.execute(lines.where(named).order_by(t.log.c.at.desc(), t.log.c.seq.desc()).limit(most * 2))
    read = (
        Told(incident=row.incident, seq=row.seq, at=row.at, update=adapter(Updated).validate_python(row.body))
        for row in found
    )
    return [each for each in read if community in each.update.communities][:most]
