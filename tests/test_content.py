"""Every language file says what the English one says: same keys, same values, well-formed messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from icu4py.messageformat import MessageFormat

ROOT = Path(__file__).resolve().parent.parent
PACKS = ROOT / "knowledge" / "packs"
LOCALES = ROOT / "bot" / "locales"
PHRASES = ROOT / "bot" / "dialogue" / "nlu"
NUMBERS = {
    "delivery_days_min", "delivery_days_max", "handling_days", "express_days", "tracking_update_days",
    "claim_days", "change_window_hours", "bulk_min_quantity", "return_days", "refund_days",
    "warranty_months", "count", "stock", "minutes", "percent", "seconds", "max", "languages",
}  # fmt: skip


def _load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _known() -> set[str]:
    english = [(folder / "en.yml").read_text(encoding="utf-8") for folder in (PACKS, LOCALES)]
    return set().union(*map(_names, english))


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        assert isinstance(key, str), f"{prefix}{key!r} is not text: quote it"
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            assert isinstance(value, str), f"{prefix}{key} is {value!r}: quote it"
            flat[prefix + key] = value
    return flat


def _values(message: str) -> set[str]:
    """Names of the values a message uses; a branch of one word, as in `{gratis}`, is not a value."""
    return KNOWN & _names(message)


def _names(text: str) -> set[str]:
    return set(re.findall(r"\{\s*([a-z_]+)\s*[,}]", text))


def _format(message: str, language: str) -> str:
    values = {name: 5 if name in NUMBERS else "true" for name in _values(message)}
    text = MessageFormat(message, language).format(values)
    assert "{" not in text
    return text


def _languages(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yml"))


KNOWN = _known()


@pytest.mark.parametrize("language", _languages(PACKS))
def test_a_pack_answers_every_topic_with_the_english_facts(language: str) -> None:
    english, pack = _load(PACKS / "en.yml")["entries"], _load(PACKS / f"{language}.yml")
    assert pack["language"] == language
    assert list(pack["entries"]) == list(english)
    for topic, entry in pack["entries"].items():
        where = f"{language}/{topic}"
        assert set(entry) == {"title", "ask", "answer"}, where
        ways = [entry["title"], *entry["ask"]]
        assert len(entry["ask"]) >= 7, f"{where}: {len(entry['ask'])} ways of asking"
        assert len({way.casefold() for way in ways}) == len(ways), f"{where}: the same way twice"
        assert all(isinstance(sentence, str) for sentence in ways + entry["answer"]), where
        used = set().union(*map(_values, entry["answer"]))
        expected = set().union(*map(_values, english[topic]["answer"]))
        assert used - {"shop"} == expected - {"shop"}, f"{where}: {used ^ expected}"
        for sentence in entry["answer"]:
            assert _format(sentence, language).strip(), where


@pytest.mark.parametrize("language", _languages(PACKS))
def test_no_way_of_asking_stands_under_two_topics(language: str) -> None:
    seen: dict[str, str] = {}
    for topic, entry in _load(PACKS / f"{language}.yml")["entries"].items():
        for way in [entry["title"], *entry["ask"]]:
            assert seen.setdefault(way.casefold(), topic) == topic, f"{language}: {way!r}"


@pytest.mark.parametrize("language", _languages(LOCALES))
def test_a_locale_has_the_english_keys_and_values(language: str) -> None:
    english, locale = _load(LOCALES / "en.yml"), _load(LOCALES / f"{language}.yml")
    assert locale["language"] == language
    assert locale["direction"] in {"ltr", "rtl"}
    messages, expected = _flat(locale), _flat(english)
    assert list(messages) == list(expected), set(messages) ^ set(expected)
    for key, message in messages.items():
        assert _values(message) == _values(expected[key]), f"{language}/{key}"
        assert _format(message, language).strip(), f"{language}/{key}"


@pytest.mark.parametrize("language", _languages(PHRASES))
def test_phrases_cover_every_intent(language: str) -> None:
    english, phrases = _load(PHRASES / "en.yml")["intents"], _load(PHRASES / f"{language}.yml")
    assert phrases["language"] == language
    assert list(phrases["intents"]) == list(english)
    for intent, examples in phrases["intents"].items():
        least = 16 if intent in {"track_order", "find_product", "out_of_scope"} else 8
        assert all(isinstance(example, str) for example in examples), f"{language}/{intent}: quote it"
        assert len(set(examples)) >= least, f"{language}/{intent}: {len(set(examples))}"
