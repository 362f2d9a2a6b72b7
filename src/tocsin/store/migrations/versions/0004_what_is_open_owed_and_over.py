"""What is open, owed or lately over, and who wrote lately, is found without looking at all that ever was."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_incidents_state_resolved_at", "incidents", ["state", "resolved_at"])
    op.create_index("ix_incidents_report_state_resolved_at", "incidents", ["report_state", "resolved_at"])
    op.create_index("ix_log_recorded_at_by", "log", ["recorded_at", "by"])
    op.create_index("ix_team_person_incident", "team", ["person", "incident"])
