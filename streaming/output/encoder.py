"""ffmpeg: raw pictures and samples in by two pipes, H.264 and AAC out as FLV over RTMP.

One `Encoder` is one connection; `streaming.output.pushing` makes the next one when it ends. Called by the
pacer with every picture and its samples. Pictures are counted, never stamped: ffmpeg gets `fps` of them a
second and exactly their length of sound, so picture and sound can't drift apart. The stream key goes in by a
third pipe, see `output_ffmpeg`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from streaming.output import process as output_process
from streaming.output.address import Address
from streaming.output.feed import Feed
from streaming.output.ffmpeg import Ffmpeg, Quality

__all__ = ["Encoder", "EncoderProgress"]

# Pictures held while ffmpeg is busy: 3.7 MB each at 720x1280.
_HELD_PICTURES = 24
# What ffmpeg gets to open its inputs with. The rest of the time until the connection stands is left out, or
# the stream would begin with a second that has to be made up for.
_FIRST_PICTURES = 12
# An encoder that is behind by so much will not catch up: it is ended and the stream begins at now.
_BEHIND_S = 8.0
# A whole picture and more at once; without privilege Linux gives 1 MB, and writer and reader take turns.
_PIPE_BYTES = (2**23, 2**20)
_SAID_LINES = 20


@dataclass(slots=True)
class EncoderProgress:
    """How far it is, as ffmpeg says.

    Attributes:
        sent_ms: of the stream that was written.
        sent_bytes: of the stream.
        at_s: when it last went on, monotonic.
    """

    sent_ms: int = 0
    sent_bytes: int = 0
    at_s: float = 0.0


class Encoder:
    """A running ffmpeg. The owner calls `finish()` or `kill()`.

    Args:
        process: ffmpeg.
        address: for its messages: the key is taken out of them.
        quality: as given to it.
        video: our end of the pipe of pictures.
        audio: our end of the pipe of samples.
        now: monotonic seconds.

    Attributes:
        progress: how far it is.
        given: pictures handed over.
        said: its last warnings, without the key.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        *,
        address: Address,
        quality: Quality,
        video: int,
        audio: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.process = process
        self.progress = EncoderProgress(at_s=now())
        self.given = 0
        self.said: deque[str] = deque(maxlen=_SAID_LINES)
        self._address, self._now = address, now
        self._video = Feed(video, held=_HELD_PICTURES, name="push pictures")
        self._audio = Feed(audio, held=quality.fps * 60, name="push sound")
        self._behind = int(_BEHIND_S * quality.fps)
        self._readers = [
            asyncio.create_task(self._read_progress(), name="push progress"),
            asyncio.create_task(self._read_warnings(), name="push warnings"),
        ]

    @classmethod
    async def open(cls, ffmpeg: Ffmpeg, address: Address, quality: Quality) -> Encoder:
        """Start ffmpeg; whether it gets through to the server shows in its progress.

        Args:
            ffmpeg: the program.
            address: where to.
            quality: what.
        """
        video_in, video_out = _pipe()
        audio_in, audio_out = _pipe()
        key_in, key_out = os.pipe()
        try:
            process = await output_process.start(
                ffmpeg.command(address, quality, video=video_in, audio=audio_in, key=key_in),
                fds=[video_in, audio_in, key_in],
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            # A preset line; much shorter than what a pipe holds, so this never waits.
            os.write(key_out, f"rtmp_playpath={address.key}\n".encode() if address.key else b"")
        except BaseException:  # a cancellation too: nobody else knows these pipes
            os.close(video_out)
            os.close(audio_out)
            raise
        finally:
            for one in (video_in, audio_in, key_in, key_out):
                os.close(one)
        return cls(process, address=address, quality=quality, video=video_out, audio=audio_out)

    def send(self, picture: bytes, samples: bytes) -> bool:
        """Hand over a picture and the sound of its time; never waits.

        Args:
            picture: bgr0, whole.
            samples: s16le, mono.

        Returns:
            False when it had no room, and the picture before is shown longer.
        """
        if self.given >= _FIRST_PICTURES and not self.progress.sent_ms:
            return True
        self.given += 1
        self._audio.put(samples)
        return self._video.put(picture)

    @property
    def behind(self) -> bool:
        """Whether so much waits that it will not catch up."""
        return self._video.owed > self._behind

    def running(self) -> bool:
        """Whether the process lives."""
        return self.process.returncode is None

    def stalled_s(self) -> float:
        """Seconds since the stream last went on."""
        return self._now() - self.progress.at_s

    async def finish(self, *, patience_s: float) -> None:
        """End the stream properly: what was handed over is sent, and the server is told.

        Args:
            patience_s: after this it is ended by force.
        """
        self._video.close()
        self._audio.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), patience_s)
        await self.kill()

    async def kill(self) -> None:
        """End it at once."""
        await output_process.end(self.process, patience_s=0)
        # With the other ends gone no write waits any more.
        self._video.abandon()
        self._audio.abandon()
        await asyncio.to_thread(self._join)
        await asyncio.gather(*self._readers)

    def _join(self) -> None:
        self._video.join()
        self._audio.join()

    async def _read_progress(self) -> None:
        # Source: ffmpeg(1), -progress: lines key=value, blocks ended by `progress=` (read 2026-11-22).
        async for line in _lines(self.process.stdout):
            name, _, value = line.partition("=")
            if name == "out_time_us" and value.isdigit() and int(value) // 1000 > self.progress.sent_ms:
                self.progress.sent_ms, self.progress.at_s = int(value) // 1000, self._now()
            elif name == "total_size" and value.isdigit():
                self.progress.sent_bytes = int(value)

    async def _read_warnings(self) -> None:
        async for line in _lines(self.process.stderr):
            self.said.append(self._address.scrub(line))


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    # Elsewhere than on Linux pipes keep their size.
    for size in _PIPE_BYTES:
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, size)
            break
    return read, write


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    while stream is not None:
        try:
            line = await stream.readline()
        except ValueError:  # longer than any line worth reading; asyncio has thrown it away
            continue
        if not line:
            return
        yield line.decode("utf-8", "replace").strip()
