"""What touched a service or a community, and what was of a kind, is found without looking at all that ever was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from tocsin.store.instant import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = ("services", "communities")
_incidents = sa.table(
    "incidents", sa.column("number"), sa.column("begun", Instant), *(sa.column(kind, sa.JSON) for kind in _KINDS)
)
_touched = sa.table(
    "touched", sa.column("incident"), sa.column("kind"), sa.column("place"), sa.column("begun", Instant)
)


def upgrade() -> None:
    op.create_table(
        "touched",
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("begun", Instant),
        sa.PrimaryKeyConstraint("incident", "kind", "place", name="pk_touched"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_touched_incident"),
    )
    _fill(op.get_bind())
    op.create_index("ix_touched_kind_place_begun_incident", "touched", ["kind", "place", "begun", "incident"])
    op.create_index("ix_incidents_criterion_begun_number", "incidents", ["criterion", "begun", "number"])


def _fill(connection: sa.Connection) -> None:
    """From the rows of the incidents, which name their places; a few at a time."""
    last = 0
    while part := connection.execute(_AFTER, {"last": last}).all():
        last = part[-1].number
        if rows := [row for incident in part for row in _places(incident._asdict())]:
            connection.execute(_touched.insert(), rows)


def _places(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    here = {"incident": row["number"], "begun": row["begun"]}
    return [{**here, "kind": kind, "place": place} for kind in _KINDS for place in sorted(set(row[kind]))]


_AFTER = (
    sa.select(_incidents).where(_incidents.c.number > sa.bindparam("last")).order_by(_incidents.c.number).limit(500)
)
