"""Alive, ready, counted."""

from __future__ import annotations

import httpx
import pytest

from tests.web.doors import House, say


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_it_is_alive_even_when_nothing_works(
    house: House, client: httpx.AsyncClient, method: str
) -> None:
    house.readiness.missing = {"database": "no connection"}
    assert (await client.request(method, "/healthz")).status_code == 200


async def test_it_is_ready_when_every_part_is(client: httpx.AsyncClient) -> None:
    response = await client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


async def test_it_says_what_is_missing(house: House, client: httpx.AsyncClient) -> None:
    house.readiness.missing = {"database": None, "dialogue": "the model is loading {now}"}

    response = await client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["error"]["code"] == "not_ready"
    assert "the model is loading {now}" in response.json()["error"]["message"]
    assert response.json()["missing"] == {"dialogue": "the model is loading {now}"}


async def test_it_counts_in_prometheus_format(house: House, client: httpx.AsyncClient) -> None:
    house.metrics.observe_turn("faq", "de", 0.015)
    await say(client)

    text = (await client.get("/metrics")).text

    assert 'storecast_messages_total{channel="rest"} 1.0' in text
    assert 'storecast_turn_seconds_bucket{action="faq",le="0.02"} 1.0' in text
    assert 'storecast_turns_total{language="de"} 1.0' in text
    assert "storecast_chat_sockets 0.0" in text
