"""The viewers of one room: everything published reaches each open page, encoded once for all of them.

The session publishes (`say`, `cut`, `show`); each stage socket subscribes and sends what its outlet hands
out. Publishing never waits. A page that can't follow is not fed old frames: its queue is emptied and it gets
a fresh `hello` with what is on stage and being spoken now, so it costs the others nothing and never holds
much. A page that comes back names the last frame it saw and gets the missing ones, or a fresh `hello` where
that is shorter. Knows nothing of sockets or HTTP. Belongs to one event loop; other worker processes are not
reached from here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from streaming.cues import Utterance
from streaming.speech import Speech
from streaming.stage.clock import ShowClock
from streaming.stage.wire import (
    ByeReason,
    Direction,
    Frame,
    bye_frame,
    cut_frame,
    encode,
    hello_frame,
    is_running,
    scene_frame,
    utterance_body,
    utterance_frame,
)

__all__ = ["LEAD_MS", "Farewell", "Hub", "Outlet"]

# From deciding to speak to the first sample: by then a page on the same continent has frame and sound.
LEAD_MS = 80
# A show publishes about one frame a second: some minutes of them.
_RING_FRAMES = 256
# More than this at once is no use to a page that wants to know how the stage looks now.
_QUEUE_FRAMES = 32
# A frame that has waited longer tells of something that is over.
_LAG_MS = 3000
# A `hello` so young is as good as new: its `now_ms` is less wrong than the way to the page makes it.
_HELLO_MS = 20


@dataclass(frozen=True, slots=True)
class Farewell:
    """The last thing an outlet hands out: send the text, then close with the code of the reason."""

    reason: ByeReason
    text: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame that was published, and what stood on the stage after it."""

    seq: int
    text: str
    state: Frame
    utterance: Frame | None


class Outlet:
    """What is on its way to one page. Made by `Hub.subscribe`.

    Attributes:
        drops: how often the page fell behind and was put right with a fresh `hello`.
    """

    def __init__(self, hub: Hub, *, queue_frames: int, lag_ms: int) -> None:
        """Empty; the hub fills it."""
        self._hub = hub
        self._queue_frames = queue_frames
        self._lag_ms = lag_ms
        self._waiting: deque[tuple[int, str]] = deque()
        self._behind = False
        self._farewell: Farewell | None = None
        self._taker: asyncio.Future[None] | None = None
        self.drops = 0

    def put(self, text: str) -> None:
        """Hand a frame over without waiting."""
        if self._behind or self._farewell:
            return
        if len(self._waiting) >= self._queue_frames:
            self._fall_behind()
        else:
            self._waiting.append((self._hub.clock.now_ms(), text))
        self._wake()

    async def take(self) -> str | Farewell:
        """The next frame, in order; called by one task only. After a Farewell nothing more comes."""
        while True:
            if self._farewell is not None:
                return self._farewell
            if self._waiting:
                at_ms, text = self._waiting.popleft()
                if self._hub.clock.now_ms() - at_ms <= self._lag_ms:
                    return text
                self._fall_behind()
            if self._behind:
                self._behind = False
                return self._hub.hello()
            self._taker = asyncio.get_running_loop().create_future()
            await self._taker

    def start_afresh(self) -> None:
        """Whatever waits is left out; a `hello` comes next, made when it is taken, so that it is not old."""
        self._waiting.clear()
        self._behind = True

    def end(self, farewell: Farewell) -> None:
        """Whatever waits is left out; the farewell comes next. The first one counts."""
        self._waiting.clear()
        self._farewell = self._farewell or farewell
        self._wake()

    def _fall_behind(self) -> None:
        self.start_afresh()
        self.drops += 1

    def _wake(self) -> None:
        if self._taker is not None and not self._taker.done():
            self._taker.set_result(None)


