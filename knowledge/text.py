"""Text in normal form and in runs of one script class, as `features` cuts it. Pure functions.

What knows entries or languages is elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

__all__ = ["MAX_CHARS", "Script", "fold_accents", "normalise", "runs"]

Script = Literal["spaced", "syllabic", "unspaced", "ideographic"]

# A chat message may hold 4,000 characters; what a question is about stands in far less, and the cost of a
# text must stay bounded.
MAX_CHARS = 2000

# Blocks of https://www.unicode.org/Public/UNIDATA/Blocks.txt (16.0, read 2026-11-22).
_IDEOGRAPHIC = "々〆〇\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
_SYLLABIC = "\u0900-\u0dff\u1200-\u139f\u2d80-\u2ddf\uac00-\ud7a3"
_RUN = re.compile(
    f"(?P<ideographic>[{_IDEOGRAPHIC}]+)|(?P<unspaced>[{_UNSPACED}]+)|(?P<syllabic>[{_SYLLABIC}]+)"
    f"|(?P<spaced>(?:[^\\W_{_IDEOGRAPHIC}{_UNSPACED}{_SYLLABIC}]|[\u0300-\u036f])+)"
)

# Letters that typists of Arabic script use for one another, and marks that most leave out; invisible joiners
# and direction marks; apostrophes, which split "don't" in two when kept.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("\u0640\u200b\u200c\u200d\u200e\u200f\u2066\u2067\u2068\u2069\ufeff\u00ad", None),
        **dict.fromkeys(map(chr, range(0x064B, 0x0660)), None),
        **dict.fromkeys(map(chr, range(0x0591, 0x05C8)), None),
        **dict.fromkeys("'’‘ʼ`´", None),
        **dict.fromkeys("أإآٱ", "ا"),
        "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ہ": "ه",
        "ё": "е",
    }
)  # fmt: skip
# Latin letters that have no decomposition and that people type as their plain neighbour.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ə": "e", "ð": "d", "þ": "th"}
)
_LAST_ACCENTED = "\u03ff"  # Latin and Greek; marks of later scripts make other letters


def normalise(text: str) -> str:
    """Compatibility form, case folded, look-alike letters and invisible marks unified; cut at `MAX_CHARS`."""
    return unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold().translate(_FOLDED)


@lru_cache(maxsize=4096)
def fold_accents(word: str) -> str:
    """A word without the accents of Latin and Greek letters; other scripts come back unchanged."""
    if word.isascii():
        return word
    parts = [
        "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
        if char <= _LAST_ACCENTED
        else char
        for char in unicodedata.normalize("NFC", word)
    ]
    return "".join(parts).translate(_PLAIN)


def runs(normalised: str) -> Iterator[tuple[Script, str]]:
    """Runs of one script class in a normalised text, in order; punctuation, spaces and symbols fall out."""
    for match in _RUN.finditer(normalised):
        yield match.lastgroup, match.group()  # type: ignore[misc]  # the groups are named after Script
