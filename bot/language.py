"""Which language a message is in, and which language is answered.

`LanguageDetector` asks the language model (`knowledge.languages`) and knows which languages share a script.
`choose_language` weighs that against the conversation and the page: “ok”, a number, a brand name or an emoji
never switches the language.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection

from bot.dialogue.details import find_emails
from knowledge.languages import LanguageModel

__all__ = ["LanguageDetector", "choose_language"]

# How much the talk so far, the page, a language that the shop has texts in, and one that many type weigh, in
# nats.
_CONVERSATION_BONUS = 2.2
_PAGE_BONUS = 2.0
_SUPPORTED_BONUS = 1.0
_COMMON_BONUS = 1.0
# Those of most people online (Internet World Stats, 2020), Korean and Hindi: of two that look alike, they.
_COMMON = frozenset({"en", "zh", "es", "ar", "id", "pt", "fr", "ja", "ru", "de", "ko", "hi"})
# Han signs of one of the two ways of writing Chinese can't be written in the other's character set.
_CHINESE = {"zh": "gb2312", "zh-TW": "big5"}
# Fewer words than this switch the language of a conversation only when they are surely of another one.
_ENOUGH_WORDS = 3
_SURE = 0.9
_SHORTEST = 3
# Of all letters; the rest may be brand names and borrowed words.
_SCRIPT_SHARE = 0.25
# Vowel signs of Indic and South-East Asian scripts are part of a word, which `\w` alone does not know.
_LETTERS = r"(?:[^\W\d_]|[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])+"
_WORD = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
# Digits of any script: a number switches no language.
_DIGIT = re.compile(r"\d")
_URL = re.compile(r"https?://\S+|www\.\S+")
# Scripts other than Latin and who writes in them; kana stands before Han, as Japanese has both. Blocks of
# https://www.unicode.org/Public/UNIDATA/Blocks.txt (16.0, read 2026-11-22).
_SCRIPTS = tuple(
    (re.compile(f"[{block}]"), frozenset(languages.split()))
    for block, languages in (
        ("\u3040-\u30ff", "ja"),
        ("\uac00-\ud7af\u1100-\u11ff", "ko"),
        ("\u3400-\u9fff", "zh zh-TW ja"),
        ("\u0400-\u052f", "ru uk bg sr mk kk mn"),
        ("\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff", "ar fa ur"),
        ("\u0900-\u097f", "hi mr"),
        ("\u0980-\u09ff", "bn"),
        ("\u0a00-\u0a7f", "pa"),
        ("\u0a80-\u0aff", "gu"),
        ("\u0b80-\u0bff", "ta"),
        ("\u0c00-\u0c7f", "te"),
        ("\u0c80-\u0cff", "kn"),
        ("\u0d00-\u0d7f", "ml"),
        ("\u0e00-\u0e7f", "th"),
        ("\u1000-\u109f", "my"),
        ("\u1780-\u17ff", "km"),
        ("\u1200-\u139f", "am"),
        ("\u10a0-\u10ff\u1c90-\u1cbf", "ka"),
        ("\u0530-\u058f", "hy"),
        ("\u0590-\u05ff", "he"),
        ("\u0370-\u03ff\u1f00-\u1fff", "el"),
    )
)


class LanguageDetector:
    """Likelihood of each language for a short text.

    Args:
        model: the language model.
        supported: languages that the shop has texts in; where nothing else decides, they do.
    """

    def __init__(self, model: LanguageModel, supported: Collection[str] = ()) -> None:
        self._model = model
        self.languages = model.languages
        self._bonus = {
            language: _SUPPORTED_BONUS * (language in supported) + _COMMON_BONUS * (language in _COMMON)
            for language in model.languages
        }

    def scores(self, text: str) -> dict[str, float]:
        """Log-likelihood by language, of those who write so; empty when there are no words to judge by."""
        words = self._judged(text)
        if not words:
            return {}
        scores = dict(zip(self.languages, self._model.scores(" ".join(words)).tolist(), strict=True))
        writers = _writers(words)
        if writers is not None and "zh" in writers:
            chinese = _chinese("".join(words))
            writers = writers - _CHINESE.keys() | chinese
            if len(chinese) > 1:  # what both write alike says nothing of where
                scores |= dict.fromkeys(chinese, max(scores[language] for language in chinese))
        return {
            language: score + self._bonus[language]
            for language, score in scores.items()
            if writers is None or language in writers
        }

    def is_telling(self, text: str) -> bool:
        """Whether the text says enough to leave the language of a conversation.

        Three words do, or fewer that are surely of one language; “ok” and a brand name do not.
        """
        words = self._judged(text)
        if len(words) >= _ENOUGH_WORDS:
            return True
        if not words or (_writers(words) is None and max(map(len, words)) < _SHORTEST):
            return False
        scores = self.scores(text)
        most = max(scores.values())
        return 1 / sum(math.exp(score - most) for score in scores.values()) >= _SURE

    def detect(self, text: str) -> str | None:
        """The likeliest language without any context; None when there is nothing to judge by."""
        scores = self.scores(text)
        return max(scores, key=lambda language: scores[language]) if scores else None

    def _judged(self, text: str) -> list[str]:
        """Words to judge by: not single Latin letters, and not what half of the world writes alike."""
        words = [word for word in _words(text) if len(word) > 1 or ord(word[0]) > 0x2E7F]
        return [word for word in words if not self._model.is_shared(word)] if len(words) < 4 else words


def choose_language(
    detector: LanguageDetector, text: str, *, conversation: str | None, page: str | None, default: str
) -> str:
    """The language to answer in.

    Args:
        detector: knows the languages.
        text: the shopper's message.
        conversation: language of the last answer, None at the start.
        page: language of the page, a hint.
        default: the shop's language, when nothing else is known.
    """
    expected = _known(conversation, detector.languages) or _known(page, detector.languages)
    if expected and not detector.is_telling(text):
        return expected
    scores = detector.scores(text)
    for hint, bonus in ((conversation, _CONVERSATION_BONUS), (page, _PAGE_BONUS)):
        known = _known(hint, detector.languages)
        if known in scores:
            scores[known] += bonus
    if scores:
        return max(scores, key=lambda language: scores[language])
    hints = (_known(hint, detector.languages) for hint in (conversation, page, default))
    return next((hint for hint in hints if hint), "en")


def _writers(words: list[str]) -> frozenset[str] | None:
    """Languages of the script that is not Latin; None for Latin letters, in which anybody may type."""
    letters = "".join(words)
    for pattern, languages in _SCRIPTS:
        if len(pattern.findall(letters)) >= _SCRIPT_SHARE * len(letters):
            return languages
    return None


def _chinese(letters: str) -> frozenset[str]:
    """Which ways of writing Chinese have all of these signs; both when neither has."""
    found = frozenset(language for language, charset in _CHINESE.items() if _fits(letters, charset))
    return found or frozenset(_CHINESE)


def _fits(letters: str, charset: str) -> bool:
    try:
        letters.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _known(hint: str | None, languages: tuple[str, ...]) -> str:
    """The code a hint stands for, empty for none: `pt-BR` is `pt`, `zh-Hant` and `zh-HK` are `zh-TW`."""
    if not hint:
        return ""
    if hint in languages:
        return hint
    base, _, rest = hint.partition("-")
    if base == "zh" and rest.casefold() in {"hant", "hk", "mo", "hant-tw", "hant-hk"}:
        return "zh-TW"
    return base if base in languages else ""


def _words(text: str) -> list[str]:
    normal = unicodedata.normalize("NFKC", text).casefold()
    for email in find_emails(normal):
        normal = normal.replace(email, " ")
    return _WORD.findall(_DIGIT.sub(" ", _URL.sub(" ", normal)))
