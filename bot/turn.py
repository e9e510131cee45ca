"""The whole life of one message: `Turns.answer(Inbound) -> Reply`.

Called by every edge a message can come through. Messages of one conversation are worked on in order; a
message and everything it caused are stored in one transaction before the reply goes out, so what was
acknowledged is kept, and a message sent again gets the same reply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal, Protocol
from uuid import uuid4

import structlog

from bot.dialogue.phrases import Phrases
from bot.dialogue.pool import Dialogue, DialogueUnavailable, Outcome, Turn
from bot.language import LanguageDetector, choose_language
from bot.messages import (
    Action,
    Author,
    Bubble,
    Conversation,
    Inbound,
    Reply,
    Say,
    SkillResult,
    Status,
    TurnError,
)
from bot.skills import SKILLS, ProductFinder, Request
from bot.store import Draft, Duplicate, Store, StoreError
from bot.wording import Wording
from connectors.base import Shop
from knowledge.asking import ask
from knowledge.encoder import Vectors
from knowledge.search import Found, KnowledgeBase

__all__ = ["TurnError", "TurnMetrics", "Turns"]

_log = structlog.get_logger(__name__)
# Old misses no longer count; no need to carry them for ever.
_MISSES_KEPT = 20
# What a tapped button may ask for; anything else is taken as typed.
_PAYLOADS = frozenset(
    "/" + intent
    for intent in (
        "greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop", "bot_challenge", "talk_to_human",
        "track_order", "cancel_order", "return_item", "find_product",
    )
)  # fmt: skip


class TurnMetrics(Protocol):
    """Where turns are counted."""

    def observe_turn(self, action: str, language: str, seconds: float) -> None:
        """One turn ended."""
        ...


@dataclass(slots=True)
class _Lane:
    lock: asyncio.Lock
    waiting: int = 0


class Turns:
    """Answers messages. Made once by the composition root."""

    def __init__(
        self,
        *,
        store: Store,
        dialogue: Dialogue,
        knowledge: KnowledgeBase,
        wording: Wording,
        detector: LanguageDetector,
        phrases: Phrases,
        shop: Shop,
        products: ProductFinder,
        metrics: TurnMetrics,
        shop_timeout_s: float,
        session: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take every part it needs; nothing is made here."""
        self._store, self._dialogue, self._knowledge, self._wording = store, dialogue, knowledge, wording
        self._detector, self._shop, self._products, self._metrics = detector, shop, products, metrics
        self._phrases = phrases
        self._shop_timeout_s, self._session, self._clock = shop_timeout_s, session, clock
        self._lanes: dict[str, _Lane] = {}

    async def answer(self, inbound: Inbound) -> Reply:
        """Answer one message.

        Args:
            inbound: validated; its conversation need not exist yet.

        Returns:
            The reply as stored; empty bubbles while staff answer; the stored reply again for a known id.

        Raises:
            TurnError: nothing was stored; the same message may be sent again.
        """
        async with self._in_order(inbound.conversation_id):
            try:
                return await self._answer(inbound)
            except DialogueUnavailable as error:
                _log.error("turn_unanswered", conversation=inbound.conversation_id, reason=str(error))
                raise TurnError("unavailable", 5.0) from error
            except StoreError as error:
                _log.error("turn_not_stored", conversation=inbound.conversation_id, reason=error.category)
                category: Literal["unavailable", "busy"] = (
                    "unavailable" if error.category == "unavailable" else "busy"
                )
                raise TurnError(category, error.retry_after_s or 2.0) from error

    async def _answer(self, inbound: Inbound) -> Reply:
        if not self._knowledge.is_open:
            raise TurnError("unavailable", 2.0)
        found, known = await self._store.before_turn(inbound.conversation_id, inbound.message_id)
        if known is not None:
            return _repeated(known)
        conversation = found or Conversation(
            id=inbound.conversation_id, channel=inbound.channel, chosen_language=inbound.chosen_language
        )
        started = self._clock()
        language = self._language(inbound, conversation)
        conversation = replace(
            conversation, page_language=inbound.page_language or conversation.page_language
        )
        if conversation.status is Status.STAFF:
            return await self._save(inbound, replace(conversation, language=language), language, (), ())
        outcome, hits = await self._decide(inbound, conversation, language)
        conversation = self._after(conversation, outcome, language)
        bubbles = self._word(outcome, language, first=conversation.last_seq == 0)
        events = (("understood", _understood(outcome, hits)),)
        reply = await self._save(inbound, conversation, language, bubbles, events)
        seconds = (self._clock() - started).total_seconds()
        for bubble in bubbles[:1]:
            self._metrics.observe_turn(bubble.metadata.action, language, seconds)
        return reply

    def _language(self, inbound: Inbound, conversation: Conversation) -> str:
        if conversation.chosen_language:
            return conversation.chosen_language
        hints = (conversation.language, inbound.page_language or conversation.page_language)
        # A phrase that the conversation's language knows need not be guessed at.
        expected = next((hint for hint in hints if hint), None)
        if expected in self._phrases.languages(inbound.text):
            return str(expected)
        if inbound.payload in _PAYLOADS:
            return next((hint for hint in hints if hint), self._wording.default_language)
        return choose_language(
            self._detector,
            inbound.text,
            conversation=hints[0],
            page=hints[1],
            default=self._wording.default_language,
        )

    async def _decide(
        self, inbound: Inbound, conversation: Conversation, language: str
    ) -> tuple[Outcome, Found | None]:
        """Search once, then let the dialogue choose; both use the same vector."""
        text = _for_dialogue(inbound)
        look_up = partial(self._look_up, inbound, language)
        # A shop's own model may take longer than others can wait for.
        vector, found = look_up() if self._knowledge.is_quick else await asyncio.to_thread(look_up)
        products = () if text.startswith("/") else self._products.find(inbound.text, language, 1)

        async def run_skill(name: str, arguments: Mapping[str, Any]) -> SkillResult:
            return await SKILLS[name](self._request(inbound, conversation, language, arguments))

        outcome = await self._dialogue.turn(
            Turn(
                conversation_id=inbound.conversation_id,
                message_id=inbound.message_id,
                text=text,
                state="" if self._expired(conversation) else conversation.state,
                vector=vector,
                hits=[(hit.entry_id, hit.score) for hit in found.hits] if found else [],
                outcome=found.outcome if found else "unknown",
                also=[hit.entry_id for hit in found.also] if found else [],
                product_score=products[0].score if products and products[0].named else 0.0,
                status=conversation.status,
                known=None if inbound.payload else self._phrases.intent(inbound.text, language),
                run_skill=run_skill,
            )
        )
        return outcome, found

    def _look_up(self, inbound: Inbound, language: str) -> tuple[Vectors, Found | None]:
        vector = self._knowledge.encode(inbound.text)
        if inbound.payload:
            return vector, None
        return vector, ask(self._knowledge, inbound.text, vector=vector, language=language)

    def _request(
        self, inbound: Inbound, conversation: Conversation, language: str, arguments: Mapping[str, Any]
    ) -> Request:
        return Request(
            shop=self._shop,
            products=self._products,
            text=inbound.text,
            order_number=arguments["order_number"],
            email=arguments["email"],
            language=language,
            key=f"{inbound.conversation_id}:{inbound.message_id}",
            now=self._clock(),
            timeout_s=self._shop_timeout_s,
            return_days=_whole(self._wording.facts.values("en").get("return_days")),
            misses=conversation.misses,
        )

    def _expired(self, conversation: Conversation) -> bool:
        return conversation.updated_at is not None and self._clock() - conversation.updated_at > self._session

    def _after(self, conversation: Conversation, outcome: Outcome, language: str) -> Conversation:
        """The conversation as it stands after this turn."""
        actions = {say.action for say in outcome.says}
        misses = (
            (*conversation.misses, self._clock())
            if Action.ORDER_NOT_FOUND in actions
            else conversation.misses
        )
        calls_staff = Action.HANDOFF in actions and conversation.status is Status.BOT
        return replace(
            conversation,
            language=language,
            state=outcome.state,
            status=Status.WAITING if calls_staff else conversation.status,
            misses=misses[-_MISSES_KEPT:],
        )

    def _word(self, outcome: Outcome, language: str, *, first: bool) -> tuple[Bubble, ...]:
        says = outcome.says or (Say(key="dont_know", action=Action.REFUSE),)
        bubbles = [self._wording.bubble(say, language, intent=outcome.intent) for say in says]
        if first:
            disclosure = self._wording.say("bot.disclosure", language)
            bubbles[0] = replace(bubbles[0], metadata=replace(bubbles[0].metadata, disclosure=disclosure))
        return tuple(bubbles)

    async def _save(
        self,
        inbound: Inbound,
        conversation: Conversation,
        language: str,
        bubbles: tuple[Bubble, ...],
        events: tuple[tuple[str, dict[str, Any]], ...],
    ) -> Reply:
        now = self._clock()
        shopper = Draft(
            id=inbound.message_id,
            author=Author.SHOPPER,
            text=inbound.text,
            language=language,
            at=inbound.received_at,
        )
        drafts = [_draft(bubble, inbound.message_id, now) for bubble in bubbles]
        try:
            _, stored = await self._store.save_turn(
                replace(conversation, updated_at=now), shopper, answers=drafts, events=events
            )
        except Duplicate:  # another process was first
            known = await self._store.reply_to(inbound.conversation_id, inbound.message_id)
            return _repeated(known or ())
        return Reply(bubbles=bubbles, stored=stored)

    @asynccontextmanager
    async def _in_order(self, conversation_id: str) -> AsyncIterator[None]:
        """First come, first served within a conversation; asyncio.Lock wakes waiters in order."""
        lane = self._lanes.setdefault(conversation_id, _Lane(asyncio.Lock()))
        lane.waiting += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.waiting -= 1
            if not lane.waiting:
                self._lanes.pop(conversation_id, None)


