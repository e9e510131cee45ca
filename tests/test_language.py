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


@pytest.mark.parametrize(
    ("text", "language"),
    [("算了，不查了吧", "zh"), ("退货要多久", "zh"), ("退貨要多久", "zh-TW"), ("請問運費多少", "zh-TW")],
)
def test_chinese_is_traditional_only_by_its_signs(text: str, language: str) -> None:
    assert LanguageDetector(LanguageModel.load()).detect(text) == language


def test_chinese_without_telling_signs_follows_the_conversation() -> None:
    detector = LanguageDetector(LanguageModel.load())

    said = {
        language: choose_language(detector, "算了，不查了吧", conversation=language, page=None, default="en")
        for language in ("zh", "zh-TW")
    }
    assert said == {"zh": "zh", "zh-TW": "zh-TW"}
