"""The sound of the show: a file a sentence, named by its content, so many bytes and no more."""

from __future__ import annotations

import hashlib
import io
import wave
from dataclasses import replace

from streaming.stage.audio_store import AudioStore, wav_of
from tests.fakes.stage_room import a_speech

_HEADER_BYTES = 44


def test_a_file_is_mono_wav_with_every_sample() -> None:
    with wave.open(io.BytesIO(wav_of(a_speech(pcm=b"\x01\x00\x02\x00\x03\x00")))) as read:
        shape = (read.getnchannels(), read.getsampwidth(), read.getframerate(), read.getnframes())
        samples = read.readframes(9)

    assert (shape, samples) == ((1, 2, 22050, 3), b"\x01\x00\x02\x00\x03\x00")


def test_a_file_is_found_by_the_hash_of_its_content() -> None:
    store = AudioStore()

    digest = store.put(a_speech())

    assert digest == hashlib.sha256(wav_of(a_speech())).hexdigest()
    assert store.get(digest) == wav_of(a_speech())
    assert store.get("0" * 64) is None


def test_silence_is_no_file() -> None:
    store = AudioStore()

    assert store.put(replace(a_speech(), silent=True)) is None
    assert store.put(a_speech(pcm=b"")) is None


def test_the_oldest_files_go_first_and_used_again_is_new() -> None:
    store = AudioStore(max_bytes=2 * (_HEADER_BYTES + 2))
    first, second = store.put(a_speech(pcm=b"\x01\x00")), store.put(a_speech(pcm=b"\x02\x00"))

    again, third = store.put(a_speech(pcm=b"\x01\x00")), store.put(a_speech(pcm=b"\x03\x00"))

    assert first == again
    assert [store.get(digest or "") is not None for digest in (first, second, third)] == [True, False, True]


def test_the_newest_file_is_kept_even_when_it_is_too_large() -> None:
    store = AudioStore(max_bytes=10)

    first, second = store.put(a_speech(pcm=b"\x01\x00")), store.put(a_speech(pcm=b"\x02\x00"))

    assert store.get(first or "") is None
    assert store.get(second or "") is not None
