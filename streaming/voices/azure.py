"""Azure AI Speech over its WebSocket, which sends mouth shapes, word times and bookmarks beside the audio.

Called by the voice stack. Its REST interface has no times, hence this one, which Microsoft's own SDKs speak.
The key comes from the composition root; it is sent to the service and nowhere else. Tested against a local
twin only (`tests/fakes/voice_servers.py`), never against the service.

Source: microsoft/cognitive-services-speech-sdk-js, `SynthesisAudioMetadata.ts` and the synthesis adapter
(messages); Microsoft, "SPVISEMES" (the 22 shapes); both read 2026-11-22.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from streaming.show import Mark
from streaming.speech import Speech, Viseme, VisemeName, VoiceError
from streaming.voices.azure_voices import AZURE_VOICES
from streaming.voices.frames import MAX_BYTES
from streaming.voices.silent import silent_speech
from streaming.voices.spoken import Piece, spoken
from streaming.voices.timing import Timings, assemble, pause_ms_of

__all__ = ["AzureVoice"]

_RATE = 24000
_FORMAT = "raw-24khz-16bit-mono-pcm"
_TICKS_A_MS = 10_000
_SHAPES: tuple[tuple[VisemeName, float], ...] = (
    ("sil", 1.0), ("aa", 0.7), ("aa", 1.0), ("O", 0.9), ("E", 0.8), ("RR", 0.7), ("I", 0.8), ("U", 0.9),
    ("O", 0.9), ("aa", 0.9), ("O", 0.9), ("aa", 0.9), ("kk", 0.3), ("RR", 0.6), ("nn", 0.5), ("SS", 0.6),
    ("CH", 0.8), ("TH", 0.8), ("FF", 0.9), ("DD", 0.6), ("kk", 0.5), ("PP", 1.0),
)  # fmt: skip


@dataclass(slots=True)
class _Heard:
    """What has come of a sentence so far."""

    text: str
    places: list[int]
    audio: bytearray = field(default_factory=bytearray)
    words: list[tuple[int, float]] = field(default_factory=list)
    visemes: list[Viseme] = field(default_factory=list)
    marks: dict[int, float] = field(default_factory=dict)
    searched: int = 0


class AzureVoice:
    """Azure AI Speech. Call `close()`.

    Args:
        region: of the resource: `westeurope`.
        key: of the resource.
        voices: language -> voice, over `azure_voices.AZURE_VOICES`.
        timeout_s: for a whole sentence.
        url: of the socket; from the region when None.
    """

    name = "azure"

    def __init__(
        self,
        region: str,
        key: str,
        *,
        voices: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
        url: str | None = None,
    ) -> None:
        self._url = url or f"wss://{region}.tts.speech.microsoft.com/cognitiveservices/websocket/v1"
        self._key, self._timeout_s = key, timeout_s
        self._voices = {**AZURE_VOICES, **(voices or {})}
        self._turn = asyncio.Lock()
        self._socket: ClientConnection | None = None

    async def close(self) -> None:
        """Close the socket."""
        async with self._turn:
            await self._drop()

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`."""
        name = voice or self._voices.get(language)
        pieces = spoken(parts, language)
        if name is None or not any(isinstance(piece, Piece) for piece in pieces):
            return silent_speech(parts, language, pace=pace)
        ssml, heard = _ssml(pieces, name, pace), _expected(pieces)
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._synthesise(ssml, heard)
            except BaseException as error:
                # Whatever is left of this turn must not be taken for the next one's.
                await self._drop()
                raise _failure(error) from error
        timings = Timings(words=heard.words, visemes=heard.visemes, marks=heard.marks)
        return await assemble(parts, bytes(heard.audio), _RATE, timings, voice=f"{self.name}:{name}")

    async def _synthesise(self, ssml: str, heard: _Heard) -> None:
        fresh = self._socket is None
        try:
            await self._send_and_read(ssml, heard)
        except WebSocketException:
            # The service closes a socket that was idle for a while; that is no failure.
            if fresh or heard.audio:
                raise
            await self._drop()
            await self._send_and_read(ssml, heard)

    async def _send_and_read(self, ssml: str, heard: _Heard) -> None:
        request = uuid.uuid4().hex
        socket = await self._connected()
        await socket.send(_message("synthesis.context", request, json.dumps(_CONTEXT)))
        await socket.send(_message("ssml", request, ssml))
        while True:
            path, body = _opened(await socket.recv())
            if path == "audio":
                heard.audio += body
                if len(heard.audio) > MAX_BYTES:
                    raise VoiceError("protocol", "endless audio")
            elif path == "audio.metadata":
                _take(heard, json.loads(body))
            elif path == "turn.end":
                return

    async def _connected(self) -> ClientConnection:
        if self._socket is None:
            headers = {"Ocp-Apim-Subscription-Key": self._key, "X-ConnectionId": uuid.uuid4().hex}
            self._socket = await connect(self._url, additional_headers=headers, max_size=MAX_BYTES)
            system = {"context": {"system": {"name": "storecast", "version": "1", "build": "python"}}}
            await self._socket.send(_message("speech.config", uuid.uuid4().hex, json.dumps(system)))
        return self._socket

    async def _drop(self) -> None:
        socket, self._socket = self._socket, None
        if socket:
            await socket.close()


