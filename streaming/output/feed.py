"""A pipe that a thread fills, so that whoever has something to write never waits.

Used by the encoder, one for pictures and one for sound. Bounded: when ffmpeg does not take what it is given
in time, some items are written twice and their successors not at all, spread evenly over what waits, so that
their number stays right and the others stay in their places.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from dataclasses import dataclass

__all__ = ["Feed"]


@dataclass(slots=True)
class _Item:
    data: bytes
    times: int = 1


class Feed:
    """Writes items into a pipe, in their order. The owner calls `close` or `abandon`, then `join`.

    Args:
        descriptor: end of the pipe to write to; closed by the feed.
        held: items that may wait, at least 2.
        name: of the thread.
    """

    def __init__(self, descriptor: int, *, held: int, name: str) -> None:
        self._descriptor, self._held = descriptor, held
        self._items: deque[_Item] = deque()
        self._owed = 0
        self._changed = threading.Condition()
        self._closed = self._abandoned = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def owed(self) -> int:
        """Items, repetitions counted, that are still to be written."""
        with self._changed:
            return self._owed

    def put(self, data: bytes) -> bool:
        """Hand over an item.

        Returns:
            False when there was no room, and one of those waiting gave way.
        """
        with self._changed:
            if self._closed:
                return True
            self._owed += 1
            full = len(self._items) >= self._held
            if full:
                self._give_way()
            self._items.append(_Item(data))
            self._changed.notify()
            return not full

    def close(self) -> None:
        """Nothing more comes; what was put is still written, then the pipe is closed."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def abandon(self) -> None:
        """Nothing more is written. A write that waits ends only when the reader is gone."""
        with self._changed:
            self._closed = self._abandoned = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until the pipe is closed; blocks."""
        self._thread.join()

    def _give_way(self) -> None:
        # The two neighbours that stand for the shortest time become one.
        pairs = range(len(self._items) - 1)
        first = min(pairs, key=lambda at: self._items[at].times + self._items[at + 1].times)
        self._items[first].times += self._items[first + 1].times
        del self._items[first + 1]

    def _run(self) -> None:
        # A reader that has gone away is noticed by whoever watches it.
        with contextlib.suppress(BrokenPipeError), os.fdopen(self._descriptor, "wb", buffering=0) as pipe:
            while (data := self._next()) is not None:
                rest = memoryview(data)
                while rest:
                    rest = rest[pipe.write(rest) :]
                with self._changed:
                    self._owed -= 1

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if self._abandoned or not self._items:
                return None
            first = self._items[0]
            first.times -= 1
            if not first.times:
                self._items.popleft()
            return first.data
