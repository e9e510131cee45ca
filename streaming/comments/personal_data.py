"""Masks what tells who or where a viewer is, before a comment is shown, spoken or kept. Pure.

E-mail addresses, telephone numbers, card numbers, other long numbers, postal addresses. Errs on the side of
masking: a shown card number can't be taken back. Called by the comment filter with plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from phonenumbers import PhoneNumberMatcher

__all__ = ["MASK", "REGIONS", "Masker", "PersonalKind"]

PersonalKind = Literal["email", "phone", "card", "number", "address"]
# Seen by readers of every language as something left out; no voice says it.
MASK = "…"
# Whose national ways of writing a telephone number are known: where most live shopping happens. Numbers that
# begin with + are known from everywhere.
REGIONS = tuple("CN ID US GB DE FR ES IT MX BR SA AE IN VN TH MY PH JP KR RU TR NL PL".split())
# Fewer digits without a sign of a telephone number are a price.
_SURELY_PHONE_DIGITS = 9
# Digits with what people put between them; only such a run is worth a look in the plans of all countries.
_RUN = re.compile(r"[+(]{0,2}\d(?:[ ()./-]{0,3}\d){6,}")
# Two telephone numbers and a price; nobody asks for more, and looking at more takes long.
_MOST_DIGITS = 40
_HAN = "\u3400-\u9fff"
_EMAIL = re.compile(
    r"[a-z0-9._%+-]{1,64}\s?@\s?[a-z0-9-]{1,63}(?:\s?\.\s?[a-z0-9-]{2,63}){1,4}"
    r"|[a-z0-9._%+-]{1,64}\s?(?:[(\[{]\s?at\s?[)\]}]|\sat\s)\s?[a-z0-9-]{1,63}"
    r"(?:\s?(?:[(\[{]\s?dot\s?[)\]}]|\sdot\s)\s?[a-z0-9-]{2,63}){1,4}",
    re.IGNORECASE | re.ASCII,
)
# 13 to 19 digits: ISO/IEC 7812-1 (read 2026-11-22, as quoted by payment networks).
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{9,}[Xx]?")
_ANY_NUMBER = re.compile(r"\d+")
_EAST_ASIAN = re.compile(
    rf"[{_HAN}]{{1,20}}(?:路|街|道|巷|弄|胡同)\s?\d{{1,5}}\s?(?:号|號|弄)?(?:\s?\d{{1,5}}\s?(?:号楼|栋|幢|楼|室|单元|层|樓)){{0,4}}"
    rf"|[{_HAN}\u3040-\u30ff]{{1,20}}\d{{1,3}}丁目\d{{0,4}}(?:[-番地号の]\d{{0,4}}){{0,4}}"
    r"|[가-힣]{1,8}(?:구|군|시)\s[가-힣0-9]{1,12}(?:로|길)\s?\d{1,4}(?:-\d{1,4})?"
)
# Written in capitals as the post wants it: "SW1A 1AA".
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")
# Words that stand between a number and "street" only by chance: "2 days on the road".
_SMALL = r"(?!(?:the|a|an|on|in|of|for|per|by|days?|hours?|minutes?|from|is)\b)"


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: PersonalKind


class Masker:
    """Finds and masks personal data.

    Args:
        streets: style of address -> words, as in `FilterWords.streets`.
        regions: ISO 3166 codes whose national telephone numbers are known.
    """

    def __init__(self, streets: Mapping[str, Sequence[str]], *, regions: Sequence[str] = REGIONS) -> None:
        self._address = _address_pattern(streets)
        self._regions = tuple(regions)

    def mask(self, text: str) -> tuple[str, frozenset[PersonalKind]]:
        """Mask a text.

        Args:
            text: plain, at most a few hundred code points.

        Returns:
            The text with `MASK` in place of each find, and what kinds were found.
        """
        spans = sorted(self._find(_ascii_digits(text)), key=lambda span: (span.start, -span.end))
        parts: list[str] = []
        reached = 0
        for span in spans:
            if span.start >= reached:
                parts += [text[reached : span.start], MASK]
            reached = max(reached, span.end)
        return "".join([*parts, text[reached:]]), frozenset(span.kind for span in spans)

    def _find(self, text: str) -> Iterator[_Span]:
        """Everything found in a text of the same length whose digits are 0-9."""
        for find in _EMAIL.finditer(text):
            yield _Span(find.start(), find.end(), "email")
        digits = sum(character.isdigit() for character in text)
        if not digits:
            return
        for pattern in (self._address, _EAST_ASIAN, _UK_POSTCODE):
            for find in pattern.finditer(text):
                yield _Span(find.start(), find.end(), "address")
        if digits > _MOST_DIGITS:
            yield from (_Span(find.start(), find.end(), "number") for find in _ANY_NUMBER.finditer(text))
            return
        if not _RUN.search(text):
            return
        for find in _CARD.finditer(text):
            if _passes_luhn(find[0]):
                yield _Span(find.start(), find.end(), "card")
        yield from self._phones(text)
        for find in _LONG_NUMBER.finditer(text):
            yield _Span(find.start(), find.end(), "number")

    def _phones(self, text: str) -> Iterator[_Span]:
        for region in (None, *self._regions):
            for match in PhoneNumberMatcher(text, region):
                raw = match.raw_string
                # Seven bare digits are a valid number somewhere, and a price in Jakarta.
                if raw[0] in "+(0" or sum(sign.isdigit() for sign in raw) >= _SURELY_PHONE_DIGITS:
                    yield _Span(match.start, match.end, "phone")


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(character, character)) for character in text)


def _passes_luhn(number: str) -> bool:
    """Whether the check digit is right. Source: ISO/IEC 7812-1, annex B."""
    digits = [int(sign) for sign in reversed(number) if sign.isdigit()]
    return sum(digits[0::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def _address_pattern(streets: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """One pattern for the styles of alphabetic scripts; counts are bounded, so it is linear in practice."""
    first, last, joined, before, french = (
        "|".join(re.escape(word) for word in sorted(streets[style], key=len, reverse=True))
        for style in ("number_first", "number_last", "number_last_joined", "street_first", "french")
    )
    styles = (
        rf"\b\d{{1,5}}[a-z]?,?\s(?:{_SMALL}[\w.'-]{{2,20}}\s){{1,3}}(?:{first})\b",
        rf"\b\w{{2,20}}(?:\s?(?:{last})|{joined})\s?\d{{1,4}}(?:\s?[a-z])?\b",
        rf"(?<!\w)(?:{before})\s?(?:[\w.'-]{{1,20}},?\s){{0,4}}?(?:(?:no|nr|nomor|д|дом|رقم|n[ºo°])\.?\s?)?\d{{1,5}}\b",
        rf"\b\d{{1,4}}(?:\s?(?:bis|ter))?,?\s(?:{french})\s(?:(?:de|du|des|la|le|les|l')\s?){{0,3}}[\w'-]{{2,20}}",
    )
    return re.compile("|".join(f"(?:{style})" for style in styles), re.IGNORECASE)
