"""A room goes on after its session fails, from what was kept last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.live import room as module
from bot.live.room import Journal, Room
from bot.store import Store
from bot.web.live_ports import ControlRefused
from streaming.cues import Control
from streaming.stage.audio_store import AudioStore
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Hub


class Failing:
    """A session that says one sentence, keeps that, and fails."""

    def __init__(
        self, journal: Journal, state: Mapping[str, Any], failures: int, on_air: asyncio.Event
    ) -> None:
        self._journal, self._said, self._failures = journal, int(state.get("said", 0)), failures
        self._on_air = on_air

    async def run(self) -> None:
        await self._journal.save({"said": self._said + 1}, [("spoken", {"text": str(self._said)})])
        if self._said < self._failures:
            raise RuntimeError("a bug")
        self._on_air.set()
        await asyncio.Event().wait()


async def test_a_room_that_fails_is_set_up_again_from_what_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)
    store = await Store.open(tmp_path / "db")
    journal, on_air = Journal(store, "main"), asyncio.Event()

    def make(state: Mapping[str, Any]) -> Any:
        return Failing(journal, state, failures=2, on_air=on_air)

    room = Room(_hub(), AudioStore(), journal, make, ingest_key=None)
    task = asyncio.create_task(room.run())
    async with asyncio.timeout(10):
        await on_air.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert await store.live_room("main") == {"said": 3}
    assert [one["data"]["text"] for one in await store.live_log("main")] == ["2", "1", "0"]
    await store.close()


async def test_a_state_that_fails_again_and_again_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)
    store, on_air = await Store.open(tmp_path / "db"), asyncio.Event()
    journal = Journal(store, "main")
    await journal.save({"said": 0, "poison": True}, [])

    class Poisoned:
        def __init__(self, state: Mapping[str, Any]) -> None:
            self._state = state

        async def run(self) -> None:
            if self._state:
                raise RuntimeError("a state nobody can go on from")
            on_air.set()
            await asyncio.Event().wait()

    def make(state: Mapping[str, Any]) -> Any:
        return Poisoned(state)

    room = Room(_hub(), AudioStore(), journal, make, ingest_key=None)
    task = asyncio.create_task(room.run())
    await asyncio.wait_for(on_air.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.close()


async def test_while_a_room_is_set_up_it_takes_nothing_and_says_so(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "db")
    room = Room(_hub(), AudioStore(), Journal(store, "main"), _never, ingest_key=None)

    with pytest.raises(ControlRefused, match="try in a moment"):
        await room.control(Control(kind="pause", by="mia"))

    assert room.snapshot().deferred == ()
    await store.close()


async def test_a_database_that_is_closed_loses_no_state_silently(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "db")
    await store.close()

    assert not await Journal(store, "main").save({}, [])


def _hub() -> Hub:
    return Hub("main", clock=ShowClock(), state={})


def _never(state: Mapping[str, Any]) -> Any:
    raise AssertionError("no session was wanted")
