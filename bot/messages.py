"""The vocabulary of a conversation: what comes in, what goes out, and what the dialogue decided.

Everyone in `bot` uses these types; this module imports nothing of ours. All are frozen: a message that was
said does not change. Times are aware UTC, money is integer minor units with its currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

__all__ = [
    "Action",
    "Author",
    "Bubble",
    "Button",
    "Card",
    "ChatMessage",
    "Conversation",
    "Inbound",
    "Metadata",
    "OrderCard",
    "ProductCard",
    "Reply",
    "Say",
    "SkillResult",
    "Status",
    "TurnCategory",
    "TurnError",
    "direction_of",
]

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """Writing direction of a language code."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


class Author(StrEnum):
    """Who wrote a message."""

    SHOPPER = "shopper"
    BOT = "bot"
    AGENT = "agent"
    NOTICE = "notice"


class Status(StrEnum):
    """Who answers a conversation now: the bot; the bot with staff called; staff alone."""

    BOT = "bot"
    WAITING = "waiting"
    STAFF = "staff"


class Action(StrEnum):
    """What a reply did; sent as `metadata.action` and documented in docs/protocol.md."""

    FAQ = "faq"
    CHAT = "chat"
    CLARIFY = "clarify"
    REFUSE = "refuse"
    DISCLOSURE = "disclosure"
    ASK = "ask"
    ORDER_STATUS = "order_status"
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_CANCELLED = "order_cancelled"
    RETURN_STARTED = "return_started"
    PRODUCT_INFO = "product_info"
    RECOMMEND = "recommend"
    HANDOFF = "handoff"
    STOPPED = "stopped"
    STAFF = "staff"
    NOTICE = "notice"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One message from a shopper, validated by the edge it came through.

    Attributes:
        conversation_id: `<channel>:<id>`, at most 200 characters.
        message_id: the sender's id for this message, unique in the conversation; answered once.
        text: what was typed, 1 to 4,000 characters; for a tapped button, its title.
        payload: `/intent` of a tapped button, else None.
        page_language: language of the page, a hint; None when unknown.
        chosen_language: picked by hand before the conversation was stored; wins over detection.
        received_at: aware UTC.
    """

    conversation_id: str
    message_id: str
    text: str
    received_at: datetime
    channel: str = "web"
    payload: str | None = None
    page_language: str | None = None
    chosen_language: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: `title` is shown and said, `payload` (`/intent`, or the title) comes back."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product, worded for one language."""

    product_id: str
    title: str
    price: str
    image_url: str | None
    url: str | None
    stock: Literal["in_stock", "low_stock", "sold_out"]
    stock_text: str
    description: str = ""
    buttons: tuple[Button, ...] = ()
    kind: Literal["product"] = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    """A verified order, worded for one language. Never built before number and e-mail matched."""

    order_number: str
    title: str
    status: str
    status_text: str
    placed_text: str
    total: str
    items_text: str
    lines: tuple[str, ...] = ()
    image_urls: tuple[str, ...] = ()
    tracking_url: str | None = None
    tracking_title: str | None = None
    kind: Literal["order"] = "order"


Card = ProductCard | OrderCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """How a reply came about; the public `metadata` of each bubble.

    Attributes:
        language: language the bubble is written in.
        intent: what the dialogue understood.
        faq: id of the knowledge-base entry the answer came from, else None.
        score: 0..1, how sure the knowledge base (or the dialogue) is.
        sources: ids of entries that support the answer.
        disclosure: the AI disclosure, on the first reply of a conversation only.
    """

    language: str
    intent: str | None
    action: Action
    faq: str | None = None
    score: float | None = None
    sources: tuple[str, ...] = ()
    disclosure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One thing the bot says: text, quick replies, cards; at least one of text and cards is there."""

    text: str | None
    metadata: Metadata
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """All that is said to one inbound message. Empty `bubbles`: staff are in charge, the bot is silent.

    Attributes:
        stored: the shopper's message and the bubbles as stored, with their sequence numbers.
        repeated: the inbound id had been answered before; nothing new was done.
    """

    bubbles: tuple[Bubble, ...]
    stored: tuple[ChatMessage, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A message as stored and sent to pages.

    Attributes:
        seq: 1, 2, 3 … within the conversation; what a page resumes from.
        id: the sender's id for shopper messages, ours for all else.
        answers: id of the shopper's message that this one answers, else None.
        name: first name of the agent, for `Author.AGENT`.
    """

    seq: int
    id: str
    author: Author
    text: str | None
    language: str
    at: datetime
    answers: str | None = None
    name: str | None = None
    buttons: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    metadata: Metadata | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is kept about a conversation between messages.

    Attributes:
        language: language of the last answer; None before the first.
        chosen_language: set when the shopper picked a language by hand; it wins over detection.
        state: the dialogue's own memory, JSON made and read by `bot.dialogue` only.
        last_seq: sequence number of the newest message, 0 when there is none.
        misses: failed order look-ups, with their times, newest last.
    """

    id: str
    channel: str
    status: Status = Status.BOT
    language: str | None = None
    chosen_language: str | None = None
    page_language: str | None = None
    state: str = ""
    last_seq: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    misses: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """One thing the dialogue wants said, before it is worded: a locale key or an entry of the knowledge base.

    Attributes:
        key: key below `bot` in the locale files (`order.ask_number`), or None when `faq` is set.
        faq: id of a knowledge-base entry to answer with, or None.
        values: values for the message: str, int, bool, ISO dates (`date` is formatted for the language).
        buttons: pairs (key below `bot.button`, payload).
        choices: ids of entries offered as buttons with their titles (a clarifying question).
        cards: raw products or orders (`kind` and the fields of connectors.base), worded with the message.
    """

    key: str | None = None
    faq: str | None = None
    action: Action = Action.CHAT
    score: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    buttons: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillResult:
    """What a skill wants said, and the dialogue's slots it wants set (None clears a slot)."""

    says: tuple[Say, ...]
    slots: dict[str, str | None] = field(default_factory=dict)


TurnCategory = Literal["unavailable", "timeout", "busy", "invalid"]


class TurnError(Exception):
    """A message could not be answered and nothing of it was stored; the same id may be sent again.

    Args:
        category: `unavailable` (a part is down), `timeout`, `busy` (queues are full), `invalid` (the message
            itself can't be taken).
        retry_after_s: when it is worth trying again, else None.
    """

    def __init__(self, category: TurnCategory, retry_after_s: float | None = None) -> None:
        """Keep the category for the edges."""
        super().__init__(category)
        self.category = category
        self.retry_after_s = retry_after_s
