"""A sentence that the director has chosen, with what becomes of its plan when it is heard, cut or lost.

Made by the parts of the director (`pitch`, `questions`, `thanks` …), carried by `host`. A part counts its
sentence as said when it hands it out, so that a checkpoint taken right after goes on with the next one;
`undo` takes that back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from streaming.cues import Moment, Purpose, Question
from streaming.show import Mark

__all__ = ["Draft", "plain_words"]

# Four sentences of the longest kind; whoever writes more has made a mistake.
_MOST_CHARS = 1_000


def _nothing() -> None:
    pass


def _heard(_: Moment) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A sentence to be said.

    Attributes:
        key: the same for the same sentence of the plan, to count how often it failed.
        parts, language, purpose, source, captions, interruptible: as in `Utterance`.
        question: what it introduces or answers.
        product: id of what is shown with it, instead of the segment's.
        undo: the sentence was cut or failed and will be said again: take back what handing it out changed.
        done: it was heard to its end.
        lost: it failed too often and is given up.
    """

    key: str
    parts: tuple[str | Mark, ...]
    language: str
    purpose: Purpose
    source: str
    captions: Mapping[str, str] = field(default_factory=dict)
    interruptible: bool = True
    question: Question | None = None
    product: str | None = None
    undo: Callable[[], None] = _nothing
    done: Callable[[Moment], None] = _heard
    lost: Callable[[Moment], None] = _heard


def plain_words(text: str) -> str:
    """A text of staff or the brain on one line, without control characters, short enough to be spoken."""
    kept = "".join(" " if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} else one for one in text)
    return " ".join(kept[:_MOST_CHARS].split())
