"""What is said for what is written: prices, units, dates, times, numbers, addresses, codes, emoji as words.

Called by every engine before it speaks. Keeps for each spoken piece its place in the caption, so that word
times refer to what viewers read. Pure. Digits stay digits where an engine reads them itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streaming.show import Mark
from streaming.voices.spoken_numbers import ascii_digits
from streaming.voices.spoken_rules import RULES, Change
from streaming.voices.spoken_words import CJK

__all__ = ["Piece", "caption_of", "spoken"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something spoken, and what it stands for.

    Attributes:
        text: as given to an engine.
        at, length: place in the caption, in code points.
        exact: each sign of the text stands for one of the caption; otherwise the text stands for the whole.
        language: when it is spoken in another language than the sentence.
    """

    text: str
    at: int
    length: int
    exact: bool = False
    language: str | None = None

    def place(self, offset: int) -> int:
        """Where in the caption a sign of the text stands."""
        return self.at + offset if self.exact else self.at


def caption_of(parts: tuple[str | Mark, ...]) -> str:
    """The texts, joined."""
    return "".join(part for part in parts if isinstance(part, str))


def spoken(parts: tuple[str | Mark, ...], language: str) -> tuple[Piece | Mark, ...]:
    """What is to be said.

    Args:
        parts: texts and marks of a sentence.
        language: code of the 66.

    Returns:
        Pieces in their order, with the marks between them; a mark inside something that is said as one
        stands before it. No piece when nothing can be said: emoji only.
    """
    caption = caption_of(parts)
    plain = ascii_digits(caption)
    pieces = _pieces(plain, _changes(plain, language), language)
    return tuple(_with_marks(pieces, _marks(parts)))


def _changes(plain: str, language: str) -> list[Change]:
    taken = [False] * len(plain)
    found: list[Change] = []
    for rule in RULES:
        for change in rule(plain, language):
            if not any(taken[change.start : change.end]):
                taken[change.start : change.end] = [True] * (change.end - change.start)
                if change.text != plain[change.start : change.end]:
                    found.append(change)
    return sorted(found, key=lambda change: change.start)


def _pieces(plain: str, changes: list[Change], language: str) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    for change in changes:
        if change.start > position:
            pieces.append(
                Piece(plain[position : change.start], position, change.start - position, exact=True)
            )
        text = _apart(change, plain, language)
        if text:
            pieces.append(Piece(text, change.start, change.end - change.start))
        position = change.end
    if position < len(plain):
        pieces.append(_unchanged(plain, position, len(plain)))
    # Signs alone would be named: "exclamation mark".
    return pieces if any(sign.isalnum() for piece in pieces for sign in piece.text) else []


def _unchanged(plain: str, start: int, end: int) -> Piece:
    return Piece(plain[start:end], start, end - start, exact=True)


def _apart(change: Change, plain: str, language: str) -> str:
    """The text with spaces where it would run into a neighbour; a dropped sign still parts words."""
    if language in CJK:
        return change.text
    before, after = plain[change.start - 1 : change.start], plain[change.end : change.end + 1]
    text = change.text
    if before.isalnum() and text[:1] != " ":
        text = " " + text
    if after.isalnum() and text[-1:] != " ":
        text += " "
    return text


def _marks(parts: tuple[str | Mark, ...]) -> list[tuple[int, Mark]]:
    marks: list[tuple[int, Mark]] = []
    at = 0
    for part in parts:
        if isinstance(part, Mark):
            marks.append((at, part))
        else:
            at += len(part)
    return marks


def _with_marks(pieces: list[Piece], marks: list[tuple[int, Mark]]) -> Iterator[Piece | Mark]:
    waiting = list(marks)
    for piece in pieces:
        rest = piece
        while waiting and waiting[0][0] < piece.at + piece.length:
            at, mark = waiting.pop(0)
            cut = at - rest.at
            if cut > 0 and rest.exact:
                yield Piece(rest.text[:cut], rest.at, cut, exact=True)
                rest = Piece(rest.text[cut:], rest.at + cut, rest.length - cut, exact=True)
            yield mark
        yield rest
    yield from (mark for _, mark in waiting)
