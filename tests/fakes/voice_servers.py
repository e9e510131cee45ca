"""Twins of speech services: they answer as OpenAI's and Azure's do, and refuse what those refuse."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request as Handshake
from websockets.http11 import Response as HandshakeResponse

from tests.fakes.speaking import spoken_tone, wav_of

__all__ = ["AzureTwin", "OpenAiTwin", "azure_twin"]

_OPENAI_RATE, _AZURE_RATE = 24000, 24000
_TICKS_A_SECOND = 10_000_000
_NAMESPACE = "{http://www.w3.org/2001/10/synthesis}"


@dataclass
class OpenAiTwin:
    """`POST /v1/audio/speech`. `status` other than 200 is answered to everything; `body` instead of audio."""

    key: str = "sk-test"
    status: int = 200
    body: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def transport(self) -> httpx.ASGITransport:
        """Gives an httpx client a way here without a network."""
        return httpx.ASGITransport(
            Starlette(routes=[Route("/v1/audio/speech", self._speech, methods=["POST"])])
        )

    async def _speech(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"error": {"message": "Incorrect API key provided"}}, 401)
        if self.status != 200:
            return JSONResponse({"error": {"message": "no"}}, self.status)
        asked = json.loads(await request.body())
        self.asked.append(asked)
        if asked["voice"] not in {"alloy", "nova"}:
            return JSONResponse({"error": {"message": "invalid voice"}}, 400)
        samples, _ = spoken_tone(asked["input"], _OPENAI_RATE)
        pcm = (samples * 32767).astype("<i2").tobytes()
        audio = wav_of(samples, _OPENAI_RATE) if asked["response_format"] == "wav" else pcm
        return Response(audio if self.body is None else self.body, media_type="audio/wav")


@dataclass
class AzureTwin:
    """The synthesis WebSocket.

    Attributes:
        key: the only one let in.
        closes_after: turns on one connection, before it is closed as an idle one is.
        mute: answers nothing after `turn.start`.
    """

    key: str = "azure-key"
    closes_after: int | None = None
    mute: bool = False
    url: str = ""
    ssml: list[str] = field(default_factory=list)
    connections: int = 0

    def admit(self, connection: ServerConnection, request: Handshake) -> HandshakeResponse | None:
        """401 for another key."""
        if request.headers.get("Ocp-Apim-Subscription-Key") != self.key:
            return connection.respond(401, "unauthorized")
        return None

    async def serve(self, connection: ServerConnection) -> None:
        """One connection: config once, then turns."""
        self.connections += 1
        turns = 0
        async for message in connection:
            head, _, body = str(message).partition("\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.split("\r\n"))
            if headers["Path"] == "synthesis.context":
                options = json.loads(body)["synthesis"]["audio"]
                assert options["outputFormat"] == "raw-24khz-16bit-mono-pcm"
                assert options["metadataOptions"]["visemeEnabled"] is True
            if headers["Path"] != "ssml":
                continue
            self.ssml.append(body)
            await self._turn(connection, headers["X-RequestId"], body)
            turns += 1
            if turns == self.closes_after:
                await connection.close()

    async def _turn(self, connection: ServerConnection, request: str, ssml: str) -> None:
        await connection.send(_text("turn.start", request, "{}"))
        if self.mute:
            return
        text, bookmarks = _read(ssml)
        samples, words = spoken_tone(text, _AZURE_RATE)
        events = [_event("Viseme", 0, VisemeId=0)]
        for at, start, end in words:
            word = text[at:].split()[0].strip(".,!?")
            events.append(
                _event(
                    "WordBoundary",
                    start,
                    Duration=_ticks(end - start),
                    text={"Text": word, "Length": len(word)},
                )
            )
            third = (end - start) // 3
            events += [
                _event("Viseme", start + number * third, VisemeId=shape)
                for number, shape in enumerate((21, 2, 19))
            ]
            events.append(_event("Viseme", end, VisemeId=0))
        ends = [*(start for _, start, _ in words), len(samples)]
        for name, place in bookmarks:
            before = sum(at < place for at, _, _ in words)
            events.append(_event("Bookmark", ends[before], Bookmark=name))
        data = (samples * 32767).astype("<i2").tobytes()
        half = len(data) // 4 * 2
        await connection.send(_binary(request, data[:half]))
        await connection.send(_text("audio.metadata", request, json.dumps({"Metadata": events})))
        await connection.send(_binary(request, data[half:]))
        await connection.send(_text("turn.end", request, "{}"))


@asynccontextmanager
async def azure_twin(twin: AzureTwin) -> AsyncIterator[AzureTwin]:
    """The twin, listening on a port of its own."""
    async with serve(twin.serve, "127.0.0.1", 0, process_request=twin.admit) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        twin.url = f"ws://127.0.0.1:{port}"
        yield twin


def _read(ssml: str) -> tuple[str, list[tuple[str, int]]]:
    """Text and bookmarks with their places; raises for SSML that is not well-formed, which is refused."""
    root = ElementTree.fromstring(ssml)  # noqa: S314  # our own adapter's
    prosody = root.find(f"{_NAMESPACE}voice/{_NAMESPACE}prosody")
    assert prosody is not None
    text, bookmarks = prosody.text or "", []
    for element in prosody:
        if element.tag == f"{_NAMESPACE}bookmark":
            bookmarks.append((element.attrib["mark"], len(text)))
        text += element.tail or ""
    return text, bookmarks


def _event(kind: str, sample: int, **data: Any) -> dict[str, Any]:
    return {"Type": kind, "Data": {"Offset": _ticks(sample), **data}}


def _ticks(samples: int) -> int:
    return samples * _TICKS_A_SECOND // _AZURE_RATE


def _text(path: str, request: str, body: str) -> str:
    return (
        f"X-RequestId:{request}\r\nPath:{path}\r\nContent-Type:application/json; charset=utf-8\r\n\r\n{body}"
    )


def _binary(request: str, data: bytes) -> bytes:
    head = f"X-RequestId:{request}\r\nPath:audio\r\nContent-Type:audio/x-wav\r\n".encode()
    return len(head).to_bytes(2, "big") + head + data
