"""An answerer that follows a script, for tests of the edges: it repeats what was said, or fails as told."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from bot.messages import Action, Author, Bubble, Button, Inbound, Metadata, ProductCard, Reply, Status
from bot.store import Draft
from tests.fakes.conversations import MemoryConversations

__all__ = ["ScriptedAnswerer"]

LAMP = ProductCard(
    product_id="lamp",
    title="Lamp",
    price="€24.00",
    image_url=None,
    url=None,
    stock="in_stock",
    stock_text="In stock",
)


class ScriptedAnswerer:
    """Stores and answers `You said: …`, in order within a conversation, the same id once.

    Attributes:
        heard: every message it was asked to answer.
        failures: raised, one a call, before anything is stored.
        gate: answers wait until it is set.
        working: set while an answer waits at the gate.
    """

    def __init__(self, conversations: MemoryConversations) -> None:
        self._conversations = conversations
        self._replies: dict[tuple[str, str], Reply] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.heard: list[Inbound] = []
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.working = asyncio.Event()

    async def answer(self, inbound: Inbound) -> Reply:
        async with self._locks[inbound.conversation_id]:
            self.heard.append(inbound)
            self.working.set()
            await self.gate.wait()
            if self.failures:
                raise self.failures.pop(0)
            key = inbound.conversation_id, inbound.message_id
            if key in self._replies:
                known = self._replies[key]
                return Reply(bubbles=known.bubbles, stored=known.stored, repeated=True)
            self._replies[key] = await self._new(inbound)
            return self._replies[key]

    async def _new(self, inbound: Inbound) -> Reply:
        language = inbound.page_language or "en"
        self._conversations.begin(inbound.conversation_id, language=language, at=inbound.received_at)
        said = Draft(
            id=inbound.message_id,
            author=Author.SHOPPER,
            text=inbound.text,
            language=language,
            at=inbound.received_at,
        )
        stored = [self._conversations.add(inbound.conversation_id, said)]
        conversation = await self._conversations.conversation(inbound.conversation_id)
        if conversation is not None and conversation.status is Status.STAFF:
            return Reply(bubbles=(), stored=tuple(stored))
        bubble = Bubble(
            text=f"You said: {inbound.text}",
            buttons=(Button("Yes", "/affirm"),) if inbound.text == "buttons" else (),
            cards=(LAMP,) if inbound.text == "cards" else (),
            metadata=Metadata(
                language=language,
                intent="ask_faq",
                action=Action.FAQ,
                faq="shipping_time",
                score=0.9,
                sources=("shipping_time",),
                disclosure="I am an AI." if stored[0].seq == 1 else None,
            ),
        )
        answer = Draft(
            id=f"answer-{inbound.message_id}",
            author=Author.BOT,
            text=bubble.text,
            language=language,
            at=inbound.received_at,
            answers=inbound.message_id,
            buttons=bubble.buttons,
            cards=bubble.cards,
            metadata=bubble.metadata,
        )
        stored.append(self._conversations.add(inbound.conversation_id, answer))
        return Reply(bubbles=(bubble,), stored=tuple(stored))
