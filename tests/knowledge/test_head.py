"""The learned head: what it decides on vectors made for the purpose, and with the real model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder, Vectors
from knowledge.entries import Entry, Variant, load_packs
from knowledge.facts import Facts
from knowledge.head import Head, Places, fit_head, load_head
from knowledge.search import KnowledgeBase

ROOT = Path(__file__).resolve().parents[2]
DIM, INTENTS, LINES = 16, 12, 60


def _made(seed: int = 3) -> tuple[Vectors, list[str]]:
    """Lines of intents that differ in the first eight numbers, worded at random in all of them."""
    rng = np.random.default_rng(seed)
    centres = np.zeros((INTENTS, DIM))
    centres[:, :8] = rng.normal(scale=4, size=(INTENTS, 8))
    vectors = np.repeat(centres, LINES, axis=0) + rng.normal(scale=0.3, size=(INTENTS * LINES, DIM))
    return vectors.astype(np.float32), [f"intent{number // LINES:02}" for number in range(len(vectors))]


@pytest.fixture(scope="module")
def head() -> Head:
    vectors, intents = _made()
    kept_out = np.arange(len(vectors)) % 5 == 0
    return fit_head("made", vectors, intents, kept_out, dims=8)


def _best(places: Places, vector: Vectors) -> str:
    ratios, other = places.ratios(vector, ())
    best = max(ratios, key=lambda key: ratios[key])
    return best if ratios[best] > other else "other"


def test_two_lines_place_an_entry_and_the_rest_competes(head: Head) -> None:
    vectors, intents = _made()
    own = {name: vectors[[n for n, one in enumerate(intents) if one == name]] for name in set(intents)}
    places = Places.none(head).moved({f"mine{n}": own[f"intent{n:02}"][:2] for n in range(4)})

    found = {name: [_best(places, line) for line in lines[2:]] for name, lines in own.items()}

    for n in range(4):
        assert found[f"intent{n:02}"].count(f"mine{n}") > 0.9 * (LINES - 2)
    for n in range(4, INTENTS):
        assert found[f"intent{n:02}"].count("other") > 0.9 * (LINES - 2)


def test_an_intent_that_an_entry_serves_as_well_does_not_compete(head: Head) -> None:
    vectors, _ = _made()
    serving = replace(head, near=(("intent05", "intent06"), ("intent07", "intent08")))
    places = Places.none(serving).moved({"intent05": vectors[5 * LINES : 5 * LINES + 1]})

    assert 6 not in places.others
    assert 8 in places.others


def test_an_entry_with_the_name_of_an_intent_needs_no_lines_like_it(head: Head) -> None:
    vectors, _ = _made()
    places = Places.none(head).moved({"intent05": vectors[5 * LINES : 5 * LINES + 1]})

    assert _best(places, vectors[5 * LINES + 30]) == "intent05"
    assert 5 not in places.others


def test_an_entry_that_is_removed_gives_its_intent_back(head: Head) -> None:
    vectors, _ = _made()
    places = Places.none(head).moved({"mine": vectors[:3]})
    assert len(places.others) == INTENTS - 1

    after = places.moved({"mine": None})

    assert (after.numbers, len(after.others)) == ({}, INTENTS)
    assert after.ratios(vectors[0], ())[0] == {}


def test_a_head_is_saved_and_loaded_for_its_own_encoder_only(head: Head, tmp_path: Path) -> None:
    head.save(tmp_path)

    loaded = load_head(tmp_path, "made")

    assert loaded is not None
    assert loaded.names == head.names
    assert np.allclose(loaded.place(np.ones((1, DIM))), head.place(np.ones((1, DIM))), atol=0.05)
    assert load_head(tmp_path, "another") is None
    assert load_head(tmp_path / "nowhere", "made") is None


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    encoder = BuiltinEncoder()
    assert load_head(BUILTIN_MODEL, encoder.name), "python -m knowledge.fitting was not run for this model"
    return KnowledgeBase.open(tmp_path, encoder, load_packs(ROOT / "knowledge" / "packs", ["en"]), Facts({}))


def test_a_language_without_a_word_in_the_index_is_understood(kb: KnowledgeBase) -> None:
    asked = {
        "Hur lång tid tar leveransen?": "shipping_time",
        "Czy mogę zapłacić przy odbiorze gotówką?": "cash_on_delivery",
        "Paketi iade etmek istiyorum, nasıl yapacağım?": "how_to_return",
    }
    found = {text: kb.search(text, language="sv").hits[0].entry_id for text in asked}

    assert found == asked


def test_what_no_entry_answers_is_answered_once_there_is_one(kb: KnowledgeBase) -> None:
    before = kb.search("I forgot my password", language="en")
    kb.put(
        Entry("own_password", {"en": Variant("Forgotten password", ("reset my password",), ("Click here.",))})
    )
    after = kb.search("I can't remember my password any more", language="en")

    assert before.outcome != "answer"
    assert (after.hits[0].entry_id, after.outcome) == ("own_password", "answer")
    kb.remove("own_password")
    assert kb.search("I can't remember my password any more", language="en").outcome != "answer"
