"""Phrases known by heart: the words of buttons and commands mean what they say, in their language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.dialogue.arbitration import Evidence, decide
from bot.dialogue.context import KnowledgeHit
from bot.dialogue.phrases import Phrases
from bot.wording import Phrasebook

BUTTONS = {
    "track": "track_order", "return": "return_item", "cancel": "cancel_order", "products": "find_product",
    "person": "talk_to_human", "affirm": "affirm", "deny": "deny", "stop": "stop",
}  # fmt: skip
BOOK = Phrasebook()
PHRASES = Phrases()


@pytest.mark.parametrize("language", [code for code, _, _ in BOOK.languages()])
def test_every_button_means_what_it_says(language: str) -> None:
    words = {intent: BOOK.section("bot", language)[f"button.{button}"] for button, intent in BUTTONS.items()}

    assert {intent: PHRASES.intent(text, language) for intent, text in words.items()} == {
        intent: intent for intent in words
    }


@pytest.fixture
def phrases(tmp_path: Path) -> Phrases:
    (tmp_path / "en.yml").write_text(
        "intents: {deny: ['No', no thanks], affirm: ['Yes!', '?!'], inform: [four two]}"
    )
    (tmp_path / "xx.yml").write_text("intents: {affirm: ['no'], thanks: [no thanks], stop: [halt]}")
    return Phrases(tmp_path)


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("no", "en", "deny"),
        ("NO.", "en", "deny"),
        ("no", "xx", "affirm"),
        ("no", "de", None),  # the languages that know it do not agree
        ("halt", "de", "stop"),
        ("yes", "en", "affirm"),
        ("four two", "en", None),
        ("no way", "en", None),
        ("", "en", None),
        ("?", "en", None),
    ],
)
def test_a_phrase_counts_in_its_language(
    phrases: Phrases, text: str, language: str, intent: str | None
) -> None:
    assert phrases.intent(text, language) == intent


def test_what_is_known_by_heart_wins_over_guesses_and_entries() -> None:
    evidence = Evidence(
        ranking={"faq.cancel_order": 0.9, "thanks": 0.1},
        hits=(KnowledgeHit("cancel_order", 0.97),),
        outcome="answer",
        words=5,
    )

    assert decide(evidence).intent == "ask_faq"
    for known in ("cancel_order", "thanks", "out_of_scope", "goodbye", "bot_challenge", "talk_to_human"):
        by_heart = Evidence(
            ranking=evidence.ranking, hits=evidence.hits, outcome="answer", words=5, known=known
        )
        assert decide(by_heart).intent == known


def test_a_known_no_answers_what_was_asked() -> None:
    assert decide(Evidence(ranking={}, known="stop", question="cancel")).intent == "deny"
    assert decide(Evidence(ranking={}, known="deny", expecting="order_number")).intent == "stop"
