"""The clock of a show."""

from __future__ import annotations

from streaming.cues import Moment
from streaming.stage.clock import ShowClock
from tests.fakes.house import NOON
from tests.fakes.stage_room import FakeNow


def test_it_counts_whole_milliseconds_from_its_making() -> None:
    now = FakeNow()
    now.move(ms=5000)
    clock = ShowClock(monotonic_ns=now)

    at_first = clock.now_ms()
    now.move(ms=12.9)

    assert (at_first, clock.now_ms()) == (0, 12)
    assert clock.moment(NOON) == Moment(wall=NOON, ms=12)


def test_each_start_has_an_epoch_of_its_own() -> None:
    assert ShowClock().epoch != ShowClock().epoch
    assert len(ShowClock().epoch) == 16
