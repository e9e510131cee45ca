"""`GET /ws/stage/{room}`: stage pages and consoles of live rooms, from their handshake to their close.

The hub says what is sent; here it is sent, and what pages say is taken. Two tasks a socket: one reads, one
writes. A page that takes nothing holds up only its own writer. Frames are shaped by `streaming.stage.wire`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from bot.web.chat_session import CLOSE_S, FAILED, HELLO_S, REFUSED, TOO_LARGE
from bot.web.errors import ApiError, Errors
from bot.web.hub import RESTART, TOO_SLOW
from bot.web.languages import Languages
from bot.web.limits import Limits, Proxies
from bot.web.live_ports import ControlRefused, LiveRoom, LiveRooms
from bot.web.security import Origins
from bot.web.staff import Guard
from streaming.stage.hub import Farewell, Outlet
from streaming.stage.page_frames import (
    CONTROL_CHARS,
    FRAME_BYTES,
    BadFrame,
    ControlFrame,
    Enter,
    PageFrame,
    Progress,
    TimeAsked,
    parse,
)
from streaming.stage.wire import Frame, done_frame, encode, error_frame, time_frame

__all__ = ["GONE", "StageDoor", "StageParts", "refusal_of_frame"]

_log = structlog.get_logger(__name__)

# The room has ended. https://www.iana.org/assignments/websocket/websocket.xml (read 2026-11-22).
GONE = 1001
# No close frame was exchanged (RFC 6455, section 7.4.1).
_GIVEN_UP = 1006
_CLOSE_CODES = {"restart": RESTART, "ended": GONE}
_BAD_FRAMES = 20
# A page asks the time five times when it comes and then now and then, and reports each utterance twice.
_FRAMES, _FRAMES_MS = 60, 10_000
_GONE = (WebSocketDisconnect, WebSocketDisconnected)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageParts:
    """What every stage socket works with.

    Attributes:
        enter_s: time for the first frame.
        close_s: time a page has to take its last frames.
    """

    rooms: LiveRooms
    guard: Guard
    errors: Errors
    languages: Languages
    limits: Limits
    enter_s: float = HELLO_S
    close_s: float = CLOSE_S


class StageDoor:
    """Lets stage pages in. The owner calls `close()` at the end.

    Args:
        parts: what all sockets share.
        origins: pages that may connect.
        proxies: tells clients' addresses.
    """

    def __init__(self, parts: StageParts, *, origins: Origins, proxies: Proxies) -> None:
        self._parts = parts
        self._origins = origins
        self._proxies = proxies
        self._open: set[asyncio.Task[object]] = set()

    def router(self) -> APIRouter:
        """The one route. WebSockets do not show in OpenAPI; docs/protocol.md describes it."""
        router = APIRouter()
        router.add_api_websocket_route("/ws/stage/{room}", self.enter)
        return router

    async def enter(self, websocket: WebSocket, room: str) -> None:
        """Serve one socket until it is over."""
        await websocket.accept()
        # Refused after the handshake, so that the page's script sees the code and not just a failure.
        if not self._origins.allows(websocket.headers.get("origin"), websocket.headers.get("host")):
            await _close(websocket, REFUSED, close_s=self._parts.close_s)
            return
        address = self._proxies.address_of(websocket)
        socket = _StageSocket(websocket, self._parts, room=room, address=address)
        if not self._parts.limits.open_socket(address=address):
            await socket.refuse(ApiError("too_many_sockets"), TOO_SLOW)
            return
        task = asyncio.current_task()
        assert task is not None, "a coroutine is run by a task"  # noqa: S101  # tells mypy what asyncio promises
        self._open.add(task)
        try:
            await socket.run()
        except* _GONE:
            pass
        except* Exception:  # noqa: BLE001  # an edge: the page is told, the log has the cause
            _log.exception("stage_socket_failed", room=room)
            await _close(websocket, FAILED, close_s=self._parts.close_s)
        finally:
            self._parts.limits.close_socket(address=address)
            self._open.discard(task)

    async def close(self, *, grace_s: float) -> None:
        """Close every socket with 1012 and wait for it, at most `grace_s`; the late are cancelled."""
        for name in self._parts.rooms.names():
            if (room := self._parts.rooms.room(name)) is not None:
                room.hub.close("restart")
        if not self._open:
            return
        _, late = await asyncio.wait(self._open, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class _StageSocket:
    """One accepted socket. Call `run` once."""

    def __init__(self, websocket: WebSocket, parts: StageParts, *, room: str, address: str) -> None:
        self._socket = websocket
        self._parts = parts
        self._room_name = room
        self._address = address
        self._is_console = False
        self._language: str | None = None
        self._frames_at: deque[int] = deque(maxlen=_FRAMES)

    async def run(self) -> None:
        """Until the page leaves or the socket must end. Raises a group of what went wrong."""
        async with asyncio.TaskGroup() as group:
            entered = await self._entered()
            if entered is None:
                return
            room, enter = entered
            with room.hub.subscribe(last_seq=enter.last_seq, epoch=enter.epoch) as outlet:
                writer = group.create_task(self._write(outlet), name=f"stage writer {room.name}")
                code = await self._read(room)
                writer.cancel()
                if code is not None:
                    await _close(self._socket, code, close_s=self._parts.close_s)

    async def refuse(self, error: ApiError, code: int) -> None:
        """Say why and close; the page may be gone or deaf already."""
        with contextlib.suppress(*_GONE, TimeoutError):
            async with asyncio.timeout(self._parts.close_s):
                await self._send(self._error(error))
        await _close(self._socket, code, close_s=self._parts.close_s)

    # --- the first frame -------------------------------------------------------------------------------

    async def _entered(self) -> tuple[LiveRoom, Enter] | None:
        """The room, and how the page wants to come in; None when it may not."""
        try:
            async with asyncio.timeout(self._parts.enter_s):
                text = await self._receive()
            if isinstance(text, int):
                await _close(self._socket, text, close_s=self._parts.close_s)
                return None
            return self._admitted(parse(text))
        except TimeoutError:
            error = ApiError("bad_frame", field="type")
        except BadFrame as bad:
            error = refusal_of_frame(bad)
        except ApiError as refused:
            error = refused
        await self.refuse(error, TOO_SLOW if error.retry_after_s is not None else REFUSED)
        return None

    def _admitted(self, frame: PageFrame) -> tuple[LiveRoom, Enter]:
        """Raises ApiError or BadFrame."""
        if not isinstance(frame, Enter):
            raise BadFrame("bad_frame", "type")
        room = self._parts.rooms.room(self._room_name)
        if room is None:
            raise ApiError("not_found")
        if frame.room != room.name:
            raise BadFrame("bad_frame", "room")
        if (wait_s := self._parts.limits.visit(address=self._address)) is not None:
            raise ApiError("too_many_messages", retry_after_s=wait_s)
        if frame.role == "console":
            self._parts.guard.admit(frame.token or "", address=self._address)
            self._is_console = True
        self._language = str(room.hub.state["language"])
        return room, frame

    # --- reading ---------------------------------------------------------------------------------------

    async def _read(self, room: LiveRoom) -> int | None:
        """Take frames until the page leaves (None) or must be closed (the code)."""
        bad_frames = 0
        while True:
            try:
                text = await self._receive()
                if isinstance(text, int):
                    return text
                if not self._may_speak(room.hub.clock.now_ms()):
                    return REFUSED
                await self._take(parse(text), room)
            except _GONE:
                return None
            except BadFrame as bad:
                await self._send(self._error(refusal_of_frame(bad), bad.request_id))
                bad_frames += 1
                if bad_frames >= _BAD_FRAMES:
                    return REFUSED

    async def _take(self, frame: PageFrame, room: LiveRoom) -> None:
        match frame:
            case TimeAsked(t):
                # Past the queue: an answer that waits there would measure the queue.
                await self._send(time_frame(t, now_ms=room.hub.clock.now_ms()))
            case Progress():
                room.progressed(frame)
            case ControlFrame():
                await self._control(frame, room)
            case Enter():
                raise BadFrame("bad_frame", "type")

    async def _control(self, frame: ControlFrame, room: LiveRoom) -> None:
        try:
            if not self._is_console:
                raise ApiError("unauthorized")  # noqa: TRY301  # one place words every refusal
            await room.control(frame.control)
        except ControlRefused as refused:
            error = ApiError("invalid", field=refused.field, values={"reason": refused.reason})
        except ApiError as refused:
            error = refused
        else:
            await self._send(done_frame(frame.request_id))
            return
        await self._send(self._error(error, frame.request_id))

    async def _receive(self) -> str | int:
        """The next text, empty for a binary frame; a close code when it is too large."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        size = len(text.encode("utf-8", "replace")) if text is not None else len(message.get("bytes") or b"")
        return TOO_LARGE if size > FRAME_BYTES else text or ""

    def _may_speak(self, now_ms: int) -> bool:
        """Whether this frame is not one too many within the window."""
        full = len(self._frames_at) == _FRAMES
        if full and now_ms - self._frames_at[0] < _FRAMES_MS:
            return False
        self._frames_at.append(now_ms)
        return True

    # --- writing ---------------------------------------------------------------------------------------

    async def _write(self, outlet: Outlet) -> None:
        """Send what the hub hands out until the room says farewell; raises when the page is gone."""
        while not isinstance(item := await outlet.take(), Farewell):
            await self._send_text(item)
        await self._send_text(item.text)
        await _close(self._socket, _CLOSE_CODES[item.reason], close_s=self._parts.close_s)

    async def _send(self, frame: Frame) -> None:
        await self._send_text(encode(frame))

    async def _send_text(self, text: str) -> None:
        """Raises WebSocketDisconnect when the page is gone, also where only the server knows that."""
        try:
            await self._socket.send_text(text)
        except RuntimeError as error:
            # After a ping without answer uvicorn refuses frames so (encode/uvicorn, websockets_sansio_impl),
            # and tells the reader only when the transport is closed, which can take as long as TCP likes.
            raise WebSocketDisconnect(_GIVEN_UP) from error

    def _error(self, error: ApiError, request_id: str | None = None) -> Frame:
        body = self._parts.errors.body(error, self._parts.languages.best(self._language))
        return error_frame(body, request_id=request_id, retry_after_s=error.retry_after_s)


def refusal_of_frame(bad: BadFrame) -> ApiError:
    """The refusal that stands for a frame that can't be read."""
    return ApiError(bad.code, field=bad.field, values={"max": CONTROL_CHARS})


async def _close(websocket: WebSocket, code: int, *, close_s: float) -> None:
    """Close unless that has been done; a page that takes nothing more is left to the server."""
    # RuntimeError: see `_send_text`.
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(close_s):
            await websocket.close(code)
