"""Two servers with the same show, one process and one event loop each: our door, and `websockets.broadcast`.

`python -m benchmarks.stage_servers ours|peer PORT SECONDS`, started by `stage_fanout`. Prints `ready`, begins
the show at a line on its standard input, prints what it measured as JSON, and ends with the next line.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, broadcast, serve

from bot.collector import seldom_collecting
from bot.config import WebSettings
from bot.web.api import server_options
from bot.web.errors import Errors
from bot.web.health import Metrics
from bot.web.languages import Languages
from bot.web.limits import Limits, Proxies
from bot.web.live_ports import LiveRoom, RoomSnapshot, Verdict
from bot.web.security import Origins
from bot.web.staff import Guard
from bot.web.stage_socket import StageDoor, StageParts
from streaming.cues import Comment, Control, Social, Utterance
from streaming.speech import Speech, Viseme, Word
from streaming.stage.clock import ShowClock
from streaming.stage.hub import LEAD_MS, Hub
from streaming.stage.page_frames import Progress
from streaming.stage.wire import Frame, encode, scene_frame, utterance_body, utterance_frame

UTTERANCE_EVERY_S = 4
SCENE_EVERY_S = 2
_WORDS, _VISEMES = 40, 60
_NO_LIMIT = 1_000_000
_PING_S = 5.0
_SENTENCE = (
    "This mug keeps tea hot for two hours, takes the dishwasher and fits a small hand well, and the glaze is "
    "fired twice so that it neither chips nor fades when you use it every day at home or at work now."
)
Say = Callable[[Utterance, Speech], None]
Show = Callable[[Frame], object]


def utterance_at(due_ns: int) -> Utterance:
    """A sentence of forty words that carries the moment it was due."""
    return Utterance(
        id=f"@{due_ns}@",
        parts=(_SENTENCE,),
        language="en",
        persona="host",
        purpose="script",
        source="script:1",
        captions={"de": _SENTENCE},
        segment="mug",
    )


def speech() -> Speech:
    """Its timings: forty words, sixty visemes."""
    names = ("aa", "PP", "E", "SS", "I", "DD")
    return Speech(
        pcm=b"",
        rate=22_050,
        duration_ms=3800,
        words=tuple(Word(5 * at, 4, 95 * at, 95 * at + 80) for at in range(_WORDS)),
        visemes=tuple(
            Viseme(names[at % len(names)], 63 * at, 0.5 + at / 200)  # type: ignore[arg-type]  # all in the set
            for at in range(_VISEMES)
        ),
        marks=(),
        voice="none",
    )


def state_at(due_ns: int) -> Frame:
    """A stage with everything on it, of the size that `stage_state` makes."""
    text = "The words of a stage in its language"
    return {
        "segment": f"@{due_ns}@",
        "mode": "live",
        "label": {"shown": True, "text": text},
        "strings": {f"string_{number}": text for number in range(12)},
        "language": "en",
        "direction": "ltr",
        "captions": "de",
        "persona": {"id": "host", "name": "Lina", "presenter": "lina"},
        "card": {"id": "mug", "title": text, "price": "€12.90", "stock": "low_stock", "stock_text": text,
                 "image_url": "/demo/images/mug.svg", "url": "https://shop.example/mug", "code": "mug"},
        "countdown": {"ends_at_ms": 1, "text": text},
        "coupon": {"code": "TEA10", "text": text},
        "highlight": {"name": "Ana", "text": text, "others": 3, "others_text": text},
        "poll": None,
        "theme": {"colour": "#0B6B74"},
        "teleprompter": None,
    }  # fmt: skip


async def show(say: Say, change: Show, seconds: int) -> dict[str, Any]:
    """The show: a scene every two seconds, an utterance every four, both at once then, which is the worst.

    Returns:
        Frames published, how late this process began to publish, and how long publishing took, in ms.
    """
    late_ms, took_ms, frames = [], [], 0
    begin_ns = time.monotonic_ns() + 1_000_000_000
    spoken = speech()
    for second in range(0, seconds, SCENE_EVERY_S):
        due_ns = begin_ns + second * 1_000_000_000
        await asyncio.sleep((due_ns - time.monotonic_ns()) / 1e9)
        started_ns = time.monotonic_ns()
        late_ms.append((started_ns - due_ns) / 1e6)
        if second % UTTERANCE_EVERY_S == 0:
            say(utterance_at(due_ns), spoken)
            frames += 1
        change(state_at(due_ns))
        frames += 1
        took_ms.append((time.monotonic_ns() - started_ns) / 1e6)
    return {"frames": frames, "late_ms": max(late_ms), "publish_ms": max(took_ms)}


class _Room:
    """A room that only shows."""

    name = "main"
    ingest_key: SecretStr | None = None

    def __init__(self) -> None:
        self.hub = Hub(self.name, clock=ShowClock(), state=state_at(0))

    def offer(self, event: Comment | Social) -> Verdict:
        return "full"

    async def control(self, control: Control) -> None:
        return None

    def progressed(self, progress: Progress) -> None:
        return None

    def snapshot(self) -> RoomSnapshot:
        return RoomSnapshot(state=self.hub.state, utterance=None, queues={})

    async def audio(self, digest: str) -> bytes | None:
        return None


class _Rooms:
    def __init__(self, room: LiveRoom) -> None:
        self._room = room

    def room(self, name: str) -> LiveRoom | None:
        return self._room if name == self._room.name else None

    def names(self) -> Sequence[str]:
        return [self._room.name]


class _NoWords:
    """Nothing is worded here: no frame is refused."""

    def say(self, key: str, language: str, **values: object) -> str:
        return key

    def strings(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return {}

    def default_language(self) -> str:
        return "en"

    def languages(self) -> Sequence[tuple[str, str, str]]:
        return [("en", "English", "ltr")]


async def ours(port: int, seconds: int) -> None:
    """The stage door under uvicorn, with the product's own server options."""
    settings = WebSettings(
        port=port, sockets_per_address=_NO_LIMIT, messages_per_minute_per_address=_NO_LIMIT
    )
    metrics, proxies, room = Metrics(), Proxies(()), _Room()
    limits, languages = Limits(settings, metrics), Languages(["en"], lambda: "en")
    parts = StageParts(
        rooms=_Rooms(room),
        guard=Guard(None, limits=limits, proxies=proxies),
        errors=Errors(_NoWords(), languages, metrics),
        languages=languages,
        limits=limits,
    )
    app = FastAPI()
    app.include_router(StageDoor(parts, origins=Origins(()), proxies=proxies).router())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", **server_options(settings)))
    serving = asyncio.create_task(server.serve(), name="server")
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.02)

    def say(utterance: Utterance, spoken: Speech) -> None:
        room.hub.say(utterance, spoken, direction="ltr", audio_url="/live/main/audio/0.wav")

    with seldom_collecting():
        result = await _perform(lambda: show(say, room.hub.show, seconds))
    _tell({**result, "drops": room.hub.drops, "viewers": room.hub.viewers})
    await _line()
    server.should_exit = True
    await serving


