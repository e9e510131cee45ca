from __future__ import annotations

import numpy as np
import pytest

from streaming.voices.loudness import RATE, TARGET_LUFS, Samples, level, loudness_of, samples_of, true_peak_of


def pcm_of(samples: Samples) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def tone(seconds: float, *, hertz: float = 997, peak: float = 0.3, rate: int = RATE) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return (peak * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), dtype=np.float32)


def peaky(seconds: float) -> Samples:
    """Quiet noise with loud clicks: the loudness of the target can't be reached without a limiter."""
    random = np.random.default_rng(7)
    samples = random.normal(0, 0.02, round(seconds * RATE)).astype(np.float32)
    samples[:: RATE // 4] = 0.9
    return samples


def test_a_full_scale_tone_has_the_loudness_of_the_standard() -> None:
    # ITU-R BS.1770-4: 997 Hz at 0 dBFS in one channel is -3.01 LKFS.
    assert loudness_of(tone(3, peak=1.0)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("peak", [0.01, 0.1, 0.9])
@pytest.mark.parametrize("seconds", [0.1, 0.5, 4.0])
def test_audio_comes_to_the_target_however_loud_and_long_it_was(peak: float, seconds: float) -> None:
    levelled = level(pcm_of(tone(seconds, peak=peak)), RATE)

    assert loudness_of(samples_of(levelled.pcm)) == pytest.approx(TARGET_LUFS, abs=0.7)


def test_peaks_are_held_below_one_decibel_under_full_scale() -> None:
    samples = samples_of(level(pcm_of(peaky(3)), RATE).pcm)

    assert 20 * np.log10(true_peak_of(samples)) <= -0.9
    assert loudness_of(samples) == pytest.approx(TARGET_LUFS, abs=2.0)


def test_silence_around_the_sentence_is_cut_and_counted() -> None:
    audio = np.concatenate([silence(0.4), tone(1), silence(0.6)])

    levelled = level(pcm_of(audio), RATE)

    assert levelled.cut_ms == pytest.approx(390, abs=3)
    assert levelled.duration_ms == pytest.approx(1070, abs=5)


def test_a_pause_that_was_asked_for_at_the_end_stays() -> None:
    audio = np.concatenate([tone(1), silence(0.9)])

    levelled = level(pcm_of(audio), RATE, keep_until_ms=1800)

    assert levelled.duration_ms == pytest.approx(1800, abs=2)


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100, 48000])
def test_other_rates_are_brought_to_ours_with_the_same_length_and_pitch(rate: int) -> None:
    levelled = level(pcm_of(tone(1, rate=rate)), rate)

    samples = samples_of(levelled.pcm)
    spectrum = np.abs(np.fft.rfft(samples))
    assert levelled.duration_ms == pytest.approx(1000, abs=3)
    assert np.argmax(spectrum) * RATE / len(samples) == pytest.approx(997, abs=3)


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(1000)])
def test_no_sound_is_no_audio(pcm: bytes) -> None:
    levelled = level(pcm, RATE)

    assert levelled.pcm == b""
    assert levelled.duration_ms == 0


def test_a_breath_of_noise_is_not_made_into_a_shout() -> None:
    noise = np.random.default_rng(3).normal(0, 0.0002, RATE).astype(np.float32)

    assert loudness_of(samples_of(level(pcm_of(noise), RATE).pcm)) < TARGET_LUFS - 10


def test_audio_begins_and_ends_without_a_click() -> None:
    samples = samples_of(level(pcm_of(tone(1, hertz=100)), RATE).pcm)

    assert abs(samples[0]) < 0.01
    assert abs(samples[-1]) < 0.01
