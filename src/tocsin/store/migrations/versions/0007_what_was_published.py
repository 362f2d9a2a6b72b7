"""Whoever reads published reports alone is told of an incident what its report says; what came back is not over."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from tocsin.core.events import Entry
from tocsin.core.ids import Handle, IncidentNumber, Seq
from tocsin.core.incident import fold
from tocsin.core.moments import Moment
from tocsin.store import log
from tocsin.store.codec import decode
from tocsin.store.instant import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_incidents = sa.table(
    "incidents", sa.column("number"), sa.column("published"), sa.column("impact_start", Instant),
    sa.column("impact_end", Instant),
    sa.column("published_begun", Instant), sa.column("published_facts", sa.JSON),
)  # fmt: skip
_log = sa.table(
    "log", sa.column("incident"), sa.column("seq"), sa.column("informs", sa.Boolean), sa.column("kind"),
    sa.column("at", Instant), sa.column("until", Instant), sa.column("recorded_at", Instant), sa.column("by"),
    sa.column("source"), sa.column("about"), sa.column("body", sa.JSON),
)  # fmt: skip
_NEW = ("impact_start", "impact_end", "published_begun", "published_facts")


def upgrade() -> None:
    op.add_column("incidents", sa.Column("published_begun", Instant))
    op.add_column("incidents", sa.Column("published_facts", sa.JSON))
    connection = op.get_bind()
    for number in connection.scalars(_CHANGED).all():
        _fill(connection, number)
    there = sa.text("published_begun IS NOT NULL")
    op.create_index(
        "ix_incidents_as_published", "incidents", ["published_begun", "number"],
        sqlite_where=there, postgresql_where=there,
    )  # fmt: skip


def _fill(connection: sa.Connection, number: int) -> None:
    """From a log that can be read; one that cannot waits for a backup."""
    try:
        row = log.row(fold(IncidentNumber(number), _entries(connection, number)))
    except (ValueError, KeyError):
        return
    of = _incidents.update().where(_incidents.c.number == number)
    connection.execute(of.values({name: row[name] for name in _NEW}))


def _entries(connection: sa.Connection, number: int) -> Iterator[Entry]:
    changes = sa.select(_log).where(_log.c.incident == number, _log.c.informs == sa.false()).order_by(_log.c.seq)
    for row in connection.execute(changes):
        yield Entry(
            incident=IncidentNumber(row.incident),
            seq=Seq(row.seq),
            event=decode(row.kind, row.body),
            at=Moment(at=row.at, until=row.until),
            recorded_at=row.recorded_at,
            by=Handle(row.by),
            source=row.source,
            about=None if row.about is None else Seq(row.about),
        )


_CHANGED = (
    sa.select(_incidents.c.number)
    .where(
        _incidents.c.published.is_not(None)
        | _incidents.c.impact_start.is_not(None)
        | _incidents.c.impact_end.is_not(None)
        | _incidents.c.number.in_(sa.select(_log.c.incident).where(_log.c.kind == "Reopened"))
    )
    .order_by(_incidents.c.number)
)
