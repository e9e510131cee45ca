"""The writing half of conversations: what happens inside the transaction that stores a message.

Every turn passes through here, so statements are built once. The row of the conversation is written first: on
PostgreSQL its lock puts writers of one conversation in order, and with them the sequence numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from bot.messages import ChatMessage, Conversation, Status
from bot.store import tables
from bot.store.errors import UnknownConversation
from bot.store.rows import Draft, clean, from_draft, to_conversation, to_message

__all__ = ["append", "save_turn"]

_INSERT_MESSAGES = insert(tables.messages)
_INSERT_EVENTS = insert(tables.events)
_APPEND = (
    update(tables.conversations)
    .where(tables.conversations.c.id == bindparam("conversation"))
    .values(
        last_seq=tables.conversations.c.last_seq + 1,
        status=case(
            (bindparam("new_status") != "", bindparam("new_status")), else_=tables.conversations.c.status
        ),
        updated_at=bindparam("now"),
    )
    .returning(tables.conversations)
)


def _upsert(dialect: Any) -> ReturningInsert[Any]:
    """Insert the conversation, or add the turn to it; `last_seq` arrives as the number of new messages."""
    new = dialect.insert(tables.conversations)
    stored, given = tables.conversations.c, new.excluded
    nobody_wrote = stored.last_seq == bindparam("read_seq")
    staff_called = and_(stored.status == Status.BOT.value, given.status == Status.WAITING.value)
    changes = {name: given[name] for name in ("language", "page_language", "state", "misses", "updated_at")}
    changes["status"] = case((nobody_wrote | staff_called, given.status), else_=stored.status)
    changes["last_seq"] = stored.last_seq + given.last_seq
    statement: ReturningInsert[Any] = new.on_conflict_do_update(
        index_elements=[stored.id], set_=changes
    ).returning(tables.conversations)
    return statement


_UPSERT = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}


def save_turn(
    conversation: Conversation,
    drafts: tuple[Draft, ...],
    events: tuple[tuple[str, Mapping[str, Any]], ...],
    connection: Connection,
) -> tuple[Conversation, tuple[ChatMessage, ...]]:
    """Store the conversation, its messages and events; arguments as `Conversations.save_turn` describes."""
    at = drafts[-1].at
    row = {
        "id": conversation.id,
        "channel": clean(conversation.channel),
        "status": conversation.status.value,
        "language": clean(conversation.language),
        "chosen_language": clean(conversation.chosen_language),
        "page_language": clean(conversation.page_language),
        "state": clean(conversation.state),
        "last_seq": len(drafts),
        "misses": [miss.isoformat() for miss in conversation.misses],
        "created_at": conversation.created_at or drafts[0].at,
        "updated_at": at,
        "read_seq": conversation.last_seq,
    }
    saved = to_conversation(connection.execute(_UPSERT[connection.dialect.name], row).mappings().one())
    first = saved.last_seq - len(drafts) + 1
    rows = [from_draft(draft, saved.id, seq=seq) for seq, draft in enumerate(drafts, start=first)]
    connection.execute(_INSERT_MESSAGES, rows)
    if events:
        happened = [
            {"conversation_id": saved.id, "kind": kind, "data": clean(data), "at": at}
            for kind, data in events
        ]
        connection.execute(_INSERT_EVENTS, happened)
    return saved, tuple(map(to_message, rows))


def append(
    conversation_id: str, draft: Draft, status: Status | None, connection: Connection
) -> tuple[Conversation, ChatMessage]:
    """Store one message; arguments as `Conversations.append` describes."""
    values = {"conversation": conversation_id, "new_status": status.value if status else "", "now": draft.at}
    changed = connection.execute(_APPEND, values).mappings().one_or_none()
    if changed is None:
        raise UnknownConversation(conversation_id)
    saved = to_conversation(changed)
    row = from_draft(draft, saved.id, seq=saved.last_seq)
    connection.execute(_INSERT_MESSAGES, [row])
    return saved, to_message(row)
