"""Fills a line of the show: values in, the final parts of a sentence out.

Called by the director right before a sentence is spoken. Values come from the shop and are untrusted: they
are text, never a pattern and never a mark. Knows no clock and no shop.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from streaming.script.patterns import all_arguments, compiled, literal, missing
from streaming.show import Line, Mark

__all__ = ["fill", "fill_text"]

# Stands for a mark while the sentence is formatted whole, so that plural forms reach over marks. Unicode
# keeps this noncharacter for a program's own use (Unicode 16, section 23.7); values are cleaned of it.
_PLACE = "\ufdd0"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
_FSI, _PDI = "\u2068", "\u2069"

_Value = str | int | float | Decimal


def fill(line: Line, values: Mapping[str, object], language: str) -> tuple[str | Mark, ...] | None:
    """Fill a line; marks keep their places.

    Args:
        line: as read from the show.
        values: by name; texts already formatted for the language, counts as numbers (they choose plural
            forms and are written in the language's digits), yes and no as bool. None counts as missing; more
            than the line needs is fine.
        language: of the line.

    Returns:
        Texts and marks in their order, no text empty; None when a value is missing, or is of a kind that the
        pattern can't take (a text where a number chooses the plural): then the line is not spoken.
    """
    marks = [part for part in line.parts if isinstance(part, Mark)]
    pattern = "".join(part if isinstance(part, str) else _PLACE for part in line.parts)
    filled = _filled(pattern, values, language)
    if filled is None:
        return None
    texts = filled.split(_PLACE)
    parts: list[str | Mark] = [texts[0]]
    for mark, text in zip(marks, texts[1:], strict=True):
        parts += [mark, text]
    return tuple(part for part in parts if part != "")


def fill_text(text: str, values: Mapping[str, object], language: str) -> str | None:
    """As `fill`, of a text without marks as a person wrote it: apostrophes are apostrophes."""
    return _filled(literal(text.replace(_PLACE, "")), values, language)


def _filled(pattern: str, values: Mapping[str, object], language: str) -> str | None:
    used = all_arguments(pattern)
    if not used:
        return pattern.replace("''", "'")
    selectors = {argument.name for argument in used if argument.branches}
    given = {
        name: _clean(values[name], language, isolated=name not in selectors)
        for name in {argument.name for argument in used}
        if values.get(name) is not None
    }
    if missing(pattern, given):
        return None
    try:
        return str(compiled(pattern, language).format(dict(given)))
    except RuntimeError:  # what icu4py raises when a value does not fit its place
        return None


def _clean(value: object, language: str, *, isolated: bool) -> _Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return value
    text = " ".join(str(value).replace(_PLACE, "").split())
    return _isolate(text) if isolated and language.partition("-")[0] in _RIGHT_TO_LEFT else text


def _isolate(value: str) -> str:
    """A left-to-right value in right-to-left text, set apart (Unicode UAX #9, section 2.4.2)."""
    kinds = (unicodedata.bidirectional(character) for character in value)
    first = next((kind for kind in kinds if kind in {"L", "R", "AL"}), None)
    return f"{_FSI}{value}{_PDI}" if first == "L" and _FSI not in value else value
