"""The tables, as SQLAlchemy Core sees them. Used by the queries and compared with the migrations by a test.

No query lives here and nothing is created from here: the schema comes from `migrations/`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

__all__ = [
    "UtcDateTime",
    "conversations",
    "counters",
    "entries",
    "events",
    "live_log",
    "live_rooms",
    "messages",
    "metadata",
    "once",
    "shop_state",
]


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; `timestamptz` in PostgreSQL, text without zone in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone: nobody could say later which moment it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are stored aware, in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite hands back what was written, less its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Kept as text on both databases: what is written comes back letter for letter.
_JSON = JSON(none_as_null=True)
# Events are for analysis, where PostgreSQL can look inside.
_SEARCHABLE_JSON = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("language", Text),
    Column("chosen_language", Text),
    Column("page_language", Text),
    Column("state", Text, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("misses", _JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "updated_at", "id"),
    Index(None, "status", "updated_at", "id"),
)

messages = Table(
    "messages",
    metadata,
    Column("conversation_id", Text, ForeignKey(conversations.c.id), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text),
    Column("language", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("answers", Text),
    Column("name", Text),
    Column("buttons", _JSON),
    Column("cards", _JSON),
    Column("metadata", _JSON),
    PrimaryKeyConstraint("conversation_id", "seq"),
    # With the author, so that a page can't block one of our ids by using it for its own message.
    UniqueConstraint("conversation_id", "id", "author"),
    Index(None, "conversation_id", "answers"),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("conversation_id", Text, ForeignKey(conversations.c.id), nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", _SEARCHABLE_JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "conversation_id", "id"),
    Index(None, "kind", "at"),
)

entries = Table(
    "knowledge_entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("data", _JSON),  # NULL: a starter entry that staff hid
    Column("version", Integer, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

shop_state = Table(
    "shop_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("data", _JSON, nullable=False),
)

once = Table(
    "shop_state_once",
    metadata,
    Column("key", Text, nullable=False),
    Column("once", Text, nullable=False),
    Column("data", _JSON, nullable=False),
    PrimaryKeyConstraint("key", "once"),
)

live_rooms = Table(
    "live_rooms",
    metadata,
    Column("room", Text, primary_key=True),
    Column("state", _JSON, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)

live_log = Table(
    "live_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("room", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", _SEARCHABLE_JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "room", "id"),
    Index(None, "at"),
)
