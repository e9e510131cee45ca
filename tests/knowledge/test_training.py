"""The parts of training that need no accelerated loops: own lines, what is drawn, what is measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge.features import hashed
from knowledge.training.evaluate import own_table
from knowledge.training.own import Line, kin, own_lines
from knowledge.training.prepare import Material
from knowledge.training.train import Kept, Plan, _groups, train
from knowledge.training.vocabulary import texts_as_rows
from knowledge.trials import is_reserved

ROOT = Path(__file__).resolve().parents[2]
LINES = [
    Line(f"topic:{topic}", language, f"{words} {language} {number}")
    for topic, words in {"mug": "blue mug", "lamp": "tall lamp", "vase": "old vase"}.items()
    for language in ("en", "de", "fr")
    for number in range(8)
]
USED = sorted((line for line in LINES if not line.reserved), key=lambda line: (line.group, line.language))


def _material() -> Material:
    vocabulary = np.unique(hashed([line.text for line in LINES])[0])
    none = texts_as_rows([], vocabulary)
    empty = np.empty(0, dtype=np.float32)
    return Material(
        vocabulary=vocabulary, english=none, other=none, other_texts=[], meaning=np.empty(0, np.int32),
        first=np.zeros(1, np.int64), share=np.empty(0), weight=empty, shop_weight=empty,
    )  # fmt: skip


def test_every_draw_has_one_line_of_each_group_in_many_languages() -> None:
    rng = np.random.default_rng(3)
    groups = _groups(LINES, _material(), [("topic:mug", "topic:vase")], rng)
    drawn = groups.draw(200, rng)
    lines = [USED[place % len(USED)] for place in drawn.tolist()]

    assert [line.group for line in lines[:6]] == ["topic:lamp", "topic:mug", "topic:vase"] * 2
    assert {line.language for line in lines} == {"en", "de", "fr"}
    assert 0.1 < (drawn >= len(USED)).mean() < 0.3  # typed in a hurry
    assert groups.kin.tolist() == [[False, False, False], [False, False, True], [False, True, False]]


def test_reserved_lines_are_never_drawn() -> None:
    groups = _groups(LINES, _material(), [], np.random.default_rng(3))

    assert len(groups.texts) == 2 * len(USED)
    assert any(is_reserved(line.text) for line in LINES)


def test_pairs_that_are_kept_apart_from_the_contrast_are_groups_that_exist() -> None:
    lines = own_lines(ROOT / "knowledge" / "packs", ROOT / "bot" / "dialogue" / "nlu")

    assert {group for pair in kin() for group in pair} <= {line.group for line in lines}


def test_topics_without_an_indexed_line_are_not_asked_about() -> None:
    lines = [*LINES, *(Line("topic:desk", "de", f"alter Tisch {number}") for number in range(20))]

    def encode(texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        words = ("mug", "lamp", "vase", "Tisch")
        return np.array([[word in text for word in words] for text in texts], dtype=np.float32)

    table = own_table(encode, lines, indexed=frozenset({"en"}))

    assert table["all"][0] == 1.0
    assert table["all"][2] == sum(line.reserved for line in LINES)


def test_a_first_stage_that_was_kept_is_not_run_again(tmp_path: Path) -> None:
    material = _material()
    table = np.full((len(material.vocabulary), 4), 0.5, dtype=np.float32)
    kept = Kept(tmp_path / "kept.npz")
    assert kept.vocabulary is None
    kept.write(material.vocabulary, table, np.ones(len(table), dtype=np.float32))

    # Without pairs the first stage could not draw a single batch.
    trained = train(material, np.empty((0, 4), dtype=np.float32), LINES, Plan(steps=(5, 0)), kept=kept)

    assert (trained == table).all()
    assert (kept.vocabulary == material.vocabulary).all()
