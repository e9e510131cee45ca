"""Gates of the language files: complete, in the right script and language, short enough to fit."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.language import LanguageDetector
from knowledge.languages import LanguageModel
from knowledge.locales import locale_of
from knowledge.messages import plain

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "packs": ROOT / "knowledge" / "packs",
    "locales": ROOT / "bot" / "locales",
    "phrases": ROOT / "bot" / "dialogue" / "nlu",
    "questions": ROOT / "knowledge" / "training" / "questions",
}
LANGUAGES = sorted(path.stem for path in FOLDERS["packs"].glob("*.yml"))
OTHERS = [language for language in LANGUAGES if language != "en"]
SCRIPTS = {
    "CYRILLIC": "bg kk mk mn ru sr uk", "DEVANAGARI": "hi mr", "ARABIC": "ar fa ur", "HEBREW": "he",
    "BENGALI": "bn", "GUJARATI": "gu", "GURMUKHI": "pa", "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn",
    "MALAYALAM": "ml", "THAI": "th", "MYANMAR": "my", "KHMER": "km", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "ETHIOPIC": "am", "GREEK": "el", "HANGUL": "ko", "CJK": "zh zh-TW", "CJK HIRAGANA KATAKANA": "ja",
}  # fmt: skip
SCRIPT_OF = {language: names.split() for names, of in SCRIPTS.items() for language in of.split()}
# What every language may leave in Latin letters.
LATIN = re.compile(
    r"Storecast|config\.yml|https?://|\S+@\S+|\b(?:FAQ|AI|IA|KI|COD|VAT|USB-C|[Ee]-?mail|Aurora|Fjord|Hygge|Stille|Polar|Dagbok|"
    r"Skog|PayPal|Klarna)\b"
)
# Widest text that a place in the pages holds, in characters that take room; a phone of 360 px sets it.
SLOTS = {
    "bot.button.affirm": 12, "bot.button.deny": 12, "bot.button.stop": 18, "bot.button.": 28,
    "bot.status_name.": 28, "bot.card.status": 18, "bot.card.total": 18, "bot.product.in_stock": 26,
    "bot.product.sold_out": 26, "widget.send": 18, "widget.retry": 24, "widget.placeholder": 32,
    "widget.minimise": 24, "widget.close": 24, "widget.open": 24, "widget.jump_to_latest": 30,
    "widget.today": 18, "widget.yesterday": 18, "widget.sent": 18, "widget.sending": 24, "widget.failed": 26,
    "widget.assistant": 30, "widget.agent": 24, "widget.menu": 26, "widget.new_chat": 30,
    "widget.language": 18,
    "widget.person": 28, "widget.you": 12, "store.add_to_cart": 28, "store.sold_out": 22, "store.cart": 18,
    "store.added": 20, "facts.save": 30, "facts.sign_": 30, "facts.discard": 30, "facts.not_stated": 30,
    "facts.stated_": 16, "facts.group.": 30, "facts.name.": 48, "facts.days": 16, "facts.hours": 16,
    "facts.months": 16, "facts.pieces": 16,
}  # fmt: skip


GROUPS = {start: most for start, most in SLOTS.items() if start[-1] in "._"}


@cache
def _load(folder: str, language: str) -> dict[str, Any]:
    path = FOLDERS[folder] / f"{language}.yml"
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def _messages(language: str) -> dict[str, str]:
    """Sentences and labels by their full key."""
    flat: dict[str, str] = {}

    def walk(tree: dict[str, Any], prefix: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            elif prefix:
                flat[prefix + key] = value

    walk(_load("locales", language), "")
    return flat


@cache
def _answers(language: str) -> list[str]:
    return [text for entry in _load("packs", language)["entries"].values() for text in entry["answer"]]


def _bare(message: str) -> str:
    """The words of a message, without values and without what may stay in Latin letters."""
    return LATIN.sub(" ", plain(message))


def _in_script(text: str, language: str) -> float:
    wanted = SCRIPT_OF.get(language, ["LATIN"])
    letters = [unicodedata.name(c, "") for c in text if c.isalpha()]
    return sum(any(map(name.startswith, wanted)) for name in letters) / len(letters) if letters else 1.0


def _width(text: str) -> int:
    return sum(unicodedata.category(c) not in {"Mn", "Cf"} for c in text)


def _folded(text: str) -> str:
    return " ".join(
        re.findall(r"[\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+", text.casefold())
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_language_has_its_file(folder: str) -> None:
    found = {path.stem for path in FOLDERS[folder].glob("*.yml")} - {"intents", "near"}

    assert found == set(LANGUAGES)
    assert len(found) == 66


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_have_every_form_that_the_language_needs(language: str) -> None:
    rule = locale_of(language).plural_form
    needed = {rule(number) for number in range(200)} | {"other"}
    lacking = {
        message: needed - forms
        for message in (*_messages(language).values(), *_answers(language))
        for forms in map(set, _plural_forms(message))
        if not needed <= forms
    }

    assert lacking == {}


def _plural_forms(message: str) -> list[list[str]]:
    blocks = re.findall(r",\s*plural\s*,((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}", message)
    return [re.findall(r"(zero|one|two|few|many|other)\s*\{", block) for block in blocks]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_the_script_of_its_language(language: str) -> None:
    titles = [entry["title"] for entry in _load("packs", language)["entries"].values()]
    texts = [*_messages(language).values(), *_answers(language), *titles]

    assert [text for text in texts if _in_script(_bare(text), language) < 0.6] == []


@pytest.fixture(scope="module")
def detector() -> LanguageDetector:
    return LanguageDetector(LanguageModel.load())


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_english_and_the_file_as_a_whole_is_its_language(
    detector: LanguageDetector, language: str
) -> None:
    texts = [_bare(text) for text in (*_messages(language).values(), *_answers(language))]
    told = {text: detector.detect(text) for text in texts if sum(map(str.isalpha, text)) >= 25}
    own = {language, *CLOSE.get(language, ())}

    assert [text for text, code in told.items() if code == "en"] == []
    assert sum(code in own for code in told.values()) >= 0.9 * len(told)


# Languages whose sentences of this length can hardly be told apart.
CLOSE = {
    "id": ("ms",), "ms": ("id",), "hr": ("sl",), "da": ("nb",), "nb": ("da",),
    "zh": ("zh-TW",), "zh-TW": ("zh",),
}  # fmt: skip


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    english = _messages("en")
    same = {
        key: text
        for key, text in _messages(language).items()
        if text == english[key] and sum(map(str.isalpha, _bare(text))) > 16
    }

    assert same == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_their_place(language: str) -> None:
    wide = {
        key: text
        for key, text in _messages(language).items()
        for slot in [
            SLOTS.get(key) or next((most for start, most in GROUPS.items() if key.startswith(start)), 0)
        ]
        if slot and _width(text) > slot
    }

    assert wide == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_stands_under_two_topics_or_two_intents(language: str) -> None:
    seen: dict[str, set[str]] = {}
    for topic, entry in _load("packs", language)["entries"].items():
        for text in (entry["title"], *entry["ask"]):
            seen.setdefault(_folded(text), set()).add(topic)
    said: dict[str, set[str]] = {}
    for intent, texts in _load("phrases", language)["intents"].items():
        for text in texts:
            said.setdefault(_folded(text), set()).add(intent)

    assert {text: of for text, of in {**seen, **said}.items() if len(of) > 1 and text} == {}
    assert {text for text, of in said.items() if of & SMALL_TALK and text in seen} == set()


SMALL_TALK = {"greet", "goodbye", "thanks", "affirm", "deny", "stop", "ok", "inform", "out_of_scope"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_phrases_of_what_they_ask_for(language: str) -> None:
    buttons = {
        "track": "track_order", "return": "return_item", "cancel": "cancel_order", "products": "find_product",
        "person": "talk_to_human", "affirm": "affirm", "deny": "deny", "stop": "stop",
    }  # fmt: skip
    phrases, messages = _load("phrases", language)["intents"], _messages(language)

    assert {
        button: messages[f"bot.button.{button}"]
        for button, intent in buttons.items()
        if _folded(messages[f"bot.button.{button}"]) not in {_folded(text) for text in phrases[intent]}
    } == {}
