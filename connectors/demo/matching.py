"""When two order numbers, or two e-mail addresses, are the same. Pure.

Shoppers type both as their keyboard has it: full-width, with Arabic or Devanagari digits, with or without
`#`, spaces and dashes, in capitals.
"""

from __future__ import annotations

import hmac
import unicodedata

__all__ = ["email_key", "number_key", "same_text"]

# Invisible format and control characters (direction marks, soft hyphens), every kind of space.
_INVISIBLE = frozenset({"Cf", "Cc", "Zs"})
# What stands around or inside an order number; the Japanese keyboard gives the long-vowel mark for a dash.
_SEPARATORS = frozenset("#_.\u2212\u30fc")
# Full stops of East Asian keyboards, which mail domains treat as dots too (RFC 3490, section 3.1).
_FULL_STOPS = str.maketrans("\u3002\uff61", "..")


def number_key(number: str) -> str:
    """The order number as it is compared: NFKC, digits of any script as 0-9, folded case, no separators."""
    # "№" would become "No" below.
    return "".join(
        _digit(char)
        for char in _folded(number.replace("№", ""))
        if char not in _SEPARATORS and unicodedata.category(char) not in {*_INVISIBLE, "Pd"}
    )


def email_key(email: str) -> str:
    """The address as it is compared: NFKC, digits as 0-9, folded case, no spaces. `a+b@c` stays `a+b@c`."""
    return "".join(
        "-" if unicodedata.category(char) == "Pd" else _digit(char)
        for char in _folded(email.translate(_FULL_STOPS))
        if unicodedata.category(char) not in _INVISIBLE
    )


def same_text(left: str, right: str) -> bool:
    """Whether both are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left.encode(errors="replace"), right.encode(errors="replace"))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _digit(char: str) -> str:
    value = unicodedata.digit(char, None)
    return char if value is None else str(value)
