"""The facts of the shop over HTTP, on the real desk, database and knowledge base."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.config import ShopSettings
from bot.facts_desk import FactsDesk, save_facts, saved_facts
from bot.store import Store
from knowledge.encoder import BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase
from tests.web.doors import STAFF, call, open_house

PACKS = Path(__file__).resolve().parents[2] / "knowledge" / "packs"
PLATFORM = {"name": "Nordlicht", "currency": "EUR", "return_days": 30, "shipping_fee": 4.9}


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "store.db")
    yield opened
    await opened.close()


@pytest.fixture
def knowledge(tmp_path: Path) -> KnowledgeBase:
    entries = load_packs(PACKS, ["en", "de"])
    few = {key: entries[key] for key in ("return_policy", "shipping_cost", "payment_methods", "authenticity")}
    return KnowledgeBase.open(tmp_path / "index", BuiltinEncoder(), few, Facts(PLATFORM))


def _desk(knowledge: KnowledgeBase, store: Store, **ours: Any) -> FactsDesk:
    return FactsDesk(
        knowledge, store, platform=PLATFORM, ours=ShopSettings(**ours), languages=["en", "de"], version=0
    )


@pytest_asyncio.fixture
async def client(tmp_path: Path, knowledge: KnowledgeBase, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    house = open_house(tmp_path, facts=_desk(knowledge, store, refund_days=5))
    async with call(house.app) as opened:
        yield opened


async def _saved(client: httpx.AsyncClient, version: int, **facts: Any) -> httpx.Response:
    return await client.put("/api/shop/facts", json={"facts": facts, "version": version}, headers=STAFF)


async def test_facts_are_shown_with_their_values_and_what_they_make(client: httpx.AsyncClient) -> None:
    shown = (await client.get("/api/shop/facts", headers=STAFF)).json()

    fields = {field["name"]: field for field in shown["fields"]}
    assert fields["return_days"] == {
        "name": "return_days", "group": "returns", "kind": "number", "unit": "days", "value": 30, "fixed": False,
    }  # fmt: skip
    assert (fields["refund_days"]["value"], fields["refund_days"]["fixed"]) == (5, True)
    assert shown["version"] == 0
    assert shown["coverage"]["languages"]["de"]["answered"] == 4
    assert "payment_methods" in shown["coverage"]["gaps"]


async def test_saved_facts_are_answered_with_at_once_and_found_by_what_they_say(
    client: httpx.AsyncClient, knowledge: KnowledgeBase, store: Store
) -> None:
    answered = await _saved(client, 0, name="Lumen", return_days=14, payment_methods=["Visa", "PayPal"])

    assert answered.status_code == 200
    assert answered.json()["version"] == 1
    assert await saved_facts(store) == (
        {"name": "Lumen", "return_days": 14, "payment_methods": ["Visa", "PayPal"]}, 1,
    )  # fmt: skip
    said = knowledge.answer("return_policy", "en")
    assert said is not None
    assert "14 days" in said.text
    assert "4.90" not in getattr(knowledge.answer("shipping_cost", "en"), "text", "")
    assert knowledge.search("PayPal", language="en").hits[0].entry_id == "payment_methods"


async def test_a_later_save_needs_the_version_that_is_there(client: httpx.AsyncClient) -> None:
    await _saved(client, 0, name="First")

    late = await _saved(client, 0, name="Second")

    assert (late.status_code, late.json()["error"]["code"]) == (409, "facts_stale")
    assert (await _saved(client, 1, name="Second")).status_code == 200


async def test_the_same_save_twice_is_one(client: httpx.AsyncClient) -> None:
    await _saved(client, 0, name="First")

    again = await _saved(client, 0, name="First")

    assert (again.status_code, again.json()["version"]) == (200, 1)


async def test_an_old_save_that_is_sent_again_brings_nothing_old_back(
    client: httpx.AsyncClient, knowledge: KnowledgeBase
) -> None:
    await _saved(client, 0, name="First")
    await _saved(client, 1, name="Second")

    again = await _saved(client, 0, name="First")

    assert again.json()["version"] == 2
    assert knowledge.facts.given["name"] == "Second"


async def test_wrong_facts_are_refused_each_at_its_field_and_nothing_is_kept(
    client: httpx.AsyncClient, store: Store
) -> None:
    refused = await _saved(client, 0, return_days=-1, shipping_fee=3, ships_to=["Narnia"])

    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "invalid"
    assert {problem["fact"]: problem["code"] for problem in refused.json()["problems"]} == {
        "return_days": "number", "currency": "currency", "ships_to": "country",
    }  # fmt: skip
    assert await saved_facts(store) == (None, 0)


async def test_a_preview_shows_answers_beside_those_of_now_and_keeps_nothing(
    client: httpx.AsyncClient, knowledge: KnowledgeBase, store: Store
) -> None:
    body = {"facts": {"name": "Lumen", "return_days": 7}, "language": "de"}
    shown = (await client.post("/api/shop/facts/preview", json=body, headers=STAFF)).json()

    answers = {answer["entry_id"]: answer for answer in shown["answers"]}
    assert "7 Tage" in answers["return_policy"]["answer"]
    assert "30 Tage" in answers["return_policy"]["before"]
    assert answers["authenticity"]["answer"] == answers["authenticity"]["before"]
    assert shown["coverage"]["languages"]["en"]["answered"] == 4
    assert await saved_facts(store) == (None, 0)
    assert knowledge.facts.given == PLATFORM


async def test_another_process_answers_with_what_was_saved(knowledge: KnowledgeBase, store: Store) -> None:
    desk = _desk(knowledge, store)
    following = asyncio.create_task(desk.follow())
    await asyncio.sleep(0.2)

    await save_facts(store, {"name": "Elsewhere"}, version=0)
    try:
        async with asyncio.timeout(10):
            while knowledge.facts.given["name"] != "Elsewhere":
                await asyncio.sleep(0.05)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_without_the_token_facts_stay_closed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/shop/facts")).status_code == 401
    assert (await client.put("/api/shop/facts", json={"facts": {}, "version": 0})).status_code == 401
