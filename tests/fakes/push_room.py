"""A room for what pushes it out: speaks the wire of a stage and shows a page of markers.

Every second an utterance begins with a tone, and the page turns from dark to white at the same moment of the
show clock: how far apart the two arrive is how well picture and sound keep together.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
import wave
from collections.abc import AsyncIterator
from http import HTTPStatus

import numpy as np
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

__all__ = ["MARK_MS", "TONE_MS", "PushRoom", "tone"]

MARK_MS = 1000
TONE_MS = 300
# How long before its start an utterance is told, as a server does.
_AHEAD_MS = 400
_RATE = 22_050
_SOUND = "/live/main/audio/tone.wav"

_PAGE = """<!doctype html><meta charset="utf-8"><title>markers</title>
<style>html,body{margin:0;height:100%;background:#306090;overflow:hidden}
#dot{position:absolute;width:120px;height:120px;border-radius:60px;background:#40c040;top:40%}
#cover{position:absolute;inset:0;background:#fff;visibility:hidden}</style>
<div id="dot"></div><div id="cover"></div><script>
let offset = null, best = 1e9, marks = [], socket;
function open() {
  socket = new WebSocket(`ws://${location.host}/ws/stage/main`);
  const say = frame => socket.readyState === 1 && socket.send(JSON.stringify({v: 1, ...frame}));
  const ask = () => say({type: 'time', t: performance.now()});
  socket.onopen = () => { say({type: 'enter', room: 'main', role: 'stage'});
    for (let i = 0; i < 8; i++) setTimeout(ask, i * 60); };
  socket.onmessage = event => { const frame = JSON.parse(event.data), now = performance.now();
    if (frame.type === 'time' && now - frame.t < best) {
      best = now - frame.t; offset = frame.now_ms - (now + frame.t) / 2; }
    if (frame.type === 'utterance') marks = [...marks.slice(-5), frame.starts_at_ms]; };
  socket.onclose = () => setTimeout(open, 300);
}
open();
const dot = document.getElementById('dot'), cover = document.getElementById('cover');
requestAnimationFrame(function draw(t) {
  dot.style.left = `${50 + 40 * Math.sin(t / 400)}%`;
  const show = performance.now() + offset;
  cover.style.visibility = marks.some(m => show >= m && show < m + TONE_MS) ? 'visible' : 'hidden';
  requestAnimationFrame(draw);
});
</script>"""


def tone(ms: int = TONE_MS, *, rate: int = _RATE) -> bytes:
    """A WAV file of 880 Hz."""
    moments = np.arange(rate * ms // 1000) / rate
    samples = (16_000 * np.sin(2 * np.pi * 880 * moments)).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


class PushRoom:
    """A running server with one room, `main`.

    Attributes:
        url: of the server.
        epoch: given to everybody who enters.
        entered: frames `enter` that were received.
        running: utterance told to who enters: id and start.
        began_s: monotonic time of the show clock's 0.
    """

    def __init__(self, *, talking: bool = True) -> None:
        self.running: tuple[str, float] | None = None
        self._does_talk = talking
        self.epoch = "first"
        self.entered: list[dict[str, object]] = []
        self.url = ""
        self._server: Server | None = None
        self._told = asyncio.Condition()
        self._marks = 0
        self._viewers: set[ServerConnection] = set()
        self.began_s = time.monotonic()
        self._talking: asyncio.Task[None] | None = None

    def now_ms(self) -> float:
        """The show clock."""
        return (time.monotonic() - self.began_s) * 1000

    async def marks(self, count: int) -> None:
        """Until so many more markers were told."""
        goal = self._marks + count
        async with self._told:
            await self._told.wait_for(lambda: self._marks >= goal)

    async def open(self, port: int = 0) -> None:
        """Serve on 127.0.0.1."""
        self._server = await serve(self._talk_to, "127.0.0.1", port, process_request=self._answer)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        if self._does_talk:
            self._talking = asyncio.create_task(self._talk())

    async def close(self) -> None:
        """Stop serving; everybody is thrown out."""
        if self._talking:
            self._talking.cancel()
            await asyncio.gather(self._talking, return_exceptions=True)
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _talk(self) -> None:
        while True:
            number = int(self.now_ms() + _AHEAD_MS) // MARK_MS + 1
            await asyncio.sleep(max(0.0, (number * MARK_MS - _AHEAD_MS - self.now_ms()) / 1000))
            await self.say(f"u{number}", starts_at_ms=number * MARK_MS)
            async with self._told:
                self._marks += 1
                self._told.notify_all()

    async def say(self, utterance_id: str, *, starts_at_ms: float, sound: str = _SOUND) -> None:
        """Send an utterance to all."""
        await self.send({"type": "utterance", **_utterance(utterance_id, starts_at_ms, sound)})

    async def throw_out(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(viewer.close() for viewer in list(self._viewers)))

    async def send(self, frame: dict[str, object]) -> None:
        """Send a frame to all."""
        for viewer in list(self._viewers):
            with contextlib.suppress(ConnectionClosed):
                await viewer.send(json.dumps({"v": 1, "seq": 1, **frame}))

    async def _talk_to(self, viewer: ServerConnection) -> None:
        async for frame in _frames(viewer):
            if frame["type"] == "enter":
                self.entered.append(frame)
                hello = {"room": "main", "epoch": self.epoch, "now_ms": self.now_ms(), "state": {}}
                if self.running:
                    hello["utterance"] = _utterance(*self.running, _SOUND)
                await viewer.send(json.dumps({"v": 1, "seq": 0, "type": "hello", **hello}))
                self._viewers.add(viewer)
            if frame["type"] == "time":
                answer = {"v": 1, "type": "time", "t": frame["t"], "now_ms": self.now_ms()}
                await viewer.send(json.dumps(answer))
        self._viewers.discard(viewer)

    def _answer(self, _: ServerConnection, request: Request) -> Response | None:
        path = request.path.partition("?")[0]
        if path.startswith("/ws/"):
            return None
        pages = {
            "/stage/main": (_PAGE.replace("TONE_MS", str(TONE_MS)).encode(), "text/html; charset=utf-8"),
            _SOUND: (tone(), "audio/wav"),
        }
        body, kind = pages.get(path, (b"", "text/plain"))
        status = HTTPStatus.OK if path in pages else HTTPStatus.NOT_FOUND
        headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
        return Response(status.value, status.phrase, headers, body)


def _utterance(utterance_id: str, starts_at_ms: float, sound: str) -> dict[str, object]:
    audio = {"url": sound, "format": "wav", "rate": _RATE, "duration_ms": TONE_MS}
    return {"id": utterance_id, "starts_at_ms": starts_at_ms, "audio": audio}


async def _frames(viewer: ServerConnection) -> AsyncIterator[dict[str, object]]:
    # Viewers that are killed leave without a word.
    with contextlib.suppress(ConnectionClosed):
        async for text in viewer:
            yield json.loads(text)
