from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from streaming.comments.comment_filter import CommentFilter
from streaming.comments.sources.demo import demo_room, load_sayings
from streaming.comments.sources.replay import Recording, ReplayError, replay
from streaming.cues import Comment, Social

BEGIN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LINES = """\
{"at_ms": 0, "type": "join", "viewer_id": "1", "viewer_name": "Ana"}

{"at_ms": 1500, "type": "comment", "viewer_id": "1", "viewer_name": "Ana", "text": "hi", "can_reply": true}
{"at_ms": 4000, "type": "gift", "viewer_id": "2", "count": 3, "what": "Rose"}
"""
WITH_TIMES = """\
{"at": "2026-01-01T10:00:00+01:00", "type": "like", "viewer_id": "1", "count": 9}
{"at": "2026-01-01T09:00:02Z", "type": "comment", "id": "x", "viewer_id": "1", "text": "hi"}
"""


class Time:
    """A clock that moves only when somebody sleeps; remembers how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.passed = 0.0

    def clock(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.passed)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds


async def _first(events: AsyncIterator[Comment | Social], count: int) -> list[Comment | Social]:
    return [event async for event, _ in _zip(events, count)]


async def _zip(
    events: AsyncIterator[Comment | Social], count: int
) -> AsyncIterator[tuple[Comment | Social, int]]:
    for number in range(count):
        yield await anext(events), number


def _recording(tmp_path: Path, text: str) -> Recording:
    file = tmp_path / "room.jsonl"
    file.write_text(text, encoding="utf-8")
    return Recording.load(file)


# --- Replay ----------------------------------------------------------------------------------------------


async def test_a_recording_is_played_in_its_own_time(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, LINES)

    events = [event async for event in replay(recording, clock=time.clock, now=time.now, sleep=time.sleep)]

    second = BEGIN + timedelta(seconds=1.5)
    last = BEGIN + timedelta(seconds=4)
    assert time.slept == [1.5, 2.5]
    assert events == [
        Social(kind="join", viewer_id="1", viewer_name="Ana", at=BEGIN),
        Comment(
            id="line-3",
            source="replay",
            viewer_id="1",
            viewer_name="Ana",
            text="hi",
            at=second,
            can_reply=True,
        ),
        Social(kind="gift", viewer_id="2", viewer_name="", at=last, count=3, what="Rose"),
    ]


async def test_times_of_day_with_different_offsets_are_understood(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, WITH_TIMES)

    events = [event async for event in replay(recording, clock=time.clock, now=time.now, sleep=time.sleep)]

    assert time.slept == [2.0]
    assert events[1].at == BEGIN + timedelta(seconds=2)


async def test_speed_shortens_the_waits(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, LINES)

    played = replay(recording, clock=time.clock, now=time.now, sleep=time.sleep, speed=5.0)
    await _first(played, 3)

    assert time.slept == pytest.approx([0.3, 0.5])


async def test_a_slow_reader_does_not_stretch_a_recording(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, LINES)
    played = replay(recording, clock=time.clock, now=time.now, sleep=time.sleep)
    await _first(played, 2)

    time.passed += 2.0
    await _first(played, 1)

    assert time.slept == [1.5, 0.5]


async def test_a_loop_begins_again_with_new_ids(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, LINES)

    played = replay(recording, clock=time.clock, now=time.now, sleep=time.sleep, loop=True, pause_s=7)
    events = await _first(played, 6)

    assert time.slept == [1.5, 2.5, 7, 1.5, 2.5]
    assert [event.id for event in events if isinstance(event, Comment)] == ["line-3", "line-3#1"]


async def test_a_speed_of_nothing_is_refused(tmp_path: Path) -> None:
    time, recording = Time(), _recording(tmp_path, LINES)
    played = replay(recording, clock=time.clock, now=time.now, sleep=time.sleep, speed=0)

    with pytest.raises(ValueError, match="above 0"):
        await anext(played)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"at_ms": 1, "type": "comment", "viewer_id": "1"}', "room.jsonl:5: text: Field required"),
        ('{"at_ms": 1, "type": "wave", "viewer_id": "1"}', "room.jsonl:5: Input tag 'wave'"),
        ('{"at_ms": 9000, "type": "like", "viewer_id": "1", "cuont": 2}', "room.jsonl:5: cuont: Extra"),
        ('{"at_ms": "9", "type": "like", "viewer_id": "1"}', "room.jsonl:5: at_ms: Input should be"),
        ('{"type": "like", "viewer_id": "1"}', "room.jsonl:5: Value error, give either at_ms or at"),
        ('{"at_ms": 1, "type": "like", "viewer_id": "1"}', "room.jsonl:5: at: earlier than a line before"),
        ('{"at": "2026-01-01T10:00:00", "type": "like", "viewer_id": "1"}', "room.jsonl:5: at: "),
        (
            '{"at": "2026-01-01T10:00:00Z", "type": "like", "viewer_id": "1"}',
            "room.jsonl:5: at: some lines have at_ms",
        ),
        ("not json", "room.jsonl:5: Invalid JSON"),
        ('{"at_ms": 9000, "type": "like", "viewer_id": "' + "x" * 30_000 + '"}', "room.jsonl:5: longer than"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(ReplayError) as error:
        _recording(tmp_path, LINES + line + "\n")

    assert problem in str(error.value)


def test_all_wrong_lines_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ReplayError) as error:
        _recording(tmp_path, "{}\n" + LINES + "[]\n")

    assert [line.rpartition("room.jsonl:")[2][:2] for line in str(error.value).splitlines()] == ["1:", "6:"]


def test_a_file_of_nothing_but_wrong_lines_is_given_up_soon(tmp_path: Path) -> None:
    with pytest.raises(ReplayError) as error:
        _recording(tmp_path, "x\n" * 1_000)

    assert len(str(error.value).splitlines()) == 20


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="nothing in it"):
        _recording(tmp_path, "\n\n")


def test_a_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "room.jsonl"
    file.write_bytes('{"at_ms": 0, "type": "join", "viewer_id": "é"}'.encode("latin-1"))

    with pytest.raises(ReplayError, match=r"room\.jsonl:1: "):
        Recording.load(file)


# --- The demo room ---------------------------------------------------------------------------------------


async def _room(
    seed: int, count: int, time: Time | None = None, per_minute: float = 60
) -> list[Comment | Social]:
    time = time or Time()
    room = demo_room(load_sayings(), seed=seed, per_minute=per_minute, now=time.now, sleep=time.sleep)
    return await _first(room, count)


def _comments(events: list[Comment | Social]) -> list[Comment]:
    return [event for event in events if isinstance(event, Comment)]


async def test_a_seed_plays_the_same_room_again() -> None:
    assert await _room(1, 200) == await _room(1, 200)
    assert await _room(1, 200) != await _room(2, 200)


async def test_the_rate_is_kept_on_average() -> None:
    time = Time()

    await _room(1, 3_000, time, per_minute=120)

    assert time.passed == pytest.approx(1_500, rel=0.1)


async def test_ids_never_come_twice_nor_again_after_a_restart() -> None:
    later = Time()
    later.passed = 3_600

    ids = [one.id for one in _comments(await _room(1, 1_000)) + _comments(await _room(1, 1_000, later))]

    assert len(set(ids)) == len(ids)


async def test_everything_that_viewers_do_happens() -> None:
    events = await _room(3, 4_000)

    kinds = Counter(event.kind for event in events if isinstance(event, Social))
    assert set(kinds) == {"join", "like", "follow", "gift", "share", "order"}
    assert len(_comments(events)) > 2_000
    assert all(event.count >= 1 for event in events if isinstance(event, Social))


async def test_the_filter_finds_unwanted_comments_in_the_room_and_lets_most_through() -> None:
    comments = _comments(await _room(5, 2_000))
    judge = CommentFilter()

    refusals = Counter(judge.clean(one.text).refusal for one in comments)

    assert refusals["abuse"] > 0
    assert refusals["advert"] + refusals["link"] > 0
    assert refusals[None] > 0.85 * len(comments)


async def test_only_the_languages_wanted_are_spoken() -> None:
    sayings = load_sayings(languages={"ja"})

    assert set(sayings.names) == {"ja"}
    assert {one.language for lines in sayings.lines["ja"].values() for one in lines} == {"ja"}


def test_there_are_twelve_languages_and_at_least_a_dozen_comments_in_each() -> None:
    sayings = load_sayings()

    counts = {code: sum(map(len, lines.values())) for code, lines in sayings.lines.items()}
    assert len(counts) == 12
    assert min(counts.values()) >= 12


async def test_a_room_in_which_nothing_happens_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        await _room(1, 1, per_minute=0)
