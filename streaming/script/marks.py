"""A written line -> texts and marks; and where a long line is cut into sentences.

Used by `script`. Tags look like those of SSML, but only six are known and nothing else of XML: no entities,
no closing tags. What is wrong is told as text; the caller knows the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from icu4py.breakers import SentenceBreaker

from streaming.script.errors import suggestion
from streaming.script.estimate import seconds
from streaming.script.patterns import arguments, literal, locale_name
from streaming.show import GESTURES, MOODS, Mark, MarkName

__all__ = ["LONG_LINE_S", "MarkError", "parse", "sentences"]

# A viewer's question is answered at the end of a line. Source: our own choice, half of what a listener waits
# for an answer in a shop (30 s); a line that takes no longer is never cut.
LONG_LINE_S = 15.0

_TAG = re.compile(r"<\s*([A-Za-z]+)\b([^<>]*?)/\s*>")
_ATTRIBUTE = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"]*)"')
_FULL_WIDTH = re.compile(r"[｛｝＜＞]")
_PAUSE_MS = (50, 5000)
# Stands for a mark while a line is read, as in `fill`; the noncharacter is taken out of what was written.
_PLACE = "\ufdd0"
_GROUP = re.compile(f"[ {_PLACE}]*{_PLACE}[ {_PLACE}]*")


class MarkError(Exception):
    """A line can't be read. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class _Tag:
    attribute: str | None
    values: tuple[str, ...] = ()
    needed: bool = True


_TAGS: dict[MarkName, _Tag] = {
    "card": _Tag("product", needed=False),
    "uncard": _Tag(None),
    "gesture": _Tag("name", GESTURES),
    "mood": _Tag("name", MOODS),
    "pause": _Tag("ms"),
    "look": _Tag("at", ("viewer", "product")),
}


def parse(text: str) -> tuple[str | Mark, ...]:
    """Read a line.

    Args:
        text: as written, one line.

    Returns:
        Texts (patterns, apostrophes doubled) and marks in their order; spaces around marks are kept once.

    Raises:
        MarkError: a stray `<`, an unknown tag or attribute, a brace or tag in full-width signs, a mark inside
            braces, or no words at all.
    """
    if wrong := _FULL_WIDTH.search(text):
        plain = {"｛": "{", "｝": "}", "＜": "<", "＞": ">"}[wrong[0]]
        raise MarkError(f"has a full-width {wrong[0]}; write {plain}")
    written = text.replace(_PLACE, "")
    marks = [_mark(tag[1], tag[2], tag[0]) for tag in _TAG.finditer(written)]
    joined = _TAG.sub(_PLACE, written)
    if "<" in joined:
        near = joined[joined.index("<") :].replace(_PLACE, " ")[:20]
        raise MarkError(
            f'has a stray < at “{near}”; a mark is written like <card/> or <gesture name="wave"/>'
        )
    joined = _tidy(literal(joined))
    if not joined.strip(_PLACE):
        raise MarkError("has marks but no words; put the marks into the sentence before or after it")
    _check_places(joined)
    return _parts(joined, iter(marks))


def sentences(parts: tuple[str | Mark, ...], language: str) -> list[tuple[str | Mark, ...]]:
    """A line as it is spoken: itself, or its sentences when it takes longer than `LONG_LINE_S`.

    Sentence ends are those of the language (Unicode UAX #29 by ICU). Marks go with the words behind them.

    Args:
        parts: of a line whose pattern is well-formed.
        language: of the line.
    """
    joined = "".join(part if isinstance(part, str) else _PLACE for part in parts)
    if seconds(joined, language) <= LONG_LINE_S:
        return [parts]
    # Arguments count as names: an end of sentence in one is none, and one may begin a sentence.
    masked = joined
    for argument in arguments(joined):
        masked = masked[: argument.start] + "X" * (argument.end - argument.start) + masked[argument.end :]
    marks = (part for part in parts if isinstance(part, Mark))
    ends = (end for _, end in SentenceBreaker(masked, locale_name(language)).segments())
    start, pieces = 0, []
    for end in ends:
        if joined[start:end].strip(f" {_PLACE}") and joined[end:].strip(f" {_PLACE}"):
            pieces.append(joined[start:end])
            start = end
    return [_parts(_tidy(piece), marks) for piece in [*pieces, joined[start:]]]


def _tidy(joined: str) -> str:
    """One space between words, one before a group of marks, none at the ends."""

    def space(found: re.Match[str]) -> str:
        outer = found.start() == 0 or found.end() == len(joined)
        return (" " if " " in found[0] and not outer else "") + _PLACE * found[0].count(_PLACE)

    joined = " ".join(joined.split())
    return _GROUP.sub(space, joined)


def _parts(joined: str, marks: Iterator[Mark]) -> tuple[str | Mark, ...]:
    """Texts and marks; as many marks are taken as there are places."""
    first, *others = joined.split(_PLACE)
    parts: list[str | Mark] = [first]
    for text in others:
        parts += [next(marks), text]
    return tuple(part for part in parts if part != "")


def _mark(name: str, written: str, tag: str) -> Mark:
    known = _TAGS.get(name)  # type: ignore[call-overload]
    if known is None:
        raise MarkError(f"has an unknown mark {tag}; {suggestion(name, _TAGS)}")
    given = dict(_ATTRIBUTE.findall(written))
    if _ATTRIBUTE.sub("", written).strip():
        raise MarkError(
            f'can\'t read {tag}; write what belongs to a mark as name="value", in straight quotes'
        )
    if extra := [key for key in given if key != known.attribute]:
        takes = f"it takes {known.attribute}" if known.attribute else "it takes nothing"
        raise MarkError(f"{tag}: {extra[0]} does not belong there; {takes}")
    if known.attribute is None:
        return Mark(name)  # type: ignore[arg-type]
    value = given.get(known.attribute, "").strip()
    if not value and (known.needed or known.attribute in given):
        raise MarkError(f'{tag}: say which, as in <{name} {known.attribute}="{_example(name, known)}"/>')
    if known.values and value not in known.values:
        raise MarkError(f"{tag}: {value} is not known; {suggestion(value, known.values)}")
    if name == "pause" and not (
        value.isascii() and value.isdigit() and _PAUSE_MS[0] <= int(value) <= _PAUSE_MS[1]
    ):
        raise MarkError(f"{tag}: a pause lasts {_PAUSE_MS[0]} to {_PAUSE_MS[1]} milliseconds")
    return Mark(name, value)  # type: ignore[arg-type]


def _example(name: str, tag: _Tag) -> str:
    return tag.values[0] if tag.values else "400" if name == "pause" else "mug"


def _check_places(joined: str) -> None:
    """Raises MarkError when a mark stands inside an argument. A broken pattern is the caller's to tell."""
    try:
        inside = [joined[argument.start : argument.end] for argument in arguments(joined)]
    except ValueError:
        return
    if any(_PLACE in text for text in inside):
        raise MarkError("has a mark inside { }; put it before or behind them")
