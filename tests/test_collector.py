"""Old objects are left alone while the product serves, and the collector is as it was afterwards."""

from __future__ import annotations

import gc

from bot.collector import seldom_collecting


def test_no_full_collection_comes_by_itself_while_serving() -> None:
    before = gc.get_threshold()
    full_before = gc.get_stats()[2]["collections"]

    with seldom_collecting():
        within = gc.get_stats()[2]["collections"]
        held = [[number] for number in range(300_000)]
        full_after = gc.get_stats()[2]["collections"]

    assert len(held) == 300_000
    assert within == full_before + 1
    assert full_after == within
    assert gc.get_threshold() == before
    gc.unfreeze()
