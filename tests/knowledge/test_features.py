"""Hashed features: the same for a text alone and among others, by script, and never changed by accident."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.features import hashed


def _of(text: str) -> list[int]:
    return sorted(hashed([text])[0].tolist())


@given(st.lists(st.text(max_size=40), max_size=5))
def test_texts_do_not_touch_one_another(texts: list[str]) -> None:
    values, owners = hashed(texts)

    assert [sorted(values[owners == place].tolist()) for place in range(len(texts))] == list(map(_of, texts))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ok", 4),  # <ok, ok>, <ok> and the word
        ("my ok", 9),  # two words and their pair
        ("退货", 3),  # two signs and both together
        ("ไทย", 3),  # two pairs and the whole, without borders
        ("한국", 7),  # borders, pairs to fours, and the word
        ("退ok", 5),
        ("?! …", 0),
        ("", 0),
    ],
)
def test_number_of_features(text: str, count: int) -> None:
    assert len(_of(text)) == count


def test_order_of_words_matters_only_to_pairs() -> None:
    assert len(set(_of("red shoe")) & set(_of("shoe red"))) == len(_of("red shoe")) - 1


def test_features_are_those_that_the_model_was_trained_on() -> None:
    values, _ = hashed(["Where is my parcel? 退货 한국 ไทย"])

    assert (len(values), int(np.bitwise_xor.reduce(values))) == (54, 4257299155)