class Hub:
    """A room's stage as it stands, its recent frames, and whoever watches.

    Args:
        room: its name.
        clock: of the show; shared by the rooms of a process.
        state: what stands on the stage at first, from `streaming.stage.words.stage_state`.
        lead_ms: from saying to the first sample.
        ring_frames: recent frames that a page may ask for again.
        queue_frames: most frames that wait for one page.
        lag_ms: longest time a frame waits for one page.

    Attributes:
        seq: number of the newest frame, 0 before the first; counts up by one, in this epoch.
        state: what stands on the stage now.
        drops: how often any page fell behind.
    """

    def __init__(
        self,
        room: str,
        *,
        clock: ShowClock,
        state: Frame,
        lead_ms: int = LEAD_MS,
        ring_frames: int = _RING_FRAMES,
        queue_frames: int = _QUEUE_FRAMES,
        lag_ms: int = _LAG_MS,
    ) -> None:
        self.room = room
        self.clock = clock
        self.state = state
        self.seq = 0
        self._lead_ms = lead_ms
        self._queue_frames = queue_frames
        self._lag_ms = lag_ms
        self._utterance: Frame | None = None
        self._ring: deque[_Kept] = deque([_Kept(0, "", state, None)], maxlen=ring_frames)
        self._outlets: set[Outlet] = set()
        self._last_hello = (0, -1, "")  # made at, for which seq, text
        self._drops_of_gone = 0
        self._farewell: Farewell | None = None

    @property
    def viewers(self) -> int:
        """Pages that watch now."""
        return len(self._outlets)

    @property
    def drops(self) -> int:
        """How often any page fell behind, those that left included."""
        return self._drops_of_gone + sum(outlet.drops for outlet in self._outlets)

    @property
    def utterance(self) -> Frame | None:
        """Body of what is being spoken, or about to be; None for silence."""
        return self._utterance if is_running(self._utterance, self.clock.now_ms()) else None

    def say(
        self, utterance: Utterance, speech: Speech, *, direction: Direction, audio_url: str | None
    ) -> int:
        """Have every page speak.

        Args:
            utterance: filled in and final.
            speech: of it.
            direction: of its language.
            audio_url: where pages get the sound, which must be there already; None for none.

        Returns:
            When it begins, in ms of the show clock. It lasts `speech.duration_ms`, whether anyone watches.
        """
        starts_at_ms = self.clock.now_ms() + self._lead_ms
        self._utterance = utterance_body(
            utterance, speech, starts_at_ms=starts_at_ms, direction=direction, audio_url=audio_url
        )
        self._publish(utterance_frame(self._utterance, seq=self.seq + 1))
        return starts_at_ms

    def cut(self, utterance_id: str) -> int | None:
        """Have every page fall silent.

        Returns:
            When that was, in ms of the show clock; None when this is not being spoken any more.
        """
        if (running := self.utterance) is None or running["id"] != utterance_id:
            return None
        at_ms, self._utterance = self.clock.now_ms(), None
        self._publish(cut_frame(utterance_id, seq=self.seq + 1, at_ms=at_ms))
        return at_ms

    def show(self, state: Frame) -> bool:
        """Change what stands on the stage; False when it stands there already and nothing is sent."""
        if state == self.state:
            return False
        self.state = state
        self._publish(scene_frame(state, seq=self.seq + 1))
        return True

    def hello(self) -> str:
        """The stage as it is now, for a page that starts afresh; made once for all that come together."""
        now_ms = self.clock.now_ms()
        at_ms, seq, text = self._last_hello
        if seq != self.seq or now_ms - at_ms > _HELLO_MS:
            text = encode(self._hello(self.seq, self.state, self.utterance, resumed=False))
            self._last_hello = (now_ms, self.seq, text)
        return text

    @contextmanager
    def subscribe(self, *, last_seq: int | None = None, epoch: str | None = None) -> Iterator[Outlet]:
        """An outlet that begins with a `hello`, until the block ends.

        Args:
            last_seq: number of the last frame the page has seen, None for a page that is new.
            epoch: that the number is of.
        """
        outlet = Outlet(self, queue_frames=self._queue_frames, lag_ms=self._lag_ms)
        if missed := self._missed(last_seq if epoch == self.clock.epoch else None):
            for text in missed:
                outlet.put(text)
        else:
            outlet.start_afresh()
        if self._farewell is not None:
            outlet.end(self._farewell)
        self._outlets.add(outlet)
        try:
            yield outlet
        finally:
            self._outlets.discard(outlet)
            self._drops_of_gone += outlet.drops

    def close(self, reason: ByeReason) -> None:
        """Send every page away, now and from now on."""
        self._farewell = Farewell(reason, encode(bye_frame(reason)))
        for outlet in self._outlets:
            outlet.end(self._farewell)

    def _missed(self, last_seq: int | None) -> list[str]:
        """What a page missed, `hello` first; empty when that is not known or long: it starts afresh."""
        at = -1 if last_seq is None else last_seq - self._ring[0].seq
        missed = len(self._ring) - 1 - at
        if not 0 <= at < len(self._ring) or missed >= self._queue_frames:
            return []
        kept = list(self._ring)
        seen = kept[at]
        running = seen.utterance if is_running(seen.utterance, self.clock.now_ms()) else None
        hello = encode(self._hello(seen.seq, seen.state, running, resumed=True))
        return [hello, *(one.text for one in kept[at + 1 :])]

    def _hello(self, seq: int, state: Frame, utterance: Frame | None, *, resumed: bool) -> Frame:
        return hello_frame(
            room=self.room,
            epoch=self.clock.epoch,
            seq=seq,
            now_ms=self.clock.now_ms(),
            state=state,
            utterance=utterance,
            resumed=resumed,
        )

    def _publish(self, frame: Frame) -> None:
        text = encode(frame)
        self.seq += 1
        self._ring.append(_Kept(self.seq, text, self.state, self._utterance))
        for outlet in self._outlets:
            outlet.put(text)
