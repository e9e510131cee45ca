"""Builds the live rooms of a process from the settings and the parts of the product. Called by `bot.app`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.config import Settings
from bot.live.feeds import Feed, feeds_of, follow
from bot.live.room import Room
from bot.live.setting_up import Neighbours, make_room
from bot.live.voices import make_voice
from bot.store import Store, StoreError
from knowledge.facts import KNOWN_VALUES
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
        feeds: Mapping[str, Sequence[Feed]],
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
                        tasks.create_task(follow(feed, room), name=f"live-{name}-feed-{number}")
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


def load_rooms(settings: Settings, neighbours: Neighbours) -> Rooms:
    """Read the show and set up its room; nothing runs yet. Blocks for a moment.

    Raises:
        ScriptError, ReplayError: the run of show or the recording is wrong; the message names the lines.
        OSError: the recording can't be read.
    """
    streaming, profiles = settings.streaming, load_profiles()
    languages = [code for code, _, _ in neighbours.wording.phrasebook.languages()]
    show = load_show(streaming.show, facts=KNOWN_VALUES, languages=languages, profiles=list(profiles))
    clock, voice, brain = ShowClock(), make_voice(settings), neighbours.brain()
    room = make_room(
        show, profiles[show.profile], settings, neighbours, brain=brain, clock=clock, voice=voice
    )
    keep = timedelta(days=streaming.log_days)
    return Rooms(
        {show.room: room}, voice, {show.room: feeds_of(streaming)}, store=neighbours.store, keep=keep
    )
