from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from streaming.output.address import Address
from streaming.output.encoder import Encoder
from streaming.output.ffmpeg import Ffmpeg, Quality
from tests.fakes.rtmp_server import KEY, Receiver, free_port, look_at

SMALL = Quality(width=64, height=64, fps=24, video_kbps=200)
PICTURE = bytes(SMALL.picture_bytes)
_WITHIN_S = 20.0


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def receiver(port: int, tmp_path: Path) -> Iterator[Receiver]:
    receiver = Receiver(port, tmp_path / "arrived.flv")
    yield receiver
    receiver.kill()


@pytest.fixture
async def encoder(port: int, receiver: Receiver) -> AsyncIterator[Encoder]:
    encoder = await connected(Address.parse(f"rtmp://127.0.0.1:{port}/live", KEY))
    yield encoder
    await encoder.kill()


async def connected(address: Address) -> Encoder:
    """Tries until the server listens, which takes it a moment."""
    async with asyncio.timeout(_WITHIN_S):
        while True:
            encoder = await Encoder.open(await Ffmpeg.find(), address, SMALL)
            send(encoder, seconds=1)
            while encoder.running():
                if encoder.progress.sent_ms:
                    return encoder
                await asyncio.sleep(0)
            await encoder.kill()


def send(encoder: Encoder, *, seconds: int) -> None:
    for _ in range(seconds * SMALL.fps):
        encoder.send(PICTURE, bytes(2 * SMALL.rate // SMALL.fps))


async def test_pictures_and_sound_arrive_in_full_when_the_stream_is_finished(
    encoder: Encoder, receiver: Receiver
) -> None:
    send(encoder, seconds=2)
    await encoder.finish(patience_s=_WITHIN_S)
    await receiver.wait()

    arrived = look_at(receiver.file)
    assert arrived.size == (64, 64)
    # The half second to open the connection with, and the two seconds since.
    assert len(arrived.video_s) == 12 + 2 * 24
    assert arrived.audio_s[-1] == pytest.approx(2.5, abs=0.05)
    assert np.diff(arrived.video_s).max() < 0.043


async def test_key_reaches_the_server(encoder: Encoder, receiver: Receiver) -> None:
    await encoder.finish(patience_s=_WITHIN_S)
    await receiver.wait()

    assert "Unexpected stream" not in receiver.log


async def test_server_notices_a_wrong_key(port: int, receiver: Receiver) -> None:
    encoder = await connected(Address.parse(f"rtmp://127.0.0.1:{port}/live", "another"))
    await encoder.finish(patience_s=_WITHIN_S)
    await receiver.wait()

    # Without this the test before would prove nothing.
    assert "Unexpected stream another" in receiver.log


async def test_server_that_dies_ends_the_encoder_which_says_why_without_the_key(
    encoder: Encoder, receiver: Receiver
) -> None:
    receiver.kill()
    send(encoder, seconds=20)

    await asyncio.wait_for(encoder.process.wait(), _WITHIN_S)
    await encoder.kill()

    assert encoder.said
    assert KEY.partition("?")[0] not in " ".join(encoder.said)


async def test_encoder_that_hangs_is_behind_and_can_be_killed(encoder: Encoder) -> None:
    os.kill(encoder.process.pid, signal.SIGSTOP)

    send(encoder, seconds=120)

    assert encoder.behind
    await encoder.kill()
    assert not encoder.running()
