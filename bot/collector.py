"""Keeps Python's garbage collector from stopping everybody.

A full collection walks through every object there is: with two thousand stage pages open it took 0.4 s, in
which no frame went out (benchmarks/stage_fanout.py). What is loaded at the start is set aside; full
collections come by the clock, not by the number of new objects. Used around serving.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["collect_hourly", "seldom_collecting", "set_aside"]

# Young objects are looked at as often as Python does by itself; old ones never by themselves.
_YOUNG, _MIDDLE, _OLD = 2_000, 20, 1_000_000_000
_FULL_EVERY_S = 3600.0


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """No full collection by itself until the block ends; see `collect_hourly`."""
    before = gc.get_threshold()
    set_aside()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def set_aside() -> None:
    """What is loaded now stays: no collection walks through it again."""
    gc.collect()
    gc.freeze()


async def collect_hourly() -> None:
    """Free what hangs together in circles, until cancelled. Each time costs a pause."""
    while True:
        await asyncio.sleep(_FULL_EVERY_S)
        gc.collect()
