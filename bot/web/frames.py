"""What a chat page may send over `/ws/chat`: frames checked and turned into values.

Called by the chat session for every text frame. Pure; says nothing about limits or order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.web.errors import ApiError
from bot.web.texts import clean_id, clean_text
from bot.web.wire import PROTOCOL_VERSION

__all__ = ["BadFrame", "ChooseLanguage", "ClientFrame", "Hello", "Ping", "Said", "parse"]

# Beyond this, JSON numbers of JavaScript lose digits (ECMA-262, Number.MAX_SAFE_INTEGER).
_MAX_SEQ = 2**53 - 1
_MAX_TOKEN_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first frame: which conversation to go on with and what the page knows about languages."""

    token: str | None = None
    last_seq: int = 0
    page_language: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the shopper."""

    id: str
    text: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """A language chosen by hand; None goes back to automatic."""

    language: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a pong."""


ClientFrame = Hello | Said | ChooseLanguage | Ping


class BadFrame(Exception):
    """A frame is refused; nothing was done.

    Args:
        error: what is answered.
        message_id: `id` of the frame, where it had a usable one.
        counts: the page does not keep to the protocol; False when a person may have caused it.
    """

    def __init__(self, error: ApiError, message_id: str | None = None, *, counts: bool = True) -> None:
        """Keep what the session answers."""
        super().__init__(error.code)
        self.error = error
        self.message_id = message_id
        self.counts = counts


def parse(text: str, *, max_chars: int) -> ClientFrame:
    """The frame of a text.

    Args:
        text: one WebSocket text message.
        max_chars: greatest length of a shopper's message.

    Raises:
        BadFrame: not JSON, not an object, another version, an unknown type, or a field that is wrong.
    """
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame(ApiError("bad_json")) from error
    if not isinstance(frame, dict):
        raise BadFrame(ApiError("bad_frame"))
    message_id = _usable_id(frame.get("id"))
    if "v" not in frame:
        raise BadFrame(ApiError("bad_frame", field="v"), message_id)
    if frame["v"] is True or frame["v"] != PROTOCOL_VERSION:
        raise BadFrame(ApiError("unsupported_version", field="v"), message_id)
    match frame.get("type"):
        case "hello":
            return _hello(frame)
        case "message":
            return _said(frame, message_id, max_chars)
        case "language":
            return ChooseLanguage(_optional_text(frame, "language"))
        case "ping":
            return Ping()
        case str():
            raise BadFrame(ApiError("unknown_type", field="type"), message_id)
        case _:
            raise BadFrame(ApiError("bad_frame", field="type"), message_id)


def _hello(frame: dict[str, Any]) -> Hello:
    last_seq = frame.get("last_seq")
    if last_seq is None:
        last_seq = 0
    if isinstance(last_seq, bool) or not isinstance(last_seq, int) or not 0 <= last_seq <= _MAX_SEQ:
        raise BadFrame(ApiError("bad_frame", field="last_seq"))
    token = _optional_text(frame, "token")
    return Hello(
        # What can't be a token of ours is like an old one: a new conversation begins.
        token=token if token and len(token) <= _MAX_TOKEN_CHARS else None,
        last_seq=last_seq,
        page_language=_optional_text(frame, "page_language"),
        language=_optional_text(frame, "language"),
    )


def _said(frame: dict[str, Any], message_id: str | None, max_chars: int) -> Said:
    if message_id is None:
        raise BadFrame(ApiError("bad_frame", field="id"))
    payload = _optional_text(frame, "payload", message_id)
    try:
        text = clean_text(frame.get("text"), max_chars=max_chars, field="text")
        if payload is not None:
            payload = clean_text(payload, max_chars=max_chars, field="payload")
    except ApiError as error:
        raise BadFrame(error, message_id, counts=not isinstance(frame.get("text"), str)) from error
    return Said(id=message_id, text=text, payload=payload)


def _optional_text(frame: dict[str, Any], field: str, message_id: str | None = None) -> str | None:
    value = frame.get(field)
    if value is None or isinstance(value, str):
        return value
    raise BadFrame(ApiError("bad_frame", field=field), message_id)


def _usable_id(value: object) -> str | None:
    try:
        return clean_id(value, field="id")
    except ApiError:
        return None
