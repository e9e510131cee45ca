from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.encoder import make_encoder
from streaming.comments.clusters import ALIKE, Clusters
from streaming.comments.plain_text import folded
from streaming.cues import Reading
from tests.fakes.viewers import near, reading


def _with(first: Reading, text: str = "how much") -> Clusters:
    clusters = Clusters()
    clusters.add("first", first, text)
    return clusters


def _read(text: str, **fields: Any) -> Reading:
    vector = make_encoder("builtin").encode([text])[0]
    return Reading(language="en", vector=tuple(vector.tolist()), asks=0.9, **fields)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("how long does shipping take", "how long does shipping take??"),
        ("do you ship to Germany", "do u ship to germany"),
        ("does it come in black", "does it come in black pls"),
        ("hacen envios a mexico", "¿hacen envíos a México?"),
    ],
)
def test_the_shipped_encoder_brings_slightly_different_wordings_together(one: str, other: str) -> None:
    clusters = _with(_read(one), folded(one))

    assert clusters.nearest(_read(other), folded(other)) == "first"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("how much is the lamp", "how much is the mug"),
        ("do you have size 38", "do you have size 42"),
        ("is it waterproof", "is it dishwasher safe"),
        ("can you show the back", "can you show the inside"),
        ("what is the return cost", "what is the shipping cost"),
    ],
)
def test_the_shipped_encoder_keeps_different_questions_apart(one: str, other: str) -> None:
    clusters = _with(_read(one), folded(one))

    assert clusters.nearest(_read(other), folded(other)) is None


@pytest.mark.parametrize(("cosine", "key"), [(ALIKE + 0.01, "first"), (ALIKE - 0.01, None), (0.0, None)])
def test_without_a_topic_nearness_decides(cosine: float, key: str | None) -> None:
    clusters = _with(reading(7))

    assert clusters.nearest(reading(vector=near(7, cosine)), "what price") == key


def test_one_topic_is_one_question_in_any_words() -> None:
    clusters = _with(reading(1, topic="faq:price"))

    assert clusters.nearest(reading(99, topic="faq:price", language="zh"), "多少钱") == "first"


def test_two_topics_are_two_questions_however_near() -> None:
    clusters = _with(reading(1, topic="faq:price"))

    assert clusters.nearest(reading(1, topic="faq:shipping"), "what is it") is None


def test_a_topic_of_one_alone_leaves_it_to_nearness() -> None:
    clusters = _with(reading(1, topic="faq:price"))

    assert clusters.nearest(reading(1), "what is it") == "first"


@pytest.mark.parametrize(
    "other",
    [
        {"product_id": "mug"},
        {"product_id": "lamp", "personal": True},
    ],
)
def test_another_product_or_a_viewers_own_affair_is_another_question(other: dict[str, Any]) -> None:
    clusters = _with(reading(1, product_id="lamp", topic="price"))

    assert clusters.nearest(reading(1, topic="price", **other), "how much") is None


def test_other_numbers_are_another_question() -> None:
    clusters = _with(reading(1), "size 38 or 40")

    assert clusters.nearest(reading(1), "is size 40 or 38 there") == "first"
    assert clusters.nearest(reading(1), "size 38") is None


def test_order_numbers_do_not_keep_personal_questions_apart() -> None:
    clusters = _with(reading(1, personal=True), "where is 1042")

    assert clusters.nearest(reading(1, personal=True), "where is 1043") == "first"


def test_the_nearest_of_several_is_taken() -> None:
    clusters = _with(reading(vector=near(1, 0.8)))
    clusters.add("nearer", reading(1), "what price")

    assert clusters.nearest(reading(1), "price") == "nearer"


def test_the_same_words_are_one_question_even_without_a_vector() -> None:
    nothing = reading(vector=(0.0,) * 256)
    clusters = _with(nothing, "xl?")

    assert clusters.nearest(nothing, "¿xl!") == "first"
    assert clusters.nearest(nothing, "xs?") is None


def test_a_question_without_any_vector_takes_nothing_from_the_others() -> None:
    clusters = _with(reading(vector=()), "how much")
    clusters.add("second", reading(1), "what price")

    clusters.add("third", reading(vector=()), "which size")

    assert clusters.nearest(reading(1), "price") == "second"
    assert clusters.nearest(reading(vector=()), "size, which?") is None
    assert clusters.nearest(reading(vector=()), "which size?") == "third"


def test_vectors_of_another_encoder_are_like_none_and_later_ones_like_each_other() -> None:
    clusters = _with(reading(1))
    other = reading(vector=(1.0, 0.0))

    assert clusters.nearest(other, "price") is None
    clusters.add("second", other, "price")
    assert clusters.nearest(other, "what price") == "second"
    assert clusters.nearest(reading(1), "how much") == "first"


def _changed(clusters: Clusters, changes: list[tuple[int, bool]]) -> set[int]:
    """Add and remove groups; returns what each of those still there is about."""
    there: set[int] = set()
    for about, is_added in changes:
        if is_added and about not in there:
            clusters.add(str(about), reading(about), f"about {about}")
            there.add(about)
        elif not is_added and about in there:
            clusters.remove(str(about))
            there.remove(about)
    return there


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=150))
def test_groups_come_and_go_and_each_is_still_found(changes: list[tuple[int, bool]]) -> None:
    clusters = Clusters()

    there = _changed(clusters, changes)

    found = [clusters.nearest(reading(about), f"about {about}") for about in range(91)]
    assert len(clusters) == len(there)
    assert [key for key in found if key is not None] == [str(about) for about in sorted(there)]
