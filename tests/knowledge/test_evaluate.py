"""Evaluation: counts and rates."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.encoder import BuiltinEncoder
from knowledge.entries import Entry, Variant
from knowledge.errors import KnowledgeError
from knowledge.evaluate import evaluate, read_questions, table
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

ENTRIES = {
    name: Entry(name, {"en": Variant(title, (), ("Yes.",))})
    for name, title in [
        ("wrap", "Do you offer gift wrapping?"),
        ("pay", "Which payment methods do you accept?"),
        ("refund", "When will I get my refund?"),
        ("hours", "What are your opening hours?"),
    ]
}
LINES = [
    '{"lang": "en", "topic": "wrap", "query": "do you offer gift wrapping"}',
    '{"lang": "en", "topic": "pay", "query": "which payment methods do you accept"}',
    '{"lang": "en", "topic": "hours", "query": "when will i get my refund"}',
    "",
    '{"lang": "en", "topic": null, "query": "xyzzy"}',
    '{"lang": "fr", "topic": null, "query": "when will I get my refund"}',
]


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, Facts({}))


def test_rates_are_shares_of_their_lines(kb: KnowledgeBase) -> None:
    report = evaluate(kb, read_questions(LINES), lambda text: "en")

    english = report["by_language"]["en"]
    assert (english["n_in"], english["n_out"]) == (3, 1)
    assert english["recall_at_1"] == pytest.approx(2 / 3, abs=1e-4)
    assert english["answered_right"] == pytest.approx(2 / 3, abs=1e-4)
    assert english["answered_wrong"] == pytest.approx(1 / 3, abs=1e-4)
    assert english["refused"] == 0.0
    assert english["wrong_out_of_scope"] == 0.0
    assert report["overall"]["n_out"] == 2
    assert report["overall"]["wrong_out_of_scope"] == 0.5


def test_rates_without_lines_are_none(kb: KnowledgeBase) -> None:
    report = evaluate(kb, read_questions(LINES), lambda text: "en")

    assert report["by_language"]["fr"]["recall_at_1"] is None
    assert evaluate(kb, [], lambda text: "en")["overall"]["refused"] is None


def test_language_is_detected_not_given(kb: KnowledgeBase) -> None:
    asked: list[str] = []

    def detect(text: str) -> str:
        asked.append(text)
        return "en"

    evaluate(kb, read_questions(LINES), detect)
    assert len(asked) == 5


def test_table_has_a_row_for_each_language_and_all(kb: KnowledgeBase) -> None:
    rows = table(evaluate(kb, read_questions(LINES), lambda text: "en")).splitlines()

    assert [row.split()[0] for row in rows] == ["lang", "en", "fr", "all"]
    assert rows[2].split()[1:] == ["0", "1", "–", "–", "–", "–", "–", "100.0"]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"lang": "en", "query": "x"}', '{"lang": "en", "topic": 1, "query": "x"}']
)
def test_bad_line_is_named_by_number(line: str) -> None:
    with pytest.raises(KnowledgeError, match="line 2"):
        read_questions([LINES[0], line])
