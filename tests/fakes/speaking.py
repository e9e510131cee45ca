"""Audio that a stand-in engine speaks: a burst of tone a word, silence at commas. Same text, same audio."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

__all__ = ["spoken_tone", "wav_of"]

_WORD_S, _GAP_S, _COMMA_S, _EDGE_S = 0.22, 0.04, 0.3, 0.25


def spoken_tone(text: str, rate: int) -> tuple[npt.NDArray[np.float32], list[tuple[int, int, int]]]:
    """Audio, and for each word its place in the text, its first and its last sample."""
    pieces: list[npt.NDArray[np.float32]] = [np.zeros(round(_EDGE_S * rate), dtype=np.float32)]
    words: list[tuple[int, int, int]] = []
    position = len(pieces[0])
    for match in re.finditer(r"\S+", text):
        time = np.arange(round(_WORD_S * rate)) / rate
        tone = (0.2 * np.sin(2 * np.pi * 180 * time) * np.sin(np.pi * time / _WORD_S)).astype(np.float32)
        pause = _COMMA_S if match[0][-1] in ",.!?" else _GAP_S
        words.append((match.start(), position, position + len(tone)))
        pieces += [tone, np.zeros(round(pause * rate), dtype=np.float32)]
        position += len(pieces[-1]) + len(tone)
    return np.concatenate(pieces), words


def wav_of(samples: npt.NDArray[np.float32], rate: int, *, streamed: bool = True) -> bytes:
    """A WAV file; `streamed` as services send it, with no lengths in its header."""
    data = (samples * 32767).astype("<i2").tobytes()
    length = 0xFFFFFFFF if streamed else len(data)
    form = (1).to_bytes(2, "little") + (1).to_bytes(2, "little") + rate.to_bytes(4, "little")
    form += (rate * 2).to_bytes(4, "little") + (2).to_bytes(2, "little") + (16).to_bytes(2, "little")
    head = b"RIFF" + min(length + 36, 0xFFFFFFFF).to_bytes(4, "little") + b"WAVE"
    return head + b"fmt " + (16).to_bytes(4, "little") + form + b"data" + length.to_bytes(4, "little") + data
