"""What is answered in a ticket goes out before there is an incident: a lane is named, and no incident's any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("lane", sa.String))
    op.execute("UPDATE effects SET lane = incident || ':' || destination")
    op.drop_index("ix_effects_incident_destination_state_id", "effects")
    with op.batch_alter_table("effects") as effects:
        effects.alter_column("lane", existing_type=sa.String, nullable=False)
        effects.alter_column("incident", existing_type=sa.Integer, nullable=True)
    op.create_index("ix_effects_lane_state_id", "effects", ["lane", "state", "id"])
    op.create_index("ix_effects_incident_state_id", "effects", ["incident", "state", "id"])
