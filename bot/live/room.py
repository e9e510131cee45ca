"""A live room as the doors see it, and the hand that keeps it running.

Builds the session from what was kept, runs it, and begins again from the last sentence kept when it fails:
whatever goes wrong inside costs the sentence under way. Made by `bot.live.rooms`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import SecretStr

from bot.store import Store, StoreError
from bot.web.live_ports import ControlRefused, DeferredQuestion, RoomSnapshot, Verdict
from streaming.cues import Comment, Control, Social
from streaming.session import Session
from streaming.session_ports import Deferred, Record
from streaming.stage.audio_store import AudioStore
from streaming.stage.hub import Hub
from streaming.stage.page_frames import Progress

__all__ = ["Journal", "Room"]

_log = structlog.get_logger(__name__)
# A room that fails at once begins again after this, twice as late each time, up to half a minute.
_AGAIN_S, _AGAIN_MOST_S = 0.5, 30.0
# A room that ran so long was sound; its next failure is a first one.
_SOUND_S = 60.0
# A state that the show fails from so often, each time at once, is given up: a new show is better than none.
_TRIES = 3
_NAMES_SHOWN = 3

Make = Callable[[Mapping[str, Any]], Session]


class Journal:
    """Keeps a room's state in the database; fulfils `streaming.session_ports.Journal`."""

    def __init__(self, store: Store, room: str) -> None:
        """Take the open store."""
        self._store, self._room = store, room

    async def load(self) -> dict[str, Any]:
        """What was kept last; empty for a new room."""
        return await self._store.live_room(self._room) or {}

    async def save(self, state: Mapping[str, Any], records: Sequence[Record]) -> bool:
        """Keep both; False when the database can't be written now."""
        try:
            await self._store.save_live_room(self._room, state, records, datetime.now(UTC))
        except StoreError as error:
            _log.warning("live.not_saved", room=self._room, reason=error.category)
            return False
        return True


class Room:
    """One live room; fulfils `bot.web.live_ports.LiveRoom`.

    Args:
        hub: its viewers.
        audio: what was spoken lately.
        journal: where it is kept.
        make: a session from what was kept; an empty state makes a new one.
        ingest_key: see `LiveRoom`.
    """

    def __init__(
        self, hub: Hub, audio: AudioStore, journal: Journal, make: Make, *, ingest_key: SecretStr | None
    ) -> None:
        self.name, self.hub, self.ingest_key = hub.room, hub, ingest_key
        self._audio, self._journal, self._make = audio, journal, make
        self._session: Session | None = None

    async def run(self) -> None:
        """Keep the room running until cancelled."""
        wait_s, failures, clock = _AGAIN_S, 0, asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                if failures == _TRIES:
                    _log.error("live.state_given_up", room=self.name)
                kept = {} if failures >= _TRIES else await self._journal.load()
                self._session = self._make(kept)
                await self._session.run()
            except Exception:  # noqa: BLE001  # an edge: the show must go on, the log has the cause
                _log.exception("live.room_failed", room=self.name)
            self._session = None
            sound = clock() - began > _SOUND_S
            failures = 0 if sound else failures + 1
            wait_s = _AGAIN_S if sound else min(2 * wait_s, _AGAIN_MOST_S)
            await asyncio.sleep(wait_s)

    def offer(self, event: Comment | Social) -> Verdict:
        """Hand over what a viewer did."""
        return "taken" if self._session is not None and self._session.offer(event) else "full"

    async def control(self, control: Control) -> None:
        """Do what staff want. Raises ControlRefused."""
        if self._session is None:
            raise ControlRefused("kind", "the room is being set up again; try in a moment")
        if not self._session.control(control):
            raise ControlRefused("question_id", "no such question waits for staff")

    def progressed(self, progress: Progress) -> None:
        """A page tells how far it is. The room keeps its own time; nothing follows from it."""

    def snapshot(self) -> RoomSnapshot:
        """The room as it is now."""
        session = self._session
        return RoomSnapshot(
            state=self.hub.state,
            utterance=self.hub.utterance,
            queues=session.waiting if session else {},
            deferred=tuple(_shown(one) for one in session.deferred) if session else (),
            counts=dict(session.counts) if session else {},
        )

    async def audio(self, digest: str) -> bytes | None:
        """A sentence as WAV."""
        return self._audio.get(digest)


def _shown(deferred: Deferred) -> DeferredQuestion:
    question = deferred.question
    return DeferredQuestion(
        id=question.id,
        text=question.text,
        language=question.language,
        asked=question.askers,
        names=tuple(comment.viewer_name for comment in question.comments[:_NAMES_SHOWN]),
        reason=deferred.reason,
        at=question.comments[0].at,
    )
