"""Where viewers come from besides the API: a recording, a made-up audience. Called by `bot.live.rooms`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import structlog

from bot.config import StreamingSettings
from bot.live.room import Room
from streaming.comments.sources.demo import demo_room, load_sayings
from streaming.comments.sources.replay import Recording, replay
from streaming.cues import Comment, Social

__all__ = ["Feed", "feeds_of", "follow"]

_log = structlog.get_logger(__name__)
Feed = Callable[[], AsyncIterator[Comment | Social]]
# A feed that fails is taken up again after this, twice as late each time, up to a minute.
_AGAIN_S, _AGAIN_MOST_S = 1.0, 60.0


def feeds_of(settings: StreamingSettings) -> list[Feed]:
    """What the settings ask for.

    Raises:
        ReplayError: the recording is wrong; the message names the lines.
        OSError: it can't be read.
    """
    feeds: list[Feed] = []
    if settings.replay is not None:
        recording = Recording.load(settings.replay)
        feeds.append(lambda: _recorded(recording))
    if settings.demo_viewers_per_min:
        feeds.append(lambda: _made_up(settings.demo_viewers_per_min))
    return feeds


async def follow(feed: Feed, room: Room) -> None:
    """Hand on what viewers do until the feed ends; a feed that fails is taken up again.

    What a full room can't take is lost, as on any crowded stage.
    """
    wait_s = _AGAIN_S
    while True:
        try:
            async for event in feed():
                wait_s = _AGAIN_S
                room.offer(event)
        except Exception:  # noqa: BLE001  # an edge: the show goes on without it, the log has the cause
            _log.exception("live.feed_failed", room=room.name)
        else:
            return
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, _AGAIN_MOST_S)


def _recorded(recording: Recording) -> AsyncIterator[Comment | Social]:
    return replay(recording, clock=time.monotonic, now=_now, sleep=asyncio.sleep, loop=True)


def _made_up(per_minute: float) -> AsyncIterator[Comment | Social]:
    return demo_room(load_sayings(), seed=1, per_minute=per_minute, now=_now, sleep=asyncio.sleep)


def _now() -> datetime:
    return datetime.now(UTC)
