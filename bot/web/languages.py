"""Which of the product's languages a page or a caller means.

Turns language tags of pages (`de-AT`), of headers (`Accept-Language`) and of widgets into a code that has a
locale file. Called by every edge; says nothing about the language a message is written in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

__all__ = ["Languages"]

# RFC 5646 allows longer tags, but a longer one only ever adds variants and extensions.
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
# CLDR likely subtags (https://github.com/unicode-org/cldr, likelySubtags.xml, read 2026-11-22).
_TRADITIONAL_CHINESE = frozenset({"hant", "tw", "hk", "mo"})
# Codes that older systems still send, RFC 5646 section 2.2.1 "Preferred-Value" of the registry.
_RENAMED = {"iw": "he", "in": "id", "mo": "ro", "nn": "nb", "no": "nb", "tl": "fil"}


class Languages:
    """The languages that have a locale, and the one that answers when nothing fits.

    Args:
        codes: codes of the locale files, `en`, `zh-TW`.
        default: tells the shop's language, which may change; the first code stands in when it has no locale.
    """

    def __init__(self, codes: Iterable[str], default: Callable[[], str]) -> None:
        self._codes = {code.lower(): code for code in codes}
        self._default = default

    @property
    def default(self) -> str:
        """The language that answers when nothing fits."""
        return self.match(self._default()) or next(iter(self._codes.values()))

    def match(self, tag: object) -> str | None:
        """The code that fits a language tag, None when it is no tag or no locale fits."""
        if not isinstance(tag, str) or not self.is_tag(tag):
            return None
        parts = tag.lower().replace("_", "-").split("-")
        if parts[0] == "zh" and _TRADITIONAL_CHINESE & set(parts) and "zh-tw" in self._codes:
            return self._codes["zh-tw"]
        for length in range(len(parts), 0, -1):
            if found := self._codes.get("-".join(parts[:length])):
                return found
        return self._codes.get(_RENAMED.get(parts[0], ""))

    @staticmethod
    def is_tag(text: str) -> bool:
        """Whether a text has the form of a language tag."""
        return _TAG.fullmatch(text) is not None

    def best(self, *tags: object) -> str:
        """The first tag that fits, else the default."""
        return next((code for tag in tags if (code := self.match(tag))), self.default)

    def of_header(self, accept_language: str | None) -> str:
        """The best language of an `Accept-Language` header, else the default."""
        wishes = []
        for position, part in enumerate((accept_language or "").split(",")[:20]):
            tag, _, quality = part.strip().partition(";q=")
            wishes.append((-_weight(quality), position, tag.strip()))
        return self.best(*(tag for weight, _, tag in sorted(wishes) if weight < 0))


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
