"""What a voice is: sentences in, audio with its timings out. Engines live in `streaming.voices`.

Called by the session; every engine passes the same contract tests. Imports `streaming.show` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from streaming.show import Mark

__all__ = ["VISEMES", "Speech", "TimedMark", "Viseme", "VisemeName", "Voice", "VoiceError", "Word"]

# The Oculus set, silence first. Source: Meta, "Viseme reference" (read 2026-11-22).
VISEMES = ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
VisemeName = Literal[
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the caption as it is heard: place and length in the caption in code points, times in ms."""

    at: int
    length: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Viseme:
    """A mouth shape from a time on, until the next one; `weight` 0..1 is how wide."""

    name: VisemeName
    start_ms: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TimedMark:
    """A mark of the sentence at its moment."""

    mark: Mark
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A spoken sentence. All times are milliseconds from the first sample.

    Attributes:
        pcm: mono, signed 16 bit, little endian; empty for a sentence that is only shown (`silent`).
        rate: samples a second.
        duration_ms: of the audio; of a silent sentence, the time it takes to read.
        words: in their order; empty where the engine gives no times (then whole sentences are shown).
        visemes: in their order, begins at 0, ends with `sil`.
        marks: in their order; every mark of the sentence, none lost.
        voice: engine and voice that spoke, for the record.
        silent: the language has no voice: subtitles only.
    """

    pcm: bytes
    rate: int
    duration_ms: int
    words: tuple[Word, ...]
    visemes: tuple[Viseme, ...]
    marks: tuple[TimedMark, ...]
    voice: str
    silent: bool = False


class VoiceError(Exception):
    """A sentence could not be spoken.

    Attributes:
        category: `unavailable` (engine down or not installed), `timeout`, `refused` (the text or voice),
            `protocol` (the engine's answer makes no sense).
    """

    def __init__(
        self, category: Literal["unavailable", "timeout", "refused", "protocol"], reason: str
    ) -> None:
        """`reason` is for logs: no text of the sentence, no secret."""
        super().__init__(f"{category}: {reason}")
        self.category = category


class Voice(Protocol):
    """An engine. The owner calls `close()`."""

    name: str

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """Speak a sentence.

        Args:
            parts: texts and marks; the texts joined are the caption. Numbers, prices, units, dates and emoji
                are spoken as words of the language.
            language: code of the 66; one that the engine can't speak gives a `silent` Speech.
            voice: of the engine; None takes its default for the language.
            pace: 1.0 is the voice's own speed.

        Raises:
            VoiceError: nothing was spoken; another engine may be tried.
        """
        ...

    async def close(self) -> None:
        """End what the engine runs."""
        ...
