from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from streaming.output import pushing as output
from streaming.output.pushing import Pusher, PushError, PushOptions, Quality
from tests.fakes.rtmp_server import KEY, Receiver, free_port, look_at

SMALL = Quality(width=64, height=64, fps=24, video_kbps=200)
_WITHIN_S = 30.0


def options(**more: object) -> PushOptions:
    # Nobody serves on port 9 (discard): the product is down.
    given: dict[str, object] = {"server": "http://127.0.0.1:9", "key": KEY, "quality": SMALL, "json": True}
    return PushOptions(**{**given, **more})  # type: ignore[arg-type]


def test_options_do_not_show_the_key() -> None:
    assert KEY not in repr(options(url="rtmp://127.0.0.1/live"))


def test_address_that_makes_no_sense_is_refused_before_anything_is_started() -> None:
    with pytest.raises(PushError):
        Pusher(options(url="https://push.example/live"), say=print)


@pytest.mark.parametrize("variable", ["STORECAST_CHROMIUM", "STORECAST_XVFB"])
async def test_missing_program_ends_the_push_before_it_begins(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nowhere/to/be/found")
    lines: list[str] = []

    with pytest.raises(PushError):
        await Pusher(options(url="rtmp://127.0.0.1/live"), say=lines.append).run(asyncio.Event())

    assert lines == []


async def test_slate_is_streamed_while_the_product_is_down(tmp_path: Path) -> None:
    port = free_port()
    receiver = Receiver(port, tmp_path / "arrived.flv")
    reached, stop = asyncio.Event(), asyncio.Event()
    pusher = Pusher(options(url=f"rtmp://127.0.0.1:{port}/live"), say=lambda _: check())

    def check() -> None:
        if pusher.status.state == "slate":
            reached.set()

    pushing = asyncio.create_task(pusher.run(stop))
    await asyncio.wait_for(reached.wait(), _WITHIN_S)
    stop.set()
    await pushing
    await receiver.wait()

    arrived = look_at(receiver.file)
    assert pusher.status.state == "ended"
    assert len(arrived.video_s) >= 3
    assert set(arrived.light.round()) == {arrived.light[0].round()}
    assert len(arrived.tones) == 0


async def test_server_that_is_not_there_is_tried_again_and_again() -> None:
    port, states, stop = free_port(), [], asyncio.Event()
    pauses: list[float] = []

    def note(_: str) -> None:
        states.append(pusher.status.state)
        pauses.extend([pusher.status.retry_s] if pusher.status.retry_s else [])
        if len(pauses) == 2:
            stop.set()

    pusher = Pusher(options(url=f"rtmp://127.0.0.1:{port}/live"), say=note, chance=lambda: 0.0)
    await asyncio.wait_for(pusher.run(stop), _WITHIN_S)

    assert states == ["connecting", "waiting", "connecting", "waiting", "ended"]
    assert pauses == [0.5, 1.0]
    assert KEY not in (pusher.status.reason or "")


async def test_encoder_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_STALLED_S", 2.0)
    port, states, stop = free_port(), [], asyncio.Event()
    receiver = Receiver(port, tmp_path / "arrived.flv")

    def note(_: str) -> None:
        states.append(pusher.status.state)
        if states.count("slate") == 1 and states[-1] == "slate":
            os.kill(pusher.processes["encoder"], signal.SIGSTOP)
        if states[-1] == "waiting":
            stop.set()

    pusher = Pusher(options(url=f"rtmp://127.0.0.1:{port}/live"), say=note)
    await asyncio.wait_for(pusher.run(stop), _WITHIN_S)
    receiver.kill()

    assert states[-3:] == ["slate", "waiting", "ended"]
    assert "encoder" not in pusher.processes
