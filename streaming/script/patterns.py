"""ICU patterns of the show's sentences: which values one uses, and its compiled form.

Used by `script` when a show is read and by `fill` while it runs. ICU itself does the formatting; what it does
not tell is which arguments a pattern has, so that is read here. Knows no shop and no marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from icu4py.messageformat import MessageFormat

__all__ = [
    "Argument",
    "all_arguments",
    "arguments",
    "compiled",
    "literal",
    "locale_name",
    "missing",
]

_LOCALES = {"zh": "zh_Hans", "zh-TW": "zh_Hant_TW"}
_BRANCHING = frozenset({"plural", "select", "selectordinal"})
# A show of a few thousand sentences in two languages stays compiled; compiling one again takes microseconds.
_KEPT = 16_384


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that a pattern uses.

    Attributes:
        name: of the value.
        kind: empty for `{name}`; else `plural`, `select`, `selectordinal`, `number` …
        branches: of a branching kind: key and what stands in it.
        start, end: place in the pattern, braces included.
    """

    name: str
    kind: str
    branches: tuple[tuple[str, tuple[Argument, ...]], ...]
    start: int
    end: int


def locale_name(language: str) -> str:
    """ICU's name of one of our language codes."""
    return _LOCALES.get(language, language.replace("-", "_"))


def literal(text: str) -> str:
    """Written text as a pattern in which every apostrophe is one.

    ICU takes an apostrophe before a brace for a quotation mark, so that `l'{title}` would say the braces.
    """
    return text.replace("'", "''")


@lru_cache(maxsize=_KEPT)
def compiled(pattern: str, language: str) -> MessageFormat:
    """The pattern, ready to be formatted. Raises ValueError when ICU can't read it."""
    return MessageFormat(pattern, locale_name(language))


@lru_cache(maxsize=_KEPT)
def arguments(pattern: str) -> tuple[Argument, ...]:
    """The arguments outside any branch, in their order; those in branches hang below them.

    Args:
        pattern: with apostrophes doubled (see `literal`).

    Raises:
        ValueError: a brace has no partner or an argument no name.
    """
    found, end = _arguments(pattern, 0)
    if end != len(pattern):
        raise ValueError("a } without a {")
    return found


def all_arguments(pattern: str) -> tuple[Argument, ...]:
    """The arguments at any depth. Raises ValueError as `arguments` does."""
    return tuple(_flat(arguments(pattern)))


def missing(pattern: str, values: Mapping[str, object]) -> frozenset[str]:
    """Names of the values that the pattern needs and that are not there; of a select, the chosen branch."""
    return frozenset(name for name in _needed(arguments(pattern), values) if values.get(name) is None)


def _arguments(text: str, at: int) -> tuple[tuple[Argument, ...], int]:
    """Arguments from here to the end, or to the brace that closes the branch we are in."""
    found = []
    while at < len(text) and text[at] != "}":
        if text[at] == "{":
            argument = _argument(text, at)
            found.append(argument)
            at = argument.end
        else:
            at += 1
    return tuple(found), at


def _argument(text: str, start: int) -> Argument:
    name, at = _word(text, start + 1)
    if not name.isidentifier():
        raise ValueError(f"{{{name}}} is not a name of a value")
    if text[at] == "}":
        return Argument(name, "", (), start, at + 1)
    kind, at = _word(text, at + 1)
    if kind in _BRANCHING:
        branches, at = _branches(text, at)
        return Argument(name, kind, branches, start, at)
    end = text.find("}", at)
    if end < 0:
        raise ValueError("a { without a }")
    return Argument(name, kind, (), start, end + 1)


def _word(text: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(text) and text[end] not in ",}":
        end += 1
    if end == len(text):
        raise ValueError("a { without a }")
    return text[at:end].strip(), end


def _branches(text: str, at: int) -> tuple[tuple[tuple[str, tuple[Argument, ...]], ...], int]:
    branches: list[tuple[str, tuple[Argument, ...]]] = []
    while True:
        brace, close = text.find("{", at), text.find("}", at)
        if close < 0:
            raise ValueError("a { without a }")
        if brace < 0 or close < brace:
            return tuple(branches), close + 1
        key = text[at:brace].replace(",", " ").split()[-1:]
        inner, end = _arguments(text, brace + 1)
        if end >= len(text):
            raise ValueError("a { without a }")
        branches.append((key[0] if key else "", inner))
        at = end + 1


def _flat(found: tuple[Argument, ...]) -> Iterator[Argument]:
    for argument in found:
        yield argument
        for _, inner in argument.branches:
            yield from _flat(inner)


def _needed(found: tuple[Argument, ...], values: Mapping[str, object]) -> Iterator[str]:
    for argument in found:
        yield argument.name
        branches = argument.branches
        if argument.kind == "select":
            by_key = dict(branches)
            chosen = str(values.get(argument.name))
            branches = ((chosen, by_key.get(chosen, by_key.get("other", ()))),)
        for _, inner in branches:
            yield from _needed(inner, values)
