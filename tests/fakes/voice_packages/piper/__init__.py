"""Stands in for piper-tts 1.8.0 in a worker: same names and shapes as `piper/voice.py`, tones for speech."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.fakes.speaking import spoken_tone

__all__ = ["PiperVoice", "SynthesisConfig"]

_RATE = 16000


@dataclass
class SynthesisConfig:
    length_scale: float | None = None


@dataclass
class PhonemeAlignment:
    phoneme: str
    phoneme_ids: list[int]
    num_samples: int


@dataclass
class AudioChunk:
    sample_rate: int
    audio_int16_bytes: bytes
    phoneme_alignments: list[PhonemeAlignment] | None = field(default=None)


class PiperVoice:
    def __init__(self, model: str) -> None:
        self._has_alignments = "plain" not in model

    @staticmethod
    def load(model_path: str, include_alignments: bool = False) -> PiperVoice:
        if "missing" in model_path:
            raise FileNotFoundError(model_path)
        return PiperVoice(model_path)

    def synthesize(
        self, text: str, syn_config: SynthesisConfig | None = None, include_alignments: bool = False
    ) -> Iterator[AudioChunk]:
        samples, words = spoken_tone(text, _RATE)
        alignments = [PhonemeAlignment("^", [1], words[0][1])] if words else []
        for index, (_, start, end) in enumerate(words):
            after = words[index + 1][1] if index + 1 < len(words) else len(samples)
            third = (end - start) // 3
            alignments += [PhonemeAlignment(phoneme, [7], third) for phoneme in "bɑn"]
            alignments.append(PhonemeAlignment(" ", [3], after - start - 3 * third))
        data = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
        yield AudioChunk(_RATE, data, alignments if include_alignments and self._has_alignments else None)