_CONTEXT = {
    "synthesis": {
        "audio": {
            "metadataOptions": {
                "bookmarkEnabled": True,
                "punctuationBoundaryEnabled": False,
                "sentenceBoundaryEnabled": False,
                "sessionEndEnabled": False,
                "visemeEnabled": True,
                "wordBoundaryEnabled": True,
            },
            "outputFormat": _FORMAT,
        },
        "language": {"autoDetection": False},
    }
}


def _failure(error: BaseException) -> BaseException:
    match error:
        case TimeoutError():
            return VoiceError("timeout", "Azure")
        case InvalidStatus():
            return VoiceError("unavailable", f"Azure: HTTP {error.response.status_code}")
        case WebSocketException() | OSError():
            return VoiceError("unavailable", f"Azure: {type(error).__name__}")
        case ValueError() | KeyError() | TypeError() | IndexError():
            return VoiceError("protocol", f"Azure: {type(error).__name__}")
        case _:
            return error


def _message(path: str, request: str, body: str) -> str:
    kind = "application/ssml+xml" if path == "ssml" else "application/json"
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return (
        f"Path: {path}\r\nX-RequestId: {request}\r\nX-Timestamp: {at}\r\nContent-Type: {kind}\r\n\r\n{body}"
    )


def _opened(message: str | bytes) -> tuple[str, bytes]:
    """Path and body; a binary message has the length of its headers, 2 bytes, in front."""
    if isinstance(message, str):
        head, _, text = message.partition("\r\n\r\n")
        body = text.encode()
    else:
        size = int.from_bytes(message[:2], "big")
        head, body = message[2 : 2 + size].decode("ascii", "replace"), message[2 + size :]
    headers = (line.partition(":") for line in head.split("\r\n"))
    return next((value.strip() for name, _, value in headers if name.strip().lower() == "path"), ""), body


def _take(heard: _Heard, metadata: dict[str, Any]) -> None:
    for item in metadata["Metadata"]:
        data = item["Data"]
        at_ms = float(data.get("Offset", 0)) / _TICKS_A_MS
        match item["Type"]:
            case "WordBoundary":
                found = heard.text.find(str(data["text"]["Text"]), heard.searched)
                if found >= 0:
                    heard.searched = found + len(str(data["text"]["Text"]))
                    heard.words.append((heard.places[found], at_ms))
            case "Viseme":
                name, weight = _SHAPES[int(data["VisemeId"])]
                heard.visemes.append(Viseme(name, round(at_ms), weight))
            case "Bookmark":
                heard.marks[int(data["Bookmark"])] = at_ms


def _expected(pieces: Iterable[Piece | Mark]) -> _Heard:
    texts = [piece for piece in pieces if isinstance(piece, Piece)]
    places = [piece.place(offset) for piece in texts for offset in range(len(piece.text))]
    return _Heard("".join(piece.text for piece in texts), places)


def _ssml(pieces: Iterable[Piece | Mark], voice: str, pace: float) -> str:
    body: list[str] = []
    number = 0
    for piece in pieces:
        if isinstance(piece, Piece):
            body.append(escape(piece.text))
            continue
        body.append(f'<bookmark mark="{number}"/>')
        # The service takes breaks up to 20 s.
        body.append(f'<break time="{pause_ms_of(piece)}ms"/>' if pause_ms_of(piece) else "")
        number += 1
    locale = "-".join(voice.split("-")[:2])
    rate = f"{round((min(2.0, max(0.5, pace)) - 1) * 100):+d}%"
    return (
        f'<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang={quoteattr(locale)}>'
        f'<voice name={quoteattr(voice)}><prosody rate="{rate}">{"".join(body)}</prosody></voice></speak>'
    )
