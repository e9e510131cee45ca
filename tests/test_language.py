from __future__ import annotations

import pytest

from bot.language import LanguageDetector, choose_language
from knowledge.languages import LanguageModel


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector(LanguageModel.load(), ("en", "de", "es"))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my parcel?", "en"),
        ("Wo bleibt mein Paket?", "de"),
        ("¿Dónde está mi paquete?", "es"),
        ("donde esta mi pedido", "es"),
        ("Où est mon colis ?", "fr"),
        ("Onde está minha encomenda?", "pt"),
        ("Paket saya di mana ya?", "id"),
        ("Где моя посылка?", "ru"),
        ("أين طلبي؟", "ar"),
        ("मेरा ऑर्डर कहाँ है", "hi"),
        ("我的包裹在哪里", "zh"),
        ("荷物はどこですか", "ja"),
        ("제 택배 어디에 있나요", "ko"),
        ("返品したい", "ja"),
    ],
)
def test_a_question_is_recognised(detector: LanguageDetector, text: str, language: str) -> None:
    assert detector.detect(text) == language


@pytest.mark.parametrize(
    "text", ["ok", "OK!", "1042", "👍", "NL-20391", "anna@example.com", "iPhone", "???", "", "USB-C"]
)
def test_words_of_no_language_never_switch(detector: LanguageDetector, text: str) -> None:
    assert choose_language(detector, text, conversation="de", page="en", default="en") == "de"


def test_a_whole_sentence_switches_the_conversation(detector: LanguageDetector) -> None:
    chosen = choose_language(
        detector, "¿Cuánto tarda el envío a México?", conversation="en", page="en", default="en"
    )

    assert chosen == "es"


def test_the_page_decides_where_the_words_do_not(detector: LanguageDetector) -> None:
    assert choose_language(detector, "1042", conversation=None, page="pt-BR", default="en") == "pt"
    assert choose_language(detector, "???", conversation=None, page=None, default="fr") == "fr"