def _for_dialogue(inbound: Inbound) -> str:
    """A known payload as it is; typed text without the leading slash that Rasa would take for a command."""
    if inbound.payload in _PAYLOADS:
        return inbound.payload
    return inbound.text.lstrip("/ ") or "?"


def _draft(bubble: Bubble, answers: str, now: datetime) -> Draft:
    return Draft(
        id=uuid4().hex,
        author=Author.BOT,
        text=bubble.text,
        language=bubble.metadata.language,
        at=now,
        answers=answers,
        buttons=bubble.buttons,
        cards=bubble.cards,
        metadata=bubble.metadata,
    )


def _repeated(stored: tuple[Any, ...]) -> Reply:
    bubbles = tuple(
        Bubble(text=m.text, metadata=m.metadata, buttons=m.buttons, cards=m.cards)
        for m in stored
        if m.author is Author.BOT and m.metadata is not None
    )
    return Reply(bubbles=bubbles, stored=stored, repeated=True)


def _understood(outcome: Outcome, found: Found | None) -> dict[str, Any]:
    hit = found.hits[0] if found and found.hits else None
    return {
        "intent": outcome.intent,
        "confidence": round(outcome.confidence, 4),
        "actions": [str(say.action) for say in outcome.says],
        "entry": hit.entry_id if hit else None,
        "score": round(hit.score, 4) if hit else None,
    }


def _whole(value: str | int | None) -> int | None:
    return value if isinstance(value, int) else None
