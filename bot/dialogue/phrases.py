"""Phrases known by heart: what a message means that is one of the training phrases, word for word.

The classifier guesses from what words look like; the buttons' words, and the commands that answers tell
shoppers to type, must do what they say in every language. Asked by `turn`; no Rasa.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Phrases"]

_FOLDER = Path(__file__).with_name("nlu")
# Vowel signs of Indic and South-East Asian scripts are part of a word, which `\w` alone does not know.
_WORD = re.compile(r"[\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
# Numbers and addresses are found by their form (`details`).
_NOT_BY_HEART = frozenset({"inform"})
_ABOUT_GOODS = "find_product"
# Intents in which a word must occur to be no name of anything.
_ORDINARY = 3
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Phrases:
    """Training phrases of all languages.

    Args:
        folder: one YAML file a language, as in docs/content.md.
    """

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._known: dict[str, dict[str, str]] = {}
        self._said: dict[str, Counter[str]] = defaultdict(Counter)
        for file in sorted(folder.glob("*.yml")):
            data = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
            for intent, phrases in data["intents"].items():
                if intent != _ABOUT_GOODS:
                    for word in {word for phrase in phrases for word in _folded(phrase).split()}:
                        self._said[file.stem][word] += 1
                if intent not in _NOT_BY_HEART:
                    for phrase in filter(_folded, phrases):
                        self._known.setdefault(_folded(phrase), {}).setdefault(file.stem, intent)

    def languages(self, text: str) -> frozenset[str]:
        """Languages in which a message is one of the phrases."""
        return frozenset(self._known.get(_folded(text), ()))

    def saying(self, intent: str) -> tuple[str, ...]:
        """All phrases of an intent in all languages, in lower case and without punctuation."""
        return tuple(text for text, known in self._known.items() if intent in known.values())

    def ordinary(self, language: str) -> frozenset[str]:
        """Words that people of a language say whatever they talk about, goods or not."""
        return frozenset(word for word, intents in self._said[language].items() if intents >= _ORDINARY)

    def intent(self, text: str, language: str) -> str | None:
        """What a message means.

        Args:
            text: as typed; case and punctuation do not count.
            language: of the conversation; a phrase of other languages counts where these agree.

        Returns:
            An intent, or None when the message is no such phrase.
        """
        known = self._known.get(_folded(text), {})
        if language in known:
            return known[language]
        intents = set(known.values())
        return intents.pop() if len(intents) == 1 else None


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
