"""Times for engines that tell none: espeak-ng reads the same sentence, and its times are laid onto the audio.

Used by the adapters. The beginning and the end of the speech are matched, and the pauses too when both have
equally many; between those, time is stretched evenly. An estimate, good to about a syllable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import numpy as np

from streaming.show import Mark
from streaming.speech import VoiceError
from streaming.voices.loudness import Samples, samples_of
from streaming.voices.timing import Timings

__all__ = ["Reader", "borrowed_timings", "laid_onto"]

# Reads a sentence: `EspeakVoice.phonemes`. None for a language that it can't read.
Reader = Callable[[tuple[str | Mark, ...], str], Awaitable[Timings | None]]
_LEAST_PAUSE_MS = 100
_STEP_MS = 10
# Against the loudest step.
_SILENCE = 10 ** (-35 / 20)


async def borrowed_timings(
    parts: tuple[str | Mark, ...], language: str, pcm: bytes, rate: int, reader: Reader | None
) -> Timings:
    """Times for audio that came without; none where nobody can read the language.

    Args:
        parts: what is spoken in it.
        language: of the sentence.
        pcm: mono, signed 16 bit, little endian.
        rate: samples a second.
        reader: None where there is none.
    """
    if reader is None:
        return Timings()
    try:
        read = await reader(parts, language)
    except VoiceError:
        # The sentence is spoken all the same, by whole sentences and a mouth that follows loudness.
        return Timings()
    return laid_onto(read, samples_of(pcm), rate) if read and read.phonemes else Timings()


def laid_onto(read: Timings, samples: Samples, rate: int) -> Timings:
    """The times of one reading on the audio of another; `samples` -1..1 at `rate`."""
    sounding = [at for ipa, at in read.phonemes if ipa]
    heard = _stretches(samples, rate)
    if not sounding or not heard:
        return Timings()
    ends = [after for (ipa, _), (_, after) in pairwise(read.phonemes) if ipa] or [sounding[-1]]
    theirs = [(at, after) for (ipa, at), (_, after) in pairwise(read.phonemes) if not ipa]
    # The closure of a t or k before its burst is silent too, and belongs to its word.
    begins = [at for _, at in read.words]
    joined = [(at, min((word for word in begins if at < word < after), default=after))
              for at, after in _joined(theirs)]  # fmt: skip
    pauses = [
        pause for pause in joined if pause[1] - pause[0] >= _LEAST_PAUSE_MS
        and sounding[0] < pause[0] and pause[1] < ends[-1]
    ]  # fmt: skip
    gaps = [(one[1], other[0]) for one, other in pairwise(heard)]
    source, target = [sounding[0]], [heard[0][0]]
    if len(pauses) == len(gaps):
        source += [moment for pause in pauses for moment in pause]
        target += [moment for gap in gaps for moment in gap]
    source.append(max(ends[-1], source[-1] + 1))
    target.append(heard[-1][1])

    def moved(at: float) -> float:
        return float(np.interp(at, source, target))

    return Timings(
        words=[(place, moved(at)) for place, at in read.words],
        phonemes=[(ipa, moved(at)) for ipa, at in read.phonemes],
        marks={number: moved(at) for number, at in read.marks.items()},
    )


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _stretches(samples: Samples, rate: int) -> list[tuple[float, float]]:
    """Where something is heard, in ms; parted by pauses that are long enough to be meant."""
    size = max(1, rate * _STEP_MS // 1000)
    count = len(samples) // size
    if not count:
        return []
    levels = np.sqrt(np.mean(np.square(samples[: count * size].reshape(count, size)), axis=1))
    loud = np.flatnonzero(levels > max(1e-4, float(levels.max()) * _SILENCE))
    stretches: list[tuple[float, float]] = []
    for index in loud.tolist():
        start, end = float(index * _STEP_MS), float((index + 1) * _STEP_MS)
        if stretches and start - stretches[-1][1] < _LEAST_PAUSE_MS:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches
