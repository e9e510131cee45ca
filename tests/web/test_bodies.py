"""Request bodies, good and bad; some sent by hand, as no client would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest

from bot.web.bodies import Bodies
from bot.web.errors import Errors
from bot.web.health import Metrics
from bot.web.languages import Languages
from tests.fakes.house import LocaleFiles
from tests.web.doors import STAFF, House

WEBHOOK = "/webhooks/rest/webhook"
JSON = {"content-type": "application/json"}
GOOD = b'{"sender": "ada", "message": "hi"}'


async def test_a_body_over_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    body = json.dumps({"sender": "ada", "message": "hi", "padding": "x" * 70_000})
    response = await client.post(WEBHOOK, content=body, headers=JSON)

    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")
    assert response.headers["connection"] == "close"


async def test_a_body_without_length_is_refused_once_it_is_too_large(client: httpx.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 10_000

    response = await client.post(WEBHOOK, content=chunks(), headers=JSON)

    assert response.status_code == 413
    assert sent <= 1000


async def test_a_small_body_without_length_passes(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield GOOD[:10]
        yield GOOD[10:]

    assert (await client.post(WEBHOOK, content=chunks(), headers=JSON)).status_code == 200


@pytest.mark.parametrize("length", ["5", "0", "34"])
async def test_a_length_that_is_too_small_does_not_help_past_the_limit(
    client: httpx.AsyncClient, length: str
) -> None:
    headers = {**JSON, "content-length": length}
    response = await client.post(WEBHOOK, content=b" " * 70_000, headers=headers)
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("length", "status"), [("99999999999", 413), ("9" * 5000, 413), ("-1", 400), ("ten", 400), ("²", 400)]
)
async def test_a_length_that_can_not_be_is_refused_unread(
    client: httpx.AsyncClient, length: str, status: int
) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", length.encode())]
    assert (await client.post(WEBHOOK, content=GOOD, headers=headers)).status_code == status


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json; charset=utf-16",
    ],
)
async def test_another_content_type_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    response = await client.post(WEBHOOK, content=GOOD, headers={"content-type": kind})
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_content_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; Charset=UTF-8", "application/vnd.x+json"]
)
async def test_json_by_any_name_passes(client: httpx.AsyncClient, kind: str) -> None:
    assert (await client.post(WEBHOOK, content=GOOD, headers={"content-type": kind})).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"sender": "ada", "message": "\xff"}', "bad_encoding"),
        (b'{"sender": "ada", "message": "\xed\xa0\x80"}', "bad_encoding"),
        ('{"sender": "ada", "message": "hi"}'.encode("utf-16"), "bad_encoding"),
        (b'{"sender": "ada"', "bad_json"),
        (b"hello", "bad_json"),
        (b"[" * 60_000, "bad_json"),
        (b'{"sender": ' + b"9" * 50_000 + b"}", "bad_json"),
    ],
    ids=["latin-1", "surrogate", "utf-16", "cut", "text", "deep", "huge number"],
)
async def test_what_can_not_be_read_is_refused(client: httpx.AsyncClient, body: bytes, code: str) -> None:
    response = await client.post(WEBHOOK, content=body, headers=JSON)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


async def test_a_post_without_body_needs_no_content_type(house: House, client: httpx.AsyncClient) -> None:
    house.conversations.begin("rest:ada")
    response = await client.post("/api/conversations/rest:ada/release", headers=STAFF)
    assert response.status_code == 200


async def test_entries_may_be_larger_than_messages(client: httpx.AsyncClient) -> None:
    variant = {"title": "Long", "ask": [], "answer": ["x" * 3000] * 25}
    response = await client.put(
        "/api/knowledge/entries/long", json={"variants": {"en": variant}}, headers=STAFF
    )
    assert response.status_code == 200


async def _run(
    middleware: Bodies, events: Iterable[dict[str, Any]], *, then_wait: bool
) -> list[dict[str, Any]]:
    """Drive the middleware by hand; after the events the client leaves or stays silent."""
    sent: list[dict[str, Any]] = []
    waiting = iter(events)

    async def receive() -> dict[str, Any]:
        for event in waiting:
            return event
        if then_wait:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": WEBHOOK,
        "headers": [(b"content-type", b"application/json")],
    }
    await middleware(scope, receive, send)
    return sent


def _middleware(*, arrival_s: float) -> Bodies:
    async def app(scope: object, receive: object, send: object) -> None:
        raise AssertionError("nothing to run without a body")

    errors = Errors(LocaleFiles(), Languages(["en"], lambda: "en"), Metrics())
    return Bodies(app, errors=errors, max_bytes=1000, arrival_s=arrival_s)


async def test_a_body_that_does_not_arrive_is_given_up() -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}
    sent = await _run(_middleware(arrival_s=0.01), [part], then_wait=True)

    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["error"]["code"] == "body_too_slow"


async def test_a_client_that_leaves_is_not_answered() -> None:
    part = {"type": "http.request", "body": b"{", "more_body": True}
    assert await _run(_middleware(arrival_s=5), [part], then_wait=False) == []
