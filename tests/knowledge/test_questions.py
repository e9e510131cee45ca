"""The project's own questions: every intent in every language, three different lines, in the right script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict

import pytest
import yaml

from knowledge.training.corpus import LANGUAGES
from knowledge.training.questions import FOLDER, Question, read_intents, read_near, read_questions

SCRIPTS = {
    "CJK": "zh zh-TW", "HANGUL": "ko", "THAI": "th", "MYANMAR": "my", "KHMER": "km", "DEVANAGARI": "hi mr",
    "BENGALI": "bn", "ARABIC": "ar fa ur", "TAMIL": "ta", "TELUGU": "te", "GUJARATI": "gu",
    "GURMUKHI": "pa", "KANNADA": "kn", "MALAYALAM": "ml", "CYRILLIC": "ru uk bg sr mk kk mn",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "HEBREW": "he", "GREEK": "el", "ETHIOPIC": "am",
}  # fmt: skip
SCRIPT_OF = {language: script for script, languages in SCRIPTS.items() for language in languages.split()}
MOST_CHARS = 220


@pytest.fixture(scope="module")
def lines() -> dict[str, list[Question]]:
    found: defaultdict[str, list[Question]] = defaultdict(list)
    for line in read_questions():
        found[line.language].append(line)
    return found


def test_every_language_is_there(lines: dict[str, list[Question]]) -> None:
    assert lines.keys() == set(LANGUAGES)


def test_there_are_two_hundred_intents_of_shoppers_and_all_starter_topics() -> None:
    intents = read_intents()
    of_shops = [name for group, names in intents.items() if group not in {"chat", "other"} for name in names]
    topics = yaml.safe_load((FOLDER.parents[1] / "packs" / "en.yml").read_text(encoding="utf-8"))["entries"]

    assert len(of_shops) >= 200
    assert topics.keys() <= set(of_shops)


def test_near_intents_are_known_ones_without_an_entry_of_their_own() -> None:
    intents = {name for names in read_intents().values() for name in names}
    topics = yaml.safe_load((FOLDER.parents[1] / "packs" / "en.yml").read_text(encoding="utf-8"))["entries"]

    assert read_near().keys() <= topics.keys()
    assert {name for names in read_near().values() for name in names} <= intents - topics.keys()


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_intent_has_three_lines_of_its_own(lines: dict[str, list[Question]], language: str) -> None:
    intents = {name for names in read_intents().values() for name in names}
    by_intent: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines[language]:
        by_intent[line.intent].append(line.text)
    said = Counter(re.sub(r"\W+", " ", line.text.casefold()).strip() for line in lines[language])

    assert by_intent.keys() == intents
    assert {len(texts) for texts in by_intent.values()} == {3}
    assert [text for text, count in said.items() if count > 1] == []
    assert all(line.text == line.text.strip() and len(line.text) <= MOST_CHARS for line in lines[language])


@pytest.mark.parametrize("language", sorted(SCRIPT_OF))
def test_plain_lines_are_in_the_languages_script(lines: dict[str, list[Question]], language: str) -> None:
    plain = [line for line in lines[language] if line.style == 0 and line.intent != "other_nonsense"]

    share = sum(_share(line.text, SCRIPT_OF[language]) >= 0.5 for line in plain) / len(plain)
    assert share == 1.0


def _share(text: str, script: str) -> float:
    letters = [sign for sign in text if sign.isalpha()]
    return sum(unicodedata.name(sign, "").startswith(script) for sign in letters) / max(1, len(letters))
