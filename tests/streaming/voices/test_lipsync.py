from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.voices.lipsync import visemes_from_loudness, visemes_from_phonemes


@pytest.mark.parametrize(
    ("ipa", "name"),
    [
        ("p", "PP"), ("b", "PP"), ("mʲ", "PP"), ("f", "FF"), ("v", "FF"), ("ʋ", "FF"), ("θ", "TH"),
        ("ð", "TH"), ("t", "DD"), ("d̪", "DD"), ("ʈ", "DD"), ("k", "kk"), ("ɡ", "kk"), ("χ", "kk"),
        ("tʃ", "CH"), ("dʒ", "CH"), ("tɕʰ", "CH"), ("s.", "CH"), ("ç", "CH"), ("ʃ", "CH"), ("s", "SS"),
        ("z", "SS"), ("ts", "SS"),
        ("n", "nn"), ("ŋ", "nn"), ("lʲ", "nn"), ("ɫ", "nn"), ("ɹ", "RR"), ("ɾ", "RR"), ("r̝̊", "RR"),
        ("ˈaː", "aa"), ("ʌ", "aa"), ("ã", "aa"), ("ɛ", "E"), ("ə", "E"), ("æ", "E"), ("iː", "I"), ("ɪ", "I"),
        ("j", "I"), ("ɔ̃", "O"), ("o", "O"), ("uː", "U"), ("w", "U"), ("y", "U"), ("ɯᵝ", "U"), ("ɯ", "I"),
    ],
)  # fmt: skip
def test_a_sound_has_its_shape(ipa: str, name: str) -> None:
    assert [viseme.name for viseme in visemes_from_phonemes([(ipa, 0)], 200)] == [name, "sil"]


def test_a_diphthong_moves_from_one_shape_to_the_other() -> None:
    visemes = visemes_from_phonemes([("ˈaɪ", 0)], 200)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [("aa", 0), ("I", 100), ("sil", 200)]


def test_a_stressed_vowel_opens_wider_than_an_unstressed_one() -> None:
    stressed, half, plain, schwa = (
        visemes_from_phonemes([(ipa, 0)], 100)[0].weight for ipa in ("ˈɛ", "ˌɛ", "ɛ", "ə")
    )

    assert stressed > half > plain > schwa


def test_h_and_the_glottal_stop_take_the_shape_around_them() -> None:
    visemes = visemes_from_phonemes([("h", 0), ("ɔ", 50), ("ʔ", 150), ("ɔ", 200)], 300)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [("sil", 0), ("O", 50), ("sil", 300)]


def test_a_pause_closes_the_mouth_and_a_gap_between_syllables_does_not() -> None:
    visemes = visemes_from_phonemes([("a", 0), ("", 100), ("a", 400), ("", 500), ("u", 520)], 700)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [
        ("aa", 0), ("sil", 100), ("aa", 400), ("U", 500), ("sil", 700),
    ]  # fmt: skip


def test_shapes_too_short_to_be_seen_are_merged() -> None:
    visemes = visemes_from_phonemes([("ɛ", 0), ("t", 100), ("s", 120), ("o", 150)], 300)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [("E", 0), ("O", 150), ("sil", 300)]


@pytest.mark.parametrize("ipa", ["p", "b", "m"])
def test_closed_lips_are_never_merged_away_and_last_long_enough_to_be_seen(ipa: str) -> None:
    visemes = visemes_from_phonemes([("ɛ", 0), (ipa, 100), ("o", 115)], 300)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [
        ("E", 0), ("PP", 100), ("O", 140), ("sil", 300),
    ]  # fmt: skip


def test_what_lies_behind_the_audio_is_left_out() -> None:
    visemes = visemes_from_phonemes([("a", -20), ("o", 100), ("u", 250), ("", 300)], 200)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [("aa", 0), ("O", 100), ("sil", 200)]


def test_no_phonemes_is_a_closed_mouth() -> None:
    assert [viseme.name for viseme in visemes_from_phonemes([], 500)] == ["sil"]


@given(
    st.lists(st.tuples(st.text("pbmfvtdkszʃʒnlraɛioueəhʔˈːj. ", max_size=4), st.floats(0, 90)), max_size=40),
    st.integers(0, 3000),
)
def test_whatever_the_engine_says_shapes_are_in_order_and_within_the_audio(
    spoken: list[tuple[str, float]], duration_ms: int
) -> None:
    starts = np.cumsum([length for _, length in spoken]).tolist()

    visemes = visemes_from_phonemes(
        [(ipa, at) for (ipa, _), at in zip(spoken, starts, strict=True)], duration_ms
    )

    assert visemes[0].start_ms == 0
    assert visemes[-1].name == "sil"
    assert all(one.start_ms <= other.start_ms for one, other in pairwise(visemes))
    assert visemes[-1].start_ms <= duration_ms


def test_a_mouth_that_follows_loudness_opens_where_it_is_loud() -> None:
    rate = 8000
    loud = 0.5 * np.sin(np.arange(rate // 2, dtype=np.float32) * 0.3).astype(np.float32)
    samples = np.concatenate(
        [np.zeros(rate // 2, dtype=np.float32), loud, np.zeros(rate // 2, dtype=np.float32)]
    )

    visemes = visemes_from_loudness(samples, rate, window_ms=50)

    assert [(viseme.name, viseme.start_ms) for viseme in visemes] == [("sil", 0), ("aa", 500), ("sil", 1000)]


@pytest.mark.parametrize("length", [0, 1, 100, 4000])
def test_silence_keeps_the_mouth_closed(length: int) -> None:
    assert {viseme.name for viseme in visemes_from_loudness(np.zeros(length, np.float32), 8000)} == {"sil"}
