"""Answering shoppers by hand: reading conversations, taking them over, writing, handing back.

Asks for the admin token. A notice tells the shopper who came and went.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from bot.messages import Author, ChatMessage, Conversation, Status
from bot.store import Draft
from bot.web.errors import ApiError, error_docs
from bot.web.hub import Hub
from bot.web.languages import Languages
from bot.web.ports import Conversations, Wording
from bot.web.staff import CHANGES, Guard, staff_router
from bot.web.texts import clean_line, clean_text
from bot.web.wire import conversation_json, message_json

__all__ = ["Desk", "conversations_router"]

_NAME_CHARS = 60
_PAGE = 500
ConversationId = Annotated[str, Path(description="`web:…` or `rest:<sender>`.", max_length=200)]


class TakeoverIn(BaseModel):
    """Who takes over."""

    name: str = Field(min_length=1, max_length=200, description="First name, as the shopper sees it.")


class StaffMessageIn(BaseModel):
    """What an agent writes."""

    text: str
    name: str = Field(min_length=1, max_length=200, description="First name, as the shopper sees it.")


class Desk:
    """Writes into conversations for staff.

    Args:
        conversations: the store.
        wording: sentences of notices.
        languages: fallback for conversations without language.
        hub: tells the sockets.
        message_chars: greatest length of a message.
        now: the clock, aware UTC.
    """

    def __init__(
        self,
        *,
        conversations: Conversations,
        wording: Wording,
        languages: Languages,
        hub: Hub,
        message_chars: int,
        now: Callable[[], datetime],
    ) -> None:
        self._conversations = conversations
        self._wording = wording
        self._languages = languages
        self._hub = hub
        self._message_chars = message_chars
        self._now = now

    async def waiting(self, status: Status | None, limit: int) -> list[Conversation]:
        """Conversations, the newest first."""
        return list(await self._conversations.conversations(status, limit=limit))

    async def found(self, conversation_id: str) -> Conversation:
        """The conversation; raises ApiError `not_found`."""
        conversation = await self._conversations.conversation(conversation_id)
        if conversation is None:
            raise ApiError("not_found")
        return conversation

    async def messages(self, conversation_id: str, after: int) -> tuple[ChatMessage, ...]:
        """Messages after a sequence number."""
        await self.found(conversation_id)
        return await self._conversations.messages_after(conversation_id, after, limit=_PAGE)

    async def take_over(self, conversation_id: str, name: str) -> dict[str, Any]:
        """Staff answer from now on; the bot is silent."""
        return await self._notice(conversation_id, "bot.handoff.joined", _name(name), Status.STAFF)

    async def release(self, conversation_id: str) -> dict[str, Any]:
        """The bot answers again. Done already: nothing happens."""
        conversation = await self.found(conversation_id)
        if conversation.status is Status.BOT:
            return {"conversation": conversation_json(conversation), "message": None}
        return await self._notice(
            conversation_id, "bot.handoff.left", await self._agent(conversation), Status.BOT
        )

    async def write(self, conversation_id: str, text: str, name: str) -> dict[str, Any]:
        """A message of an agent; raises ApiError `not_taken_over`."""
        conversation = await self.found(conversation_id)
        if conversation.status is not Status.STAFF:
            raise ApiError("not_taken_over")
        clean = clean_text(text, max_chars=self._message_chars, field="text")
        return await self._append(conversation, Author.AGENT, clean, _name(name), None)

    async def _notice(
        self, conversation_id: str, key: str, name: str | None, status: Status
    ) -> dict[str, Any]:
        conversation = await self.found(conversation_id)
        text = self._wording.say(key, self._language(conversation), name=name or "–")
        return await self._append(conversation, Author.NOTICE, text, name, status)

    async def _append(
        self, conversation: Conversation, author: Author, text: str, name: str | None, status: Status | None
    ) -> dict[str, Any]:
        draft = Draft(
            id=uuid.uuid4().hex,
            author=author,
            text=text,
            language=self._language(conversation),
            at=self._now(),
            name=name,
        )
        changed, stored = await self._conversations.append(conversation.id, draft, status=status)
        self._hub.publish(conversation.id, [stored])
        return {"conversation": conversation_json(changed), "message": message_json(stored)}

    async def _agent(self, conversation: Conversation) -> str | None:
        """Name of whoever wrote or joined last."""
        recent = await self._conversations.messages_after(
            conversation.id, max(0, conversation.last_seq - _PAGE), limit=_PAGE
        )
        return next((message.name for message in reversed(recent) if message.name), None)

    def _language(self, conversation: Conversation) -> str:
        return self._languages.best(
            conversation.chosen_language, conversation.language, conversation.page_language
        )


def _name(name: str) -> str:
    return clean_line(name, field="name", max_chars=_NAME_CHARS)


def conversations_router(guard: Guard, desk: Desk) -> APIRouter:
    """Reading conversations and answering in them."""
    router = staff_router(guard, "/api/conversations", "Conversations")
    missing = error_docs("not_found")

    @router.get("", summary="Conversations, the newest first")
    async def conversations(
        status: Status | None = None, limit: Annotated[int, Query(ge=1, le=_PAGE)] = 100
    ) -> dict[str, Any]:
        """All, or those whose status is `bot`, `waiting` (staff called) or `staff`."""
        return {"conversations": [conversation_json(found) for found in await desk.waiting(status, limit)]}

    @router.get("/{conversation_id:path}/messages", summary="What was said", responses=missing)
    async def messages(
        conversation_id: ConversationId, after: Annotated[int, Query(ge=0, le=2**31)] = 0
    ) -> dict[str, Any]:
        """Up to 500 messages after number `after`, oldest first."""
        return {"messages": [message_json(said) for said in await desk.messages(conversation_id, after)]}

    @router.post(
        "/{conversation_id:path}/takeover", summary="Take over", responses=error_docs("not_found", *CHANGES)
    )
    async def takeover(conversation_id: ConversationId, body: TakeoverIn) -> dict[str, Any]:
        """From now on staff answer; the shopper is told who joined."""
        return await desk.take_over(conversation_id, body.name)

    @router.post(
        "/{conversation_id:path}/messages",
        summary="Write to the shopper",
        status_code=201,
        responses=error_docs("not_found", "not_taken_over", "message_empty", "message_too_long", *CHANGES),
    )
    async def write(conversation_id: ConversationId, body: StaffMessageIn) -> dict[str, Any]:
        """Only after taking over, so that bot and staff never answer side by side."""
        return await desk.write(conversation_id, body.text, body.name)

    @router.post("/{conversation_id:path}/release", summary="Hand back to the bot", responses=missing)
    async def release(conversation_id: ConversationId) -> dict[str, Any]:
        """The bot answers again; the shopper is told."""
        return await desk.release(conversation_id)

    return router
