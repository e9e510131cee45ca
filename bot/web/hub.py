"""Fan-out inside one process: every open socket of a conversation gets each new message once.

Whoever stores messages publishes them here; each chat session subscribes. A message is encoded once, whatever
the number of sockets. Publishing never waits: a socket whose queue is full is told to end (1013), and the
page resumes from its last sequence number. Other worker processes are not reached from here.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.messages import ChatMessage
from bot.web.wire import message_frame

__all__ = ["RESTART", "TOO_SLOW", "Encoded", "Farewell", "Hub", "Outgoing", "Outlet"]

# Close codes: https://www.iana.org/assignments/websocket/websocket.xml (read 2026-11-22).
RESTART = 1012
TOO_SLOW = 1013
# A page behind by so much is faster served by a resume; holds several turns of the longest replies.
QUEUE_FRAMES = 256


@dataclass(frozen=True, slots=True)
class Encoded:
    """A message, ready to be sent to any socket."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Farewell:
    """The last thing in a queue: close with this code once everything before it is sent."""

    code: int


Outgoing = Encoded | Farewell | Mapping[str, Any]


class Outlet:
    """What is on its way to one socket.

    Attributes:
        ended: resolved with a close code when the socket must end at once.
    """

    def __init__(self, queue_frames: int) -> None:
        self._queue: asyncio.Queue[Outgoing] = asyncio.Queue(queue_frames)
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def put(self, item: Outgoing) -> None:
        """Hand a frame over without waiting; dropped once the outlet has ended."""
        if self.ended.done():
            return
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            self.end(TOO_SLOW)

    async def take(self) -> Outgoing:
        """The next frame, in order."""
        return await self._queue.get()

    def end(self, code: int) -> None:
        """Nothing more goes in; the socket closes with this code. The first code counts."""
        if not self.ended.done():
            self.ended.set_result(code)


class Hub:
    """All outlets of this process.

    Args:
        queue_frames: most frames that wait for one socket.
    """

    def __init__(self, *, queue_frames: int = QUEUE_FRAMES) -> None:
        self._queue_frames = queue_frames
        self._outlets: defaultdict[str, set[Outlet]] = defaultdict(set)
        self._closed = False

    @contextmanager
    def subscribe(self, conversation_id: str) -> Iterator[Outlet]:
        """An outlet that gets everything published from now on, until the block ends."""
        outlet = Outlet(self._queue_frames)
        if self._closed:
            outlet.end(RESTART)
        self._outlets[conversation_id].add(outlet)
        try:
            yield outlet
        finally:
            outlet.end(RESTART)
            self._outlets[conversation_id].discard(outlet)
            if not self._outlets[conversation_id]:
                del self._outlets[conversation_id]

    def publish(self, conversation_id: str, messages: Iterable[ChatMessage]) -> None:
        """Send stored messages to every socket of the conversation. Call it after they are committed.

        Sockets put them in order and leave out what they have sent, so twice or out of turn does no harm.
        """
        if conversation_id not in self._outlets:
            return
        for message in messages:
            encoded = Encoded(message.seq, message_frame(message))
            for outlet in self._outlets[conversation_id]:
                outlet.put(encoded)

    def announce(self, conversation_id: str, frame: Mapping[str, Any]) -> None:
        """Send a frame that is not kept (`typing`) to every socket of the conversation."""
        for outlet in self._outlets.get(conversation_id, ()):
            outlet.put(frame)

    def close(self) -> None:
        """End every socket with 1012, now and from now on."""
        self._closed = True
        for outlets in self._outlets.values():
            for outlet in outlets:
                outlet.end(RESTART)
