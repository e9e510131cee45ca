"""Text of a stranger made plain: one form of each character, nothing invisible, no floods. Pure.

`plain` is what may be shown and spoken; `folded` is only for comparing, so that spelling tricks do not make
another word of the same word. Called by the filters of comments and names; decides nothing by itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from confusable_homoglyphs.utils import load as _load  # type: ignore[import-untyped]  # has no types

__all__ = ["essence", "folded", "lookalike", "plain"]

# Stacked marks on one letter: the deepest of a living script is Tibetan's three; more is a "zalgo" text.
_MOST_MARKS = 4
# Of accents, which NFKC has put into the letters already, two at most are left over.
_MOST_ACCENTS = 2
# "sooooo" and "hahahahaha" say as much with three.
_MOST_REPEATS = 3
# Needed inside emoji, Persian and Indic words; anywhere else they only hide things.
_JOINERS = "\u200c\u200d"
_SPACES = re.compile(r"\s+")
# Accents, Hebrew points, Arabic vowel signs. Marks of other scripts are letters to their readers.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0640]")
# An emoji with its variation selector or joiner is up to four code points. Digits are left as they are: a
# price may well have four noughts.
_REPEATS = re.compile(rf"(\D{{1,4}}?)\1{{{_MOST_REPEATS},}}")


def plain(text: str, *, most: int = 300) -> str:
    """The text in NFKC, on one line, without what can't be seen and without floods of a character.

    Args:
        text: of anybody; lone surrogates, control characters and direction overrides are dropped.
        most: code points at most; the rest is cut off.

    Returns:
        Empty when nothing visible is left.
    """
    # What NFKC makes of one character is up to 18 long; cut before, so that nobody makes us work for long.
    normal = unicodedata.normalize("NFKC", text[: 2 * most])
    kept: list[str] = []
    marks = 0
    for at, character in enumerate(normal):
        category = unicodedata.category(character)
        if character.isspace() or category == "Cc":
            kept.append(" ")
            marks = 0
        elif category[0] == "M":
            marks += 1
            allowed = _MOST_ACCENTS if _ACCENTS.match(character) else _MOST_MARKS
            if kept and kept[-1] != " " and marks <= allowed:
                kept.append(character)
        elif category[0] != "C" or (character in _JOINERS and _joins(normal, at)):
            kept.append(character)
            marks = 0
    shown = _REPEATS.sub(lambda run: run[1] * _MOST_REPEATS, "".join(kept))
    return _SPACES.sub(" ", shown).strip()[:most].rstrip()


def folded(text: str) -> str:
    """The text for comparing: no case, accents or invisible characters, digits as 0-9."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(
        str(unicodedata.decimal(character, character))
        for character in _ACCENTS.sub("", apart)
        if unicodedata.category(character) != "Cf"
    )
    return unicodedata.normalize("NFC", bare).replace("ı", "i")


def essence(small: str) -> str:
    """Letters, their marks and digits of a folded text: equal for texts that differ in punctuation only."""
    return "".join(sign for sign in small if unicodedata.category(sign)[0] in "LMN")


def lookalike(text: str) -> str:
    """A folded text with letters of other scripts replaced by the Latin ones that look like them.

    Returns:
        The text itself when no letter of it can be taken for a Latin one. Source of what looks alike:
        Unicode UTS #39, confusables.txt, in the package `confusable-homoglyphs`.
    """
    return text if text.isascii() else text.translate(_lookalikes())


def _joins(text: str, at: int) -> bool:
    """Whether the joiner there stands between two characters that are not ASCII."""
    return 0 < at < len(text) - 1 and not text[at - 1].isascii() and not text[at + 1].isascii()


@lru_cache(maxsize=1)
def _lookalikes() -> dict[int, str]:
    """Lower-case letters and their Latin twins; the package's table (10 MB) is let go again."""
    table: dict[str, list[dict[str, str]]] = _load("confusables.json")
    found: dict[int, str] = {}
    for character, alike in table.items():
        small = folded(character)
        twins = [
            one["c"] for one in alike if len(one["c"]) == 1 and one["c"].isascii() and one["c"].isalpha()
        ]
        if not twins or len(small) != 1 or not small.isalpha() or small.isascii():
            continue
        # A small letter's own twin counts before that of its capital: υ is a "u", Υ a "Y".
        if character == small or ord(small) not in found:
            found[ord(small)] = min(twins, key=str.isupper).casefold()
    return found
