"""The outbox gets lanes, leases and a memory of its troubles; a database can be held."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from tocsin.store.instant import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    op.rename_table("effects", "effects_before")
    for index in ("ix_effects_incident_destination_id", "ix_effects_state_due"):
        op.drop_index(index, "effects_before")
    if op.get_bind().dialect.name == "postgresql":  # its names of keys belong to the whole schema
        op.execute("ALTER TABLE effects_before RENAME CONSTRAINT pk_effects TO pk_effects_before")
        op.execute("ALTER TABLE effects_before RENAME CONSTRAINT fk_effects_incident TO fk_effects_before_incident")
    _create_effects()
    _take_over()
    op.drop_table("effects_before")


def _create_effects() -> None:
    op.create_table(
        "effects",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("about", sa.Integer, nullable=False),
        sa.Column("port", sa.String, nullable=False),
        sa.Column("destination", sa.String, nullable=False),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("key", sa.String),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("fails", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("failing", Instant),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("left", sa.Boolean, nullable=False),
        sa.Column("worker", sa.String),
        sa.Column("lease", Instant),
        sa.Column("trouble", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_effects"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_effects_incident"),
    )
    op.create_index("ix_effects_incident_destination_state_id", "effects", ["incident", "destination", "state", "id"])
    op.create_index("ix_effects_port_state_urgency_due_id", "effects", ["port", "state", "urgency", "due", "id"])
    op.create_index("ix_effects_state_lease", "effects", ["state", "lease"])


def _take_over() -> None:
    """Until now there were only publications, and every try that did not succeed had come back and said so."""
    connection = op.get_bind()
    before, after = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("effects_before", "effects"))
    for row in connection.execute(sa.select(before).order_by(before.c.id)).mappings().all():
        waits = row["state"] == "todo"
        made = {
            "mark": uuid4().hex,
            "about": row["body"]["request"],
            "port": "publisher",
            "urgency": 1,
            "body": {"incident": row["incident"], "about": row["body"]["request"]},
            "since": row["due"],
            "state": "waiting" if waits else row["state"],
            "fails": row["tries"] if waits else row["tries"] - 1,
            "deaths": 0,
            "failing": None,
            "told": False,
            "left": False,
        }
        connection.execute(after.insert(), {**row, **made})
    if connection.dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('effects', 'id'), max(id)) FROM effects HAVING max(id) > 0")
