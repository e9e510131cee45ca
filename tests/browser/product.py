"""The other side of the counter: what programs and staff see of the same product."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import yaml

from bot.config import ROOT
from tests.conftest import LiveServer

__all__ = ["LANGUAGES", "messages", "question", "rest_answer", "staff_joins", "staff_writes", "texts"]

LANGUAGES = ("en", "zh", "ja", "ko", "es", "fr", "de", "pt", "ar", "hi", "id", "ru")


def question(language: str, topic: str) -> str:
    """The title of a starter entry, which the knowledge base knows by heart."""
    pack = yaml.safe_load((ROOT / "knowledge" / "packs" / f"{language}.yml").read_text(encoding="utf-8"))
    return str(pack["entries"][topic]["title"])


def rest_answer(server: LiveServer, text: str, *, language: str) -> dict[str, Any]:
    """The first bubble that a program gets for the same words on a page of that language."""
    body = {"sender": f"browser-{uuid4().hex}", "message": text, "metadata": {"language": language}}
    answer = httpx.post(f"{server.url}/webhooks/rest/webhook", json=body, timeout=20)
    answer.raise_for_status()
    first: dict[str, Any] = answer.json()[0]
    return first


def messages(server: LiveServer, conversation: str) -> list[dict[str, Any]]:
    """Everything stored of a conversation, oldest first."""
    answer = httpx.get(_address(server, conversation, "messages"), headers=server.admin)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def texts(server: LiveServer, conversation: str, author: str) -> list[str]:
    """What one side said, as stored."""
    return [said["text"] for said in messages(server, conversation) if said["from"] == author]


def staff_joins(server: LiveServer, conversation: str, name: str) -> None:
    """An agent takes the conversation over."""
    address = _address(server, conversation, "takeover")
    httpx.post(address, headers=server.admin, json={"name": name}).raise_for_status()


def staff_writes(server: LiveServer, conversation: str, text: str, *, name: str) -> None:
    """An agent who has taken over says something."""
    address = _address(server, conversation, "messages")
    httpx.post(address, headers=server.admin, json={"name": name, "text": text}).raise_for_status()


def _address(server: LiveServer, conversation: str, what: str) -> str:
    return f"{server.url}/api/conversations/{conversation}/{what}"
