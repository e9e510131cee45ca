"""Finds order numbers and e-mail addresses in what people type, in any script's digits. Pure; no Rasa.

Called by the NLU component and by tests. It says what may be an order number; whether such an order exists
is for the shop to say.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["find_emails", "find_order_numbers", "plain_digits"]

# A deliberately simple address: what mail providers hand out, not all of RFC 5321.
# Boundaries are ASCII: Chinese and Japanese put words right against an address or a number.
_EMAIL = re.compile(
    r"(?<![a-z0-9_.+-])[a-z0-9_.+-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![a-z0-9_-])", re.IGNORECASE
)
_SPACED_AT = re.compile(r"\s*(?:\(at\)|\[at\]| at )\s*(?=[\w-]+(?:\.| dot |\(dot\)|\[dot\]))", re.IGNORECASE)
_SPACED_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]| dot )\s*", re.IGNORECASE)
# With a mark of its own (#, №, a letter prefix) a number is an order number wherever it stands.
_MARKED = re.compile(
    r"(?<![a-z0-9_#])(?:[#№]\s?(?P<hash>[a-z]{0,4}-?[0-9]{2,12})"
    r"|(?P<prefix>[a-z]{1,4}-?[0-9]{3,12}|(?-i:[A-Z]{2,4}) [0-9]{3,12}))(?![a-z0-9_@])",
    re.IGNORECASE,
)
# “No.”, “Nr”, “Nº” before a number are a mark like “#”, not part of it.
_NUMBER_WORD = re.compile(r"(?<![a-z0-9_])n(?:o|r|um|ro)\.?:?\s?(?=[0-9]{2})", re.IGNORECASE)
# Without one, only when an order number is asked for or the message is about an order.
_BARE = re.compile(r"(?<![a-z0-9_.,@+/-])[0-9]{3,12}(?![a-z0-9_@%]|[.,:/][0-9])", re.IGNORECASE)
# A message that is nothing but a number of the usual length is one wherever it stands.
_LONE = re.compile(r"[0-9]{4,12}[.!]?")
# Numbers that carry a unit are amounts, not order numbers.
_UNIT = re.compile(
    r"\s?(?:[€$£¥₹₩%°元円块天日件個个点月年원개일]|(?:eur|usd|euros?|dollars?|rs|inr|rub|kg|gr?|ml|l|cm|mm|m|v|volts?|w|hz|gb|"
    r"days?|months?|years?|pieces|pcs|hours?)\b)",
    re.IGNORECASE,
)
_CURRENCY_BEFORE = re.compile(r"[€$£¥₹₩]\s?$")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2}-[0-9]{4}")
_GROUPED = re.compile(r"(?<=[0-9])[\s\u2009-](?=[0-9])")


def plain_digits(text: str) -> str:
    """Text in NFKC with every script's decimal digits as 0-9; letters are left alone.

    Args:
        text: anything typed.

    Returns:
        `'１０４２'`, `'١٠٤٢'` and `'१०४२'` all become `'1042'`.
    """
    # NFKC would make “No” of the numero sign.
    normal = unicodedata.normalize("NFKC", text.replace("№", "#"))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in normal)


def find_emails(text: str) -> tuple[str, ...]:
    """E-mail addresses, lower-cased, in order; `name (at) shop dot com` counts."""
    plain = plain_digits(text)
    spelled = _SPACED_DOT.sub(".", _SPACED_AT.sub("@", plain)) if _SPACED_AT.search(plain) else plain
    return tuple(match.group().lower() for match in _EMAIL.finditer(spelled))


def find_order_numbers(text: str, *, bare: bool) -> tuple[str, ...]:
    """Order numbers in order of appearance, upper-cased, without `#`.

    Args:
        text: anything typed.
        bare: also take plain numbers (3 to 12 digits without a unit), as is right when one was asked for; a
            message that is nothing but a number is taken anyway.

    Returns:
        For example `('NL-20391',)`; empty when there is none.
    """
    plain = _EMAIL.sub(" ", plain_digits(text))
    bare = bare or _LONE.fullmatch(plain.strip()) is not None
    marked = _NUMBER_WORD.sub("#", plain)
    found = [(m.start(), m.group("hash") or m.group("prefix")) for m in _MARKED.finditer(marked)]
    if bare and not found:
        joined = _GROUPED.sub("", plain) if _only_digits(plain) else plain
        found = [(m.start(), m.group()) for m in _BARE.finditer(joined) if not _is_amount(joined, m)]
    return tuple(number.upper().replace(" ", "-") for _, number in sorted(found))


def _only_digits(text: str) -> bool:
    return not _DATE.search(text) and all(c.isdigit() or c in " -\u2009" for c in text.strip())


def _is_amount(text: str, match: re.Match[str]) -> bool:
    after, before = text[match.end() :], text[: match.start()]
    return bool(_UNIT.match(after) or _CURRENCY_BEFORE.search(before))
