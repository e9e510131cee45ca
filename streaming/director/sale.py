"""The flash sale that is on: when it ends, on both clocks, and what is still to be said of it.

Used by the director. The end is kept as wall-clock time for the stage and for restarts, and measured on the
monotonic clock, so that a jump of the wall clock neither ends nor prolongs a sale. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Money
from streaming.cues import Moment

__all__ = ["Sale"]

_MINUTE_MS = 60_000
# "So many minutes left" is said once, at half time, in sales that are long enough for it.
_LONG_ENOUGH_MS = 3 * _MINUTE_MS
# The shown end follows the wall clock when that was set; small corrections of NTP are not worth a new scene.
_STEP = timedelta(seconds=2)


class Sale:
    """At most one sale at a time.

    Args:
        state: what `state()` gave.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self.segment: str | None = known.get("segment")
        self.product: str | None = known.get("product")
        self.before: Money | None = Money(*known["before"]) if known.get("before") else None
        self.ends: datetime | None = datetime.fromisoformat(known["ends"]) if known.get("ends") else None
        self._ends_ms: int | None = known.get("ends_ms")
        self._half_ms: int | None = known.get("half_ms")

    @property
    def is_on(self) -> bool:
        """Whether a sale is on."""
        return self.segment is not None

    def open(
        self, segment: str, product: str | None, length_s: int, before: Money | None, now: Moment
    ) -> None:
        """Begin a sale.

        Args:
            segment: id of the flash sale.
            product: id; None for a sale of everything.
            length_s: until the countdown ends.
            before: the price until now, when it was a higher one.
            now: the beginning.
        """
        self.segment, self.product, self.before = segment, product, before
        self._ends_ms = now.ms + length_s * 1000
        self._half_ms = now.ms + length_s * 500 if length_s * 1000 >= _LONG_ENOUGH_MS else None
        self.ends = now.wall + timedelta(seconds=length_s)

    def close(self) -> None:
        """End it: the time is over, or all is sold."""
        self.segment = self.product = self.before = self.ends = self._ends_ms = self._half_ms = None

    def left_ms(self, now: Moment) -> int:
        """Milliseconds until the end; 0 when none is on."""
        return max(0, self._ends_ms - now.ms) if self._ends_ms is not None else 0

    def minutes(self, now: Moment) -> int:
        """Minutes until the end, counted as people do: a begun one is one."""
        return -(-self.left_ms(now) // _MINUTE_MS)

    def is_over(self, now: Moment) -> bool:
        """Whether the time of the sale that is on has run out."""
        return self.is_on and self.left_ms(now) == 0

    def passes_half(self, now: Moment) -> bool:
        """Whether half of the time has just gone; true once."""
        if self._half_ms is None or now.ms < self._half_ms:
            return False
        self._half_ms = None
        return self.left_ms(now) > 0

    def follow(self, now: Moment) -> None:
        """Set the shown end anew when the wall clock was set."""
        if self.ends is not None:
            ends = now.wall + timedelta(milliseconds=self.left_ms(now))
            self.ends = ends if abs(ends - self.ends) > _STEP else self.ends

    def state(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "segment": self.segment,
            "product": self.product,
            "before": [self.before.amount, self.before.currency] if self.before else None,
            "ends": self.ends.isoformat() if self.ends else None,
            "ends_ms": self._ends_ms,
            "half_ms": self._half_ms,
        }

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        if self._ends_ms is not None:
            self._ends_ms += delta_ms
        if self._half_ms is not None:
            self._half_ms += delta_ms
