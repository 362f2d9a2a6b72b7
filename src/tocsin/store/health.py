"""What the page about health asks the database, of itself too."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from tocsin.core.effects import Wish
from tocsin.store import outbox
from tocsin.store import tables as t

MOST = 100
"""Deliveries on the page; those that need somebody are the first."""
_UNSETTLED = ("waiting", "doing", "unknown", "failed", "quarantined")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What keeps everything."""

    kind: str
    version: str
    """Of the database."""
    tables: str
    """Of what is in it: the last migration."""


def unsettled(c: sa.Connection) -> tuple[list[Wish], int]:
    """What was promised and has not come true, and how many more of it there are than stand here."""
    e = t.effects.c
    waits = e.state.in_(_UNSETTLED)
    worst = sa.case((e.state.in_(("unknown", "failed", "quarantined")), 0), (e.fails > 0, 1), else_=2)
    rows = sa.select(t.effects, sa.func.count().over().label("all")).where(waits).order_by(worst, e.id).limit(MOST)
    found = c.execute(rows).all()
    return [outbox.read(row) for row in found], (found[0].all - len(found) if found else 0)


def machine(c: sa.Connection) -> Machine:
    """In one statement."""
    sqlite = c.dialect.name == "sqlite"
    version = sa.func.sqlite_version() if sqlite else sa.func.current_setting("server_version")
    tables = sa.select(sa.column("version_num")).select_from(sa.table("alembic_version")).scalar_subquery()
    row = c.execute(sa.select(version, tables)).one()
    return Machine(kind="SQLite" if sqlite else "PostgreSQL", version=row[0], tables=row[1])
