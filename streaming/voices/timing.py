"""Makes a `Speech` of what an engine gave: audio, and its times on the engine's own clock.

Used by every engine, so that level, format, trimming and the order of times are the same for all.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from streaming.show import Mark
from streaming.speech import Speech, TimedMark, Viseme, VoiceError, Word
from streaming.voices.lipsync import PAUSE_MS, visemes_from_loudness, visemes_from_phonemes
from streaming.voices.loudness import RATE, level, samples_of
from streaming.voices.spoken import caption_of

__all__ = ["Timings", "assemble", "pause_ms_of"]

_LONGEST_PAUSE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Timings:
    """When things happen, in ms of the engine's audio.

    Attributes:
        words: place in the caption where something begins to be spoken, and when; empty when unknown.
        phonemes: IPA and start; empty when unknown.
        visemes: when the engine names shapes instead of phonemes.
        marks: number of the mark in the sentence -> when; missing ones are put where their text is.
    """

    words: Sequence[tuple[int, float]] = ()
    phonemes: Sequence[tuple[str, float]] = ()
    visemes: Sequence[Viseme] = ()
    marks: dict[int, float] = field(default_factory=dict)


def pause_ms_of(mark: Mark) -> int:
    """How long a pause mark asks for; 0 for other marks and for what is no number."""
    value = mark.value.removesuffix("ms").strip()
    if mark.name != "pause" or not value.isdecimal():
        return 0
    return min(_LONGEST_PAUSE_MS, int(value[:6]))


async def assemble(
    parts: tuple[str | Mark, ...], pcm: bytes, rate: int, timings: Timings, *, voice: str
) -> Speech:
    """A sentence ready for the stage.

    Args:
        parts: as they were to be spoken.
        pcm: mono, signed 16 bit, little endian.
        rate: samples a second.
        timings: of that audio.
        voice: engine and voice, for the record.

    Raises:
        VoiceError: `protocol`, when there is no sound in the audio.
    """
    return await asyncio.to_thread(_assemble, parts, pcm, rate, timings, voice)


def _assemble(parts: tuple[str | Mark, ...], pcm: bytes, rate: int, timings: Timings, voice: str) -> Speech:
    marks = [part for part in parts if isinstance(part, Mark)]
    pauses = ((at, pause_ms_of(marks[number])) for number, at in timings.marks.items())
    keep_until_ms = max((at + pause_ms for at, pause_ms in pauses if pause_ms), default=0.0)
    levelled = level(pcm, rate, keep_until_ms=keep_until_ms)
    if not levelled.pcm:
        raise VoiceError("protocol", "no sound")
    duration_ms, cut_ms = levelled.duration_ms, levelled.cut_ms

    def shifted(at_ms: float) -> float:
        return min(max(0.0, at_ms - cut_ms), float(duration_ms))

    phonemes = [(ipa, shifted(at)) for ipa, at in timings.phonemes]
    words = [(place, shifted(at)) for place, at in timings.words]
    if phonemes:
        visemes = visemes_from_phonemes(phonemes, duration_ms)
    elif timings.visemes:
        visemes = _shifted_visemes(timings.visemes, cut_ms, duration_ms)
    else:
        visemes = visemes_from_loudness(samples_of(levelled.pcm), RATE)
    return Speech(
        pcm=levelled.pcm,
        rate=RATE,
        duration_ms=duration_ms,
        words=_words(words, _pauses(phonemes, duration_ms), caption_of(parts), duration_ms),
        visemes=visemes,
        marks=_timed_marks(
            parts, {number: shifted(at) for number, at in timings.marks.items()}, words, duration_ms
        ),
        voice=voice,
    )


def _shifted_visemes(visemes: Sequence[Viseme], cut_ms: float, duration_ms: int) -> tuple[Viseme, ...]:
    shifted: dict[int, Viseme] = {0: Viseme("sil", 0)}
    for viseme in visemes:
        at = min(max(0, round(viseme.start_ms - cut_ms)), duration_ms)
        shifted[at] = Viseme(viseme.name, at, viseme.weight)
    if shifted[max(shifted)].name != "sil":
        shifted[duration_ms] = Viseme("sil", duration_ms)
    return tuple(shifted[at] for at in sorted(shifted))


def _pauses(phonemes: Sequence[tuple[str, float]], duration_ms: int) -> list[tuple[float, float]]:
    """Silent stretches, as one where several phonemes make it up."""
    pauses: list[tuple[float, float]] = []
    for (ipa, at), (_, after) in pairwise([*phonemes, ("", float(duration_ms))]):
        if not ipa and pauses and pauses[-1][1] == at:
            pauses[-1] = (pauses[-1][0], after)
        elif not ipa:
            pauses.append((at, after))
    return [(start, end) for start, end in pauses if end - start >= PAUSE_MS]


def _words(
    begins: Sequence[tuple[int, float]], pauses: Sequence[tuple[float, float]], caption: str, duration_ms: int
) -> tuple[Word, ...]:
    """A word reaches to where the next begins, in caption and time, less signs and pauses behind it."""
    ordered: list[tuple[int, float]] = []
    for place, at in begins:
        if 0 <= place < len(caption) and (not ordered or (place > ordered[-1][0] and at >= ordered[-1][1])):
            ordered.append((place, at))
    words = []
    for (place, at), (next_place, next_at) in pairwise([*ordered, (len(caption), float(duration_ms))]):
        start, end = _bare(caption, place, next_place)
        # The pause behind it, not one within something said as several words.
        behind = (since for since, until in pauses if at < since < next_at and until >= next_at - PAUSE_MS)
        stop = min(behind, default=next_at)
        if end > start:
            words.append(Word(start, end - start, round(at), max(round(at), round(stop))))
    return tuple(words)


def _bare(caption: str, start: int, end: int) -> tuple[int, int]:
    while start < end and _is_outside(caption[start]):
        start += 1
    while end > start and _is_outside(caption[end - 1]):
        end -= 1
    return start, end


def _is_outside(sign: str) -> bool:
    """Spaces, punctuation, emoji; not vowel signs, nor the signs of money and measures, which are spoken."""
    category = unicodedata.category(sign)
    return not (sign.isalnum() or category[0] == "M" or category == "Sc" or sign in "%٪％#@°+")


def _timed_marks(
    parts: tuple[str | Mark, ...],
    known: dict[int, float],
    words: Sequence[tuple[int, float]],
    duration_ms: int,
) -> tuple[TimedMark, ...]:
    caption_length = max(1, len(caption_of(parts)))
    timed: list[TimedMark] = []
    place = number = 0
    earliest = 0.0
    for part in parts:
        if isinstance(part, str):
            place += len(part)
            continue
        # Unknown: when the first word behind it begins, else by its place in the text.
        behind = [at for start, at in words if start >= place]
        guess = behind[0] if behind else duration_ms if words else duration_ms * place / caption_length
        earliest = max(earliest, known.get(number, guess))
        timed.append(TimedMark(part, round(earliest)))
        number += 1
    return tuple(timed)
