"""Kokoro: one small neural model with voices in eight languages, on a CPU, in a worker process.

Called by the voice stack. Needs the package `kokoro-onnx` in the environment of `python`, and the two files
of the model that the shop has downloaded. Tested with a stand-in of the package, not with the real model.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from streaming.show import Mark
from streaming.speech import Speech
from streaming.voices.borrowed import Reader
from streaming.voices.local import ask_model, said
from streaming.voices.process import WorkerProcess
from streaming.voices.silent import silent_speech

__all__ = ["KokoroVoice"]

# Language -> (code, voice) of Kokoro 1.0. Source: VOICES.md of hexgrad/Kokoro-82M, from general knowledge.
_VOICES = MappingProxyType({
    "en": ("en-us", "af_heart"), "es": ("es", "ef_dora"), "fr": ("fr-fr", "ff_siwis"),
    "hi": ("hi", "hf_alpha"), "it": ("it", "if_sara"), "ja": ("ja", "jf_alpha"),
    "pt": ("pt-br", "pf_dora"), "zh": ("cmn", "zf_xiaobei"),
})  # fmt: skip


class KokoroVoice:
    """Kokoro. Call `close()`.

    Args:
        model: path of the ONNX file.
        voices_file: path of the voices' file.
        voices: language -> voice, over the built-in ones.
        python: interpreter of the environment that has kokoro-onnx; ours when None.
        reader: reads for the times that the model does not tell, see `borrowed`.
        worker: the process to ask; one of its own when None.
    """

    name = "kokoro"

    def __init__(
        self,
        model: str,
        voices_file: str,
        *,
        voices: Mapping[str, str] = MappingProxyType({}),
        python: str | None = None,
        reader: Reader | None = None,
        worker: WorkerProcess | None = None,
    ) -> None:
        self._voices, self._reader = dict(voices), reader
        self._worker = worker or WorkerProcess(
            "streaming.voices.kokoro_worker",
            (model, voices_file),
            python=python,
            timeout_s=15.0,
            start_timeout_s=30.0,
        )

    async def close(self) -> None:
        """End the worker."""
        await self._worker.close()

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`; silent in a language that the model does not speak."""
        pieces = said(parts, language)
        if language not in _VOICES or pieces is None:
            return silent_speech(parts, language, pace=pace)
        code, usual = _VOICES[language]
        name = voice or self._voices.get(language, usual)
        request = {"voice": name, "language": code, "speed": min(2.0, max(0.5, pace))}
        return await ask_model(
            self._worker, request, parts, pieces, language=language, reader=self._reader,
            voice=f"{self.name}:{name}",
        )  # fmt: skip
