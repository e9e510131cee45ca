"""Messages as JSON: the shapes of docs/protocol.md, and nothing else.

Called by the REST edge, the chat socket and the staff API. Pure.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.messages import Bubble, Button, Card, ChatMessage, Conversation, Metadata, direction_of

__all__ = [
    "PROTOCOL_VERSION",
    "bubble_json",
    "button_json",
    "card_json",
    "conversation_json",
    "encode",
    "message_frame",
    "message_json",
]

PROTOCOL_VERSION = 1


def encode(content: Any) -> str:
    """Compact JSON text."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def message_frame(message: ChatMessage) -> str:
    """The text of a `message` frame: the same for every socket of a conversation."""
    frame = {"v": PROTOCOL_VERSION, "seq": message.seq, "type": "message", "message": message_json(message)}
    return encode(frame)


def message_json(message: ChatMessage) -> dict[str, Any]:
    """`M` of docs/protocol.md; keys without content are left out."""
    shape: dict[str, Any] = {"id": message.id, "seq": message.seq, "from": message.author.value}
    if message.name is not None:
        shape["name"] = message.name
    if message.text is not None:
        shape["text"] = message.text
    shape["language"] = message.language
    shape["direction"] = direction_of(message.language)
    shape["at"] = _time(message.at)
    if message.buttons:
        shape["buttons"] = [button_json(button) for button in message.buttons]
    if message.cards:
        shape["cards"] = [card_json(card) for card in message.cards]
    if message.metadata is not None:
        shape["metadata"] = _metadata_json(message.metadata)
    return shape


def bubble_json(recipient_id: str, bubble: Bubble) -> dict[str, Any]:
    """One element of the REST answer, in Rasa's shape; keys without content are left out."""
    shape: dict[str, Any] = {"recipient_id": recipient_id}
    if bubble.text is not None:
        shape["text"] = bubble.text
    if bubble.buttons:
        shape["buttons"] = [button_json(button) for button in bubble.buttons]
    if bubble.cards:
        shape["custom"] = {"cards": [card_json(card) for card in bubble.cards]}
    shape["metadata"] = _metadata_json(bubble.metadata)
    return shape


def card_json(card: Card) -> dict[str, Any]:
    """A product or an order; all keys are always there."""
    shape = asdict(card)
    return {"kind": shape.pop("kind"), **shape}


def button_json(button: Button) -> dict[str, str]:
    """A quick reply."""
    return {"title": button.title, "payload": button.payload}


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """A conversation as staff see it; the dialogue's own memory stays inside."""
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "status": conversation.status.value,
        "language": conversation.chosen_language or conversation.language,
        "last_seq": conversation.last_seq,
        "created_at": conversation.created_at and _time(conversation.created_at),
        "updated_at": conversation.updated_at and _time(conversation.updated_at),
    }


def _metadata_json(metadata: Metadata) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "language": metadata.language,
        "intent": metadata.intent,
        "action": metadata.action.value,
        "faq": metadata.faq,
        "score": metadata.score,
        "sources": list(metadata.sources),
    }
    return shape if metadata.disclosure is None else {**shape, "disclosure": metadata.disclosure}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
