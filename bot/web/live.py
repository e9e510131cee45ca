"""Live rooms over HTTP: their sound, what viewers wrote elsewhere, and what staff see and want.

Sound is open to all, since the show is. Comments and social events come from programs (a connector, a
bridge to a platform) that show the room's own key or the admin token. All else asks for the admin token.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Request
from fastapi.security import HTTPBearer
from starlette.responses import Response

from bot.web.errors import ApiError, error_docs, json_response
from bot.web.limits import Limits, Proxies
from bot.web.live_bodies import CommentsIn, ControlIn, SocialIn
from bot.web.live_ports import ControlRefused, LiveRoom, LiveRooms, Verdict
from bot.web.staff import CHANGES, Guard, staff_router
from streaming.cues import Comment
from streaming.stage.page_frames import CONTROL_CHARS, BadFrame, control_of

__all__ = ["INGEST_BYTES", "IngestGuard", "audio_router", "ingest_router", "room_router"]

# A hundred of the longest comments with their names, at UTF-8's four bytes a character.
INGEST_BYTES = 1_048_576
# Named by its content, so it never changes (RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"
_FULL_RETRY_S = 2.0
# A bridge that was cut off sends again what it had sent in the last minutes, even in a storm.
_KNOWN_IDS = 20_000
_T = TypeVar("_T")
RoomName = Annotated[str, Path(description="Name of the room.", max_length=40, pattern="^[a-z0-9-]+$")]
Digest = Annotated[str, Path(description="SHA-256 of the file.", pattern="^[0-9a-f]{64}$")]


class IngestGuard:
    """Lets in who shows the room's key or the admin token; slows down who guesses.

    Args:
        rooms: know their keys.
        guard: knows the admin token.
        limits: count wrong keys.
        proxies: tell the address.
    """

    def __init__(self, rooms: LiveRooms, guard: Guard, *, limits: Limits, proxies: Proxies) -> None:
        self._rooms = rooms
        self._guard = guard
        self._limits = limits
        self._proxies = proxies

    async def __call__(self, request: Request) -> None:
        """Pass, or raise ApiError as `Guard` does."""
        room = self._rooms.room(str(request.path_params.get("room")))
        if room is None or room.ingest_key is None:
            await self._guard(request)
            return
        address = self._proxies.address_of(request)
        wait_s = self._limits.token_attempt(address=address)
        if wait_s is not None:
            raise ApiError("too_many_attempts", retry_after_s=wait_s)
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        key = room.ingest_key.get_secret_value()
        if scheme.lower() == "bearer" and _same(shown.strip(), key):
            return
        try:
            await self._guard(request)
        except ApiError as error:
            if error.code != "staff_api_off":
                raise
            self._limits.wrong_token(address=address)
            raise ApiError("unauthorized") from error


def audio_router(rooms: LiveRooms) -> APIRouter:
    """The sound of the show."""
    router = APIRouter(tags=["Live"])

    @router.get(
        "/live/{room}/audio/{digest}.wav",
        summary="A sentence as it sounds",
        response_class=Response,
        responses={
            200: {"content": {"audio/wav": {}}, "description": "The file."},
            **error_docs("not_found", "invalid"),
        },
    )
    async def audio(room: RoomName, digest: Digest) -> Response:
        """A WAV file, named by its content, so it may be kept; gone here some minutes after it was spoken."""
        found = await _found(rooms, room).audio(digest)
        if found is None:
            raise ApiError("not_found")
        headers = {"Cache-Control": _FOR_EVER, "ETag": f'"{digest}"'}
        return Response(found, media_type="audio/wav", headers=headers)

    return router


def ingest_router(rooms: LiveRooms, guard: IngestGuard, *, now: Callable[[], datetime]) -> APIRouter:
    """What viewers wrote and did on a platform."""
    key = HTTPBearer(
        auto_error=False, scheme_name="IngestKey", description="The room's key, or the admin token."
    )
    router = APIRouter(
        prefix="/api/live/{room}",
        tags=["Live"],
        dependencies=[Depends(guard), Depends(key)],
        responses=error_docs("unauthorized", "staff_api_off", "too_many_attempts", "not_found", *CHANGES),
    )
    full = error_docs("too_many_messages")
    known: dict[str, _Known] = {}

    @router.post(
        "/comments",
        summary="Hand over comments",
        responses={**full, **error_docs("not_text", "message_too_long", *CHANGES)},
    )
    async def comments(room: RoomName, body: CommentsIn) -> dict[str, Any]:
        """Up to a hundred, the oldest first. The same id again is the same comment and does nothing."""
        found, at = _found(rooms, room), now()
        offered = [
            (one.id, _checked(one.comment, at, f"comments.{number}"))
            for number, one in enumerate(body.comments)
        ]
        memory = known.setdefault(found.name, _Known())
        verdicts = ["empty" if one is None else memory.offer(one, found) for _, one in offered]
        _refuse_if_full(verdicts)
        named = zip(offered, verdicts, strict=True)
        return {"results": [{"id": name, "verdict": verdict} for (name, _), verdict in named]}

    @router.post("/social", summary="Hand over follows, gifts, orders", responses=full)
    async def social(room: RoomName, body: SocialIn) -> dict[str, Any]:
        """Up to a hundred, the oldest first. They have no id: each one counts."""
        found, at = _found(rooms, room), now()
        events = [_checked(one.social, at, f"events.{number}") for number, one in enumerate(body.events)]
        verdicts = [found.offer(event) for event in events]
        _refuse_if_full(verdicts)
        return {"results": [{"verdict": verdict} for verdict in verdicts]}

    return router


def room_router(rooms: LiveRooms, guard: Guard) -> APIRouter:
    """Rooms as staff see and direct them."""
    router = staff_router(guard, "/api/live", "Live")
    missing = error_docs("not_found", "invalid")

    @router.get("", summary="All rooms")
    async def names() -> dict[str, Any]:
        """Names of the rooms of this server."""
        return {"rooms": list(rooms.names())}

    @router.get("/{room}", summary="A room as it is now", responses=missing, response_class=Response)
    async def shown(room: RoomName) -> Response:
        """What stands on the stage and is spoken, what waits in the queues, and questions left to staff."""
        return json_response(_room_json(_found(rooms, room)))

    @router.post(
        "/{room}/control",
        summary="Direct the show",
        responses=error_docs("not_found", "message_empty", "message_too_long", "not_text", *CHANGES),
        response_class=Response,
    )
    async def control(room: RoomName, body: ControlIn) -> Response:
        """Pause, skip, speak, take over, answer a question …; answers with the room as it is then."""
        found = _found(rooms, room)
        try:
            await found.control(control_of(body.model_dump(), default_by="api"))
        except BadFrame as bad:
            if bad.code == "bad_frame":
                reason = f"{body.kind} needs it"
                raise ApiError("invalid", field=bad.field, values={"reason": reason}) from bad
            raise ApiError(bad.code, field=bad.field, values={"max": CONTROL_CHARS}) from bad
        except ControlRefused as refused:
            values: dict[str, object] = {"reason": refused.reason}
            raise ApiError("invalid", field=refused.field, values=values) from refused
        return json_response(_room_json(found))

    return router


def _found(rooms: LiveRooms, name: str) -> LiveRoom:
    room = rooms.room(name)
    if room is None:
        raise ApiError("not_found")
    return room


class _Known:
    """Ids of the comments that a room took, the newest of them, so that sending again does no harm."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def offer(self, comment: Comment, room: LiveRoom) -> Verdict:
        if comment.id in self._ids:
            return "known"
        verdict = room.offer(comment)
        if verdict != "full":
            self._ids[comment.id] = None
            if len(self._ids) > _KNOWN_IDS:
                self._ids.popitem(last=False)
        return verdict


