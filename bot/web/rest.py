"""`POST /webhooks/rest/webhook`: Rasa's REST shape, for programs and other channels.

Validates, limits, hands on to the answerer and puts its reply into JSON; decides nothing.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from bot.messages import Inbound
from bot.store import StoreError
from bot.web.chat_session import ChatParts
from bot.web.errors import ApiError, error_docs, json_response, refusal_of
from bot.web.limits import Proxies
from bot.web.ports import TurnError
from bot.web.texts import clean_id, clean_text
from bot.web.wire import bubble_json

__all__ = ["rest_router"]

MAX_SENDER_CHARS = 150
# What Rasa takes for an intent by name: `/affirm`, `/inform{"email": "…"}`.
_TAPPED = re.compile(r"/[A-Za-z0-9_]+(?:\{.*\})?", re.DOTALL)


class RestMetadata(BaseModel):
    """What the caller knows about the shopper; other keys are ignored."""

    model_config = ConfigDict(extra="ignore")

    language: str | None = Field(default=None, description="Language of the page the shopper is on, `de`.")


class RestMessage(BaseModel):
    """One message of a shopper."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={"example": {"sender": "visitor-7", "message": "Wie lange dauert der Versand?"}},
    )

    sender: str = Field(
        min_length=1,
        max_length=MAX_SENDER_CHARS,
        description="Who is writing; one sender is one conversation. No control characters.",
    )
    message: str = Field(description="What was typed, 1 to 4,000 characters; `/intent` is a tapped button.")
    message_id: str | None = Field(
        default=None, description="Unique in the conversation; the same id again gives the same answer again."
    )
    metadata: RestMetadata | None = None


class RestButton(BaseModel):
    """A quick reply: send `payload` as the next message."""

    title: str
    payload: str


class RestReplyMetadata(BaseModel):
    """How the reply came about."""

    language: str
    intent: str | None
    action: str = Field(description="What was done, one of the list in docs/protocol.md.")
    faq: str | None = Field(description="Id of the knowledge-base entry the answer came from.")
    score: float | None
    sources: list[str]
    disclosure: str | None = Field(
        default=None, description="That an AI answers; on the first reply of a conversation only."
    )


class RestReply(BaseModel):
    """One bubble. Keys without content are left out."""

    recipient_id: str
    text: str | None = None
    buttons: list[RestButton] | None = None
    custom: dict[str, Any] | None = Field(default=None, description="`cards`: products and orders.")
    metadata: RestReplyMetadata


def rest_router(parts: ChatParts, proxies: Proxies) -> APIRouter:
    """The REST channel under Rasa's own addresses.

    Args:
        parts: what chat sessions work with, too.
        proxies: tells clients' addresses.
    """
    router = APIRouter(prefix="/webhooks/rest", tags=["Chat"])

    @router.get("/", summary="Is the channel there")
    async def health() -> dict[str, str]:
        """`{"status": "ok"}`, as Rasa's REST channel answers."""
        return {"status": "ok"}

    @router.post(
        "/webhook",
        summary="Say something, get the answer",
        response_model=list[RestReply],
        responses=error_docs(
            "bad_json", "bad_encoding", "body_too_large", "unsupported_content_type", "message_empty",
            "message_too_long", "not_text", "invalid", "too_many_messages", "server", "unavailable",
        ),
    )  # fmt: skip
    async def webhook(body: RestMessage, request: Request) -> Response:
        """Answers with a list, one element a bubble; empty while staff answer the conversation."""
        page = parts.languages.match(body.metadata.language if body.metadata else None)
        language = page or parts.languages.of_header(request.headers.get("accept-language"))
        sender = clean_id(body.sender, field="sender", max_chars=MAX_SENDER_CHARS)
        message_id = (
            uuid.uuid4().hex if body.message_id is None else clean_id(body.message_id, field="message_id")
        )
        conversation_id = f"rest:{sender}"
        wait_s = parts.limits.message(address=proxies.address_of(request), sender=conversation_id)
        if wait_s is not None:
            raise ApiError("too_many_messages", retry_after_s=wait_s, language=language)
        text = clean_text(body.message, max_chars=parts.message_chars, language=language)
        inbound = Inbound(
            conversation_id=conversation_id,
            message_id=message_id,
            text=text,
            payload=text if _TAPPED.fullmatch(text) else None,
            channel="rest",
            page_language=page,
            received_at=parts.now(),
        )
        try:
            reply = await parts.answerer.answer(inbound)
        except (TurnError, StoreError) as error:
            refusal = refusal_of(error)
            refusal.language = language
            raise refusal from error
        parts.hub.publish(conversation_id, reply.stored)
        parts.metrics.message("rest")
        return json_response([bubble_json(sender, bubble) for bubble in reply.bubbles])

    return router
