"""People sign in, in browsers; and follow incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tocsin.store.instant import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("person", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.Column("set_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_credentials"),
        sa.ForeignKeyConstraint(["person"], ["people.handle"], name="fk_credentials_person"),
    )
    op.create_table(
        "sessions",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("begun", Instant, nullable=False),
        sa.Column("seen", Instant, nullable=False),
        sa.Column("ends", Instant, nullable=False),
        sa.Column("browser", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sessions"),
        sa.ForeignKeyConstraint(["person"], ["people.handle"], name="fk_sessions_person"),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_table(
        "one_time_links",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("made", Instant, nullable=False),
        sa.Column("ends", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_one_time_links"),
        sa.ForeignKeyConstraint(["person"], ["people.handle"], name="fk_one_time_links_person"),
    )
    op.create_index("ix_one_time_links_person", "one_time_links", ["person"])
    op.create_table(
        "follows",
        sa.Column("incident", sa.Integer, nullable=False),
        sa.Column("person", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("incident", "person", name="pk_follows"),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_follows_incident"),
    )
