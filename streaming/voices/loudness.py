"""Brings what an engine made to one level and one format: -16 LUFS, 22,050 Hz, no silence around it.

Called by the engines, in a thread: some milliseconds of arithmetic for a sentence. Loudness is that of ITU-R
BS.1770-4, by pyloudnorm. Knows no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import gcd

import numpy as np
import numpy.typing as npt
import pyloudnorm  # type: ignore[import-untyped]  # publishes no types
from scipy.ndimage import minimum_filter1d, uniform_filter1d  # type: ignore[import-untyped]  # as above
from scipy.signal import resample_poly  # type: ignore[import-untyped]  # as above

__all__ = ["RATE", "TARGET_LUFS", "Levelled", "level", "loudness_of", "samples_of", "true_peak_of"]

RATE = 22050
TARGET_LUFS = -16.0
# BS.1770 measures blocks of 400 ms; anything shorter is repeated until it fills a few.
_MEASURED_S = 1.2
_PEAK = 10 ** (-1.0 / 20)
_OVERSAMPLING = 4
_LOOK_AHEAD_S = 0.005
# Quieter than this against the loudest sample is silence around a sentence.
_SILENCE = 10 ** (-45 / 20)
_LEAD_S, _TAIL_S, _FADE_S = 0.010, 0.060, 0.003
# A breath of noise is not made into a shout.
_MOST_GAIN = 10 ** (30 / 20)

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Levelled:
    """Audio of the house's format.

    Attributes:
        pcm: mono, signed 16 bit, little endian, `RATE` samples a second; empty when there was no sound.
        cut_ms: how much was taken off the front: times of the engine are this much too late.
        duration_ms: of what is left.
    """

    pcm: bytes
    cut_ms: float
    duration_ms: int


def samples_of(pcm: bytes) -> Samples:
    """Signed 16 bit, little endian -> -1..1. A byte too many is dropped."""
    whole = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2")
    return whole.astype(np.float32) / np.float32(32768)


def level(pcm: bytes, rate: int, *, keep_until_ms: float = 0.0) -> Levelled:
    """Resample, trim and bring to the target.

    Args:
        pcm: mono, signed 16 bit, little endian.
        rate: samples a second.
        keep_until_ms: silence before this moment stays, for a pause that was asked for at the end.
    """
    samples: Samples = samples_of(pcm)
    if rate != RATE:
        step = gcd(rate, RATE)
        samples = resample_poly(samples, RATE // step, rate // step).astype(np.float32)
    start, end = _sounding(samples)
    if start == end:
        return Levelled(b"", 0.0, 0)
    end = max(end, min(len(samples), round(keep_until_ms * RATE / 1000)))
    trimmed = _faded(samples[start:end])
    limited = _levelled(trimmed)
    data = np.round(limited * 32767).clip(-32768, 32767).astype("<i2").tobytes()
    return Levelled(data, start * 1000 / RATE, round(len(limited) * 1000 / RATE))


def loudness_of(samples: Samples) -> float:
    """Integrated loudness in LUFS at `RATE`; minus infinity for silence."""
    if not len(samples):
        return float("-inf")
    least = round(_MEASURED_S * RATE)
    repeated = np.tile(samples, -(-least // len(samples))) if len(samples) < least else samples
    with np.errstate(divide="ignore"):
        return float(_meter().integrated_loudness(repeated.astype(np.float64)))


def true_peak_of(samples: Samples) -> float:
    """Highest value between the samples too, 1.0 is full scale (BS.1770-4, annex 2)."""
    return float(np.max(np.abs(resample_poly(samples, _OVERSAMPLING, 1)))) if len(samples) else 0.0


@cache
def _meter() -> pyloudnorm.Meter:
    return pyloudnorm.Meter(RATE)


def _sounding(samples: Samples) -> tuple[int, int]:
    peak = float(np.max(np.abs(samples))) if len(samples) else 0.0
    if peak < 1e-4:
        return 0, 0
    loud = np.flatnonzero(np.abs(samples) > peak * _SILENCE)
    start = max(0, int(loud[0]) - round(_LEAD_S * RATE))
    return start, min(len(samples), int(loud[-1]) + round(_TAIL_S * RATE))


def _faded(samples: Samples) -> Samples:
    ramp = np.linspace(0, 1, min(round(_FADE_S * RATE), len(samples)), dtype=np.float32)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded


def _levelled(samples: Samples) -> Samples:
    """To the target, no true peak above -1 dB."""
    peaks = _true_peaks(samples)
    # Limiting takes a little loudness away; the second pass gives it back.
    most = _MOST_GAIN
    for _ in range(2):
        gain = np.float32(min(most, 10 ** ((TARGET_LUFS - loudness_of(samples)) / 20)))
        most /= float(gain)
        curve = gain * _limiter(peaks * gain)
        samples, peaks = samples * curve, peaks * curve
    return samples


def _true_peaks(samples: Samples) -> Samples:
    """The highest value from each sample to the next, those between them too."""
    fine = np.abs(resample_poly(samples, _OVERSAMPLING, 1)[: len(samples) * _OVERSAMPLING])
    peaks: Samples = fine[0::_OVERSAMPLING]
    for offset in range(1, _OVERSAMPLING):
        peaks = np.maximum(peaks, fine[offset::_OVERSAMPLING])
    return peaks


def _limiter(peaks: Samples) -> Samples:
    """Gain that goes down before a peak comes and up after it, without a corner."""
    if float(peaks.max()) <= _PEAK:
        return np.ones(1, dtype=np.float32)
    wanted = np.minimum(np.float32(1.0), _PEAK / np.maximum(peaks, np.float32(1e-9)))
    reach = 2 * round(_LOOK_AHEAD_S * RATE) + 1
    # The mean of minima over the same reach is never above the minimum at a peak.
    gain: Samples = uniform_filter1d(minimum_filter1d(wanted, reach), reach).astype(np.float32)
    # What moves between the samples while the gain moves is worth this little margin.
    return gain * np.float32(0.985)