def _checked(make: Callable[[datetime], _T], at: datetime, place: str) -> _T:
    """What a body makes; an error names its place in the list."""
    try:
        return make(at)
    except ApiError as error:
        raise ApiError(error.code, field=f"{place}.{error.field}", values=error.values) from error


def _refuse_if_full(verdicts: Sequence[str]) -> None:
    """Nothing could be taken: the caller sends all of it again later."""
    if all(verdict == "full" for verdict in verdicts):
        raise ApiError("too_many_messages", retry_after_s=_FULL_RETRY_S)


def _room_json(room: LiveRoom) -> dict[str, Any]:
    snapshot = room.snapshot()
    return {
        "room": room.name,
        "epoch": room.hub.clock.epoch,
        "now_ms": room.hub.clock.now_ms(),
        "seq": room.hub.seq,
        "viewers": room.hub.viewers,
        "state": snapshot.state,
        "utterance": snapshot.utterance,
        "queues": dict(snapshot.queues),
        "counts": dict(snapshot.counts),
        "deferred": [
            {**asdict(question), "at": question.at.isoformat().replace("+00:00", "Z")}
            for question in snapshot.deferred
        ],
    }


def _same(shown: str, key: str) -> bool:
    """Compared by digests, which are of one length, so that the time tells nothing about the key."""
    digests = [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (shown, key)]
    return hmac.compare_digest(*digests)
