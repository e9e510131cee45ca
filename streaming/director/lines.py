"""The host's own sentences: looked up by key, variants in turn, filled as ICU messages.

Used by the director for whatever no script contains. Holds no sentence: `Lines` is injected by the
composition root, which reads the locale files. Knows nothing of shows or clocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol
from zlib import crc32

from streaming.script.fill import fill_text

__all__ = ["KEYS", "HostLines", "Lines", "Worded"]

# Key -> the values its patterns may use; all of them must be known, or the line is not said.
KEYS: Mapping[str, frozenset[str]] = MappingProxyType({
    "ai_reminder": frozenset(),
    "back_to_pitch": frozenset(),
    "back_plain": frozenset(),
    "asked_one": frozenset({"name"}),
    "asked_many": frozenset({"name", "count"}),
    "private": frozenset(),
    "deferred": frozenset(),
    "sold_out": frozenset({"title"}),
    "price_note": frozenset(),
    "product_offer": frozenset({"title", "price", "stock"}),
    "thanks_follow": frozenset({"names", "count"}),
    "thanks_gift": frozenset({"names", "count"}),
    "welcome": frozenset({"names", "count"}),
    "thanks_order": frozenset({"names", "count"}),
    "coupon": frozenset({"coupon"}),
    "follow_call": frozenset(),
    "sale_opens": frozenset({"title", "minutes"}),
    "sale_left": frozenset({"minutes"}),
    "sale_over": frozenset(),
    "poll_opens": frozenset(),
    "poll_result": frozenset({"option", "percent"}),
    "hello_shift": frozenset({"name"}),
    "bye_shift": frozenset(),
    "technical": frozenset(),
})  # fmt: skip


class Lines(Protocol):
    """Where the host's own sentences come from."""

    def variants(self, key: str, language: str) -> Sequence[str]:
        """ICU MessageFormat patterns for a key of `KEYS`, at least one."""
        ...


@dataclass(frozen=True, slots=True)
class Worded:
    """A sentence of the host, with its caption in the second language where there is one."""

    text: str
    caption: str | None = None


class HostLines:
    """Words the host's own sentences; the variants of a key take turns.

    Args:
        lines: the patterns.
        seed: of the room; decides which variant is the first.
        used: what `state()` gave, to go on with the next variant after a restart.
    """

    def __init__(self, lines: Lines, *, seed: int, used: Mapping[str, int] | None = None) -> None:
        self._lines = lines
        self._seed = seed
        self._used = {key: count for key, count in (used or {}).items() if key in KEYS}

    def say(
        self, key: str, language: str, values: Mapping[str, object], *, captions: str | None = None
    ) -> Worded | None:
        """Word a sentence and go on to the next variant.

        Args:
            key: of `KEYS`.
            language: to be spoken.
            values: plain text and int by name; more than the key needs is fine.
            captions: second language of the captions.

        Returns:
            None when a value that the key needs is missing, or no pattern of it can be formatted.
        """
        turn = self._used.get(key, crc32(f"{self._seed}/{key}".encode()) % 997)
        text = self.text(key, language, values, turn=turn)
        if text is None:
            return None
        self._used[key] = turn + 1
        caption = self.text(key, captions, values, turn=turn) if captions else None
        return Worded(text, caption)

    def text(self, key: str, language: str, values: Mapping[str, object], *, turn: int = 0) -> str | None:
        """The same without going on: for written replies."""
        if not KEYS[key] <= values.keys():
            return None
        patterns = list(self._lines.variants(key, language))
        start = turn % len(patterns) if patterns else 0
        given = {name: values[name] for name in KEYS[key]}
        # A broken pattern of one language must not silence the show: then the next variant is taken.
        for pattern in patterns[start:] + patterns[:start]:
            try:
                text = fill_text(pattern, given, language)
            except ValueError:
                continue
            if text:
                return text
        return None

    def state(self) -> dict[str, int]:
        """How often each key was said: plain data."""
        return dict(self._used)
