"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tocsin.store.instant import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "communities",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_communities"),
    )
    op.create_index("ix_communities_name_key", "communities", ["name_key"])

    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('incident', 0), ('signal', 0)")
    op.create_table(
        "groups",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_groups"),
    )
    op.create_index("ix_groups_name_key", "groups", ["name_key"])

    op.create_table(
        "incidents",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("severity", sa.String(), nullable=True),
        sa.Column("criterion", sa.String(), nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("declared_at", Instant(), nullable=True),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("communities", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("report_state", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_incidents"),
        sa.UniqueConstraint("source", name="uq_incidents_source"),
    )
    op.create_index("ix_incidents_state", "incidents", ["state"])

    op.create_table(
        "people",
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name="pk_people"),
    )
    op.create_index("ix_people_email_key", "people", ["email_key"])
    op.create_index("ix_people_name_key", "people", ["name_key"])

    op.create_table(
        "receipts",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_receipts"),
    )
    op.create_table(
        "services",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_services"),
    )
    op.create_index("ix_services_name_key", "services", ["name_key"])

    op.create_table(
        "effects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_effects_incident"),
        sa.PrimaryKeyConstraint("id", name="pk_effects"),
    )
    op.create_index("ix_effects_incident_destination_id", "effects", ["incident", "destination", "id"])
    op.create_index("ix_effects_state_due", "effects", ["state", "due"])

    op.create_table(
        "log",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("informs", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_log_incident"),
        sa.PrimaryKeyConstraint("incident", "seq", name="pk_log"),
        sa.UniqueConstraint("incident", "source", name="uq_log_incident_source"),
    )
    op.create_index("ix_log_incident_about", "log", ["incident", "about"])
    op.create_index("ix_log_incident_informs_seq", "log", ["incident", "informs", "seq"])

    op.create_table(
        "report_sections",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_report_sections_incident"),
        sa.PrimaryKeyConstraint("incident", "section", "revision", name="pk_report_sections"),
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("open_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_signals_incident"),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
        sa.UniqueConstraint("open_key", name="uq_signals_open_key"),
    )
    op.create_index("ix_signals_incident", "signals", ["incident"])
    op.create_index("ix_signals_state", "signals", ["state"])

    op.create_table(
        "team",
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incidents.number"], name="fk_team_incident"),
        sa.PrimaryKeyConstraint("incident", "person", name="pk_team"),
    )
    op.create_table(
        "signal_talk",
        sa.Column("signal", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["signal"], ["signals.id"], name="fk_signal_talk_signal"),
        sa.PrimaryKeyConstraint("signal", "place", name="pk_signal_talk"),
    )
