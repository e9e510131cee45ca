"""Reads numbers as people of a language write them: `1,980`, `59.000`, `1 980,50`, `1,00,000`, native digits.

Used by `streaming.voices.spoken`. Pure; knows no words.
"""

from __future__ import annotations

import re
import unicodedata

from streaming.voices.spoken_words import Number

__all__ = ["NUMBER", "ascii_digits", "parse_number"]

_SPACES = "\u0020\u00a0\u202f\u2009"
# A space groups digits only when every group behind it has three; else they are two numbers.
NUMBER = rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'’٬٫]\d+)*)"
# Write 1.980,50; all others write 1,980.50. Source: CLDR 47, `decimal` of the numbering system latn.
_COMMA_IS_DECIMAL = frozenset(
    "af az bg ca cs da de el es et fi fr hr hu hy id is it ka kk lt lv mk nb nl pl pt ro ru sk sl sq sr sv "
    "tr uk uz vi".split()
)
# Python turns no more than 4,300 digits into a number, and nobody listens to 30.
_LONGEST = 30
_THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"})
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})*,\d{3}")


def ascii_digits(text: str) -> str:
    """The text with native digits as 0-9; as long as before."""
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def parse_number(written: str, language: str, currency: str | None = None) -> Number | None:
    """What a number means.

    Args:
        written: matched by `NUMBER`, digits ASCII.
        language: decides what a lone separator is.
        currency: ISO code, for a price: three digits behind a lone separator are thousands then.

    Returns:
        None when it is no number: `1.2.3`, `192.168.0.1`, or too long to be one.
    """
    if len(written) > _LONGEST:
        return None
    plain = re.sub(rf"[{_SPACES}٬]", "", written).replace("٫", "\0")
    if "\0" in plain:
        whole, _, fraction = plain.partition("\0")
        return _number(re.sub(r"[.,'’]", "", whole), fraction)
    separators = [sign for sign in plain if not sign.isdigit()]
    if not separators:
        return _number(plain, "")
    last = separators[-1]
    whole, _, fraction = plain.rpartition(last)
    if len(set(separators)) > 1:
        grouped = set(separators[:-1]) == {separators[0]} and last not in separators[:-1]
        return _number(re.sub(r"\D", "", whole), fraction) if grouped and last in ".," else None
    if len(separators) > 1:
        return _number(re.sub(r"\D", "", plain), "") if _GROUPED.fullmatch(plain) else None
    if last in "'’":
        return _number(whole + fraction, "") if len(fraction) == 3 else None
    if len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0"):
        is_decimal = (last == ",") == (language in _COMMA_IS_DECIMAL)
        thousands = currency not in _THREE_DECIMALS if currency else not is_decimal
        return _number(whole + fraction, "") if thousands else _number(whole, fraction)
    return _number(whole, fraction)


def _number(whole: str, fraction: str) -> Number:
    return Number(whole.lstrip("0") or "0", fraction if fraction.strip("0") else "")
