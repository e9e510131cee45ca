"""`GET /ws/chat`: who may open a chat socket, and how all of them end together.

Checks origin and number, accepts, and leaves the rest to `ChatSession`.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from bot.web.chat_session import FAILED, REFUSED, ChatParts, ChatSession
from bot.web.errors import ApiError
from bot.web.hub import TOO_SLOW
from bot.web.limits import Proxies
from bot.web.security import Origins
from bot.web.wire import PROTOCOL_VERSION, encode

__all__ = ["ChatDoor"]

_log = structlog.get_logger(__name__)


class ChatDoor:
    """Lets chat pages in. The owner calls `close()` at the end.

    Args:
        parts: what all sessions share.
        origins: pages that may connect.
        proxies: tells clients' addresses.
    """

    def __init__(self, parts: ChatParts, *, origins: Origins, proxies: Proxies) -> None:
        self._parts = parts
        self._origins = origins
        self._proxies = proxies
        self._open: set[asyncio.Task[object]] = set()

    def router(self) -> APIRouter:
        """The one route. WebSockets do not show in OpenAPI; docs/protocol.md describes it."""
        router = APIRouter()
        router.add_api_websocket_route("/ws/chat", self.enter)
        return router

    async def enter(self, websocket: WebSocket) -> None:
        """Serve one socket until it is over."""
        await websocket.accept()
        # Refused after the handshake, so that the page's script sees the code and not just a failure.
        if not self._origins.allows(websocket.headers.get("origin"), websocket.headers.get("host")):
            await self._refuse(websocket, REFUSED)
            return
        address = self._proxies.address_of(websocket)
        if not self._parts.limits.open_socket(address=address):
            await self._refuse(websocket, TOO_SLOW, ApiError("too_many_sockets"))
            return
        task = asyncio.current_task()
        assert task is not None, "a coroutine is run by a task"  # noqa: S101  # tells mypy what asyncio promises
        self._open.add(task)
        self._parts.metrics.socket_opened()
        try:
            await ChatSession(websocket, self._parts, address=address).run()
        except Exception:  # noqa: BLE001  # an edge: the page is told, the log has the cause
            _log.exception("chat_session_failed")
            await self._refuse(websocket, FAILED)
        finally:
            self._parts.metrics.socket_closed()
            self._parts.limits.close_socket(address=address)
            self._open.discard(task)

    async def _refuse(self, websocket: WebSocket, code: int, error: ApiError | None = None) -> None:
        """Say why, where it helps, and close; the page may be gone or deaf already."""
        with contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):
            async with asyncio.timeout(self._parts.close_s):
                if error is not None:
                    body = self._parts.errors.body(error)
                    frame = {"v": PROTOCOL_VERSION, "seq": 0, "type": "error", "error": body}
                    await websocket.send_text(encode(frame))
                await websocket.close(code)

    async def close(self, *, grace_s: float) -> None:
        """Close every socket with 1012 and wait for its turns, at most `grace_s`; the late are cancelled."""
        self._parts.hub.close()
        if not self._open:
            return
        _, late = await asyncio.wait(self._open, timeout=grace_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
