"""The default engine: espeak-ng in a worker process. Free, offline, quick, exact in its times, and robotic.

Called by the voice stack. The times of words, phonemes and marks come out of the synthesis itself. The
library is under the GPL and is never loaded here, see `espeak_worker`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from streaming.show import Mark
from streaming.speech import Speech, VoiceError
from streaming.voices.espeak_languages import SPOKEN, WITH_VOWELS, voice_of
from streaming.voices.espeak_text import Ssml, adapted, ssml_of, with_vowels
from streaming.voices.process import WorkerProcess
from streaming.voices.silent import silent_speech
from streaming.voices.spoken import Piece, caption_of, spoken
from streaming.voices.timing import Timings, assemble

__all__ = ["EspeakVoice"]

# Words a minute at pace 1: espeak-ng's own default. Its limits: below 80 it drawls, above 450 it hurries on.
_WORDS_A_MINUTE, _SLOWEST, _FASTEST = 175, 80, 450
_PITCH = 50
# Signs of a sentence; five minutes of speech. A longer one is a mistake or an attack.
_LONGEST = 4000


class EspeakVoice:
    """espeak-ng. Call `close()`.

    Args:
        worker: the process to ask; one of its own when None.
        vowels: `streaming.voices.arabic_worker` in an environment that has Piper; Arabic is silent without.
    """

    name = "espeak"

    def __init__(self, worker: WorkerProcess | None = None, *, vowels: WorkerProcess | None = None) -> None:
        self._worker = worker or WorkerProcess("streaming.voices.espeak_worker", timeout_s=3.0)
        self._vowels = vowels

    async def start(self) -> None:
        """Start the worker now, so that the first sentence does not wait for it. Raises VoiceError."""
        await self._worker.start()

    async def close(self) -> None:
        """End the workers."""
        await self._worker.close()
        if self._vowels:
            await self._vowels.close()

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`.

        Args:
            parts: texts and marks.
            language: silent for those in `espeak_languages.SILENT` and any that it does not know.
            voice: `de`, `de+f2`, or `+f2` for the language's voice with that variant.
            pace: 0.5..2.
        """
        ssml = await self._prepared(parts, language)
        if ssml is None:
            return silent_speech(parts, language, pace=pace)
        name = voice_of(language, voice)
        rate = min(_FASTEST, max(_SLOWEST, round(_WORDS_A_MINUTE * pace)))
        reply, pcm = await self._worker.ask(_request(ssml, name, rate))
        timings = _timings(reply, ssml)
        return await assemble(parts, pcm, int(reply["rate"]), timings, voice=f"{self.name}:{name}")

    async def phonemes(self, parts: tuple[str | Mark, ...], language: str) -> Timings | None:
        """When it would say what, for engines that tell no times; None where it can't read the language.

        Raises:
            VoiceError: the worker could not answer.
        """
        ssml = await self._prepared(parts, language)
        if ssml is None:
            return None
        request = {
            "ssml": ssml.text,
            "voice": voice_of(language, None),
            "rate": _WORDS_A_MINUTE,
            "pitch": _PITCH,
        }
        reply, _ = await self._worker.ask(request)
        return _timings(reply, ssml)

    async def _prepared(self, parts: tuple[str | Mark, ...], language: str) -> Ssml | None:
        """What to send; None where there is nothing to say, or nobody to say it. Raises VoiceError."""
        if len(caption_of(parts)) > _LONGEST:
            raise VoiceError("refused", "sentence too long")
        if language not in SPOKEN and not (language in WITH_VOWELS and self._vowels):
            return None
        pieces = await asyncio.to_thread(lambda: adapted(spoken(parts, language), language))
        if not any(isinstance(piece, Piece) for piece in pieces):
            return None
        if language in WITH_VOWELS and self._vowels:
            texts = [piece.text for piece in pieces if isinstance(piece, Piece)]
            reply, _ = await self._vowels.ask({"texts": texts})
            pieces = with_vowels(pieces, [str(text) for text in reply["texts"]])
        return ssml_of(pieces)


def _request(ssml: Ssml, voice: str, rate: int) -> dict[str, Any]:
    return {"ssml": ssml.text, "voice": voice, "rate": rate, "pitch": _PITCH}


def _timings(reply: dict[str, Any], ssml: Ssml) -> Timings:
    rate, places = float(reply["rate"]), ssml.places

    def ms(sample: int) -> float:
        return sample * 1000 / rate

    return Timings(
        words=[(places[at], ms(sample)) for at, sample in reply["words"] if 0 <= at < len(places)],
        phonemes=[(ipa, ms(sample)) for ipa, sample in reply["phonemes"]],
        marks={int(number): ms(sample) for number, sample in reply["marks"]},
    )
