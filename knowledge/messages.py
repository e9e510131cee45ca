"""ICU messages: which values one needs, filling it, and its bare words.

Used for answers here and for every locale sentence in `bot`. Parsed messages are cached; filling one takes
microseconds. Knows nothing of shop facts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from icu4py.messageformat import MessageFormat

__all__ = ["Value", "check", "fill", "icu_locale", "is_right_to_left", "isolate", "missing", "names", "plain"]

# The kinds that ICU takes and facts need; int as int, so that plural forms and digits follow the language.
Value = str | int

_LOCALES = {"zh": "zh_Hans", "zh-TW": "zh_Hant_TW"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_FSI, _PDI = "\u2068", "\u2069"
_BRANCHING = frozenset({"plural", "select", "selectordinal"})


def icu_locale(language: str) -> str:
    """Locale name for ICU and Babel of one of our language codes."""
    return _LOCALES.get(language, language.replace("-", "_"))


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return language.partition("-")[0] in _RIGHT_TO_LEFT


def isolate(value: str) -> str:
    """A value for right-to-left text: left-to-right ones (e-mail, link, code) are isolated, others unchanged.

    The marks (Unicode UAX #9, section 2.4.2) stand around the value, so a link in it stays whole.
    """
    if _FSI in value:
        return value
    strong = (kind for c in value if (kind := unicodedata.bidirectional(c)) in {"L", "R", "AL"})
    return f"{_FSI}{value}{_PDI}" if next(strong, None) == "L" else value


def check(message: str, language: str) -> str | None:
    """What is wrong with a message, or None when it is well-formed."""
    try:
        MessageFormat(message, icu_locale(language))
        _parse(message)
    except ValueError as error:
        return str(error)
    return None


def names(message: str) -> frozenset[str]:
    """Names of all values a message may use, in any of its branches."""
    return frozenset(_all_names(_parse(message)))


def missing(message: str, values: Mapping[str, Value]) -> frozenset[str]:
    """Names of the values for want of which `fill` would leave a message out; empty when it can be filled."""
    return frozenset(name for name in _needed(_parse(message), values) if name not in values)


def fill(message: str, values: Mapping[str, Value], language: str) -> str | None:
    """Fill a message.

    Args:
        message: ICU MessageFormat.
        values: by name, text already formatted for the language; numbers are formatted here. More than the
            message needs is fine.
        language: one of our codes; decides plural forms and digits.

    Returns:
        The text, or None when a value is missing that the chosen branches need.

    Raises:
        ValueError: the message is malformed (`check` it where it comes in).
    """
    parts = _parse(message)
    if missing(message, values):
        return None
    used = {name: values[name] for name in _all_names(parts) if name in values}
    if is_right_to_left(language):
        selectors = set(_selectors(parts))
        used = {
            name: isolate(value) if isinstance(value, str) and name not in selectors else value
            for name, value in used.items()
        }
    return str(_compiled(message, icu_locale(language)).format(dict(used)))


def plain(message: str) -> str:
    """The words of a message without its values and with all of its branches: what it can be found by."""
    return " ".join(" ".join(_literals(_parse(message))).split())


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    kind: str
    branches: tuple[tuple[str, tuple[_Part, ...]], ...] = ()


_Part = str | _Argument


@lru_cache(maxsize=8192)
def _compiled(message: str, locale: str) -> MessageFormat:
    return MessageFormat(message, locale)


@lru_cache(maxsize=8192)
def _parse(message: str) -> tuple[_Part, ...]:
    parts, end = _parts(message, 0)
    if end != len(message):
        raise ValueError("unmatched }")
    return parts


def _parts(text: str, at: int) -> tuple[tuple[_Part, ...], int]:
    """Read literal text and arguments until the end or the brace that closes the branch we are in."""
    parts: list[_Part] = []
    literal: list[str] = []
    while at < len(text) and text[at] != "}":
        if text[at] == "'":
            quoted, at = _quoted(text, at)
            literal.append(quoted)
        elif text[at] == "{":
            parts.append("".join(literal))
            literal.clear()
            argument, at = _argument(text, at + 1)
            parts.append(argument)
        else:
            literal.append(text[at])
            at += 1
    parts.append("".join(literal))
    return tuple(part for part in parts if part), at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """An apostrophe starts a quotation only before a brace, and two of them are one (ICU's default mode)."""
    if text.startswith("''", at):
        return "'", at + 2
    if text[at + 1 : at + 2] not in {"{", "}"}:
        return "'", at + 1
    end = text.find("'", at + 1)
    end = len(text) if end < 0 else end
    return text[at + 1 : end], end + 1


def _argument(text: str, at: int) -> tuple[_Argument, int]:
    end = at
    while end < len(text) and text[end] not in ",}":
        end += 1
    name = text[at:end].strip()
    if end >= len(text) or not name:
        raise ValueError("unmatched { or a value without a name")
    if text[end] == "}":
        return _Argument(name, "value"), end + 1
    kind_end = min((i for i in (text.find(c, end + 1) for c in ",}") if i >= 0), default=len(text))
    kind = text[end + 1 : kind_end].strip()
    if kind not in _BRANCHING:
        close = text.find("}", end)
        if close < 0:
            raise ValueError("unmatched {")
        return _Argument(name, kind), close + 1
    return _branches(text, kind_end + 1, name, kind)


def _branches(text: str, at: int, name: str, kind: str) -> tuple[_Argument, int]:
    branches: list[tuple[str, tuple[_Part, ...]]] = []
    while True:
        brace = text.find("{", at)
        close = text.find("}", at)
        if close < 0:
            raise ValueError("unmatched {")
        if brace < 0 or close < brace:
            return _Argument(name, kind, tuple(branches)), close + 1
        key = text[at:brace].split()[-1:]
        inner, at = _parts(text, brace + 1)
        at += 1  # the brace that closes the branch
        branches.append((key[0] if key else "", inner))


def _needed(parts: tuple[_Part, ...], values: Mapping[str, Value]) -> Iterator[str]:
    """Names in the branches that these values choose; every branch of a plural counts."""
    for part in parts:
        if isinstance(part, str):
            continue
        yield part.name
        by_key = dict(part.branches)
        if part.kind == "select":
            chosen = by_key.get(str(values.get(part.name)), by_key.get("other", ()))
            yield from _needed(chosen, values)
        else:
            for _, inner in part.branches:
                yield from _needed(inner, values)


def _all_names(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Argument):
            yield part.name
            for _, inner in part.branches:
                yield from _all_names(inner)


def _selectors(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, _Argument):
            if part.branches:
                yield part.name
            for _, inner in part.branches:
                yield from _selectors(inner)


def _literals(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part.replace("#", " ")
        else:
            for _, inner in part.branches:
                yield from _literals(inner)
