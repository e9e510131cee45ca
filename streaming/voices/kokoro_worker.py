"""The program that holds Kokoro: `python -m streaming.voices.kokoro_worker MODEL VOICES`, frames on stdio.

Started by `streaming.voices.kokoro`, in whatever environment kokoro-onnx is installed in. The package loads
espeak-ng, which is under the GPL, into its process: this one, never the product's. Must not import anything
of ours but the frames.

A request is `{id, text, voice, language, speed}`, its answer `{id, type: "spoken", rate, phonemes}` and the
audio. `phonemes`: [phoneme, sample] where the model tells them, a space between words; else empty.

Source: `kokoro_onnx/__init__.py` of kokoro-onnx 0.6.1.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from kokoro_onnx import Kokoro  # type: ignore[import-not-found]  # optional, only here

from streaming.voices.worker_loop import Refused, Speak, serve

__all__ = ["KokoroModel"]


class KokoroModel:
    """A model and its voices, opened.

    Args:
        model: path of the ONNX file.
        voices: path of the voices' file.
    """

    def __init__(self, model: str, voices: str) -> None:
        self._kokoro = Kokoro(model, voices)

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Answer a request. Raises Refused for a voice or language that there is not."""
        try:
            audio, rate, timings = self._kokoro.create_timed(
                str(request["text"]),
                str(request["voice"]),
                float(request["speed"]),
                str(request["language"]),
            )
        except (AssertionError, KeyError, ValueError, RuntimeError) as error:
            raise Refused(type(error).__name__) from error
        pcm = np.clip(np.asarray(audio) * 32767, -32768, 32767).astype("<i2").tobytes()
        phonemes: list[tuple[str, int]] = []
        for timing in timings:
            phonemes.append((str(timing.phoneme), round(float(timing.start) * rate)))
        return {"rate": int(rate), "phonemes": phonemes}, pcm


def _start() -> Speak:
    return KokoroModel(sys.argv[1], sys.argv[2]).speak


if __name__ == "__main__":
    serve(_start)
