"""Which language a message is in, and which language is answered.

`LanguageDetector` learns letter sequences from the product's own texts (FAQ packs, phrases, locale files), so
it knows exactly the languages that can be answered; scripts that only one of them uses decide at once.
`choose_language` weighs that against the conversation and the page: “ok”, a number, a brand name or an emoji
never switches the language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.dialogue.details import find_emails

__all__ = ["LanguageDetector", "choose_language", "language_texts"]

_ROOT = Path(__file__).resolve().parent.parent
_ORDERS = (1, 2, 3, 4)
# A word that so many languages have says nothing about which one is spoken.
_SHARED = 3
_SMOOTHING = 0.4
# Letter sequences overlap, so their evidence counts less than if they were independent.
_DAMPING = 0.35
# How much the talk so far and the page weigh, in nats, against what the letters say.
_KNOWN_WORD_BONUS = 2.5
_CONVERSATION_BONUS = 2.2
_PAGE_BONUS = 2.0
# Vowel signs of Indic and South-East Asian scripts are part of a word, which `\w` alone does not know.
_LETTERS = r"(?:[^\W\d_]|[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])+"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), "ja"),
    (re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"), "ko"),
    (re.compile(r"[\u4e00-\u9fff]"), "zh"),
)
_URL = re.compile(r"https?://\S+|www\.\S+")


class LanguageDetector:
    """Posterior over the known languages for a short text.

    Args:
        texts: samples by language code; some hundred short lines each.
    """

    def __init__(self, texts: Mapping[str, Iterable[str]]) -> None:
        self.languages = tuple(sorted(texts))
        words = {
            language: [word for line in lines for word in _words(line)] for language, lines in texts.items()
        }
        counts = {language: _count(said) for language, said in words.items()}
        self._known_by: dict[str, list[int]] = {}
        for column, language in enumerate(self.languages):
            for word in set(words[language]):
                self._known_by.setdefault(word, []).append(column)
        spread = Counter(word for said in words.values() for word in set(said))
        self._telling = frozenset(word for word, in_languages in spread.items() if in_languages < _SHARED)
        self._shared = frozenset(spread) - self._telling
        vocabulary = sorted(set().union(*counts.values()))
        self._rows = {gram: row for row, gram in enumerate(vocabulary)}
        table = np.full((len(vocabulary) + 1, len(self.languages)), _SMOOTHING, dtype=np.float64)
        for column, language in enumerate(self.languages):
            for gram, count in counts[language].items():
                table[self._rows[gram], column] += count
        self._log = np.log(table / table.sum(axis=0)).astype(np.float32)
        self._log -= self._log.mean(axis=1, keepdims=True)
        self._log[-1] = 0.0

    def scores(self, text: str) -> dict[str, float]:
        """Evidence in nats by language, 0 on average; empty when the text has no words to judge by."""
        words = self._judged(text)
        if not words:
            return {}
        rows = [self._rows.get(gram, -1) for word in words for gram in _grams(word)]
        evidence = self._log[rows].sum(axis=0) * _DAMPING
        for word in words:
            known_by = self._known_by.get(word, [])
            evidence[known_by] += _KNOWN_WORD_BONUS / max(1, len(known_by))
        return {language: float(value) for language, value in zip(self.languages, evidence, strict=True)}

    def is_telling(self, text: str) -> bool:
        """Whether the text says enough to leave the language of a conversation.

        A word that only one or two languages have does, or three words of any kind; “ok” and a brand name
        do not.
        """
        words = self._judged(text)
        return len(words) >= 3 or any(word in self._telling for word in words)

    def _judged(self, text: str) -> list[str]:
        """Words to judge by: not single letters, and not what half of the world writes alike."""
        words = [word for word in _words(text) if len(word) > 1 or ord(word[0]) > 0x2E7F]
        return [word for word in words if word not in self._shared] if len(words) < 3 else words

    def detect(self, text: str) -> str | None:
        """The likeliest language without any context; None when there is nothing to judge by."""
        if script := self._script(text):
            return script
        scores = self.scores(text)
        return max(scores, key=lambda language: scores[language]) if scores else None

    def _script(self, text: str) -> str | None:
        """The one known language whose script most letters are in; kana beats Han, as in Japanese."""
        letters = "".join(_words(text))
        if not letters:
            return None
        for pattern, language in _SCRIPTS:
            if language in self.languages and len(pattern.findall(letters)) * 4 >= len(letters):
                return language
        return None


def choose_language(
    detector: LanguageDetector, text: str, *, conversation: str | None, page: str | None, default: str
) -> str:
    """The language to answer in.

    Args:
        detector: knows the languages that can be answered.
        text: the shopper's message.
        conversation: language of the last answer, None at the start.
        page: language of the page, a hint.
        default: the shop's language, when nothing else is known.
    """
    if script := detector._script(text):
        return script
    scores = detector.scores(text)
    if (said_in := _known(conversation, detector.languages)) and not detector.is_telling(text):
        return said_in
    for hint, bonus in ((conversation, _CONVERSATION_BONUS), (page, _PAGE_BONUS)):
        known = _known(hint, detector.languages)
        if known and scores:
            scores[known] += bonus
    if scores:
        return max(scores, key=lambda language: scores[language])
    hints = (_known(hint, detector.languages) for hint in (conversation, page, default))
    return next((hint for hint in hints if hint), "en")


def language_texts(root: Path = _ROOT) -> dict[str, list[str]]:
    """The product's own texts by language: packs, phrases and locale files."""
    texts: dict[str, list[str]] = {}
    for folder in ("knowledge/packs", "bot/dialogue/nlu", "bot/locales"):
        for path in sorted((root / folder).glob("*.yml")):
            data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            body = {key: value for key, value in data.items() if key not in {"language", "name", "direction"}}
            texts.setdefault(path.stem, []).extend(_plain(line) for line in _strings(body))
    return texts


def _known(hint: str | None, languages: tuple[str, ...]) -> str | None:
    if hint in languages:
        return hint
    base = (hint or "").partition("-")[0]
    return base if base in languages else None


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _plain(message: str) -> str:
    """A message without its ICU syntax, which is English in every language."""
    return re.sub(
        r"\{\s*\w+\s*(?:,\s*\w+\s*,)?|\b(?:zero|one|two|few|many|other|true|false)\s*(?=\{)|[{}#]",
        " ",
        message,
    )


def _words(text: str) -> list[str]:
    normal = unicodedata.normalize("NFKC", text).casefold()
    for email in find_emails(normal):
        normal = normal.replace(email, " ")
    return _WORD.findall(_URL.sub(" ", normal))


def _grams(word: str) -> Iterable[str]:
    marked = f"<{word}>"
    for order in _ORDERS:
        for start in range(len(marked) - order + 1):
            gram = marked[start : start + order]
            if gram not in {"<", ">"}:
                yield gram


def _count(words: Iterable[str]) -> Counter[str]:
    return Counter(gram for word in words for gram in _grams(word))
