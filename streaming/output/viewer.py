"""The push as a viewer of the room: gets what every stage page gets, and lays the sound on the track.

Run by `streaming.output.pushing`. Speaks the wire of docs/protocol.md, "Stage". The sound comes from here and
not out of the browser, which has no sound device and whose sound would drift. What the server says is checked
in shape; a frame that makes no sense ends the connection, which is then made anew.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
import urllib.request
from collections import deque
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException

from streaming.output.sound import BadSoundError, Track, samples_of

__all__ = ["DRAWING_DELAY_MS", "ShowTime", "Viewer", "stage_address"]

_log = structlog.get_logger(__name__)

# The page draws what the clock says so much later; sound waits for it (measured, see docs/push.md). It leans
# to late sound: people notice that from 125 ms on, early sound from 45 ms on (ITU-R BT.1359-1).
DRAWING_DELAY_MS = 40
_PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_PING_S = 5.0
_FRAME_BYTES = 2**20
_SOUND_BYTES = 32 * 2**20
_SOUND_WITHIN_S = 10.0
# Several round trips at once, then one now and then: the fastest of the last ones is the truest.
_FIRST_TIMES, _FIRST_EVERY_S, _EVERY_S, _KEPT_TIMES = 6, 0.1, 10.0, 12


def stage_address(server: str, room: str) -> str:
    """The page that the push shows: the room's stage, told that it is pushed out."""
    return f"{server.rstrip('/')}/stage/{quote(room, safe='')}?push=1"


class ShowTime:
    """The show clock of the server on ours, by the fastest of the last round trips."""

    def __init__(self) -> None:
        self._trips: deque[tuple[float, float]] = deque(maxlen=_KEPT_TIMES)

    def heard(self, *, asked_s: float, answered_s: float, show_ms: float) -> None:
        """Note a round trip: when it began and ended here, and what the server's clock showed."""
        self._trips.append((answered_s - asked_s, (asked_s + answered_s) / 2 - show_ms / 1000))

    def forget(self) -> None:
        """Another server, another clock."""
        self._trips.clear()

    def moment_s(self, show_ms: float) -> float | None:
        """Our monotonic time of a moment of the show; None while nothing is known."""
        return min(self._trips)[1] + show_ms / 1000 if self._trips else None


