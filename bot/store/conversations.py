"""Conversations, their messages and what happened in them. Called by `bot.turn` and the web edges.

A message that a call has returned is on disk; one that raised is not. Sequence numbers are given here, inside
the transaction that stores the message, so they have no gaps and no twins whoever writes at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    literal,
    select,
    tuple_,
    update,
)

from bot.messages import Author, ChatMessage, Conversation, Status
from bot.store import tables
from bot.store.database import Database
from bot.store.errors import UnknownConversation
from bot.store.rows import Draft, checked_id, clean, to_conversation, to_message
from bot.store.turns import append, save_turn

__all__ = ["Conversations", "Event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a conversation, as kept for audit and analysis."""

    id: int
    conversation_id: str
    kind: str
    data: dict[str, Any]
    at: datetime


class Conversations:
    """Queries over one open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation, None when nothing was ever stored under this id."""
        query = select(tables.conversations).where(tables.conversations.c.id == conversation_id)

        def read(connection: Connection) -> Conversation | None:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else to_conversation(row)

        return await self._database.run(read, reads_only=True)

    async def before_turn(
        self, conversation_id: str, message_id: str
    ) -> tuple[Conversation | None, tuple[ChatMessage, ...] | None]:
        """What a turn begins with, in one read: `conversation` and `reply_to`."""
        values = {"conversation": conversation_id, "message": message_id}

        def read(connection: Connection) -> tuple[Conversation | None, tuple[ChatMessage, ...] | None]:
            row = connection.execute(_BEFORE_TURN, values).mappings().one_or_none()
            if row is None:
                return None, None
            known = connection.execute(_REPLY_TO, values).mappings() if row["known"] else None
            return to_conversation(row), None if known is None else tuple(map(to_message, known))

        return await self._database.run(read, reads_only=True)

    async def conversations(
        self, status: Status | None = None, *, limit: int = 100, before: Conversation | None = None
    ) -> tuple[Conversation, ...]:
        """Conversations, the one with the newest message first.

        Args:
            status: only these; None for all.
            limit: at most this many.
            before: the last one of the page before, None for the first page.
        """
        table = tables.conversations.c
        query = select(tables.conversations).order_by(table.updated_at.desc(), table.id.desc()).limit(limit)
        if status is not None:
            query = query.where(table.status == status.value)
        if before is not None:
            query = query.where(
                tuple_(table.updated_at, table.id)
                < tuple_(literal(before.updated_at, tables.UtcDateTime()), before.id)
            )

        def read(connection: Connection) -> tuple[Conversation, ...]:
            return tuple(map(to_conversation, connection.execute(query).mappings()))

        return await self._database.run(read, reads_only=True)

    async def reply_to(self, conversation_id: str, message_id: str) -> tuple[ChatMessage, ...] | None:
        """The shopper's message and everything that answered it, in order.

        Returns:
            None when the shopper never sent this id; the message alone when nothing answered it.
        """
        values = {"conversation": conversation_id, "message": message_id}
        found = await self._messages(_REPLY_TO, values)
        return found if found and found[0].author is Author.SHOPPER else None

    async def messages_after(
        self, conversation_id: str, seq: int, *, limit: int = 500
    ) -> tuple[ChatMessage, ...]:
        """The messages with a higher sequence number, oldest first; () when there are none."""
        return await self._messages(_AFTER, {"conversation": conversation_id, "after": seq, "most": limit})

    async def latest(self, conversation_id: str, count: int) -> tuple[ChatMessage, ...]:
        """The last `count` messages, oldest first."""
        found = await self._messages(_LATEST, {"conversation": conversation_id, "most": count})
        return found[::-1]

    async def events(
        self, *, conversation_id: str | None = None, kind: str | None = None, after: int = 0, limit: int = 500
    ) -> tuple[Event, ...]:
        """Events with a higher id than `after`, oldest first, of one conversation or kind or of all."""
        table = tables.events.c
        query = select(tables.events).where(table.id > after).order_by(table.id).limit(limit)
        if conversation_id is not None:
            query = query.where(table.conversation_id == conversation_id)
        if kind is not None:
            query = query.where(table.kind == kind)

        def read(connection: Connection) -> tuple[Event, ...]:
            return tuple(Event(**row) for row in connection.execute(query).mappings())

        return await self._database.run(read, reads_only=True)

    async def save_turn(
        self,
        conversation: Conversation,
        shopper: Draft,
        *,
        answers: Sequence[Draft] = (),
        events: Sequence[tuple[str, Mapping[str, Any]]] = (),
    ) -> tuple[Conversation, tuple[ChatMessage, ...]]:
        """Store one turn: the conversation, the shopper's message, its answers, its events; all or nothing.

        When somebody else wrote since `conversation` was read (its `last_seq` tells), their status stays, so
        that an agent who took over during the turn is not thrown out; a bot that calls staff is heard all the
        same. The language chosen by hand is changed by `set_language` only, once the conversation exists.

        Args:
            conversation: as read before the turn, with the turn's changes; new ones have `last_seq` 0.
            shopper: what was said; `id` unique among the shopper's messages of this conversation.
            answers: what was answered; `answers` is the shopper's id.
            events: pairs (kind, data); data is JSON.

        Returns:
            The conversation and the messages as stored: the shopper's first, then the answers.

        Raises:
            Duplicate: the shopper's id (or one of ours) is already there; nothing was written.
            StoreError: see `Database.run`.
        """
        drafts = (shopper, *answers)
        checked_id(conversation.id, "conversation id")
        return await self._database.run(partial(save_turn, conversation, drafts, tuple(events)))

    async def append(
        self, conversation_id: str, draft: Draft, *, status: Status | None = None
    ) -> tuple[Conversation, ChatMessage]:
        """Store one message of an agent or a notice, and who is in charge from now on (None: as before).

        Raises:
            UnknownConversation: there is no such conversation.
            Duplicate: the id is already there; neither message nor status was written.
        """
        return await self._database.run(partial(append, conversation_id, draft, status))

    async def set_language(self, conversation_id: str, chosen: str | None) -> Conversation:
        """Keep the language the shopper picked by hand; None goes back to automatic.

        Raises:
            UnknownConversation: there is no such conversation.
        """
        table = tables.conversations
        change = (
            update(table)
            .where(table.c.id == conversation_id)
            .values(chosen_language=clean(chosen))
            .returning(table)
        )

        def write(connection: Connection) -> Conversation:
            row = connection.execute(change).mappings().one_or_none()
            if row is None:
                raise UnknownConversation(conversation_id)
            return to_conversation(row)

        return await self._database.run(write)

    async def _messages(self, query: Select[Any], values: dict[str, Any]) -> tuple[ChatMessage, ...]:
        def read(connection: Connection) -> tuple[ChatMessage, ...]:
            return tuple(map(to_message, connection.execute(query, values).mappings()))

        return await self._database.run(read, reads_only=True)


_message = tables.messages.c
_of_conversation = _message.conversation_id == bindparam("conversation")
_AFTER = (
    select(tables.messages)
    .where(_of_conversation, _message.seq > bindparam("after"))
    .order_by(_message.seq)
    .limit(bindparam("most"))
)
_LATEST = (
    select(tables.messages).where(_of_conversation).order_by(_message.seq.desc()).limit(bindparam("most"))
)
_said: ColumnElement[bool] = and_(
    _message.id == bindparam("message"), _message.author == Author.SHOPPER.value
)
_REPLY_TO = (
    select(tables.messages)
    .where(_of_conversation, _said | (_message.answers == bindparam("message")))
    .order_by(_message.seq)
)
_BEFORE_TURN = select(
    tables.conversations, exists().where(_of_conversation, _said).correlate(None).label("known")
).where(tables.conversations.c.id == bindparam("conversation"))
