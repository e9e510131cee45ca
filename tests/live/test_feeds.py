"""Recordings and made-up viewers reach the room; a feed that fails is taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.config import StreamingSettings
from bot.live import feeds as module
from bot.live.feeds import feeds_of, follow
from streaming.comments.sources.replay import ReplayError
from streaming.cues import Comment, Social


class Room:
    """Keeps what it is offered."""

    name = "main"

    def __init__(self) -> None:
        self.events: list[Comment | Social] = []
        self.enough = asyncio.Event()

    def offer(self, event: Comment | Social) -> str:
        self.events.append(event)
        if len(self.events) >= 2:
            self.enough.set()
        return "taken"


def a_comment(name: str) -> Comment:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Comment(id=name, source="replay", viewer_id="v", viewer_name="Ana", text="How much?", at=at)


async def test_a_feed_that_fails_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)
    rounds = iter([True, False])

    async def feed() -> AsyncIterator[Comment | Social]:
        yield a_comment("1")
        if next(rounds):
            raise ConnectionError("gone")

    room: Any = Room()
    await asyncio.wait_for(follow(feed, room), 5)

    assert [event.id for event in room.events] == ["1", "1"]


async def test_a_recording_is_played_into_the_room(tmp_path: Path) -> None:
    file = tmp_path / "room.jsonl"
    file.write_text(
        '{"at_ms": 0, "type": "comment", "viewer_id": "7", "viewer_name": "Ana", "text": "How much is it?"}\n'
        '{"at_ms": 1, "type": "follow", "viewer_id": "8", "viewer_name": "Li"}\n',
        encoding="utf-8",
    )
    room: Any = Room()

    (feed,) = feeds_of(StreamingSettings(replay=file))
    task = asyncio.create_task(follow(feed, room))
    await asyncio.wait_for(room.enough.wait(), 5)
    task.cancel()

    assert isinstance(room.events[0], Comment)
    assert room.events[0].text == "How much is it?"
    assert room.events[1].kind == "follow"


def test_a_recording_with_a_wrong_line_stops_the_start_and_names_it(tmp_path: Path) -> None:
    file = tmp_path / "room.jsonl"
    file.write_text('{"at_ms": 0, "type": "comment", "viewer_id": "7"}\n', encoding="utf-8")

    with pytest.raises(ReplayError, match=r"room\.jsonl:1: .*text"):
        feeds_of(StreamingSettings(replay=file))


def test_without_settings_there_is_no_feed() -> None:
    assert feeds_of(StreamingSettings()) == []
