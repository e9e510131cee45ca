"""Time that passes as fast as the work allows: for shows of hours in seconds.

`sleep` waits for a moment that only `pass_s` brings nearer, and `pass_s` goes on to the next such moment only
when nobody is at work any more.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["VirtualTime"]

# Coroutines that wake each other get so many turns before they count as waiting.
_TURNS = 40


class VirtualTime:
    """A clock and its sleepers.

    Args:
        start: on the wall, aware UTC.
        busy: whether somebody works outside the event loop (a voice in a process of its own).
    """

    def __init__(
        self,
        start: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        *,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._start, self._busy = start, busy
        self._ns = 0
        self._jump = timedelta()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic_ns(self) -> int:
        """Never goes back."""
        return self._ns

    def wall(self) -> datetime:
        """The clock on the wall."""
        return self._start + timedelta(microseconds=self._ns // 1000) + self._jump

    def jump(self, by: timedelta) -> None:
        """Set the clock on the wall, as somebody who corrects it."""
        self._jump += by

    async def sleep(self, seconds: float) -> None:
        """Wait for so long of this time."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._ns + round(seconds * 1e9), next(self._order), future))
        await future

    async def pass_s(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self._ns + round(seconds * 1e9)
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, future = heapq.heappop(self._sleepers)
            self._ns = max(self._ns, at)
            if not future.done():
                future.set_result(None)
                await self._settle()
        self._ns = end

    async def _settle(self) -> None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while self._busy():
            await asyncio.sleep(0.0005)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
