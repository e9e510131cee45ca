"""A room that says what a test tells it to: the wire of docs/protocol.md, "Stage", for pages in a browser.

Runs in a thread of its own; every method may be called from the test. Sentences are tones with pauses between
the words, so that whether something is heard, and where in it, can be measured.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import math
import threading
import time
import wave
from array import array
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from starlette.requests import Request
from starlette.responses import Response

from bot.web.pages import REVALIDATE, BuiltFiles
from bot.web.security import Headers
from tests.fakes.stage_texts import texts

__all__ = ["StageServer"]

_RATE = 22_050
_WORD_MS, _PAUSE_MS = 360, 440
_TONE_HZ = 220
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
_PICTURES = Path(__file__).resolve().parents[2] / "connectors" / "demo" / "images"
_FIRST_PORT_FREE = 0


def _tone(words: int, word_ms: int, pause_ms: int) -> bytes:
    """A wav file: a tone for each word, silence between."""
    samples = array("h")
    step = 2 * math.pi * _TONE_HZ / _RATE
    for _ in range(words):
        samples.extend(int(12_000 * math.sin(step * at)) for at in range(_RATE * word_ms // 1000))
        samples.extend([0] * (_RATE * pause_ms // 1000))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def _places(text: str, language: str) -> list[tuple[int, int]]:
    """Where words are; in a script without spaces, stretches of four characters."""
    if language == "ja":
        return [(at, min(4, len(text) - at)) for at in range(0, len(text), 4)]
    places, at = [], 0
    for word in text.split(" "):
        places.append((at, len(word)))
        at += len(word) + 1
    return places


class StageServer:
    """A room called `main`.

    Args:
        pages: the folder `web/`, with the stage built.

    Attributes:
        url: of the server, without a slash at the end.
        entered: `enter` frames of pages, oldest first.
        progress: `progress` frames of pages, oldest first.
        state: what the next page gets; change it by `scene`.
    """

    def __init__(self, pages: Path) -> None:
        self.entered: list[dict[str, Any]] = []
        self.progress: list[dict[str, Any]] = []
        self.state = self.live("en")
        self.url = ""
        self._epoch = "one"
        self._seq = 0
        self._said = 0
        self._utterance: dict[str, Any] | None = None
        self._sounds: dict[str, bytes] = {}
        self._sockets: set[WebSocket] = set()
        self._doors_open = True
        config = uvicorn.Config(
            self._app(pages), port=_FIRST_PORT_FREE, log_level="error", ws="websockets-sansio"
        )
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="stage-twin", daemon=True)

    # --- life ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Returns when pages can be opened."""
        started = threading.Event()
        startup = self._server.startup

        async def and_tell(sockets: Any = None) -> None:
            await startup(sockets)
            started.set()

        self._server.startup = and_tell  # type: ignore[method-assign]  # uvicorn has no hook for this
        self._thread.start()
        assert started.wait(20)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Ends the thread."""
        self.drop()
        self._server.should_exit = True
        self._thread.join(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve())
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(10)

    # --- the room ------------------------------------------------------------------------------------

    @staticmethod
    def now_ms() -> int:
        """The show's clock."""
        return time.monotonic_ns() // 1_000_000

    @staticmethod
    def live(language: str, **changes: Any) -> dict[str, Any]:
        """A state: presenter, label, nothing else, and what `changes` says."""
        return {
            "mode": "live",
            "label": {"shown": True, "text": texts(language)["label"]},
            "strings": texts(language)["strings"],
            "language": language,
            "direction": "rtl" if language in _RIGHT_TO_LEFT else "ltr",
            "captions": None,
            "persona": {"id": "lina", "name": "Lina", "presenter": "lina"},
            "segment": "pitch-1",
            "card": None,
            "countdown": None,
            "coupon": None,
            "highlight": None,
            "poll": None,
            "theme": {"colour": "#0B6B74"},
            "teleprompter": None,
            **changes,
        }

    def full(self, language: str, **changes: Any) -> dict[str, Any]:
        """A state with everything on it but a poll."""
        words = texts(language)
        name, text, others = words["comment"]
        return self.live(
            language,
            card=self.card(language),
            countdown={"ends_at_ms": self.now_ms() + 252_000, "text": words["countdown"]},
            coupon={"code": "LIVE10", "text": words["coupon"]},
            highlight={"name": name, "text": text, "others": 6, "others_text": others},
            **changes,
        )

    @staticmethod
    def card(language: str, product: str = "backpack", **changes: Any) -> dict[str, Any]:
        """A product as the wire has it."""
        words = texts(language)
        return {
            "id": product,
            "title": words["title"],
            "price": words["price"],
            "was": words["was"],
            "stock": "low_stock",
            "stock_text": words["stock"],
            "image_url": f"/demo/images/{product}.svg",
            "url": f"/products/{product}",
            "code": "B12",
            **changes,
        }

    @staticmethod
    def poll(language: str) -> dict[str, Any]:
        """An open poll."""
        options = zip(texts(language)["options"], ((41, 51), (27, 34), (12, 15)), strict=True)
        rows = [{"text": text, "votes": votes, "percent": share} for text, (votes, share) in options]
        return {"question": texts(language)["question"], "options": rows}

    def scene(self, state: dict[str, Any]) -> None:
        """The stage changes."""
        self.state = state
        self._publish({"type": "scene", "state": state})

    def say(
        self,
        text: str,
        language: str = "en",
        *,
        marks: tuple[tuple[str, str, int], ...] = (),
        captions: dict[str, str] | None = None,
        lead_ms: int = 250,
        sound: bool = True,
        pace: int = 1,
    ) -> dict[str, Any]:
        """Speak a sentence, a tone for each word.

        Args:
            marks: name, value, and the word (from 0) at which it stands.
            captions: the sentence in other languages.
            lead_ms: until its first sample.
            sound: False for a sentence that is only shown.
            pace: so many times as fast as someone who speaks slowly.

        Returns:
            The utterance as sent.
        """
        places = _places(text, language)
        word_ms, pause_ms = _WORD_MS // pace, _PAUSE_MS // pace
        each = word_ms + pause_ms
        wav = _tone(len(places), word_ms, pause_ms)
        digest = hashlib.sha256(wav).hexdigest()
        self._sounds[digest] = wav
        self._said += 1
        starts = [index * each for index in range(len(places))]
        audio = {
            "url": f"/live/main/audio/{digest}.wav",
            "format": "wav",
            "rate": _RATE,
            "duration_ms": each * len(places),
        }
        self._utterance = {
            "id": f"{self._epoch}-{self._said}",
            "starts_at_ms": self.now_ms() + lead_ms,
            "duration_ms": each * len(places),
            "language": language,
            "direction": "rtl" if language in _RIGHT_TO_LEFT else "ltr",
            "text": text,
            "persona": "lina",
            "purpose": "script",
            "segment": "pitch-1",
            "captions": captions or {},
            "silent": not sound,
            "audio": audio if sound else None,
            "words": [
                [at, size, start, start + word_ms]
                for (at, size), start in zip(places, starts, strict=True)
            ],
            "visemes": [
                shape for start in starts for shape in (["aa", start, 1.0], ["sil", start + word_ms, 0.0])
            ],
            "marks": [{"name": name, "value": value, "at_ms": word * each} for name, value, word in marks],
        }  # fmt: skip
        self._publish({"type": "utterance", **self._utterance})
        return self._utterance

    def cut(self) -> None:
        """Silence."""
        assert self._utterance is not None
        spoken, self._utterance = self._utterance, None
        self._publish({"type": "cut", "id": spoken["id"], "at_ms": self.now_ms()})

    def drop(self, *, doors_open: bool = True) -> None:
        """The line breaks; with `doors_open` False nobody comes in until `reopen`."""
        self._doors_open = doors_open
        self._do(self._close_all())

    def reopen(self, *, forgotten: bool = False) -> None:
        """Lets pages in again; `forgotten`: as a server that has been started anew."""
        if forgotten:
            self._epoch, self._seq, self._utterance = "two", 0, None
        self._doors_open = True

    # --- the wire ------------------------------------------------------------------------------------

    def _publish(self, body: dict[str, Any]) -> None:
        self._seq += 1
        self._do(self._send_all({"v": 1, "seq": self._seq, **body}))

    async def _send_all(self, frame: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            await socket.send_text(json.dumps(frame))

    async def _close_all(self) -> None:
        for socket in list(self._sockets):
            self._sockets.discard(socket)
            await socket.close(1012)

    def _hello(self) -> dict[str, Any]:
        spoken = self._utterance
        over = spoken is None or spoken["starts_at_ms"] + spoken["duration_ms"] < self.now_ms()
        return {
            "v": 1,
            "seq": self._seq,
            "type": "hello",
            "room": "main",
            "epoch": self._epoch,
            "now_ms": self.now_ms(),
            "resumed": False,
            "state": self.state,
            "utterance": None if over else spoken,
        }

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        if not self._doors_open:
            await socket.close(1013)
            return
        try:
            while True:
                await self._heard(socket, json.loads(await socket.receive_text()))
        except WebSocketDisconnect:
            self._sockets.discard(socket)

    async def _heard(self, socket: WebSocket, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "enter":
                self.entered.append(frame)
                await socket.send_text(json.dumps(self._hello()))
                self._sockets.add(socket)
            case "time":
                answer = {"v": 1, "type": "time", "t": frame["t"], "now_ms": self.now_ms()}
                await socket.send_text(json.dumps(answer))
            case "progress":
                self.progress.append(frame)

    def _app(self, pages: Path) -> FastAPI:
        app = FastAPI()
        # The real headers, so that a page that breaks our content security policy breaks here too.
        app.add_middleware(Headers)
        dist = pages / "stage" / "dist"
        page = BuiltFiles(dist, cache=REVALIDATE)

        @app.get("/stage/{room}")
        async def stage(request: Request, room: str) -> Response:
            return await page.get_response("index.html", request.scope)

        @app.get("/live/main/audio/{name}")
        async def audio(name: str) -> Response:
            headers = {"Cache-Control": "public, max-age=31536000, immutable"}
            return Response(self._sounds[name.removesuffix(".wav")], media_type="audio/wav", headers=headers)

        app.add_api_websocket_route("/ws/stage/main", self._socket)
        app.mount("/stage/assets", BuiltFiles(dist / "assets", cache=REVALIDATE))
        app.mount("/demo/images", BuiltFiles(_PICTURES, cache=REVALIDATE, built=False))
        return app
