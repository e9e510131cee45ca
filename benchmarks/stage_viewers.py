"""Viewers of a stage: thousands of sockets that note when each frame came, and do next to nothing else.

Used by `stage_fanout`. Frames carry the moment they were due (`@<ns>@`, of the machine's monotonic clock,
which all processes share), so a server that publishes late can't hide it. The parser knows just as much of
RFC 6455 as a server's frames need; a full client would cost more than the server under test.
"""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from dataclasses import dataclass, field
from typing import cast

import numpy as np

__all__ = ["Arrivals", "Viewer", "connect_all", "watch_loop"]

_STAMP = b"@"
_TEXT, _PING, _PONG = 0x1, 0x9, 0xA
_HEAD, _HELLO, _HEAD_MOST = b'{"v":1,"seq":', b'"type":"hello"', 64
_CONNECTING_AT_ONCE = 100
_CONNECT_S = 60.0
_KEY = base64.b64encode(b"0123456789abcdef").decode()


@dataclass(slots=True)
class Arrivals:
    """What came to all viewers.

    Attributes:
        late_ms: from due to arrived, one value a delivery.
        per_frame_ms: the same of the last viewer, by frame.
        disordered: frames that came after a later one.
        refreshed: how often a viewer fell behind and was given the newest stage.
        replaced: frames that such a `hello` stood for.
    """

    late_ms: list[float] = field(default_factory=list)
    per_frame_ms: dict[int, float] = field(default_factory=dict)
    disordered: int = 0
    refreshed: int = 0
    replaced: int = 0

    def note(self, due_ns: int, now_ns: int) -> None:
        """One frame came to one viewer."""
        late_ms = (now_ns - due_ns) / 1e6
        self.late_ms.append(late_ms)
        self.per_frame_ms[due_ns] = late_ms

    def percentiles(self) -> tuple[float, ...]:
        """p50, p95, p99 and the greatest, in ms; NaN when nothing came."""
        if not self.late_ms:
            return (float("nan"),) * 4
        return tuple(round(float(one), 2) for one in np.percentile(self.late_ms, (50, 95, 99, 100)))


class Viewer(asyncio.Protocol):
    """One socket. `arrivals` None counts nothing.

    Attributes:
        ready: resolved when the first frame came (`hello`, or the handshake's answer where there is none).
        closed: the connection is gone.
    """

    def __init__(self, port: int, *, greeted: bool) -> None:
        self._port = port
        self._greeted = greeted
        self._data = b""
        self._upgraded = False
        self._newest_due_ns = 0
        self._seq = 0
        self.arrivals: Arrivals | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour only
        self.transport.write(
            f"GET /ws/stage/main HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {_KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember it."""
        self.closed = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        """Take every whole frame."""
        now_ns = time.monotonic_ns()
        data = self._data + data if self._data else data
        if not self._upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._data = head
                return
            self._enter(head)
        at = 0
        while (frame := _frame_at(data, at)) is not None:
            kind, start, at = frame
            self._take(kind, data, start, at, now_ns)
        self._data = data[at:]

    def _enter(self, head: bytes) -> None:
        if b" 101 " not in head:
            raise ConnectionError(head.decode("latin-1"))
        self._upgraded = True
        if self._greeted:
            self._send(_TEXT, json.dumps({"v": 1, "type": "enter", "room": "main", "role": "stage"}).encode())
        else:
            self.ready.set_result(None)

    def _take(self, kind: int, data: bytes, start: int, end: int, now_ns: int) -> None:
        if kind == _PING:
            self._send(_PONG, data[start:end])
        elif kind == _TEXT and not self.ready.done():
            self.ready.set_result(None)
        elif kind == _TEXT and self.arrivals is not None:
            seq = int(data[start + len(_HEAD) : data.find(b",", start + len(_HEAD), end)])
            replaced, self._seq = seq - self._seq, seq
            if data.find(_HELLO, start, start + _HEAD_MOST) >= 0:
                self.arrivals.refreshed += 1
                self.arrivals.replaced += replaced
                return
            stamp = data.find(_STAMP, start, end)
            due_ns = int(data[stamp + 1 : data.find(_STAMP, stamp + 1, end)])
            self.arrivals.disordered += due_ns < self._newest_due_ns
            self._newest_due_ns = due_ns
            self.arrivals.note(due_ns, now_ns)

    def _send(self, kind: int, payload: bytes) -> None:
        if self.transport is not None and len(payload) < 126:
            # Masked with zeros, which changes nothing (RFC 6455, section 5.3).
            self.transport.write(bytes([0x80 | kind, 0x80 | len(payload), 0, 0, 0, 0]) + payload)


def _frame_at(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Opcode, begin and end of the payload of the frame there; None until all of it has come."""
    have = len(data)
    if have < at + 2:
        return None
    size, start = data[at + 1], at + 2
    if size == 126:
        size, start = int.from_bytes(data[start : start + 2], "big"), start + 2
    elif size == 127:
        size, start = int.from_bytes(data[start : start + 8], "big"), start + 8
    end = start + size
    return (data[at] & 0x0F, start, end) if have >= end else None


async def connect_all(count: int, port: int, *, greeted: bool) -> list[Viewer]:
    """So many viewers, all of them ready.

    Args:
        count: how many.
        port: of the server, on the loopback.
        greeted: the server speaks first, after the viewer has entered.

    Raises:
        ConnectionError, TimeoutError: one could not come in.
    """
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(_CONNECTING_AT_ONCE)

    async def one() -> Viewer:
        async with gate:
            _, viewer = await loop.create_connection(
                lambda: Viewer(port, greeted=greeted), "127.0.0.1", port, family=socket.AF_INET
            )
            await viewer.ready
            return viewer

    async with asyncio.timeout(_CONNECT_S):
        return await asyncio.gather(*(one() for _ in range(count)))


async def watch_loop(late_ms: list[float]) -> None:
    """How late this process itself is, until cancelled: every value is part of what is measured."""
    step_s = 0.005
    while True:
        due = time.monotonic() + step_s
        await asyncio.sleep(step_s)
        late_ms.append(1000 * (time.monotonic() - due))
