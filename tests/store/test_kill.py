"""A message that was acknowledged outlives kill -9 at any moment."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from bot.messages import Author, ChatMessage
from bot.store import Store
from tests.store.appender import append_until_killed

# One server process imports the store once; each life is a fork of it, alive within milliseconds.
LIVES = multiprocessing.get_context("forkserver")
LIVES.set_forkserver_preload(["tests.store.appender"])


async def test_what_was_acknowledged_outlives_kill_9_exactly_once(tmp_path: Path) -> None:
    path = str(tmp_path / "storecast.sqlite")
    moments = random.Random(9)

    acknowledged = [
        message_id
        for life in range(15)
        for message_id in _live_and_die(path, life, after_s=moments.uniform(0, 0.08))
    ]

    assert len(acknowledged) > 30
    stored, last_seq, events = await _read(path)
    assert [message.seq for message in stored] == list(range(1, last_seq + 1))
    asked = [message.id for message in stored if message.author is Author.SHOPPER]
    assert max(Counter(asked).values()) == 1
    assert set(acknowledged) <= set(asked)
    # A turn may be on disk without having been acknowledged: at most the last one of each life.
    assert len(asked) <= len(acknowledged) + 15
    assert [message.id for message in stored] == [
        message_id for one in asked for message_id in (one, f"{one}-0", f"{one}-1")
    ]
    assert events == asked
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def _live_and_die(path: str, life: int, *, after_s: float) -> list[str]:
    """Start a process, kill it some time after its first acknowledgement, return what it acknowledged."""
    ours, theirs = LIVES.Pipe(duplex=False)
    process = LIVES.Process(target=append_until_killed, args=(path, life, theirs))
    process.start()
    theirs.close()
    first = ours.recv()
    process.join(after_s)
    process.kill()
    acknowledged = [first, *_rest(ours)]
    process.join()
    assert process.exitcode == -9
    ours.close()
    process.close()
    return acknowledged


def _rest(pipe: Connection) -> Iterator[str]:
    try:
        while True:
            yield pipe.recv()
    except EOFError:
        return


async def _read(path: str) -> tuple[tuple[ChatMessage, ...], int, list[str]]:
    store = await Store.open(path)
    chat = await store.conversation("web:1")
    assert chat is not None
    messages = await store.messages_after("web:1", 0, limit=1_000_000)
    events = await store.events(limit=1_000_000)
    await store.close()
    return messages, chat.last_seq, [event.data["id"] for event in events]
