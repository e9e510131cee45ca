"""First tables.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_EVENT_DATA = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_EVENT_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _conversations()
    op.create_table(
        "knowledge_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_knowledge_entries"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "shop_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_shop_state"),
    )
    op.create_table(
        "shop_state_once",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", "once", name="pk_shop_state_once"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("chosen_language", sa.Text()),
        sa.Column("page_language", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("misses", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_updated_at_id", "conversations", ["updated_at", "id"])
    op.create_index("ix_conversations_status_updated_at_id", "conversations", ["status", "updated_at", "id"])
    op.create_table(
        "messages",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("answers", sa.Text()),
        sa.Column("name", sa.Text()),
        sa.Column("buttons", sa.JSON()),
        sa.Column("cards", sa.JSON()),
        sa.Column("metadata", sa.JSON()),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_messages"),
        sa.UniqueConstraint("conversation_id", "id", "author", name="uq_messages_conversation_id_id_author"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id"
        ),
    )
    op.create_index("ix_messages_conversation_id_answers", "messages", ["conversation_id", "answers"])
    op.create_table(
        "events",
        sa.Column("id", _EVENT_ID, nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", _EVENT_DATA, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_events_conversation_id"),
    )
    op.create_index("ix_events_conversation_id_id", "events", ["conversation_id", "id"])
    op.create_index("ix_events_kind_at", "events", ["kind", "at"])


def downgrade() -> None:
    for table in (
        "events",
        "messages",
        "conversations",
        "knowledge_entries",
        "counters",
        "shop_state",
        "shop_state_once",
    ):
        op.drop_table(table)