async def peer(port: int, seconds: int) -> None:
    """`websockets.broadcast` to all connections: no queue, no resume, no back-pressure."""
    connections: set[ServerConnection] = set()

    async def welcome(connection: ServerConnection) -> None:
        connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            connections.discard(connection)

    def say(utterance: Utterance, spoken: Speech) -> None:
        starts_at_ms = time.monotonic_ns() // 1_000_000 + LEAD_MS
        body = utterance_body(
            utterance, spoken, starts_at_ms=starts_at_ms, direction="ltr", audio_url="/live/main/audio/0.wav"
        )
        broadcast(connections, encode(utterance_frame(body, seq=1)))

    def change(state: Frame) -> None:
        broadcast(connections, encode(scene_frame(state, seq=1)))

    options: dict[str, Any] = {"compression": None, "ping_interval": _PING_S, "ping_timeout": _PING_S}
    async with serve(welcome, "127.0.0.1", port, **options):
        result = await _perform(lambda: show(say, change, seconds))
        _tell({**result, "drops": 0, "viewers": len(connections)})
        await _line()


async def _perform(
    performance: Callable[[], Coroutine[Any, Any, dict[str, Any]]],
) -> dict[str, Any]:
    print("ready", flush=True)
    await _line()
    return await performance()


def _tell(result: dict[str, Any]) -> None:
    print(json.dumps({**result, "at": datetime.now(UTC).isoformat()}), flush=True)


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


def main() -> None:
    """Entry point."""
    name, port, seconds = sys.argv[1:]
    # Standard output is the line to `stage_fanout`.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    run = {"ours": ours, "peer": peer}[name]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(int(port), int(seconds)))


if __name__ == "__main__":
    main()
