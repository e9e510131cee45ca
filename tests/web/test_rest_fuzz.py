"""Whatever is sent to the REST edge, it answers in its own words and never fails."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.doors import STAFF, House, call, open_house

_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_BODY = st.fixed_dictionaries(
    {},
    optional={
        "sender": _JUNK | st.just("ada"),
        "message": _JUNK | st.just("hi"),
        "message_id": _JUNK,
        "metadata": _JUNK | st.fixed_dictionaries({"language": _JUNK}),
        "variants": _JUNK,
        "text": _JUNK,
        "name": _JUNK,
    },
)
_KINDS = st.sampled_from(["application/json", "application/json; charset=utf-8", "text/plain", ""])
_PATHS = st.sampled_from(
    [
        ("POST", "/webhooks/rest/webhook"),
        ("PUT", "/api/knowledge/entries/a"),
        ("POST", "/api/conversations/rest:ada/takeover"),
        ("POST", "/api/conversations/rest:ada/messages"),
    ]
)
_quietly = settings(max_examples=150, deadline=None)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = open_house(tmp_path_factory.mktemp("house"))
    house.conversations.begin("rest:ada")
    return house


def _send(house: House, method: str, path: str, content: bytes, kind: str) -> httpx.Response:
    async def send() -> httpx.Response:
        async with call(house.app) as client:
            return await client.request(
                method, path, content=content, headers={**STAFF, "content-type": kind}
            )

    return asyncio.run(send())


def _check(response: httpx.Response) -> None:
    assert response.status_code in {200, 201, 400, 409, 413, 415, 422}
    body: Any = response.json()
    assert response.status_code < 400 or set(body) == {"error"}


@_quietly
@given(target=_PATHS, body=_BODY | _JUNK)
def test_any_json_is_answered(house: House, target: tuple[str, str], body: Any) -> None:
    _check(_send(house, *target, json.dumps(body).encode(), "application/json"))


@_quietly
@given(target=_PATHS, body=st.binary(max_size=200), kind=_KINDS)
def test_any_bytes_are_answered(house: House, target: tuple[str, str], body: bytes, kind: str) -> None:
    _check(_send(house, *target, body, kind))
