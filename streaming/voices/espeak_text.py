"""Brings spoken pieces into the form that espeak-ng reads right, and into its SSML. Pure.

Used by `streaming.voices.espeak` only: other engines read Japanese, Filipino and Uzbek numbers themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from num2words import num2words  # type: ignore[import-untyped]  # publishes no types

from streaming.show import Mark
from streaming.voices.kana import kana_pieces
from streaming.voices.spoken import Piece
from streaming.voices.timing import pause_ms_of

__all__ = ["Ssml", "adapted", "ssml_of", "with_vowels"]

_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"\S+")
# Spelt by their names in a Filipino shop: prices and counts are said in English.
_FILIPINO = re.compile(r"\d+(?:\.\d+)?|\b(?:ng|mga|Ng|Mga)\b")
_LONGEST_NUMBER = 12
_FILIPINO_WORDS = {"ng": "nang", "mga": "manga"}
# Uzbek in espeak-ng 1.52 has digits only; no library spells its numbers.
_UZBEK_ONES = "nol bir ikki uch toʻrt besh olti yetti sakkiz toʻqqiz".split()
_UZBEK_TENS = "- oʻn yigirma oʻttiz qirq ellik oltmish yetmish sakson toʻqson".split()
_UZBEK_SCALES = ("", "ming", "million", "milliard")
_ESCAPES = {"&": "&amp;", "<": " ", ">": " "}


class Ssml:
    """A sentence for espeak-ng.

    Attributes:
        text: SSML.
        places: for each sign of `text` the place in the caption that it stands for.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.places: list[int] = []

    @property
    def text(self) -> str:
        """The whole of it."""
        return "".join(self._parts)

    def add(self, text: str, place: int) -> None:
        """Append signs that all stand for one place."""
        self._parts.append(text)
        self.places.extend([place] * len(text))


def adapted(pieces: Iterable[Piece | Mark], language: str) -> tuple[Piece | Mark, ...]:
    """Pieces as espeak-ng can read them: kana for Japanese, words for numbers that it can't say."""
    adapt = _ADAPTERS.get(language)
    return tuple(adapt(pieces)) if adapt else tuple(pieces)


def with_vowels(pieces: Iterable[Piece | Mark], texts: Sequence[str]) -> tuple[Piece | Mark, ...]:
    """Pieces with the texts of another program in their place, word for word where the words still agree.

    Args:
        pieces: as sent.
        texts: what came back, one for each piece that is no mark.
    """
    waiting = iter(texts)
    changed: list[Piece | Mark] = []
    for piece in pieces:
        if isinstance(piece, Mark):
            changed.append(piece)
            continue
        text = next(waiting, piece.text)
        words, said = list(_WORD.finditer(piece.text)), text.split()
        if len(words) != len(said):
            changed.append(replace(piece, text=text, exact=False))
            continue
        for word, with_signs in zip(words, said, strict=True):
            own = _part(piece, word.start(), word.end())
            changed.append(replace(own, text=f" {with_signs}", exact=False))
    return tuple(changed)


def ssml_of(pieces: Iterable[Piece | Mark]) -> Ssml:
    """SSML with a numbered `mark` for each mark; texts are escaped, whatever they hold."""
    ssml = Ssml()
    number = place = 0
    for piece in pieces:
        if isinstance(piece, Mark):
            ssml.add(f'<mark name="{number}"/>', place)
            if pause_ms := pause_ms_of(piece):
                ssml.add(f'<break time="{pause_ms}ms"/>', place)
            number += 1
            continue
        if piece.language:
            ssml.add(f'<voice xml:lang="{piece.language}">', piece.at)
        for offset, sign in enumerate(piece.text):
            ssml.add(_ESCAPES.get(sign, sign), piece.place(offset))
        if piece.language:
            ssml.add("</voice>", piece.at)
        place = piece.at + piece.length
    return ssml


def _filipino(pieces: Iterable[Piece | Mark]) -> Iterator[Piece | Mark]:
    def said(found: str) -> tuple[str, str | None]:
        if found.lower() in _FILIPINO_WORDS:
            return _FILIPINO_WORDS[found.lower()], None
        if len(found) > _LONGEST_NUMBER:
            return " ".join(found), "en"
        return str(num2words(float(found) if "." in found else int(found), lang="en")), "en"

    return _replaced(pieces, _FILIPINO, said)


def _uzbek(pieces: Iterable[Piece | Mark]) -> Iterator[Piece | Mark]:
    return _replaced(pieces, _DIGITS, lambda found: (_uzbek_number(found), None))


def _replaced(
    pieces: Iterable[Piece | Mark], pattern: re.Pattern[str], said: Callable[[str], tuple[str, str | None]]
) -> Iterator[Piece | Mark]:
    for piece in pieces:
        if isinstance(piece, Mark):
            yield piece
            continue
        at = 0
        for match in pattern.finditer(piece.text):
            if match.start() > at:
                yield _part(piece, at, match.start())
            text, language = said(match[0])
            yield replace(_part(piece, match.start(), match.end()), text=text, language=language, exact=False)
            at = match.end()
        if at < len(piece.text):
            yield _part(piece, at, len(piece.text))


def _part(piece: Piece, start: int, end: int) -> Piece:
    """A stretch of a piece; it stands for its own place if each sign has one, else for the whole place."""
    if piece.exact:
        return replace(piece, text=piece.text[start:end], at=piece.at + start, length=end - start)
    return replace(piece, text=piece.text[start:end])


def _uzbek_number(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER or (digits.startswith("0") and len(digits) > 1):
        return " ".join(_UZBEK_ONES[int(digit)] for digit in digits)
    value, groups = int(digits), []
    while value:
        value, group = divmod(value, 1000)
        groups.append(group)
    spelt = [
        f"{_uzbek_group(group)} {_UZBEK_SCALES[scale]}".strip() for scale, group in enumerate(groups) if group
    ]
    return " ".join(reversed(spelt)) or _UZBEK_ONES[0]


def _uzbek_group(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    said = [_UZBEK_ONES[hundreds], "yuz"] if hundreds else []
    said += [_UZBEK_TENS[tens]] if tens else []
    said += [_UZBEK_ONES[ones]] if ones else []
    return " ".join(said)


_ADAPTERS: dict[str, Callable[[Iterable[Piece | Mark]], Iterator[Piece | Mark]]] = {
    "fil": _filipino,
    "ja": kana_pieces,
    "uz": _uzbek,
}
