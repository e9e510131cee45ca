"""Simulated shoppers' ends of the line: the chat socket, and REST in Rasa's shape.

Used by `load`. Each speaker is one conversation; it checks what comes back and counts what must not happen.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol
from uuid import uuid4

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

__all__ = ["Faults", "Refused", "RestSpeaker", "SocketSpeaker", "Speaker"]

_OPEN_TIMEOUT_S = 10.0


@dataclass(slots=True)
class Faults:
    """What must not happen, counted over all speakers of a run.

    Attributes:
        lost: messages without any reply in time.
        duplicated: messages, of either side, that came twice.
        out_of_order: messages that came after a later one, or with a gap before them.
        refused: messages answered by an error.
    """

    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.lost + self.duplicated + self.out_of_order + self.refused


class Refused(Exception):
    """The server answered with an error, or not with a reply; the message says which."""


class Speaker(Protocol):
    """One conversation. Call `open()` first and `close()` at the end."""

    async def open(self) -> None:
        """Connect."""
        ...

    async def say(self, text: str) -> float:
        """Send a message; `perf_counter()` when its first reply was there. Raises Refused."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class SocketSpeaker:
    """A page on `/ws/chat`.

    Args:
        url: of the server, `http://…`.
        language: of the page.
        faults: where to count.
    """

    def __init__(self, url: str, language: str, faults: Faults) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/ws/chat"
        self._language, self._faults = language, faults
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._seen: set[str] = set()
        self._seq = 0
        self._answered = ""
        self._socket: ClientConnection
        self._reader: asyncio.Task[None]

    async def open(self) -> None:
        """Say hello and wait for the welcome."""
        self._socket = await connect(self._url, proxy=None, open_timeout=_OPEN_TIMEOUT_S, max_queue=None)
        hello = {"v": 1, "type": "hello", "page_language": self._language}
        await self._socket.send(json.dumps(hello))
        async with asyncio.timeout(_OPEN_TIMEOUT_S):
            welcome = json.loads(await self._socket.recv())
        if welcome["type"] != "welcome":
            raise Refused(f"hello was answered by {welcome}")
        self._reader = asyncio.create_task(self._read(), name="benchmark reader")

    async def say(self, text: str) -> float:
        """Send a message; `perf_counter()` when its first reply was there. Raises Refused."""
        message_id = uuid4().hex
        reply: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[message_id] = reply
        try:
            await self._socket.send(json.dumps({"v": 1, "type": "message", "id": message_id, "text": text}))
            return await reply
        except ConnectionClosed as error:
            raise Refused("the socket was closed") from error
        finally:
            self._waiting.pop(message_id, None)

    async def close(self) -> None:
        """Hang up."""
        await self._socket.close()
        await self._reader

    async def _read(self) -> None:
        async for text in self._socket:
            now, frame = perf_counter(), json.loads(text)
            if frame["type"] == "message":
                self._take(frame["message"], now)
            elif frame["type"] == "error":
                self._fail(frame.get("id"), frame["error"]["code"])
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(Refused("the socket was closed"))

    def _take(self, message: dict[str, Any], now: float) -> None:
        self._faults.duplicated += message["id"] in self._seen
        self._faults.out_of_order += message["seq"] != self._seq + 1
        self._seen.add(message["id"])
        self._seq = max(self._seq, message["seq"])
        if message["from"] == "shopper":
            # Answers follow the message they belong to; what is acknowledged is the oldest that waits.
            oldest = next((one for one, reply in self._waiting.items() if not reply.done()), None)
            self._faults.out_of_order += message["id"] in self._waiting and message["id"] != oldest
            self._answered = message["id"]
        elif (reply := self._waiting.get(self._answered)) and not reply.done():
            reply.set_result(now)

    def _fail(self, message_id: str | None, code: str) -> None:
        reply = self._waiting.get(message_id or "")
        if reply and not reply.done():
            reply.set_exception(Refused(code))


class RestSpeaker:
    """A sender on `POST /webhooks/rest/webhook`, which Storecast and Rasa have alike.

    Args:
        url: of the server.
        language: of the page; Rasa keeps it as metadata that nobody reads.
        session: shared by all speakers, so that connections are kept open.
    """

    def __init__(self, url: str, language: str, session: aiohttp.ClientSession) -> None:
        self._url, self._session = f"{url}/webhooks/rest/webhook", session
        self._sender, self._metadata = uuid4().hex, {"language": language}

    async def open(self) -> None:
        """Nothing to do: a sender exists once it says something."""

    async def say(self, text: str) -> float:
        """Send a message; `perf_counter()` when its replies were there. Raises Refused."""
        body = {"sender": self._sender, "message": text, "metadata": self._metadata}
        try:
            async with self._session.post(self._url, json=body) as response:
                replies = await response.json()
                if response.status != 200 or not replies:
                    raise Refused(f"status {response.status}, {len(replies)} replies")
        except aiohttp.ClientError as error:
            raise Refused(type(error).__name__) from error
        return perf_counter()

    async def close(self) -> None:
        """Nothing to do."""
