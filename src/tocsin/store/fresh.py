"""What an open page asks for when there is news: little, and the same however long the log is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.store import tables as t


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A line that was recorded meanwhile, as far as open pages have to know."""

    seq: Seq
    by: Handle
    about: Seq | None
    changes: bool
    """What the page says besides its log may be different now."""


def fresh(c: sa.Connection, number: IncidentNumber, after: Seq, most: int) -> list[Fresh]:
    """The next lines of an incident after one, in the order they were recorded."""
    rows = c.execute(_FRESH, {"n": number, "s": after, "most": most})
    return [
        Fresh(seq=Seq(row.seq), by=row.by, about=row.about, changes=not row.informs or row.kind == "Redacted")
        for row in rows
    ]


def writers(c: sa.Connection, number: IncidentNumber, seqs: Collection[Seq]) -> frozenset[Handle]:
    """Who wrote any of these lines, or anything about one of them."""
    theirs = t.log.c.seq.in_(seqs) | t.log.c.about.in_(seqs)
    return frozenset(map(Handle, c.scalars(sa.select(t.log.c.by).where(t.log.c.incident == number, theirs).distinct())))


def last_line(c: sa.Connection, number: IncidentNumber) -> Seq | None:
    """The number of an incident's last line; None where there is no such incident."""
    last = c.scalar(sa.select(t.incidents.c.last_seq).where(t.incidents.c.number == number))
    return None if last is None else Seq(last)


def holders(c: sa.Connection, number: IncidentNumber, role: str) -> frozenset[Handle]:
    """Who holds a role in an incident, as its row says."""
    roles = c.scalar(sa.select(t.incidents.c.roles).where(t.incidents.c.number == number)) or {}
    return frozenset(map(Handle, roles.get(role, ())))


_FRESH = (
    sa.select(t.log.c.seq, t.log.c.by, t.log.c.about, t.log.c.informs, t.log.c.kind)
    .where(t.log.c.incident == sa.bindparam("n"), t.log.c.seq > sa.bindparam("s"))
    .order_by(t.log.c.seq)
    .limit(sa.bindparam("most"))
)


def roots(c: sa.Connection, number: IncidentNumber, seqs: Collection[Seq]) -> set[Seq]:
    """What these lines are about."""
    about = sa.select(t.log.c.about).where(
        t.log.c.incident == number, t.log.c.seq.in_(seqs), t.log.c.about.is_not(None)
    )
    return {Seq(seq) for seq in c.scalars(about)}
