"""How fast the host answers and falls silent: `python -m benchmarks.live_latency [--json FILE]`.

The whole product with the built-in voice and the demo shop. A stage page is connected as any page is. First
the show waits for questions: from handing a comment in to the first byte of sound at the page, which is the
sentence that says who asks. Then a long pitch runs: from handing in that there is no
sound to the `cut` at the page. The dialogue model must have been trained.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import yaml
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.machine import Cores, describe_machine
from bot.config import ROOT, load_settings
from bot.dialogue.training import model_path

KEY = "benchmark"
PORT = 8297
LONG = "This is a rather long sentence about a mug that goes on until somebody has typed a comment about it."
URGENT = (
    "we can't hear you, no sound", "your sound is off", "the audio is gone", "the picture is frozen",
    "the stream is stuck", "wrong price on the screen", "no se oye nada", "没有声音",
)  # fmt: skip


def show(kind: str) -> dict[str, Any]:
    """A show that waits for questions, or one that talks without end."""
    segment = (
        {"kind": "qa", "most_s": 1800, "variants": [{"en": "I am listening.\n"}]}
        if kind == "qa"
        else {"kind": "pitch", "product": "mug", "variants": [{"en": f"{LONG}\n" * 6}]}
    )
    return {
        "room": "main", "title": "Benchmark", "profile": "world",
        "personas": {"lina": {"name": "Lina", "presenter": "lina"}},
        "shifts": {"always": {"hours": "00:00-24:00", "timezone": "UTC", "language": "en", "persona": "lina",
                              "segments": ["only"]}},
        "segments": {"only": segment},
    }  # fmt: skip


class Page:
    """A stage page: frames with the time of their arrival."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.frames: list[tuple[float, dict[str, Any]]] = []

    async def read(self) -> None:
        """Keep reading."""
        async for text in self._socket:
            self.frames.append((time.perf_counter(), json.loads(text)))

    async def first(self, since: float, wanted: Any, within_s: float = 20.0) -> tuple[float, dict[str, Any]]:
        """The first frame after a moment that is wanted."""
        async with asyncio.timeout(within_s):
            while True:
                for at, frame in self.frames:
                    if at >= since and wanted(frame):
                        return at, frame
                await asyncio.sleep(0.001)

    async def silence(self) -> None:
        """Wait until nothing was said for a second."""
        while True:
            spoken = [(at, frame) for at, frame in self.frames if frame["type"] == "utterance"]
            ends = [at + (frame["duration_ms"] + 300) / 1000 for at, frame in spoken]
            if not ends or time.perf_counter() > max(ends) + 1.0:
                return
            await asyncio.sleep(0.05)


async def hand_in(client: httpx.AsyncClient, text: str) -> float:
    """A comment of a new viewer; returns when it was sent."""
    body = {"comments": [{"id": uuid4().hex, "viewer_id": uuid4().hex, "viewer_name": "Ana", "text": text}]}
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = await client.post("/api/live/main/comments", json=body, headers=headers)
    answer.raise_for_status()
    return began


async def answers(page: Page, client: httpx.AsyncClient, count: int) -> dict[str, list[float]]:
    """Times in ms, and how many comments were not answered aloud."""
    titles = [
        entry["title"]
        for entry in yaml.safe_load((ROOT / "knowledge/packs/en.yml").read_text("utf-8"))["entries"].values()
    ]
    times: dict[str, list[float]] = {"first sound": [], "deferred": []}
    for title in titles[:count]:
        await page.silence()
        began = await hand_in(client, title)
        try:
            _, first = await page.first(
                began, lambda frame: frame["type"] == "utterance" and frame["purpose"] in {"answer", "notice"}
            )
        except TimeoutError:
            times["deferred"].append(0.0)
            continue
        if first["purpose"] == "notice":
            times["deferred"].append(0.0)
            continue
        await _byte(client, first["audio"]["url"])
        times["first sound"].append((time.perf_counter() - began) * 1000)
    return times


async def _byte(client: httpx.AsyncClient, url: str) -> None:
    async with client.stream("GET", url) as answer:
        async for _ in answer.aiter_raw(1):
            return


async def cuts(page: Page, client: httpx.AsyncClient, count: int) -> list[float]:
    """From an urgent comment to the cut at the page, in ms. The host lets itself be cut once in 20 s."""
    times = []
    for text in URGENT[:count]:
        since = time.perf_counter()
        await page.first(since, lambda frame: frame["type"] == "utterance" and frame["text"] == LONG, 60)
        await asyncio.sleep(1.5)
        began = await hand_in(client, text)
        at, _ = await page.first(began, lambda frame: frame["type"] == "cut", 30)
        times.append((at - began) * 1000)
        await asyncio.sleep(21)
    return times


async def measure(kind: str, count: int) -> Any:
    """Run the product with a show and measure one of the two."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "show.yml"
        file.write_text(yaml.safe_dump(show(kind)), encoding="utf-8")
        settings = load_settings()
        model = model_path(settings.home, settings.config_file, settings.knowledge.encoder)
        (home / "models").mkdir()
        os.link(model, home / "models" / model.name)
        environment = {
            **os.environ, "STORECAST_HOME": folder, "STORECAST_PORT": str(PORT),
            "STORECAST_STREAMING__ENABLED": "true", "STORECAST_STREAMING__SHOW": str(file),
            "STORECAST_LIVE_INGEST_KEY": KEY,
        }  # fmt: skip
        command = (sys.executable, "-m", "bot.cli", "serve")
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
        try:
            return await _measured(kind, count)
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


async def _measured(kind: str, count: int) -> Any:
    url = f"http://127.0.0.1:{PORT}"
    async with httpx.AsyncClient(base_url=url) as client:
        while True:
            try:
                metrics = (await client.get("/metrics")).text
                ready = (await client.get("/readyz")).status_code == 200
                if ready and "storecast_knowledge_unread_passages 0.0" in metrics:
                    break
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)
        async with connect(f"ws://127.0.0.1:{PORT}/ws/stage/main", origin=url) as socket:  # type: ignore[arg-type]
            await socket.send(json.dumps({"v": 1, "type": "enter", "room": "main", "role": "stage"}))
            page = Page(socket)
            reading = asyncio.create_task(page.read())
            try:
                return await (answers if kind == "qa" else cuts)(page, client, count)
            finally:
                reading.cancel()


def summary(times: list[float]) -> dict[str, float]:
    """p50, p95, most, number."""
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "max_ms": round(max(times), 1),
        "n": len(times),
    }


def main() -> None:
    """Print the table; write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=30)
    parser.add_argument("--cuts", type=int, default=6)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks/results/live_latency.json")
    options = parser.parse_args()
    about = describe_machine(Cores.choose())
    answered = asyncio.run(measure("qa", options.answers))
    silenced = asyncio.run(measure("pitch", options.cuts))
    result = {
        "machine": about,
        "comment to first sound": summary(answered["first sound"]),
        "not answered aloud": len(answered["deferred"]),
        "urgent comment to silence": summary(silenced),
    }
    for name, row in result.items():
        print(name, row)
    options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
