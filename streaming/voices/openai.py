"""Any service with OpenAI's speech interface: `POST /v1/audio/speech`, many self-hosted ones among them.

Called by the voice stack. It answers with audio and no times: those are borrowed, see `borrowed`. The key
comes from the composition root; it is sent to the service and nowhere else.

Source: OpenAI API reference, "Create speech", from general knowledge; tested against a local twin only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import httpx

from streaming.show import Mark
from streaming.speech import Speech, VoiceError
from streaming.voices.borrowed import Reader, borrowed_timings
from streaming.voices.frames import MAX_BYTES
from streaming.voices.silent import silent_speech
from streaming.voices.spoken import Piece, spoken
from streaming.voices.timing import assemble
from streaming.voices.wav import read_wav

__all__ = ["OpenAiVoice"]

# `pcm` is headless: signed 16 bit, mono, 24 kHz.
_PCM_RATE = 24000
_SLOWEST, _FASTEST = 0.25, 4.0
_REFUSED = frozenset({400, 404, 413, 415, 422})


class OpenAiVoice:
    """A speech service. Call `close()`.

    Args:
        base_url: up to and with `/v1`.
        api_key: None where the service wants none.
        model: as the service names it.
        voice: of every language that `voices` does not name.
        voices: language -> voice.
        audio_format: `wav`, or `pcm` for services that send it without a header.
        languages: those that the model speaks; None is all.
        reader: reads for the times, see `borrowed`.
        timeout_s: for the whole answer.
        transport: of httpx; its own when None.
    """

    name = "openai"

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        model: str,
        voice: str,
        voices: Mapping[str, str] = MappingProxyType({}),
        audio_format: Literal["wav", "pcm"] = "wav",
        languages: frozenset[str] | None = None,
        reader: Reader | None = None,
        timeout_s: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._model, self._voice, self._voices = model, voice, dict(voices)
        self._format, self._languages, self._reader = audio_format, languages, reader
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=timeout_s,
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`; pauses are not lengthened, the interface has none."""
        text = "".join(piece.text for piece in spoken(parts, language) if isinstance(piece, Piece)).strip()
        if not text or (self._languages is not None and language not in self._languages):
            return silent_speech(parts, language, pace=pace)
        name = voice or self._voices.get(language, self._voice)
        data = await self._fetch(text, name, pace)
        pcm, rate = read_wav(data) if self._format == "wav" else (data[: len(data) // 2 * 2], _PCM_RATE)
        timings = await borrowed_timings(parts, language, pcm, rate, self._reader)
        return await assemble(parts, pcm, rate, timings, voice=f"{self.name}:{self._model}:{name}")

    async def _fetch(self, text: str, voice: str, pace: float) -> bytes:
        body = {
            "model": self._model,
            "input": text,
            "voice": voice,
            "response_format": self._format,
            "speed": min(_FASTEST, max(_SLOWEST, pace)),
        }
        try:
            async with self._client.stream("POST", "audio/speech", json=body) as response:
                if response.status_code != 200:
                    raise _failure(response.status_code)
                data = bytearray()
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > MAX_BYTES:
                        raise VoiceError("protocol", "endless audio")
                return bytes(data)
        except httpx.TimeoutException as error:
            raise VoiceError("timeout", "speech service") from error
        except httpx.HTTPError as error:
            raise VoiceError("unavailable", type(error).__name__) from error


def _failure(status: int) -> VoiceError:
    return VoiceError("refused" if status in _REFUSED else "unavailable", f"HTTP {status}")
