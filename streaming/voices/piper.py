"""Piper: neural voices that run on a CPU, one model a language, in a worker process.

Called by the voice stack. Needs the package `piper-tts` (GPL) in the environment of `python`, and models that
the shop has downloaded. Tested with a stand-in of the package, and by hand with the package itself and a
dummy model; never with a trained one.
"""

from __future__ import annotations

from collections.abc import Mapping

from streaming.show import Mark
from streaming.speech import Speech, VoiceError
from streaming.voices.borrowed import Reader
from streaming.voices.local import ask_model, said
from streaming.voices.process import WorkerProcess
from streaming.voices.silent import silent_speech

__all__ = ["PiperVoice"]


class PiperVoice:
    """Piper. Call `close()`.

    Args:
        models: language, or the name of a voice -> path of its `.onnx` file. Only these are ever opened.
        python: interpreter of the environment that has Piper; ours when None.
        reader: reads for the times that a model does not tell, see `borrowed`.
        worker: the process to ask; one of its own when None.
    """

    name = "piper"

    def __init__(
        self,
        models: Mapping[str, str],
        *,
        python: str | None = None,
        reader: Reader | None = None,
        worker: WorkerProcess | None = None,
    ) -> None:
        self._models, self._reader = dict(models), reader
        # A model is loaded at its first sentence, which takes seconds.
        self._worker = worker or WorkerProcess(
            "streaming.voices.piper_worker", python=python, timeout_s=15.0, start_timeout_s=30.0
        )

    async def close(self) -> None:
        """End the worker."""
        await self._worker.close()

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`; a language without a model is silent, an unknown voice is refused."""
        if voice is not None and voice not in self._models:
            raise VoiceError("refused", "no such Piper voice")
        model = self._models.get(voice or language)
        pieces = said(parts, language)
        if model is None or pieces is None:
            return silent_speech(parts, language, pace=pace)
        request = {"model": model, "speed": min(2.0, max(0.5, pace))}
        name = f"{self.name}:{voice or language}"
        return await ask_model(
            self._worker, request, parts, pieces, language=language, reader=self._reader, voice=name
        )
