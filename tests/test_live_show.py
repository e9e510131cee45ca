"""The virtual host in the whole product, from outside: heard, asked, directed, killed and taken up again."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.conftest import LiveServer, start_server, stop_server

SHOW = """
room: main
title: Trial
profile: eu
personas:
  lina: {name: Lina, presenter: lina}
shifts:
  always: {hours: 00:00-24:00, timezone: UTC, language: en, persona: lina, segments: [mug]}
rules:
  honest: {kind: ai_reminder, every_min: 10}
segments:
  mug:
    kind: pitch
    product: mug
    variants:
      - en: |
          <card/> Sentence one is about a mug.
          Sentence two says that it costs {price}.
          Sentence three is about its handle.
          Sentence four is about the glaze.
          Sentence five says where to find it.
          Sentence six says that there are {stock} left.
"""
KEY = "a-key-for-this-room"
ORDER = ["one", "two", "three", "four", "five", "six"]


def start_show(home: Path, model: Path) -> LiveServer:
    show = home / "show.yml"
    show.write_text(SHOW, encoding="utf-8")
    return start_server(
        home,
        model,
        STORECAST_STREAMING__ENABLED="true",
        STORECAST_STREAMING__SHOW=str(show),
        STORECAST_LIVE_INGEST_KEY=KEY,
    )


@pytest.fixture(scope="module")
def show_server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = start_show(tmp_path_factory.mktemp("show"), trained_model)
    yield server
    stop_server(server)


async def frames(server: LiveServer) -> AsyncIterator[dict[str, Any]]:
    """What a stage page gets."""
    address = server.url.replace("http", "ws", 1) + "/ws/stage/main"
    async with connect(address, origin=server.url) as socket:  # type: ignore[arg-type]  # any text is one
        await socket.send(json.dumps({"v": 1, "type": "enter", "room": "main", "role": "stage"}))
        async for text in socket:
            yield json.loads(text)


def spoken(server: LiveServer, until: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Sentences in their order, up to the first of which `until` holds."""
    return asyncio.run(_spoken(server, until, within_s=60))


async def _spoken(
    server: LiveServer, until: Callable[[dict[str, Any]], bool], *, within_s: float
) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    async with asyncio.timeout(within_s):
        async for frame in frames(server):
            running = frame["utterance"] if frame["type"] == "hello" else frame
            if running and running.get("text") and running["id"] not in [one["id"] for one in heard]:
                heard.append(running)
                if until(running):
                    return heard
    raise AssertionError([one["text"] for one in heard])


def comment(server: LiveServer, text: str) -> httpx.Response:
    body = {"comments": [{"id": uuid4().hex, "viewer_id": uuid4().hex, "viewer_name": "Ana", "text": text}]}
    headers = {"Authorization": f"Bearer {KEY}"}
    return httpx.post(f"{server.url}/api/live/main/comments", json=body, headers=headers)


def test_a_page_hears_sentences_with_sound_as_long_as_they_say(show_server: LiveServer) -> None:
    heard = spoken(show_server, lambda one: one["purpose"] == "script" and one["audio"])
    sentence = heard[-1]

    file = httpx.get(show_server.url + sentence["audio"]["url"])

    with wave.open(io.BytesIO(file.content)) as sound:
        length_ms = sound.getnframes() / sound.getframerate() * 1000
    assert abs(length_ms - sentence["duration_ms"]) <= 1
    assert sentence["words"][0][0] == 0
    assert {name for name, _, _ in sentence["visemes"]} > {"sil"}
    assert sentence["visemes"][-1][1] <= sentence["duration_ms"]


def test_price_and_stock_are_those_of_the_shop(show_server: LiveServer) -> None:
    heard = spoken(show_server, lambda one: "costs" in one["text"])

    snapshot = httpx.get(f"{show_server.url}/api/live/main", headers=show_server.admin).json()
    assert heard[-1]["text"] == f"Sentence two says that it costs {snapshot['state']['card']['price']}."


def test_a_comment_is_answered_aloud_and_the_pitch_goes_on_where_it_was(
    show_server: LiveServer,
) -> None:
    spoken(show_server, lambda one: one["purpose"] == "script")

    assert comment(show_server, "How long does delivery take?").json()["results"][0]["verdict"] == "taken"
    heard = spoken(show_server, lambda one: one["purpose"] == "answer" and "3" in one["text"])
    after = spoken(show_server, lambda one: one["purpose"] == "script")

    assert heard[-1]["language"] == "en"
    assert after[-1]["text"].startswith("Sentence")


def test_directing_needs_the_token_and_a_pause_silences_the_host(show_server: LiveServer) -> None:
    url = f"{show_server.url}/api/live/main/control"

    refused = httpx.post(url, json={"kind": "slate"})
    done = httpx.post(url, json={"kind": "slate"}, headers=show_server.admin)
    mode = httpx.get(f"{show_server.url}/api/live/main", headers=show_server.admin).json()["state"]["mode"]
    httpx.post(url, json={"kind": "unslate"}, headers=show_server.admin)

    assert refused.status_code == 401
    assert done.status_code == 200
    assert mode == "slate"


def test_a_killed_show_goes_on_with_the_next_sentence(trained_model: Path, tmp_path: Path) -> None:
    server = start_show(tmp_path, trained_model)
    said = spoken(server, lambda one: "three" in one["text"])
    # The state is written a moment after the sentence has begun.
    time.sleep(0.5)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()

    server = start_show(tmp_path, trained_model)
    state = httpx.get(f"{server.url}/api/live/main", headers=server.admin).json()
    heard = spoken(server, lambda one: one["purpose"] == "script")
    stop_server(server)

    first = heard[-1]["text"].split()[1]
    assert said[-1]["text"].startswith("Sentence three")
    # While the server got ready to answer shoppers the show went on already.
    assert first in ORDER[3:]
    assert state["state"]["mode"] == "live"
