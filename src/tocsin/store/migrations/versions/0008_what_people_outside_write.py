"""People outside write in tickets, and read what we answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tocsin.store.instant import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("system", sa.String, nullable=False),
        sa.Column("reference", sa.String),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("community", sa.String),
        sa.Column("person", sa.String),
        sa.Column("signal", sa.Integer),
        sa.Column("incident", sa.Integer),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.ForeignKeyConstraint(["signal"], ["signals.id"], name="fk_tickets_signal"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_tickets_incident"),
        sa.UniqueConstraint("token", name="uq_tickets_token"),
        sa.UniqueConstraint("system", "reference", name="uq_tickets_system_reference"),
    )
    op.create_index("ix_tickets_signal", "tickets", ["signal"])
    op.create_index("ix_tickets_incident", "tickets", ["incident"])
    op.create_index("ix_tickets_community_last_at_id", "tickets", ["community", "last_at", "id"])
    op.create_index("ix_tickets_person_last_at_id", "tickets", ["person", "last_at", "id"])
    op.create_table(
        "ticket_words",
        sa.Column("ticket", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("line", sa.Integer),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("ticket", "place", name="pk_ticket_words"),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name="fk_ticket_words_ticket"),
        sa.UniqueConstraint("ticket", "source", name="uq_ticket_words_ticket_source"),
    )
    op.create_index("ix_ticket_words_source", "ticket_words", ["source"])
    op.create_index("ix_effects_mark", "effects", ["mark"])
    op.execute("INSERT INTO counters (name, value) VALUES ('ticket', 0)")
