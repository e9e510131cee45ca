from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from streaming.output.sound import BadSoundError, Track, samples_of

RATE = 1000


def heard(track: Track, count: int) -> list[int]:
    return np.frombuffer(track.read(count), "<i2").tolist()


def wav(samples: np.ndarray, rate: int, *, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def test_empty_track_is_silence_of_the_length_asked_for() -> None:
    track = Track(RATE)

    assert heard(track, 5) == [0] * 5
    assert track.position == 5


def test_utterance_is_heard_at_its_sample_whatever_pieces_it_is_read_in() -> None:
    track = Track(RATE)
    track.lay("u1", np.array([1, 2, 3], np.int16), at=4)

    assert [heard(track, 3), heard(track, 3), heard(track, 3)] == [[0, 0, 0], [0, 1, 2], [3, 0, 0]]


def test_late_utterance_is_joined_in_the_middle() -> None:
    track = Track(RATE)
    track.read(2)

    track.lay("u1", np.array([1, 2, 3, 4], np.int16), at=0)

    assert heard(track, 3) == [3, 4, 0]


def test_utterance_that_is_over_is_not_kept() -> None:
    track = Track(RATE)
    track.read(10)

    track.lay("u1", np.array([1, 2], np.int16), at=2)

    assert not track.has("u1")


def test_same_utterance_again_is_heard_once() -> None:
    track = Track(RATE)
    track.lay("u1", np.array([7, 7], np.int16), at=1)

    track.lay("u1", np.array([7, 7], np.int16), at=1)

    assert heard(track, 4) == [0, 7, 7, 0]


def test_utterances_that_overlap_are_added_without_overflow() -> None:
    track = Track(RATE)
    track.lay("u1", np.array([30_000, 30_000], np.int16), at=0)
    track.lay("u2", np.array([10, 30_000], np.int16), at=0)

    assert heard(track, 2) == [30_010, 32_767]


def test_cut_fades_within_twelve_milliseconds() -> None:
    track = Track(RATE)
    track.lay("u1", np.full(100, 1000, np.int16), at=0)

    track.cut("u1", at=50)

    samples = heard(track, 100)
    assert samples[49] == 1000
    assert samples[50:62] == sorted(samples[50:62], reverse=True)
    assert samples[62:] == [0] * 38


def test_cut_in_the_past_takes_effect_now() -> None:
    track = Track(RATE)
    track.lay("u1", np.full(100, 1000, np.int16), at=0)
    track.read(60)

    track.cut("u1", at=10)

    assert heard(track, 40)[12:] == [0] * 28


def test_cut_before_the_beginning_leaves_nothing() -> None:
    track = Track(RATE)
    track.lay("u1", np.full(100, 1000, np.int16), at=50)

    track.cut("u1", at=0)

    assert heard(track, 150) == [0] * 150


def test_cleared_track_falls_silent() -> None:
    track = Track(RATE)
    track.lay("u1", np.full(100, 1000, np.int16), at=0)
    track.lay("u2", np.full(100, 1000, np.int16), at=20)
    track.read(10)

    track.clear()

    assert heard(track, 150)[12:] == [0] * 138


def test_skipped_sound_is_not_heard() -> None:
    track = Track(RATE)
    track.lay("u1", np.array([1, 2, 3, 4], np.int16), at=0)

    track.skip(2)

    assert heard(track, 3) == [3, 4, 0]


@pytest.mark.parametrize("source", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_tone_keeps_its_pitch_and_length_at_another_rate(source: int) -> None:
    moments = np.arange(source) / source
    tone = (10_000 * np.sin(2 * np.pi * 440 * moments)).astype("<i2")

    samples = samples_of(wav(tone, source), 44_100)

    assert abs(len(samples) - 44_100) <= 1
    assert np.abs(np.fft.rfft(samples)).argmax() in (439, 440, 441)
    assert 9_500 < np.abs(samples[2_000:-2_000]).max() < 10_500


def test_two_channels_become_one() -> None:
    both = np.array([[100, 300], [-200, 0]], "<i2")

    assert samples_of(wav(both, 44_100, channels=2), 44_100).tolist() == [200, -100]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>not found</html>",
        wav(np.zeros(10, np.uint8), 8_000, width=1),
        wav(np.zeros(30, "<i2"), 8_000, channels=3),
        wav(np.zeros(10, "<i2"), 1_000),
    ],
)
def test_anything_but_a_16_bit_wav_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadSoundError):
        samples_of(data, 44_100)
