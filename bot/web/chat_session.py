"""The life of one chat socket, from its hello to its close.

Three tasks, all owned and ended by `ChatSession.run`: one reads frames, one writes them, one has messages
answered in order, so that a turn in progress holds up neither pings nor what others say. A turn that has
begun is finished even if the page is gone, for the page will ask for the answer when it is back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from bot.messages import Conversation, Inbound, Status, direction_of
from bot.store import StoreError, UnknownConversation
from bot.web.errors import ApiError, Errors, refusal_of
from bot.web.frames import BadFrame, ChooseLanguage, ClientFrame, Hello, Ping, Said, parse
from bot.web.health import Metrics
from bot.web.hub import TOO_SLOW, Encoded, Farewell, Hub, Outlet
from bot.web.languages import Languages
from bot.web.limits import Limits
from bot.web.ports import Answerer, Conversations, TurnError
from bot.web.security import Tokens
from bot.web.wire import PROTOCOL_VERSION, encode, message_frame

__all__ = [
    "CLOSE_S",
    "FAILED",
    "HELLO_S",
    "REFUSED",
    "TOO_LARGE",
    "TYPING_AFTER_S",
    "ChatParts",
    "ChatSession",
    "max_frame_bytes",
]

# Close codes: https://www.iana.org/assignments/websocket/websocket.xml (read 2026-11-22).
REFUSED = 1008
TOO_LARGE = 1009
FAILED = 1011

HELLO_S = 10.0
CLOSE_S = 5.0
# A page that shows dots for a blink looks nervous; most replies are there sooner.
TYPING_AFTER_S = 0.15

_HISTORY_MESSAGES = 200
_REPLAY_MESSAGES = 100
_WAITING_FRAMES = 32
_BAD_FRAMES = 20

_log = structlog.get_logger(__name__)


def max_frame_bytes(message_chars: int) -> int:
    """Greatest WebSocket message: the text at UTF-8's four bytes a character, and room for the rest."""
    return 4 * message_chars + 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatParts:
    """What every session works with.

    Attributes:
        new_id: a fresh, unguessable id for a conversation.
        hello_s: time for the first frame.
        close_s: time a page has to take its last frames.
        typing_after_s: a reply that takes longer is announced.
    """

    answerer: Answerer
    conversations: Conversations
    hub: Hub
    tokens: Tokens
    errors: Errors
    languages: Languages
    limits: Limits
    metrics: Metrics
    message_chars: int
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    hello_s: float = HELLO_S
    close_s: float = CLOSE_S
    typing_after_s: float = TYPING_AFTER_S


