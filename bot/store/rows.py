"""Messages and conversations <-> rows of the database. Pure; called by the queries only.

What is stored comes back as the same dataclasses. Two things can't be stored by every database and are
changed on the way in, so that a shopper's message is never lost to one odd character: U+0000, which
PostgreSQL refuses in text (https://www.postgresql.org/docs/current/datatype-character.html, read
2026-11-22), is dropped, and a lone surrogate, which has no UTF-8 form, becomes U+FFFD. Ids are compared, not
read, so an id with either is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from bot.messages import (
    Action,
    Author,
    Button,
    Card,
    ChatMessage,
    Conversation,
    Metadata,
    OrderCard,
    ProductCard,
    Status,
)
from bot.store.errors import Unstorable

__all__ = ["Draft", "checked_id", "clean", "from_draft", "to_conversation", "to_message"]

T = TypeVar("T")

# Conversation ids are `<channel>:<id>` of at most 200 characters (bot.messages.Inbound); others follow suit.
ID_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ChatMessage before the store gives it its sequence number; the fields mean the same."""

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


def clean(value: T) -> T:
    """The value with every text in it made storable: str, dict, list, tuple; anything else as it is."""
    if isinstance(value, str):
        return _clean_text(value)  # type: ignore[return-value]  # a str subclass becomes str
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}  # type: ignore[return-value]
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]  # type: ignore[return-value]  # JSON knows lists only
    return value


def checked_id(value: str, field: str) -> str:
    """The id itself.

    Raises:
        Unstorable: empty, longer than 200 characters, or with characters that can't be stored.
    """
    if not 0 < len(value) <= ID_CHARS:
        raise Unstorable(f"{field} must have 1 to {ID_CHARS} characters, has {len(value)}")
    if _clean_text(value) != value:
        raise Unstorable(f"{field} holds U+0000 or a lone surrogate")
    return value


def from_draft(draft: Draft, conversation_id: str, *, seq: int) -> dict[str, Any]:
    """The row of a message; `to_message` of it is what readers will get."""
    return {
        "conversation_id": conversation_id,
        "seq": seq,
        "id": checked_id(draft.id, "message id"),
        "author": draft.author.value,
        "text": clean(draft.text),
        "language": clean(draft.language),
        "at": draft.at,
        "answers": None if draft.answers is None else checked_id(draft.answers, "answered message id"),
        "name": clean(draft.name),
        "buttons": clean([_plain(button) for button in draft.buttons]) or None,
        "cards": clean([_plain(card) for card in draft.cards]) or None,
        "metadata": None if draft.metadata is None else clean(_plain(draft.metadata)),
    }


def to_message(row: Mapping[Any, Any]) -> ChatMessage:
    """The message of a row."""
    return ChatMessage(
        seq=row["seq"],
        id=row["id"],
        author=Author(row["author"]),
        text=row["text"],
        language=row["language"],
        at=row["at"],
        answers=row["answers"],
        name=row["name"],
        buttons=_buttons(row["buttons"]),
        cards=tuple(_card(card) for card in row["cards"] or ()),
        metadata=_metadata(row["metadata"]),
    )


def to_conversation(row: Mapping[Any, Any]) -> Conversation:
    """The conversation of a row."""
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        status=Status(row["status"]),
        language=row["language"],
        chosen_language=row["chosen_language"],
        page_language=row["page_language"],
        state=row["state"],
        last_seq=row["last_seq"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        misses=tuple(datetime.fromisoformat(at) for at in row["misses"]),
    )


def _clean_text(text: str) -> str:
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        # A pair of surrogates is the one character it stands for; a single one stands for nothing.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _plain(value: Button | Card | Metadata) -> dict[str, Any]:
    plain = {field.name: getattr(value, field.name) for field in fields(value)}
    if "buttons" in plain:
        plain["buttons"] = [_plain(button) for button in plain["buttons"]]
    return plain


def _buttons(stored: list[dict[str, str]] | None) -> tuple[Button, ...]:
    return tuple(Button(button["title"], button["payload"]) for button in stored or ())


def _card(stored: dict[str, Any]) -> Card:
    if stored["kind"] == "product":
        return ProductCard(**stored | {"buttons": _buttons(stored["buttons"])})
    lists = {name: tuple(stored[name]) for name in ("lines", "image_urls")}
    return OrderCard(**stored | lists)


def _metadata(stored: dict[str, Any] | None) -> Metadata | None:
    if stored is None:
        return None
    return Metadata(**stored | {"action": Action(stored["action"]), "sources": tuple(stored["sources"])})
