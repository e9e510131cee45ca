"""Calibration: fitting, outcomes, and that the shipped numbers keep their promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from knowledge.calibration import VECTORS, Calibration, Logistic, Signals, load_calibration
from knowledge.encoder import BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.fitting import fit_logistic
from knowledge.search import KnowledgeBase
from knowledge.trials import Remembering, held_out, is_reserved

ROOT = Path(__file__).resolve().parents[2]
PLAIN = Calibration(
    dense_weight=0.0,
    typical={"*": (1.0, 1.0), "zh": (0.5, 0.25)},
    right=Logistic(0.0, (1.0, 1.0, 1.0, 0.0, 0.0, 0.0)),
    ours=Logistic(0.0, (1.0, 1.0, 0.0, 0.0, 0.0)),
    least_right=0.9,
    least_ours=0.6,
    tie=0.05,
)


def test_the_shipped_calibration_is_of_the_built_in_encoder() -> None:
    assert load_calibration(BuiltinEncoder().name)[1] is True
    assert load_calibration("someone/else") == (load_calibration(VECTORS)[0], False)


def test_signals_are_taken_relative_to_the_language() -> None:
    signals = Signals(0.5, 0.2, 0.5, 0.5)

    assert PLAIN.relative(signals, "zh") == Signals(1.0, 0.2, 2.0, 0.5)
    assert PLAIN.relative(signals, "xx") == signals


@pytest.mark.parametrize(
    ("scores", "best", "outcome"),
    [
        ([], None, "unknown"),
        ([0.95, 0.1], Signals(2, 0.5, 1, 0.5), "answer"),
        ([0.95], Signals(2, 1, 1, 0.5), "answer"),
        ([0.95, 0.94], Signals(2, 0.01, 1, 0.5), "clarify"),
        ([0.95, 0.94], Signals(2, 0.2, 1, 0.5), "answer"),
        ([0.5, 0.4], Signals(1, 0.1, 1, 0.5), "clarify"),
        ([0.5], Signals(1, 1, 1, 0.5), "unknown"),
        ([0.5, 0.4], Signals(0.1, 0.1, 0.1, 0.5), "unknown"),
        ([0.1, 0.1], Signals(1, 0.1, 1, 0.5), "unknown"),
    ],
)
def test_outcomes(scores: list[float], best: Signals | None, outcome: str) -> None:
    assert PLAIN.outcome(scores, best) == outcome


def test_logistic_regression_finds_the_true_function() -> None:
    generator = np.random.default_rng(11)
    rows = generator.normal(size=(20_000, 2))
    truth = Logistic(-0.5, (2.0, -1.0))
    labels = (generator.random(20_000) < [truth(*row) for row in rows]).astype(np.float64)

    fitted = fit_logistic(rows, labels, np.ones(20_000))

    assert fitted.intercept == pytest.approx(-0.5, abs=0.15)
    assert fitted.coefficients == pytest.approx((2.0, -1.0), abs=0.2)


def test_reserved_ways_of_asking_are_asked_and_not_indexed() -> None:
    entries = load_packs(ROOT / "knowledge" / "packs", ["en"])

    kept, questions = held_out(entries)

    asked = {question.text for question in questions}
    still = {way for entry in kept.values() for way in entry.variants["en"].ask}
    assert asked | still == {way for entry in entries.values() for way in entry.variants["en"].ask}
    assert asked.isdisjoint(still)
    assert all(map(is_reserved, asked)) and not any(map(is_reserved, still))
    assert 40 < len(asked) < len(still)


def test_remembering_encodes_a_text_once() -> None:
    encoder = Remembering(BuiltinEncoder())

    first = encoder.encode(["a b c", "hello", "hello"])
    assert np.array_equal(first, BuiltinEncoder().encode(["a b c", "hello", "hello"]))
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_at_most_one_in_twenty_unrelated_questions_is_answered(tmp_path: Path) -> None:
    entries = load_packs(ROOT / "knowledge" / "packs")
    kb = KnowledgeBase.open(tmp_path, BuiltinEncoder(), entries, Facts({}))
    unrelated = yaml.safe_load((ROOT / "knowledge" / "unanswerable.yml").read_text(encoding="utf-8"))[
        "unrelated"
    ]

    outcomes = [kb.search(text, language=key).outcome for key, texts in unrelated.items() for text in texts]

    assert len(outcomes) > 80
    assert outcomes.count("answer") <= len(outcomes) / 20
