"""The store as the rest of `bot` sees it: one class, opened at start and closed at the end by `bot.app`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from bot.store.conversations import Conversations
from bot.store.database import Database
from bot.store.knowledge import Knowledge
from bot.store.live import LiveRooms
from bot.store.shop_state import ShopState

__all__ = ["Store"]


class Store(Conversations, Knowledge, LiveRooms, ShopState):
    """Everything that outlives a restart. Use `Store.open`, and `close()` when done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def open(cls, where: str | Path, *, pool_size: int = 8, busy_timeout_s: float = 5.0) -> Self:
        """Open the database and bring its tables up to date.

        Args:
            where: path of an SQLite file, made when missing, or a URL (`sqlite:///…`, `postgresql://…`).
            pool_size: connections to PostgreSQL, or readers beside SQLite's one writer.
            busy_timeout_s: how long to wait for a lock that another process holds.

        Raises:
            NewerDatabase: the database was written by a newer Storecast.
            StoreError: it can't be opened.
        """
        return cls(await Database.open(where, pool_size=pool_size, busy_timeout_s=busy_timeout_s))

    async def close(self) -> None:
        """Finish what was handed in and let go of every connection. Safe to call twice."""
        await self._database.close()
