from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest

from streaming.speech import VoiceError
from streaming.voices.frames import MAX_BYTES, FrameError, frame, read_frame
from streaming.voices.process import ROOT, WorkerProcess


@asynccontextmanager
async def worker(
    kind: str, starts: Path, *, timeout_s: float = 5.0, starts_a_minute: int = 6,
    clock: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[WorkerProcess]:  # fmt: skip
    """A worker that goes wrong in a way of its own; its starts are counted in the file."""
    process = WorkerProcess(
        "tests.fakes.voice_workers.misbehaving",
        (kind, str(starts)),
        timeout_s=timeout_s,
        starts_a_minute=starts_a_minute,
        clock=clock,
    )
    yield process
    await process.close()


def count(starts: Path) -> str:
    """How often a worker was started."""
    return starts.read_text()


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    return tmp_path / "starts"


async def test_an_answer_comes_back_with_its_bytes(starts: Path) -> None:
    async with worker("well", starts) as process:
        fields, data = await process.ask({"text": "olá"})

    assert fields["said"] == "olá"
    assert data == b"\1\2"


async def test_what_a_library_prints_does_not_disturb(starts: Path) -> None:
    async with worker("prints", starts) as process:
        answers = [(await process.ask({"text": text}))[0]["said"] for text in ("one", "two")]

    assert answers == ["one", "two"]
    assert count(starts) == "1"


async def test_a_worker_that_dies_is_replaced_and_the_sentence_tried_once_more(starts: Path) -> None:
    async with worker("dies once", starts) as process:
        fields, _ = await process.ask({"text": "again"})

    assert fields["said"] == "again"
    assert count(starts) == "2"


async def test_a_worker_that_hangs_is_replaced_and_the_sentence_tried_once_more(starts: Path) -> None:
    async with worker("hangs once", starts, timeout_s=1.0) as process:
        fields, _ = await process.ask({"text": "again"})

    assert fields["said"] == "again"
    assert count(starts) == "2"


@pytest.mark.parametrize(
    ("kind", "category", "started"),
    [("dies", "unavailable", "2"), ("hangs", "timeout", "2"), ("never ready", "unavailable", "2")],
)
async def test_what_fails_twice_is_given_up(kind: str, category: str, started: str, starts: Path) -> None:
    async with worker(kind, starts, timeout_s=1.0) as process:
        with pytest.raises(VoiceError) as error:
            await process.ask({"text": "a secret sentence"})

    assert error.value.category == category
    assert "secret" not in str(error.value)
    assert count(starts) == started


async def test_what_the_engine_refuses_is_not_tried_again(starts: Path) -> None:
    async with worker("refuses", starts) as process:
        with pytest.raises(VoiceError) as error:
            await process.ask({"text": "x"})

    assert error.value.category == "refused"
    assert count(starts) == "1"


async def test_a_worker_is_started_so_many_times_a_minute_and_then_again_later(starts: Path) -> None:
    now = [0.0]
    async with worker("dies", starts, starts_a_minute=3, clock=lambda: now[0]) as process:
        with pytest.raises(VoiceError):
            await process.ask({"text": "x"})
        with pytest.raises(VoiceError):
            await process.ask({"text": "x"})
        started_at_once = count(starts)
        now[0] = 61.0
        with pytest.raises(VoiceError):
            await process.ask({"text": "x"})

    assert started_at_once == "3"
    assert count(starts) == "5"


async def test_a_cancelled_sentence_is_not_taken_for_the_next_one(starts: Path) -> None:
    async with worker("hangs once", starts, timeout_s=60) as process:
        await process.start()
        first = asyncio.create_task(process.ask({"text": "first"}))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        fields, _ = await process.ask({"text": "second"})

    assert fields["said"] == "second"


async def test_no_secret_of_ours_is_in_the_environment_of_a_worker(
    starts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORECAST_SECRET", "do not tell")

    async with worker("well", starts) as process:
        fields, _ = await process.ask({"text": "x"})

    assert fields["secret"] == ""


async def test_a_worker_ends_when_its_parent_is_gone() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "streaming.voices.espeak_worker", env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None

    process.stdin.close()

    async with asyncio.timeout(10):
        assert await process.wait() == 0


# --- Frames ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "data"), [({}, b""), ({"text": "日本語 ☕"}, b"\0\xff"), ({"n": [1, 2]}, bytes(70_000))]
)
def test_a_frame_reads_as_it_was_written(fields: dict[str, object], data: bytes) -> None:
    assert read_frame(BytesIO(frame(fields, data))) == (fields, data)


@pytest.mark.parametrize("cut", [0, 3, 8, 9, 14])
def test_a_stream_that_ends_within_a_frame_is_the_end(cut: int) -> None:
    assert read_frame(BytesIO(frame({"a": 1}, b"12")[:cut])) is None


@pytest.mark.parametrize(
    "data",
    [
        (MAX_BYTES + 1).to_bytes(4, "big") + bytes(4),
        bytes(4) + (MAX_BYTES + 1).to_bytes(4, "big"),
        (3).to_bytes(4, "big") + bytes(4) + b"{a}",
        (2).to_bytes(4, "big") + bytes(4) + b"[]",
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        read_frame(BytesIO(data))
