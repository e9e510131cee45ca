"""Where the show stands: segment, variant and sentence, and whether it was left for something else.

Used by the director, which goes on with the sentence that comes next, after a bridge when it was away.
Pure; says nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streaming.script.patterns import all_arguments
from streaming.show import Line, Mark, Segment, Show

__all__ = ["Pitch", "needs", "products_of"]

_FROM_SHOP = frozenset({"price", "stock", "before"})


class Pitch:
    """The cursor in the script.

    Args:
        show: the run of show.
        state: what `state()` gave; a place that the show no longer has is forgotten.

    Attributes:
        segment: None between two segments.
        variant, index: of the sentence that comes next.
        opened: whether what begins with the segment (sale, poll) has begun.
        left: whether something else was said since, so that a bridge leads back.
        said: sentences of the segment that were said; 0 for one that was skipped whole.
        rest_until_ms: of a `qa` segment whose sentences are said: until when it waits for questions.
    """

    def __init__(self, show: Show, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        segment = show.segments.get(known.get("segment") or "")
        variant = int(known.get("variant", 0))
        fits = segment is not None and variant < len(segment.variants)
        self.segment: Segment | None = segment if fits else None
        self.variant = variant if fits else 0
        self.index = int(known.get("index", 0)) if fits else 0
        self.opened = fits and bool(known.get("opened", False))
        self.left = fits and bool(known.get("left", False))
        self.said = int(known.get("said", 0)) if fits else 0
        self.rest_until_ms: int | None = known.get("rest_until_ms") if fits else None

    def begin(self, segment: Segment, variant: int) -> None:
        """Go to the beginning of a segment."""
        self.segment, self.variant, self.index = segment, variant, 0
        self.opened = self.left = False
        self.said = 0
        self.rest_until_ms = None

    def end(self) -> None:
        """Be done with the segment."""
        self.segment, self.index, self.opened, self.left = None, 0, False, False
        self.rest_until_ms = None

    def leave(self) -> None:
        """Something else is said; a bridge will lead back."""
        self.left = self.segment is not None

    def lines(self, language: str) -> tuple[Line, ...]:
        """The sentences of the variant in a language; none where it has none."""
        if self.segment is None:
            return ()
        return self.segment.variants[self.variant].lines.get(language, ())

    def line(self, language: str) -> Line | None:
        """The sentence that comes next; None at the end of the segment."""
        lines = self.lines(language)
        return lines[self.index] if self.index < len(lines) else None

    def caption_line(self, language: str, captions: str | None) -> Line | None:
        """The same sentence in the second language, where that one has as many of them."""
        others = self.lines(captions) if captions else ()
        return others[self.index] if len(others) == len(self.lines(language)) > self.index else None

    def state(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "segment": self.segment.id if self.segment else None,
            "variant": self.variant,
            "index": self.index,
            "opened": self.opened,
            "left": self.left,
            "said": self.said,
            "rest_until_ms": self.rest_until_ms,
        }

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        if self.rest_until_ms is not None:
            self.rest_until_ms += delta_ms


def needs(line: Line) -> frozenset[str]:
    """Which of `price`, `stock` and `before` a sentence names: what only the shop can say."""
    return frozenset(one.name for one in all_arguments(line.text)) & _FROM_SHOP


def products_of(segment: Segment, line: Line) -> tuple[str, ...]:
    """The products that a sentence speaks of or shows: the segment's, and those its cards name."""
    named = [
        part.value for part in line.parts if isinstance(part, Mark) and part.name == "card" and part.value
    ]
    return tuple(dict.fromkeys([*([segment.product] if segment.product else []), *named]))
