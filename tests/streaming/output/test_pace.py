from __future__ import annotations

import pytest

from streaming.output.pace import Pacer
from streaming.output.sound import Track

SLATE = b"slate"
FPS, RATE = 24, 44_100


class Clock:
    """Stands still until it is moved."""

    s = 1000.0

    def __call__(self) -> float:
        return self.s


class Page:
    """Shows when it was looked at, or nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.up = True

    def picture(self) -> bytes | None:
        return f"{self._clock.s:.3f}".encode() if self.up else None


class Connection:
    """Keeps what it was sent."""

    def __init__(self, *, room: bool = True) -> None:
        self.pictures: list[bytes] = []
        self.samples: list[bytes] = []
        self.room = room

    def send(self, picture: bytes, samples: bytes) -> bool:
        self.pictures.append(picture)
        self.samples.append(samples)
        return self.room


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(clock: Clock) -> Page:
    return Page(clock)


@pytest.fixture
def pacer(clock: Clock, page: Page) -> Pacer:
    pacer = Pacer(page, Track(RATE), slate=SLATE, fps=FPS, now=clock)
    pacer.sink = Connection()
    return pacer


def sent(pacer: Pacer) -> Connection:
    assert isinstance(pacer.sink, Connection)
    return pacer.sink


def let(pacer: Pacer, clock: Clock, seconds: float) -> None:
    clock.s += seconds
    pacer.catch_up()


def test_nothing_is_sent_before_it_is_due(pacer: Pacer, clock: Clock) -> None:
    let(pacer, clock, 0.04)

    assert sent(pacer).pictures == []


def test_each_picture_comes_with_exactly_its_length_of_sound(pacer: Pacer, clock: Clock) -> None:
    let(pacer, clock, 2.0)

    lengths = [len(one) // 2 for one in sent(pacer).samples]
    assert len(lengths) == 2 * FPS
    assert set(lengths) == {1837, 1838}
    assert sum(lengths) == 2 * RATE


def test_late_pacer_repeats_the_picture_before_and_takes_a_new_one_last(pacer: Pacer, clock: Clock) -> None:
    let(pacer, clock, 0.042)

    let(pacer, clock, 0.126)

    assert sent(pacer).pictures == [b"1000.042", b"1000.042", b"1000.042", b"1000.168"]
    assert pacer.tally.late == 2


def test_slate_is_sent_while_there_is_no_picture(pacer: Pacer, clock: Clock, page: Page) -> None:
    page.up = False
    let(pacer, clock, 0.042)
    was_on_slate = pacer.on_slate
    page.up = True
    let(pacer, clock, 0.042)

    assert sent(pacer).pictures == [SLATE, b"1000.084"]
    assert (was_on_slate, pacer.on_slate, pacer.tally.slates) == (True, False, 1)


def test_time_goes_on_without_a_connection(pacer: Pacer, clock: Clock) -> None:
    pacer.sink = None
    let(pacer, clock, 1.0)
    pacer.sink = Connection()
    let(pacer, clock, 0.042)

    assert len(sent(pacer).pictures) == 1
    assert pacer.sample_at(clock.s) == pytest.approx(1.042 * RATE, abs=1)
    assert pacer.tally.pictures == 1


def test_after_sleep_of_the_machine_the_stream_jumps(pacer: Pacer, clock: Clock) -> None:
    let(pacer, clock, 3600.0)

    assert len(sent(pacer).pictures) == 1
    let(pacer, clock, 1 / FPS + 1e-6)
    assert len(sent(pacer).pictures) == 2


def test_picture_without_room_is_counted(pacer: Pacer, clock: Clock) -> None:
    pacer.sink = Connection(room=False)

    let(pacer, clock, 0.042)

    assert pacer.tally.refused == 1


def test_sound_lies_where_its_moment_is(pacer: Pacer, clock: Clock) -> None:
    assert pacer.sample_at(clock.s + 0.5) == RATE // 2
    assert pacer.sample_at(clock.s - 0.5) == -RATE // 2
