"""What the edges need from the rest of the product, as small protocols that the composition root fulfils.

`bot.app` hands real objects in as `Ports`; tests hand in fakes of the neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.messages import ChatMessage, Conversation, Inbound, ProductCard, Reply, Status, TurnCategory, TurnError
from bot.store import Draft
from bot.web.fact_ports import FactsDesk
from bot.web.live_ports import LiveRooms
from connectors.base import Order, ReturnRequest

__all__ = [
    "Answerer",
    "Brand",
    "Conversations",
    "EntryRefused",
    "EntryText",
    "Knowledge",
    "KnowledgeEntry",
    "Ports",
    "Ranked",
    "Readiness",
    "SampleOrder",
    "ShopRecords",
    "ShopWindow",
    "TurnCategory",
    "TurnError",
    "Wording",
]

class EntryRefused(Exception):
    """An entry of the knowledge base can't be saved.

    Args:
        field: where, as `variants.de.answer`.
        reason: what is wrong, for the person who edits.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Keep the place for the error's `field`."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Answerer(Protocol):
    """Answers messages: `bot.turn.Turns`."""

    async def answer(self, inbound: Inbound) -> Reply:
        """Answer and store one message. The same message id gets the same reply; raises TurnError."""
        ...


class Conversations(Protocol):
    """The part of `bot.store.Store` that the edges use. Each method is one transaction, raises StoreError."""

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation, or None when nothing was ever stored of it."""
        ...

    async def conversations(
        self, status: Status | None = None, *, limit: int = 100
    ) -> Sequence[Conversation]:
        """The most recently changed first; all when `status` is None."""
        ...

    async def messages_after(
        self, conversation_id: str, seq: int, *, limit: int = 500
    ) -> tuple[ChatMessage, ...]:
        """Messages with a greater sequence number, in order; empty when there are none."""
        ...

    async def append(
        self, conversation_id: str, draft: Draft, *, status: Status | None = None
    ) -> tuple[Conversation, ChatMessage]:
        """Store a message of staff or a notice, and maybe a new status. Raises UnknownConversation."""
        ...

    async def set_language(self, conversation_id: str, chosen: str | None) -> object:
        """Keep the language chosen by hand, None for automatic. Raises UnknownConversation."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryText:
    """One language variant of an entry: printed question, ways of asking, sentences of the answer."""

    title: str
    ask: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeEntry:
    """An entry with its language variants; `starter` when it came with the product, unchanged."""

    id: str
    variants: Mapping[str, EntryText]
    starter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One search result: `score` 0..1, `language` of the variant that matched."""

    id: str
    score: float
    language: str
    title: str


class Knowledge(Protocol):
    """Editing and asking the knowledge base."""

    async def entries(self) -> Sequence[KnowledgeEntry]:
        """All entries that can be answered with, by id."""
        ...

    async def put(self, entry_id: str, variants: Mapping[str, EntryText]) -> KnowledgeEntry:
        """Save an entry; answerable when this returns. Raises EntryRefused."""
        ...

    async def remove(self, entry_id: str) -> bool:
        """Take an entry away (a starter entry is hidden); False when there was none."""
        ...

    async def search(self, query: str, language: str) -> Sequence[Ranked]:
        """Ranked entries, best first, before any threshold."""
        ...


class Wording(Protocol):
    """The sentences of `bot/locales`."""

    def say(self, key: str, language: str, **values: object) -> str:
        """The sentence of a key (`error.server`) in a language, with values filled in."""
        ...

    def strings(self, language: str) -> Mapping[str, Mapping[str, str]]:
        """The sections `widget`, `store` and `facts` as they stand in the locale file, for pages to fill in."""
        ...

    def default_language(self) -> str:
        """The shop's own language."""
        ...

    def languages(self) -> Sequence[tuple[str, str, str]]:
        """Code, own name and direction (`ltr`, `rtl`) of each language that has a locale."""
        ...


class Readiness(Protocol):
    """Whether the product can answer."""

    def checks(self) -> Mapping[str, str | None]:
        """Part -> None when fine, else what is missing. Must not block."""
        ...


@dataclass(frozen=True, slots=True)
class Brand:
    """Name and `#rrggbb` colour of the shop; `colour` None takes the widget's own."""

    name: str
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """An order that a visitor of the demo may ask about."""

    order_number: str
    email: str


class ShopWindow(Protocol):
    """What the widget and the demo storefront show of the shop."""

    async def brand(self) -> Brand:
        """Name and colour."""
        ...

    async def products(self, language: str) -> Sequence[ProductCard]:
        """The catalogue, worded for a language, in the shop's order."""
        ...

    async def sample_order(self) -> SampleOrder | None:
        """An order to try, None when the shop has none."""
        ...

    async def questions(self, language: str) -> Sequence[str]:
        """Questions to try, in a language."""
        ...


class ShopRecords(Protocol):
    """What the demo shop holds now, for reading back what the bot changed."""

    async def order(self, number: str) -> Order | None:
        """The order, None when there is none."""
        ...

    async def returns(self) -> Sequence[ReturnRequest]:
        """All returns, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the edges are plugged into. `records` is None for shops that can't be read back.

    Without `facts` there is no page of shop facts, without `live` there are no doors of live rooms.
    """

    answerer: Answerer
    conversations: Conversations
    knowledge: Knowledge
    wording: Wording
    readiness: Readiness
    window: ShopWindow
    records: ShopRecords | None = None
    facts: FactsDesk | None = None
    live: LiveRooms | None = None
