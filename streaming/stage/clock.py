"""The clock of a show: milliseconds that never jump, and an epoch that tells one run of the server apart.

Made once a process by whoever runs rooms; read by the hub, the session and the doors. Wall-clock time is
handed in where it is needed, never read here.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime

from streaming.cues import Moment

__all__ = ["ShowClock"]

_NS_PER_MS = 1_000_000


class ShowClock:
    """Counts from 0 at its making.

    Args:
        monotonic_ns: a clock that never goes back, in nanoseconds.
        epoch: of this run; random when None. Numbers of frames and times of another epoch mean nothing here.

    Attributes:
        epoch: 16 characters, new with every start.
    """

    def __init__(
        self, *, monotonic_ns: Callable[[], int] = time.monotonic_ns, epoch: str | None = None
    ) -> None:
        self._monotonic_ns = monotonic_ns
        self._start_ns = monotonic_ns()
        self.epoch = epoch or secrets.token_hex(8)

    def now_ms(self) -> int:
        """Milliseconds since the start."""
        return (self._monotonic_ns() - self._start_ns) // _NS_PER_MS

    def moment(self, wall: datetime) -> Moment:
        """Now on both clocks; `wall` is aware UTC."""
        return Moment(wall=wall, ms=self.now_ms())