class ChatSession:
    """One accepted socket. Call `run` once.

    Args:
        websocket: accepted.
        parts: what all sessions share.
        address: of the client, for limits.
    """

    def __init__(self, websocket: WebSocket, parts: ChatParts, *, address: str) -> None:
        self._socket = websocket
        self._parts = parts
        self._address = address
        self._conversation_id = ""
        self._sent_seq = 0
        self._newest_seq = 0
        self._page_language: str | None = None
        self._chosen: str | None = None
        self._choice_unsaved = False
        # One place more than is given to the page, for the end mark.
        self._waiting: asyncio.Queue[Said | ChooseLanguage | None] = asyncio.Queue(_WAITING_FRAMES + 1)

    async def run(self) -> None:
        """Talk until the page leaves or the socket must end, then finish what the page had asked."""
        try:
            hello = await self._hello()
            if hello is None:
                return
            welcome = await self._open(hello)
        except StoreError as error:
            await self._send_error(refusal_of(error))
            await self._close(TOO_SLOW)
            return
        with self._parts.hub.subscribe(self._conversation_id) as outlet:
            outlet.put(welcome)
            name = self._conversation_id
            turns = asyncio.create_task(self._answer_in_order(outlet), name=f"chat turns {name}")
            reader = asyncio.create_task(self._read(outlet), name=f"chat reader {name}")
            writer = asyncio.create_task(self._write(outlet), name=f"chat writer {name}")
            try:
                code = await self._until_over(reader, writer, outlet)
                await _stop(reader, writer)
                await self._close(code)
                outlet.end(code or FAILED)
                self._waiting.put_nowait(None)
                await turns
            finally:
                await _stop(reader, writer, turns)

    async def _hello(self) -> Hello | None:
        error = ApiError("hello_expected")
        try:
            async with asyncio.timeout(self._parts.hello_s):
                text = await self._receive()
            if isinstance(text, int):
                await self._close(text)
                return None
            frame = parse(text, max_chars=self._parts.message_chars)
            if isinstance(frame, Hello):
                wait_s = self._parts.limits.visit(address=self._address)
                if wait_s is None:
                    return frame
                await self._send_error(ApiError("too_many_messages", retry_after_s=wait_s))
                await self._close(TOO_SLOW)
                return None
        except TimeoutError:
            pass
        except WebSocketDisconnect:
            return None
        except BadFrame as bad:
            error = bad.error
        await self._send_error(error)
        await self._close(REFUSED)
        return None

    async def _open(self, hello: Hello) -> dict[str, Any]:
        """Find or begin the conversation; the welcome frame."""
        parts = self._parts
        given = parts.tokens.read(hello.token) if hello.token else None
        self._conversation_id = given or f"web:{parts.new_id()}"
        found = await parts.conversations.conversation(given) if given else None
        known = found or Conversation(id=self._conversation_id, channel="web")
        # A page that has seen more than there is talks of another past (a restored backup): it starts empty.
        # A conversation in which nothing was said yet is not stored, and loses nothing.
        resumed = given is not None and hello.last_seq <= known.last_seq
        self._newest_seq = known.last_seq
        self._sent_seq = (
            hello.last_seq if resumed and hello.last_seq else max(0, known.last_seq - _HISTORY_MESSAGES)
        )
        self._page_language = parts.languages.match(hello.page_language)
        self._chosen = known.chosen_language
        if (chosen := parts.languages.match(hello.language)) and chosen != self._chosen:
            await self._choose(chosen)
        language = parts.languages.best(self._chosen, known.language, self._page_language)
        return {
            "type": "welcome",
            "token": parts.tokens.issue(self._conversation_id),
            "conversation": self._conversation_id,
            "resumed": resumed,
            "language": language,
            "direction": direction_of(language),
            "status": (found.status if found else Status.BOT).value,
        }

    async def _until_over(
        self, reader: asyncio.Task[int | None], writer: asyncio.Task[None], outlet: Outlet
    ) -> int | None:
        """Wait for the first reason to end; the close code, None when the page has left."""
        reasons: set[asyncio.Future[Any]] = {reader, writer, outlet.ended}
        await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
        if outlet.ended.done():
            return outlet.ended.result()
        if reader.done() and reader.exception() is None:
            code = reader.result()
            if code is not None:
                # What was answered before the close is still to be sent, if the page takes it.
                outlet.put(Farewell(code))
                await asyncio.wait(
                    reasons - {reader}, timeout=self._parts.close_s, return_when=asyncio.FIRST_COMPLETED
                )
            return code
        failed = next(task for task in (reader, writer) if task.done())
        error = failed.exception()
        if error is None or isinstance(error, WebSocketDisconnect | WebSocketDisconnected):
            return None
        if isinstance(error, StoreError):
            _log.warning("chat_store_failed", conversation=self._conversation_id, category=error.category)
            return TOO_SLOW
        _log.error("chat_socket_failed", conversation=self._conversation_id, exc_info=error)
        return FAILED

    # --- reading -------------------------------------------------------------------------------------

    async def _read(self, outlet: Outlet) -> int | None:
        """Take frames until the page leaves (None) or must be closed (the code)."""
        bad_frames = 0
        while True:
            try:
                text = await self._receive()
            except WebSocketDisconnect:
                return None
            if isinstance(text, int):
                return text
            try:
                self._take(parse(text, max_chars=self._parts.message_chars), outlet)
            except BadFrame as bad:
                self._put_error(outlet, bad.error, bad.message_id)
                bad_frames += bad.counts
                if bad_frames >= _BAD_FRAMES:
                    return REFUSED

    async def _receive(self) -> str | int:
        """The next text, empty for a binary frame; a close code when it is too large."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        limit = max_frame_bytes(self._parts.message_chars)
        size = len(text.encode("utf-8", "replace")) if text is not None else len(message.get("bytes") or b"")
        return TOO_LARGE if size > limit else text or ""

    def _take(self, frame: ClientFrame, outlet: Outlet) -> None:
        match frame:
            case Ping():
                outlet.put({"type": "pong"})
            case Hello():
                raise BadFrame(ApiError("bad_frame", field="type"))
            case ChooseLanguage(language) if (
                language is not None and self._parts.languages.match(language) is None
            ):
                raise BadFrame(ApiError("bad_frame", field="language"))
            case Said() | ChooseLanguage():
                message_id = frame.id if isinstance(frame, Said) else None
                wait_s = self._parts.limits.message(address=self._address, sender=self._conversation_id)
                if wait_s is None and self._waiting.qsize() >= _WAITING_FRAMES:
                    wait_s = 1.0
                if wait_s is None:
                    self._waiting.put_nowait(frame)
                else:
                    error = ApiError("too_many_messages", retry_after_s=wait_s)
                    self._put_error(outlet, error, message_id)

    # --- answering -----------------------------------------------------------------------------------

    async def _answer_in_order(self, outlet: Outlet) -> None:
        """Work off what the page has sent, in its order, until the end mark."""
        while (frame := await self._waiting.get()) is not None:
            message_id = frame.id if isinstance(frame, Said) else None
            try:
                if isinstance(frame, Said):
                    await self._answer(frame)
                else:
                    await self._change_language(frame.language, outlet)
            except (TurnError, StoreError) as error:
                self._put_error(outlet, refusal_of(error), message_id)
            except Exception:  # noqa: BLE001  # an edge: the page is told, the log has the cause
                _log.exception("chat_turn_failed", conversation=self._conversation_id, message=message_id)
                self._put_error(outlet, ApiError("server"), message_id)

    async def _answer(self, said: Said) -> None:
        hub = self._parts.hub
        inbound = Inbound(
            conversation_id=self._conversation_id,
            message_id=said.id,
            text=said.text,
            payload=said.payload,
            page_language=self._page_language,
            chosen_language=self._chosen,
            received_at=self._parts.now(),
        )
        with self._typing():
            reply = await self._parts.answerer.answer(inbound)
            hub.publish(self._conversation_id, reply.stored)
            self._parts.metrics.message(inbound.channel)
        if self._choice_unsaved:
            await self._choose(self._chosen)

    @contextlib.contextmanager
    def _typing(self) -> Iterator[None]:
        """Tell every page of the conversation when something takes long, and when it is over."""
        announced = False

        def say(on: bool) -> None:
            nonlocal announced
            announced = on
            self._parts.hub.announce(self._conversation_id, {"type": "typing", "on": on})

        timer = asyncio.get_running_loop().call_later(self._parts.typing_after_s, say, True)
        try:
            yield
        finally:
            timer.cancel()
            if announced:
                say(False)

    async def _change_language(self, wanted: str | None, outlet: Outlet) -> None:
        await self._choose(self._parts.languages.match(wanted))
        known = await self._parts.conversations.conversation(self._conversation_id)
        said_in = known.language if known else None
        language = self._parts.languages.best(self._chosen, said_in, self._page_language)
        outlet.put({"type": "language", "language": language, "direction": direction_of(language)})

    async def _choose(self, chosen: str | None) -> None:
        """Keep a choice; of a conversation without a message it is kept with the first one."""
        self._chosen = chosen
        try:
            await self._parts.conversations.set_language(self._conversation_id, chosen)
            self._choice_unsaved = False
        except UnknownConversation:
            self._choice_unsaved = chosen is not None

    # --- writing -------------------------------------------------------------------------------------

    async def _write(self, outlet: Outlet) -> None:
        """Send everything in order: the welcome, what the page missed, then what happens."""
        await self._send_frame(await outlet.take())
        await self._catch_up()
        while True:
            item = await outlet.take()
            if isinstance(item, Farewell):
                await self._close(item.code)
                return
            if not isinstance(item, Encoded):
                await self._send_frame(item)
                continue
            if item.seq > self._sent_seq + 1:
                # Another turn's messages were published first; the store has all of them in order.
                await self._catch_up()
            if item.seq > self._sent_seq:
                await self._send_message(item.seq, item.text)

    async def _catch_up(self) -> None:
        while True:
            missed = await self._parts.conversations.messages_after(
                self._conversation_id, self._sent_seq, limit=_REPLAY_MESSAGES
            )
            for message in missed:
                await self._send_message(message.seq, message_frame(message))
            if len(missed) < _REPLAY_MESSAGES:
                return

    async def _send_message(self, seq: int, text: str) -> None:
        await self._socket.send_text(text)
        self._sent_seq = seq
        self._newest_seq = max(self._newest_seq, seq)

    async def _send_frame(self, frame: Any) -> None:
        await self._socket.send_text(encode({"v": PROTOCOL_VERSION, "seq": self._newest_seq, **frame}))

    def _put_error(self, outlet: Outlet, error: ApiError, message_id: str | None) -> None:
        outlet.put(self._error_frame(error, message_id))

    async def _send_error(self, error: ApiError) -> None:
        with contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):
            async with asyncio.timeout(self._parts.close_s):
                await self._send_frame(self._error_frame(error, None))

    def _error_frame(self, error: ApiError, message_id: str | None) -> dict[str, Any]:
        language = self._parts.languages.best(self._chosen, self._page_language)
        frame: dict[str, Any] = {"type": "error", "error": self._parts.errors.body(error, language)}
        if message_id is not None:
            frame["id"] = message_id
        if error.retry_after_s is not None:
            frame["retry_after_s"] = round(error.retry_after_s, 1)
        return frame

    async def _close(self, code: int | None) -> None:
        """Close unless that has been done; a page that takes nothing more is left to the server."""
        if code is None:
            return
        with contextlib.suppress(WebSocketDisconnect, WebSocketDisconnected, TimeoutError):
            async with asyncio.timeout(self._parts.close_s):
                await self._socket.close(code)


async def _stop(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
