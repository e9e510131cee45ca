"""Live rooms: where the show stands, and what was said and done in it.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "live_rooms",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("saved_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("room", name="pk_live_rooms"),
    )
    op.create_table(
        "live_log",
        sa.Column("id", _ID, nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", _DATA, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_live_log"),
    )
    op.create_index("ix_live_log_room_id", "live_log", ["room", "id"])
    op.create_index("ix_live_log_at", "live_log", ["at"])


def downgrade() -> None:
    op.drop_table("live_log")
    op.drop_table("live_rooms")
