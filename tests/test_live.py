"""The whole product from outside: one conversation's order, duplicates, edits, staff, and kill -9."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import LiveServer, start_server, stop_server

WEBHOOK = "/webhooks/rest/webhook"


def ask(server: LiveServer, sender: str, message: str, **fields: Any) -> list[dict[str, Any]]:
    body = {"sender": sender, "message": message, **fields}
    answer = httpx.post(server.url + WEBHOOK, json=body, timeout=20)
    assert answer.status_code == 200, answer.text
    bubbles: list[dict[str, Any]] = answer.json()
    return bubbles


def stored(server: LiveServer, sender: str) -> list[dict[str, Any]]:
    path = f"/api/conversations/rest:{sender}/messages"
    answer = httpx.get(server.url + path, params={"after": 0}, headers=server.admin)
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def test_the_same_message_id_gets_the_same_answer_and_is_stored_once(live_server: LiveServer) -> None:
    sender = uuid4().hex

    first = ask(live_server, sender, "How long does delivery take?", message_id="m1")
    again = ask(live_server, sender, "How long does delivery take?", message_id="m1")

    assert again == first
    assert [message["from"] for message in stored(live_server, sender)] == ["shopper", "bot"]


def test_the_ai_discloses_itself_on_the_first_reply_only(live_server: LiveServer) -> None:
    sender = uuid4().hex

    first = ask(live_server, sender, "hello", metadata={"language": "de"})
    second = ask(live_server, sender, "hello", metadata={"language": "de"})

    assert "KI" in first[0]["metadata"]["disclosure"]
    assert "disclosure" not in second[0]["metadata"]


async def test_a_burst_of_one_shopper_is_answered_in_order(live_server: LiveServer) -> None:
    async with connect(live_server.url.replace("http", "ws") + "/ws/chat") as socket:
        await _hello(socket)
        for number in range(10):
            frame = {"v": 1, "type": "message", "id": f"m{number}", "text": f"hello {number}"}
            await socket.send(json.dumps(frame))
        seen = await _messages(socket, 20)

    assert [message["id"] for message in seen if message["from"] == "shopper"] == [f"m{n}" for n in range(10)]
    assert [message["from"] for message in seen] == ["shopper", "bot"] * 10
    assert [message["seq"] for message in seen] == list(range(1, 21))


def test_an_entry_is_answerable_when_it_was_saved_and_gone_when_removed(live_server: LiveServer) -> None:
    entry = {
        "variants": {
            "en": {
                "title": "Do you have a loyalty programme for zebra owners?",
                "ask": ["zebra points", "zebra club membership"],
                "answer": ["Zebra owners collect one stripe per order at {shop}."],
            }
        }
    }
    path = f"{live_server.url}/api/knowledge/entries/zebra_club"

    saved = httpx.put(path, json=entry, headers=live_server.admin)
    answered = ask(live_server, uuid4().hex, "Do you have a loyalty programme for zebra owners?")
    removed = httpx.delete(path, headers=live_server.admin)
    refused = ask(live_server, uuid4().hex, "Do you have a loyalty programme for zebra owners?")

    assert (saved.status_code, removed.status_code) == (200, 204)
    assert answered[0]["metadata"]["faq"] == "zebra_club"
    assert answered[0]["text"] == "Zebra owners collect one stripe per order at Nordlicht."
    assert refused[0]["metadata"]["faq"] != "zebra_club"


def test_the_bot_is_silent_while_staff_answer(live_server: LiveServer) -> None:
    sender = uuid4().hex
    ask(live_server, sender, "I want to talk to a real person")
    base = f"{live_server.url}/api/conversations/rest:{sender}"

    httpx.post(f"{base}/takeover", json={"name": "Mia"}, headers=live_server.admin).raise_for_status()
    silent = ask(live_server, sender, "How long does delivery take?")
    httpx.post(f"{base}/release", headers=live_server.admin).raise_for_status()
    speaking = ask(live_server, sender, "How long does delivery take?")

    assert silent == []
    assert speaking[0]["metadata"]["faq"] == "shipping_time"


def test_readiness_liveness_and_metrics_are_told(live_server: LiveServer) -> None:
    ask(live_server, uuid4().hex, "hello")

    assert httpx.get(f"{live_server.url}/healthz").status_code == 200
    assert httpx.get(f"{live_server.url}/readyz").json()["status"] == "ready"
    assert "storecast_" in httpx.get(f"{live_server.url}/metrics").text


@pytest.mark.parametrize("seed", [0.4, 1.7])
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    trained_model: Path, tmp_path: Path, seed: float
) -> None:
    server = start_server(tmp_path, trained_model)
    acknowledged = asyncio.run(_load_and_kill(server, after_s=seed))
    server = start_server(tmp_path, trained_model)

    kept = {conversation: stored_ids(server, conversation) for conversation in acknowledged}
    repeated = {conversation: _resend(server, conversation) for conversation in acknowledged}
    stop_server(server)

    assert acknowledged
    for conversation, ids in acknowledged.items():
        assert ids <= set(kept[conversation]), conversation
        assert len(kept[conversation]) == len(set(kept[conversation])), conversation
        assert repeated[conversation] == 1, conversation


async def _load_and_kill(server: LiveServer, *, after_s: float) -> dict[str, set[str]]:
    """Talk in eight conversations at once until the server is killed; what was answered, by sender."""
    acknowledged: dict[str, set[str]] = {}

    async def talk(sender: str, client: httpx.AsyncClient) -> None:
        for number in range(1000):
            body = {"sender": sender, "message": "How long does delivery take?", "message_id": f"m{number}"}
            try:
                answer = await client.post(server.url + WEBHOOK, json=body)
            except httpx.TransportError:
                return
            assert answer.status_code == 200
            acknowledged.setdefault(sender, set()).add(f"m{number}")

    async with httpx.AsyncClient(timeout=10) as client:
        talks = [asyncio.create_task(talk(f"k{n}-{uuid4().hex}", client)) for n in range(8)]
        await asyncio.sleep(after_s)
        server.process.send_signal(signal.SIGKILL)
        await asyncio.gather(*talks)
    server.process.wait()
    return acknowledged


def stored_ids(server: LiveServer, sender: str) -> list[str]:
    return [message["id"] for message in stored(server, sender) if message["from"] == "shopper"]


def _resend(server: LiveServer, sender: str) -> int:
    """Send the first message again; how often it then stands in the conversation."""
    ask(server, sender, "How long does delivery take?", message_id="m0")
    return stored_ids(server, sender).count("m0")


async def _hello(socket: ClientConnection) -> dict[str, Any]:
    await socket.send(json.dumps({"v": 1, "type": "hello", "page_language": "en"}))
    welcome: dict[str, Any] = json.loads(await socket.recv())
    assert welcome["type"] == "welcome"
    return welcome


async def _messages(socket: ClientConnection, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            frame = json.loads(await socket.recv())
            assert frame["type"] in {"message", "typing"}, frame
            found += [frame["message"]] if frame["type"] == "message" else []
    return found
