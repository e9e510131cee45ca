"""Messages of more than one sentence, asked of the real packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.asking import ask, sentences
from knowledge.encoder import BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    entries = load_packs(ROOT / "knowledge" / "packs", ["en", "ja"])
    return KnowledgeBase.open(tmp_path_factory.mktemp("kb"), BuiltinEncoder(), entries, Facts({}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How long does delivery take?", ["How long does delivery take?"]),
        ("Hi! How long? It is for my mum.", ["How long?", "It is for my mum."]),
        ("送料はいくらですか。いつ届きますか？", ["送料はいくらですか。", "いつ届きますか？"]),
        ("first line here\nsecond line here", ["first line here", "second line here"]),
        ("我的包裹在哪里？还可以退货吗", ["我的包裹在哪里？", "还可以退货吗"]),
        ("डिलीवरी कब होगी। रिटर्न कैसे करूं।", ["डिलीवरी कब होगी।", "रिटर्न कैसे करूं।"]),
        ("It costs 4.90, right?", ["It costs 4.90, right?"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_message_is_cut_into_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_of_a_letter_the_beginning_and_the_end_are_read() -> None:
    parts = sentences(" ".join(f"Sentence number {n}." for n in range(50)))

    assert [part.split()[-1] for part in parts] == ["0.", "1.", "2.", "3.", "46.", "47.", "48.", "49."]


@pytest.mark.parametrize(
    ("text", "language", "entries"),
    [
        ("How long does delivery take? Can I pay with PayPal?", "en", ["shipping_time", "payment_methods"]),
        ("送料はいくらですか？PayPalで払えますか？", "ja", ["shipping_cost", "payment_methods"]),
        ("How long does delivery take? And how long is delivery usually?", "en", ["shipping_time"]),
    ],
)
def test_several_questions_are_all_answered(
    kb: KnowledgeBase, text: str, language: str, entries: list[str]
) -> None:
    found = ask(kb, text, language=language)

    assert found.outcome == "answer"
    assert [hit.entry_id for hit in (found.hits[0], *found.also)] == entries


def test_a_story_with_one_question_gets_one_answer(kb: KnowledgeBase) -> None:
    story = (
        "Hello there. My sister is getting married in June and we are all very happy about it. "
        "She loves your lamps. Do you offer gift wrapping?"
    )

    found = ask(kb, story, language="en")

    assert (found.hits[0].entry_id, found.outcome, found.also) == ("gift_wrap", "answer", ())


def test_one_sentence_is_one_search(kb: KnowledgeBase) -> None:
    text = "Do you offer gift wrapping?"

    assert ask(kb, text, language="en") == kb.search(text, language="en")
