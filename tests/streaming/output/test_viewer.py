from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from streaming.output.sound import Track
from streaming.output.viewer import ShowTime, Viewer, stage_address
from tests.fakes.push_room import PushRoom

RATE = 44_100
_WITHIN_S = 10.0


@pytest.fixture
async def room() -> AsyncIterator[PushRoom]:
    room = PushRoom(talking=False)
    await room.open()
    yield room
    await room.close()


@pytest.fixture
def track() -> Track:
    return Track(RATE)


@pytest.fixture
async def viewer(room: PushRoom, track: Track) -> AsyncIterator[Viewer]:
    # Sample numbers are the show clock's own, whatever the monotonic clock shows.
    viewer = Viewer(
        room.url,
        "main",
        track=track,
        sample_at=lambda moment_s: round((moment_s - room.began_s) * RATE),
        chance=lambda: 0.0,
        delay_ms=0,
    )
    running = asyncio.create_task(viewer.run())
    await until(lambda: viewer.connected)
    yield viewer
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while not true():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0)


def first_sound_ms(track: Track, length_s: int) -> float:
    loud = np.flatnonzero(np.abs(np.frombuffer(track.read(length_s * RATE), "<i2")) > 1000)
    return float(loud[0]) / RATE * 1000


def test_fastest_round_trip_tells_the_time() -> None:
    time = ShowTime()
    time.heard(asked_s=10.0, answered_s=11.0, show_ms=5_900)
    time.heard(asked_s=12.0, answered_s=12.01, show_ms=7_005)
    time.heard(asked_s=14.0, answered_s=14.5, show_ms=9_400)

    assert time.moment_s(8_000) == pytest.approx(13.0)


def test_no_round_trip_tells_no_time() -> None:
    time = ShowTime()
    time.heard(asked_s=1.0, answered_s=1.0, show_ms=0)
    time.forget()

    assert time.moment_s(0) is None


@pytest.mark.parametrize(
    ("server", "room", "address"),
    [
        ("http://127.0.0.1:8080", "main", "http://127.0.0.1:8080/stage/main?push=1"),
        ("https://shop.example/", "a b/../c", "https://shop.example/stage/a%20b%2F..%2Fc?push=1"),
    ],
)
def test_page_is_the_stage_of_the_room(server: str, room: str, address: str) -> None:
    assert stage_address(server, room) == address


async def test_viewer_enters_as_a_stage(room: PushRoom, viewer: Viewer) -> None:
    assert [(one["room"], one["role"]) for one in room.entered] == [("main", "stage")]


async def test_utterance_is_laid_at_its_moment_of_the_show_clock(
    room: PushRoom, viewer: Viewer, track: Track
) -> None:
    starts_at_ms = room.now_ms() + 3_000

    await room.say("u1", starts_at_ms=starts_at_ms)
    await until(lambda: track.has("u1"))

    # Both clocks are one machine's; a round trip on it takes a few ms, more when it is busy.
    assert first_sound_ms(track, 60) == pytest.approx(starts_at_ms, abs=40)


async def test_utterance_that_runs_when_we_enter_is_laid(
    room: PushRoom, viewer: Viewer, track: Track
) -> None:
    room.running = ("u7", room.now_ms() + 3_000)

    await room.throw_out()
    await until(lambda: track.has("u7"))

    assert len(room.entered) == 2


async def test_cut_utterance_falls_silent(room: PushRoom, viewer: Viewer, track: Track) -> None:
    starts_at_ms = room.now_ms() + 3_000
    await room.say("u1", starts_at_ms=starts_at_ms)
    await until(lambda: track.has("u1"))

    await room.send({"type": "cut", "id": "u1", "at_ms": starts_at_ms + 100})
    await room.say("after", starts_at_ms=starts_at_ms + 5_000)
    await until(lambda: track.has("after"))

    sound = np.frombuffer(track.read(round((starts_at_ms / 1000 + 2) * RATE)), "<i2")
    loud = np.flatnonzero(np.abs(sound) > 0)
    assert (loud[-1] - loud[0]) / RATE < 0.2


async def test_sound_that_cannot_be_got_is_counted_and_the_next_is_heard(
    room: PushRoom, viewer: Viewer, track: Track
) -> None:
    await room.say("u1", starts_at_ms=room.now_ms() + 3_000, sound="/live/main/audio/none.wav")
    await until(lambda: viewer.unheard == 1)

    await room.say("u2", starts_at_ms=room.now_ms() + 3_000)
    await until(lambda: track.has("u2"))

    assert not track.has("u1")
    assert len(room.entered) == 1


async def test_silent_utterance_needs_no_sound(room: PushRoom, viewer: Viewer, track: Track) -> None:
    await room.send({"type": "utterance", "id": "u1", "starts_at_ms": room.now_ms(), "audio": None})
    await room.say("u2", starts_at_ms=room.now_ms() + 3_000)
    await until(lambda: track.has("u2"))

    assert viewer.unheard == 0
    assert len(room.entered) == 1


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "utterance", "id": "u1"},
        {"type": "utterance", "id": "u1", "starts_at_ms": 0, "audio": {"url": "http://other.example/a.wav"}},
        {"type": "utterance", "id": "u1", "starts_at_ms": 0, "audio": {"url": "file:///etc/passwd"}},
        {"type": "cut", "id": "u1", "at_ms": "soon"},
        {"nothing": True},
    ],
)
async def test_frame_that_makes_no_sense_makes_the_viewer_enter_anew(
    room: PushRoom, viewer: Viewer, frame: dict[str, object]
) -> None:
    await room.send(frame)

    await until(lambda: len(room.entered) == 2)
    await until(lambda: viewer.connected)


async def test_history_that_was_lost_silences_what_was_laid(
    room: PushRoom, viewer: Viewer, track: Track
) -> None:
    await room.say("old", starts_at_ms=room.now_ms() + 3_000)
    await until(lambda: track.has("old"))

    room.epoch = "second"
    await room.throw_out()
    await until(lambda: len(room.entered) == 2)
    await until(lambda: viewer.connected)

    assert not np.frombuffer(track.read(60 * RATE), "<i2").any()


async def test_viewer_says_since_when_the_server_is_gone(room: PushRoom, viewer: Viewer) -> None:
    before_s = viewer.lost_s

    await room.close()
    await until(lambda: not viewer.connected)

    assert viewer.lost_s > before_s
