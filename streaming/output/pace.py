"""The one clock of the stream: so many pictures a second, and with each exactly its length of sound.

Run by `streaming.output.pushing`. A picture is taken when it is due and handed to the encoder together with
the samples of the same time, so that the two can't drift apart, however long the stream lasts. Must never
wait for the encoder, the page or the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from streaming.output.sound import Track

__all__ = ["Pacer", "Pictures", "Sink", "Tally"]

# More missing at once than this, and the machine slept: the stream jumps instead of making up for it.
_SLEPT_S = 4.0


class Pictures(Protocol):
    """Where pictures come from."""

    def picture(self) -> bytes | None:
        """The one of now; None when there is none fit to be sent."""
        ...


class Sink(Protocol):
    """Where they go to."""

    @property
    def behind(self) -> bool:
        """Whether it will not catch up and should be given up."""
        ...

    def send(self, picture: bytes, samples: bytes) -> bool:
        """Take a picture and its sound without waiting; False when the last picture is shown again."""
        ...


@dataclass(slots=True)
class Tally:
    """What was sent so far.

    Attributes:
        pictures: all of them.
        slates: of these, the still picture.
        late: of these, repetitions because this process did not get to run in time.
        refused: of these, repetitions because the encoder had no room.
    """

    pictures: int = 0
    slates: int = 0
    late: int = 0
    refused: int = 0


class Pacer:
    """Takes pictures and sound by the clock.

    Args:
        pictures: the page.
        track: the sound.
        slate: shown when there is no picture.
        fps: pictures a second.
        now: monotonic seconds.
        sleep: waits so many seconds.

    Attributes:
        sink: where to; None while there is no connection (time goes on all the same).
        tally: what was sent.
        on_slate: whether the last picture was the slate.
    """

    def __init__(
        self,
        pictures: Pictures,
        track: Track,
        *,
        slate: bytes,
        fps: int,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.sink: Sink | None = None
        self.tally = Tally()
        self.on_slate = True
        self._pictures, self._track = pictures, track
        self._slate, self._fps = slate, fps
        self._now, self._sleep = now, sleep
        self._origin_s = now()
        self._ticks = 0
        self._last = slate

    def sample_at(self, moment_s: float) -> int:
        """Number of the sample on the track that belongs to a moment of the monotonic clock."""
        return round((moment_s - self._origin_s) * self._track.rate)

    async def run(self) -> None:
        """Keep the pace until cancelled."""
        while True:
            self.catch_up()
            due_s = self._origin_s + (self._ticks + 1) / self._fps
            await self._sleep(max(0.0, due_s - self._now()))

    def catch_up(self) -> None:
        """Send everything that is due by now, the newest picture as the last one."""
        due = int((self._now() - self._origin_s) * self._fps) - self._ticks
        if due > _SLEPT_S * self._fps:
            skipped = due - 1
            self._ticks += skipped
            self._track.skip(self._samples_until(self._ticks))
            due = 1
        for _ in range(due - 1):
            # Their moment has passed: what was seen then is nearer to the last picture than to the next.
            self.tally.late += 1
            self._send(self._last)
        if due > 0:
            seen = self._pictures.picture()
            self.on_slate = seen is None
            self._last = self._slate if seen is None else seen
            self._send(self._last)

    def _send(self, picture: bytes) -> None:
        self._ticks += 1
        samples = self._track.read(self._samples_until(self._ticks))
        if self.sink is None:
            return
        self.tally.pictures += 1
        self.tally.slates += picture is self._slate
        self.tally.refused += not self.sink.send(picture, samples)

    def _samples_until(self, tick: int) -> int:
        return tick * self._track.rate // self._fps - self._track.position