class Viewer:
    """Listens to one room. The owner runs `run()` and cancels it.

    Args:
        server: `http://host:port`.
        room: name of it.
        track: filled with what is said.
        sample_at: sample of the track for a moment of the monotonic clock.
        now: monotonic seconds.
        chance: 0..1 at random, for pauses.
        delay_ms: by which sound is later than the clock, so that the picture of the moment is there.

    Attributes:
        connected: whether the server speaks to us.
        lost_s: when it last ceased to, monotonic.
        unheard: utterances whose sound could not be got.
    """

    def __init__(
        self,
        server: str,
        room: str,
        *,
        track: Track,
        sample_at: Callable[[float], int],
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        delay_ms: int = DRAWING_DELAY_MS,
    ) -> None:
        self.connected = False
        self.lost_s = now()
        self.unheard = 0
        self._server = server.rstrip("/")
        self._socket = f"ws{self._server.removeprefix('http')}/ws/stage/{quote(room, safe='')}"
        self._room, self._track, self._sample_at = room, track, sample_at
        self._now, self._chance, self._delay_s = now, chance, delay_ms / 1000
        self._time = ShowTime()
        self._epoch: object = None
        self._cuts: dict[str, float] = {}
        self._fetches: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        failures = 0
        try:
            while True:
                try:
                    async with connect(
                        self._socket,
                        max_size=_FRAME_BYTES,
                        ping_interval=_PING_S,
                        ping_timeout=_PING_S,
                        proxy=None,
                    ) as socket:
                        await self._stay(socket)
                except (OSError, TimeoutError, WebSocketException, InvalidHandshake, InvalidURI) as error:
                    _log.info("push_viewer_disconnected", reason=type(error).__name__)
                except (ValueError, KeyError, TypeError) as error:
                    _log.warning("push_viewer_frame_bad", reason=type(error).__name__)
                failures = 0 if self.connected else failures + 1
                if self.connected:
                    self.connected, self.lost_s = False, self._now()
                pause_s = _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]
                await asyncio.sleep(pause_s * (0.5 + self._chance() / 2))
        finally:
            for fetch in self._fetches:
                fetch.cancel()
            await asyncio.gather(*self._fetches, return_exceptions=True)

    async def _stay(self, socket: ClientConnection) -> None:
        enter = {"v": 1, "type": "enter", "room": self._room, "role": "stage"}
        await socket.send(json.dumps(enter))
        asking = asyncio.create_task(self._ask_times(socket), name="push times")
        try:
            async for text in socket:
                self._take(json.loads(text))
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _ask_times(self, socket: ClientConnection) -> None:
        asked = 0
        while True:
            await socket.send(json.dumps({"v": 1, "type": "time", "t": round(self._now() * 1000, 3)}))
            asked += 1
            await asyncio.sleep(_FIRST_EVERY_S if asked < _FIRST_TIMES else _EVERY_S)

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hello":
                self._enter(frame)
            case "time":
                self._time.heard(
                    asked_s=frame["t"] / 1000, answered_s=self._now(), show_ms=float(frame["now_ms"])
                )
            case "utterance":
                self._fetch(frame)
            case "cut":
                self._cut(str(frame["id"]), float(frame["at_ms"]))

    def _enter(self, hello: dict[str, Any]) -> None:
        if hello["epoch"] != self._epoch:
            self._epoch = hello["epoch"]
            self._time.forget()
            self._track.clear()
            self._cuts.clear()
        now_s = self._now()
        # Until round trips say it better: as if the frame had taken no time.
        if self._time.moment_s(0) is None:
            self._time.heard(asked_s=now_s - 1, answered_s=now_s + 1, show_ms=float(hello["now_ms"]))
        self.connected = True
        if hello.get("utterance"):
            self._fetch(hello["utterance"])

    def _fetch(self, utterance: dict[str, Any]) -> None:
        audio = utterance["audio"]
        if audio is None or self._track.has(str(utterance["id"])):
            return
        address = urljoin(f"{self._server}/", str(audio["url"]))
        if urlsplit(address)[:2] != urlsplit(self._server)[:2]:
            raise ValueError("sound from somewhere else")
        fetch = asyncio.create_task(
            self._lay(str(utterance["id"]), address, float(utterance["starts_at_ms"])),
            name="push sound fetch",
        )
        self._fetches.add(fetch)
        fetch.add_done_callback(self._fetches.discard)

    async def _lay(self, utterance_id: str, address: str, starts_at_ms: float) -> None:
        epoch = self._epoch
        try:
            samples = await asyncio.to_thread(_sound, address, self._track.rate)
        except (OSError, BadSoundError) as error:
            self.unheard += 1
            _log.warning("push_sound_missing", utterance=utterance_id, reason=type(error).__name__)
            return
        at = self._sample_of(starts_at_ms)
        if epoch != self._epoch or at is None:
            return
        self._track.lay(utterance_id, samples, at=at)
        if utterance_id in self._cuts:
            self._cut(utterance_id, self._cuts.pop(utterance_id))

    def _cut(self, utterance_id: str, at_ms: float) -> None:
        at = self._sample_of(at_ms)
        if self._track.has(utterance_id) and at is not None:
            self._track.cut(utterance_id, at=at)
        elif self._fetches:
            # Cut before its sound has arrived.
            self._cuts = {utterance_id: at_ms}

    def _sample_of(self, show_ms: float) -> int | None:
        moment_s = self._time.moment_s(show_ms)
        return None if moment_s is None else self._sample_at(moment_s + self._delay_s)


def _sound(address: str, rate: int) -> Any:
    with urllib.request.urlopen(address, timeout=_SOUND_WITHIN_S) as answer:  # noqa: S310  # the configured server only
        data = answer.read(_SOUND_BYTES)
    return samples_of(data, rate)
