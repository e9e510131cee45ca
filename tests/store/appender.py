"""A process that stores turns as fast as it can until it is killed. Started by test_kill.py."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from bot.messages import Author, Conversation
from bot.store import Draft, Store

AT = datetime(2026, 11, 22, tzinfo=UTC)


def append_until_killed(path: str, life: int, acknowledged: Connection) -> None:
    """Send the id of each turn once the store has returned from storing it."""
    asyncio.run(_append(path, life, acknowledged))


async def _append(path: str, life: int, acknowledged: Connection) -> None:
    store = await Store.open(path)
    chat = await store.conversation("web:1") or Conversation(id="web:1", channel="web")
    number = 0
    while True:
        asked = Draft(id=f"{life}-{number}", author=Author.SHOPPER, text="?" * 200, language="en", at=AT)
        answers = [
            Draft(
                id=f"{asked.id}-{n}",
                author=Author.BOT,
                text="!" * 500,
                language="en",
                at=AT,
                answers=asked.id,
            )
            for n in range(2)
        ]
        chat, _ = await store.save_turn(chat, asked, answers=answers, events=[("turn", {"id": asked.id})])
        acknowledged.send(asked.id)
        number += 1
