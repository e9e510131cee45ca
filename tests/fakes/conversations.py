"""A conversation store in memory that keeps the promises of `bot.store.Store`, for tests of its callers."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from bot.messages import ChatMessage, Conversation, Status
from bot.store import Draft, StoreError, UnknownConversation

__all__ = ["MemoryConversations"]


class MemoryConversations:
    """Numbers without gaps, one list a conversation. `broken`: every call fails as on a locked database."""

    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, list[ChatMessage]] = {}
        self.broken = False
        self.replays: list[int] = []

    def _check(self) -> None:
        if self.broken:
            raise StoreError("busy", "locked", retry_after_s=2.0)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        self._check()
        return self._conversations.get(conversation_id)

    async def conversations(
        self, status: Status | None = None, *, limit: int = 100
    ) -> tuple[Conversation, ...]:
        self._check()
        found = [known for known in self._conversations.values() if status in {None, known.status}]
        return tuple(sorted(found, key=lambda known: str(known.updated_at), reverse=True)[:limit])

    async def messages_after(
        self, conversation_id: str, seq: int, *, limit: int = 500
    ) -> tuple[ChatMessage, ...]:
        self._check()
        self.replays.append(seq)
        return tuple(said for said in self._messages.get(conversation_id, ()) if said.seq > seq)[:limit]

    async def append(
        self, conversation_id: str, draft: Draft, *, status: Status | None = None
    ) -> tuple[Conversation, ChatMessage]:
        self._check()
        if conversation_id not in self._conversations:
            raise UnknownConversation(conversation_id)
        stored = self.add(conversation_id, draft)
        if status is not None:
            self._conversations[conversation_id] = replace(
                self._conversations[conversation_id], status=status
            )
        return self._conversations[conversation_id], stored

    async def set_language(self, conversation_id: str, chosen: str | None) -> Conversation:
        self._check()
        if conversation_id not in self._conversations:
            raise UnknownConversation(conversation_id)
        changed = replace(self._conversations[conversation_id], chosen_language=chosen)
        self._conversations[conversation_id] = changed
        return changed

    def begin(self, conversation_id: str, *, language: str = "en", at: datetime | None = None) -> None:
        """Make the conversation if it is not there."""
        channel = conversation_id.partition(":")[0]
        new = Conversation(
            id=conversation_id, channel=channel, language=language, created_at=at, updated_at=at
        )
        self._conversations.setdefault(conversation_id, new)

    def add(self, conversation_id: str, draft: Draft) -> ChatMessage:
        """Store a message; the conversation is there."""
        said = self._messages.setdefault(conversation_id, [])
        fields = {name: getattr(draft, name) for name in asdict(draft)}
        stored = ChatMessage(seq=len(said) + 1, **fields)
        said.append(stored)
        changed = replace(self._conversations[conversation_id], last_seq=stored.seq, updated_at=draft.at)
        self._conversations[conversation_id] = changed
        return stored
