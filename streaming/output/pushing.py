"""Pushes a show out: the stage page and the show's sound to a platform's RTMP server, around the clock.

Called by `storecast live push`, as a process of its own beside the server. It looks at the room like any
viewer; the show neither knows of it nor waits for it. Each part is watched and started again alone: the page
(`output_stage`), the sound (`output_viewer`), the connection (`output_encoder`); what holds them together is
the clock (`output_pace`). While a part is missing the slate and silence are sent, so that the platform does
not end the stream. Must never print or log the stream key.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from streaming.output import process as output_process
from streaming.output import slate
from streaming.output.address import KEY_VARIABLE, Address, PushError
from streaming.output.encoder import Encoder
from streaming.output.ffmpeg import Ffmpeg, Quality
from streaming.output.pace import Pacer, Tally
from streaming.output.sound import Track
from streaming.output.stage import Stage
from streaming.output.status import PushState, Status
from streaming.output.viewer import DRAWING_DELAY_MS, Viewer, stage_address

__all__ = ["KEY_VARIABLE", "Address", "PushError", "PushOptions", "Pusher", "Quality", "push"]

_log = structlog.get_logger(__name__)

# A server that is back finds the stream within half a minute; one that is gone for days is not stormed.
_RETRY_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_GOOD_RUN_S = 30.0
# ffmpeg without progress for so long hangs: in the server's socket, mostly.
_STALLED_S = 8.0
_WATCH_EVERY_S = 0.25
_FINISH_WITHIN_S = 5.0
# The page goes on drawing by itself for a while; only then is a lost server worth a slate.
_SERVER_LOST_S = 3.0
_STATUS_EVERY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """What to push where.

    Attributes:
        url: `rtmp://host[:port]/app` or `rtmps://…`.
        key: stream key, from the environment (`KEY_VARIABLE`) or asked for; never an argument.
        server: address of the product.
        room: name of the live room.
        quality: size, rate and bits.
        slate: picture to be sent while the stage can't be; None draws one.
        sound_delay_ms: by which the sound waits for the picture.
        json: status as JSON lines.
    """

    url: str = field(repr=False)
    key: str = field(default="", repr=False)
    server: str = "http://127.0.0.1:8080"
    room: str = "main"
    quality: Quality = field(default_factory=Quality)
    slate: Path | None = None
    sound_delay_ms: int = DRAWING_DELAY_MS
    json: bool = False


async def push(options: PushOptions) -> int:
    """Push until SIGTERM or SIGINT.

    Args:
        options: what and where.

    Returns:
        Exit status: 0 ended as asked, 2 could not begin (the reason is on standard error).
    """
    # Standard output belongs to the status lines.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    output_process.hurry()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        await Pusher(options, say=lambda line: print(line, flush=True)).run(stop)
    except PushError as error:
        print(f"storecast: {error}", file=sys.stderr)
        return 2
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
    return 0


class Pusher:
    """One push, from start to end.

    Args:
        options: what and where.
        say: gets every status line.
        now: monotonic seconds.
        chance: 0..1 at random, for pauses.

    Attributes:
        status: as last said.
        stage: the page.
        encoder: the connection; None between two of them.

    Raises:
        PushError: the address or the key makes no sense.
    """

    def __init__(
        self,
        options: PushOptions,
        *,
        say: Callable[[str], None],
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.options = options
        self._address = Address.parse(options.url, options.key)
        self._say, self._now, self._chance = say, now, chance
        self.status = Status(state="connecting", url=self._address.url)
        self.encoder: Encoder | None = None
        quality = options.quality
        self._track = Track(quality.rate)
        self._pacer: Pacer | None = None
        self._viewer = Viewer(
            options.server,
            options.room,
            track=self._track,
            sample_at=self._sample_at,
            now=now,
            delay_ms=options.sound_delay_ms,
        )
        self.stage = Stage(
            stage_address(options.server, options.room),
            width=quality.width,
            height=quality.height,
            served=self._served,
            now=now,
        )

    @property
    def processes(self) -> dict[str, int]:
        """Process ids of what runs: `screen`, `browser`, `encoder`."""
        encoder = {"encoder": self.encoder.process.pid} if self.encoder else {}
        return {**self.stage.processes, **encoder}

    @property
    def sent_s(self) -> float:
        """Length of what this connection was given so far."""
        return self.encoder.given / self.options.quality.fps if self.encoder else 0.0

    def tally(self) -> Tally:
        """What was sent so far, of all connections."""
        return replace(self._pacer.tally) if self._pacer else Tally()

    async def run(self, stop: asyncio.Event) -> None:
        """Push until `stop` is set, then end the stream properly.

        Args:
            stop: set by the caller.

        Raises:
            PushError: a program is missing.
        """
        quality, own = self.options.quality, self.options.slate
        for find in (output_process.find_xvfb, output_process.find_chromium):
            find()
        ffmpeg = await Ffmpeg.find()
        if self._address.key and not ffmpeg.hides_key:
            _log.warning("push_key_on_command_line", ffmpeg=ffmpeg.path)
        picture = (
            await slate.load(own, quality.width, quality.height)
            if own
            else await asyncio.to_thread(slate.draw, quality.width, quality.height)
        )
        self._pacer = Pacer(self.stage, self._track, slate=picture, fps=quality.fps, now=self._now)
        parts = [
            asyncio.create_task(self.stage.run(), name="push stage"),
            asyncio.create_task(self._viewer.run(), name="push viewer"),
            asyncio.create_task(self._pacer.run(), name="push pacer"),
            asyncio.create_task(self._connections(ffmpeg, self._pacer), name="push connections"),
            asyncio.create_task(self._report(), name="push status"),
        ]
        asked = asyncio.create_task(stop.wait(), name="push stop")
        try:
            done, _ = await asyncio.wait([asked, *parts], return_when=asyncio.FIRST_COMPLETED)
            for part in done - {asked}:
                # None of them ends by itself; what it died of ends the push.
                part.result()
        finally:
            await self._end([asked, *parts])

    async def _connections(self, ffmpeg: Ffmpeg, pacer: Pacer) -> None:
        """One connection after the other."""
        failures = 0
        while True:
            self._become("connecting", retry_s=None, reason=None)
            encoder = self.encoder = await Encoder.open(ffmpeg, self._address, self.options.quality)
            pacer.sink = encoder
            began = self._now()
            await self._watch(encoder, pacer)
            pacer.sink = None
            await encoder.kill()
            self.encoder = None
            failures = 0 if encoder.progress.sent_ms > _GOOD_RUN_S * 1000 else failures + 1
            # Half of each pause is by chance, so that many streams do not come back at one moment.
            pause_s = _RETRY_S[min(max(failures - 1, 0), len(_RETRY_S) - 1)] * (0.5 + self._chance() / 2)
            reason = encoder.said[-1] if encoder.said else None
            _log.warning("push_connection_lost", after_s=round(self._now() - began, 1), reason=reason)
            self._become("waiting", retry_s=round(pause_s, 1), reason=reason)
            await asyncio.sleep(pause_s)

    async def _watch(self, encoder: Encoder, pacer: Pacer) -> None:
        """Return when the connection is lost, stalled or hopelessly behind."""
        while encoder.running() and not encoder.behind and encoder.stalled_s() < _STALLED_S:
            if encoder.progress.sent_ms and self.status.state not in _sending(pacer):
                if self.status.state in ("connecting", "waiting"):
                    self.status = replace(self.status, connections=self.status.connections + 1)
                self._become(_sending(pacer)[0], retry_s=None, reason=None)
            await asyncio.sleep(_WATCH_EVERY_S)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_STATUS_EVERY_S)
            self._become(self.status.state, retry_s=self.status.retry_s, reason=self.status.reason)

    def _become(self, state: PushState, *, retry_s: float | None, reason: str | None) -> None:
        tally = self.tally()
        encoder = self.encoder
        self.status = replace(
            self.status,
            state=state,
            stream_s=round(encoder.progress.sent_ms / 1000, 1) if encoder else 0.0,
            video_pictures=tally.pictures,
            slate_pictures=tally.slates,
            repeated_pictures=tally.late + tally.refused,
            page_restarts=self.stage.restarts,
            unheard=self._viewer.unheard,
            retry_s=retry_s,
            reason=reason,
        )
        self._say(self.status.line(as_json=self.options.json))

    async def _end(self, tasks: list[asyncio.Task[bool] | asyncio.Task[None]]) -> None:
        encoder, self.encoder = self.encoder, None
        if self._pacer:
            self._pacer.sink = None
        for task in tasks:
            task.cancel()
        if encoder:
            await encoder.finish(patience_s=_FINISH_WITHIN_S)
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, PushError):
                await task
        self._become("ended", retry_s=None, reason=None)

    def _served(self) -> bool:
        return self._viewer.connected or self._now() - self._viewer.lost_s < _SERVER_LOST_S

    def _sample_at(self, moment_s: float) -> int:
        return self._pacer.sample_at(moment_s) if self._pacer else 0


def _sending(pacer: Pacer) -> tuple[PushState]:
    return ("slate",) if pacer.on_slate else ("live",)
