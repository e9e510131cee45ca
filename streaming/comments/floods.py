"""Who writes too much, again, or what others wrote word for word. Memory is bounded; time is given.

Called by the intake for every comment, before anything else looks at it. Keeps no texts, only their hashes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

__all__ = ["FloodLimits", "Floods"]

_K = TypeVar("_K")
_V = TypeVar("_V")
# Han signs, kana and Hangul begin here; one of them says about as much as three Latin letters.
_DENSE_FROM = "\u2e80"
_DENSE_WEIGHT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """How much is too much.

    Attributes:
        burst: comments of one viewer in a row.
        every_ms: after which one more is let through.
        repeat_ms: for how long the same viewer's same text says nothing new.
        copy_viewers: so many viewers may write the same long text within `copy_ms`; the rest are copies.
        copy_least: letters from which on a text is long. "How much is it?" is nobody's invention.
        viewers, texts, ids: remembered at most; the ones not heard of for longest are forgotten.
    """

    burst: int = 5
    every_ms: int = 6_000
    repeat_ms: int = 60_000
    copy_viewers: int = 4
    copy_ms: int = 60_000
    copy_least: int = 36
    viewers: int = 10_000
    texts: int = 4_000
    ids: int = 4_000


@dataclass(slots=True)
class _Viewer:
    """Level of a viewer's bucket at a time, and what was written last."""

    left: float
    at_ms: int
    text: int | None = None
    text_ms: int = 0


@dataclass(slots=True)
class _Text:
    """Since when, and by whom, a long text has been written."""

    since_ms: int
    viewers: set[int] = field(default_factory=set)


class Floods:
    """Counts comments by viewer, text and id."""

    def __init__(self, limits: FloodLimits | None = None) -> None:
        self._limits = limits or FloodLimits()
        self._viewers: OrderedDict[str, _Viewer] = OrderedDict()
        self._texts: OrderedDict[int, _Text] = OrderedDict()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def is_known(self, comment_id: str) -> bool:
        """Whether a comment of this id (unique over all sources) was there before; remembers it."""
        known = comment_id in self._ids
        _remember(self._ids, comment_id, None, self._limits.ids)
        return known

    def is_flood(self, viewer: str, ms: int) -> bool:
        """Whether the viewer writes faster than the limits allow; counts this comment if not."""
        limits = self._limits
        one = self._viewers.get(viewer) or _Viewer(limits.burst, ms)
        gained = max(0, ms - one.at_ms) / limits.every_ms
        one.left, one.at_ms = min(limits.burst, one.left + gained), ms
        _remember(self._viewers, viewer, one, limits.viewers)
        if one.left < 1:
            return True
        one.left -= 1
        return False

    def is_repeat(self, viewer: str, text: str, ms: int) -> bool:
        """Whether the viewer's last comment, a short while ago, was the same. Call `is_flood` first."""
        one = self._viewers[viewer]
        digest = hash(text)
        again = one.text == digest and ms - one.text_ms < self._limits.repeat_ms
        if not again:
            one.text, one.text_ms = digest, ms
        return again

    def is_copy(self, viewer: str, text: str, ms: int) -> bool:
        """Whether enough others have written the same long text lately."""
        if _weight(text) < self._limits.copy_least:
            return False
        digest = hash(text)
        one = self._texts.get(digest)
        if one is None or ms - one.since_ms >= self._limits.copy_ms:
            one = _Text(ms)
        _remember(self._texts, digest, one, self._limits.texts)
        if len(one.viewers) < self._limits.copy_viewers:
            one.viewers.add(hash(viewer))
        return hash(viewer) not in one.viewers

    def ids(self, most: int) -> list[str]:
        """The latest ids, the oldest first: for a checkpoint."""
        return list(self._ids)[-most:]

    def remember_ids(self, ids: Iterable[str]) -> None:
        """Take ids from a checkpoint."""
        for comment_id in ids:
            _remember(self._ids, comment_id, None, self._limits.ids)


def _remember(known: OrderedDict[_K, _V], key: _K, value: _V, most: int) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > most:
        known.popitem(last=False)


def _weight(text: str) -> int:
    """Length in Latin letters."""
    return sum(_DENSE_WEIGHT if sign >= _DENSE_FROM else 1 for sign in text if sign.isalpha())
