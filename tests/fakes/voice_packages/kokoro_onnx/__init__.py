"""Stands in for kokoro-onnx 0.6.1 in a worker: same names and shapes as its `Kokoro`, tones for speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.fakes.speaking import spoken_tone

__all__ = ["Kokoro"]

_RATE = 24000


@dataclass
class Timing:
    phoneme: str
    start: float
    end: float


class Kokoro:
    def __init__(self, model_path: str, voices_path: str) -> None:
        self._timed = "plain" not in model_path

    def create_timed(
        self, text: str, voice: str, speed: float = 1.0, lang: str = "en-us"
    ) -> tuple[npt.NDArray[np.float32], int, list[Timing]]:
        assert voice.startswith(("af_", "bf_")), f"Voice {voice} not found in available voices"
        samples, words = spoken_tone(text, _RATE)
        timings: list[Timing] = []
        for _, start, end in words:
            third = (end - start) / 3
            timings += [
                Timing(phoneme, (start + number * third) / _RATE, (start + (number + 1) * third) / _RATE)
                for number, phoneme in enumerate("bɑn")
            ]
            timings.append(Timing(" ", end / _RATE, end / _RATE))
        return samples, _RATE, timings if self._timed else []
