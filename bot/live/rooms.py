"""Builds the live rooms of a process from the settings and the parts of the product. Called by `bot.app`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.config import Settings
from bot.live.room import Room
from bot.live.setting_up import Neighbours, make_room
from bot.live.voices import make_voice
from bot.store import Store, StoreError
from knowledge.facts import KNOWN_VALUES
from streaming.comments.sources.demo import demo_room, load_sayings
from streaming.cues import Comment, Social
from streaming.director.profiles import load_profiles
from streaming.script.reading import load_show
from streaming.stage.clock import ShowClock
from streaming.voices.stack import VoiceStack

__all__ = ["Neighbours", "Rooms", "load_rooms"]

_log = structlog.get_logger(__name__)
# Questions about prices come in swarms; within a blink the shop is asked once.
_SAME_LOOK_S = 0.3
_FORGET_EVERY_S = 3600.0


class Rooms:
    """The rooms of this process; fulfils `bot.web.live_ports.LiveRooms`. The owner awaits `run`.

    Args:
        rooms: by name.
        voice: of all of them; closed at the end of `run`.
        feeds: by name of a room, what viewers do there.
        store: for the record, which is forgotten in time.
        keep: for so long.
    """

    def __init__(
        self,
        rooms: Mapping[str, Room],
        voice: VoiceStack,
        feeds: Mapping[str, Sequence[Callable[[], AsyncIterator[Comment | Social]]]],
        *,
        store: Store,
        keep: timedelta,
    ) -> None:
        self._rooms, self._voice, self._feeds, self._store, self._keep = (
            dict(rooms),
            voice,
            feeds,
            store,
            keep,
        )

    def room(self, name: str) -> Room | None:
        """The room, None when there is none of this name."""
        return self._rooms.get(name)

    def names(self) -> Sequence[str]:
        """Names of all rooms, in order."""
        return sorted(self._rooms)

    async def run(self) -> None:
        """Run all rooms until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, room in self._rooms.items():
                    tasks.create_task(room.run(), name=f"live-{name}")
                    for number, feed in enumerate(self._feeds.get(name, ())):
                        tasks.create_task(_fed(room, feed), name=f"live-{name}-feed-{number}")
                tasks.create_task(self._forget(), name="live-forget")
        finally:
            await asyncio.shield(self._voice.close())

    async def _forget(self) -> None:
        while True:
            try:
                await self._store.forget_live_log(datetime.now(UTC) - self._keep)
            except StoreError as error:
                _log.warning("live.record_not_shortened", reason=error.category)
            await asyncio.sleep(_FORGET_EVERY_S)


async def _fed(room: Room, feed: Callable[[], AsyncIterator[Comment | Social]]) -> None:
    """Hand on what viewers do; what a full room can't take is lost, as on any crowded stage."""
    async for event in feed():
        room.offer(event)


def load_rooms(settings: Settings, neighbours: Neighbours) -> Rooms:
    """Read the show and set up its room; nothing runs yet. Blocks for a moment.

    Raises:
        ScriptError: the run of show is wrong; the message names the lines.
    """
    streaming, profiles = settings.streaming, load_profiles()
    languages = [code for code, _, _ in neighbours.wording.phrasebook.languages()]
    show = load_show(streaming.show, facts=KNOWN_VALUES, languages=languages, profiles=list(profiles))
    clock, voice, brain = ShowClock(), make_voice(settings), neighbours.brain()
    room = make_room(
        show, profiles[show.profile], settings, neighbours, brain=brain, clock=clock, voice=voice
    )
    feeds = {show.room: [_made_up(streaming.demo_viewers_per_min)]} if streaming.demo_viewers_per_min else {}
    keep = timedelta(days=streaming.log_days)
    return Rooms({show.room: room}, voice, feeds, store=neighbours.store, keep=keep)


def _made_up(per_minute: float) -> Callable[[], AsyncIterator[Comment | Social]]:
    def feed() -> AsyncIterator[Comment | Social]:
        return demo_room(
            load_sayings(), seed=1, per_minute=per_minute, now=lambda: datetime.now(UTC), sleep=asyncio.sleep
        )

    return feed
