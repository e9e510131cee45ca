"""Live rooms: where each show stands, and the record of what was said and done in it.

Called by `bot.live` at every sentence; a state and what led to it are kept in one transaction, so that a show
taken up again neither repeats nor forgets what the record says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import tables
from bot.store.database import Database
from bot.store.rows import checked_id, clean

__all__ = ["LiveRooms"]

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


class LiveRooms:
    """Queries over one open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def live_room(self, room: str) -> dict[str, Any] | None:
        """The state kept last, None when the room never went live."""

        def read(connection: Connection) -> dict[str, Any] | None:
            query = select(tables.live_rooms.c.state).where(tables.live_rooms.c.room == room)
            state: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
            return state

        return await self._database.run(read, reads_only=True)

    async def save_live_room(
        self,
        room: str,
        state: Mapping[str, Any],
        records: Sequence[tuple[str, Mapping[str, Any]]],
        at: datetime,
    ) -> None:
        """Keep where a show stands with what happened since.

        Args:
            room: its name.
            state: JSON; replaces what was there.
            records: (kind, JSON) in their order: `spoken`, `deferred`, `control` …
            at: now, aware UTC.
        """
        checked_id(room, "room")
        kept = clean(dict(state))
        rows = [{"room": room, "kind": kind, "data": clean(dict(data)), "at": at} for kind, data in records]

        def write(connection: Connection) -> None:
            new = _DIALECTS[connection.dialect.name].insert(tables.live_rooms)
            change = new.on_conflict_do_update(
                index_elements=[tables.live_rooms.c.room],
                set_={"state": new.excluded.state, "saved_at": new.excluded.saved_at},
            )
            connection.execute(change, {"room": room, "state": kept, "saved_at": at})
            if rows:
                connection.execute(insert(tables.live_log), rows)

        await self._database.run(write)

    async def live_log(
        self, room: str, *, kind: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """What happened in a room, the newest first.

        Args:
            room: its name.
            kind: of the records; None takes all.
            before: only records with a lesser id, for the next page.
            limit: at most this many.

        Returns:
            Dicts with `id`, `kind`, `at` and the record's `data`.
        """
        log = tables.live_log.c

        def read(connection: Connection) -> list[dict[str, Any]]:
            query = select(log.id, log.kind, log.at, log.data).where(log.room == room)
            if kind is not None:
                query = query.where(log.kind == kind)
            if before is not None:
                query = query.where(log.id < before)
            found = connection.execute(query.order_by(log.id.desc()).limit(limit))
            return [dict(row._mapping) for row in found]

        return await self._database.run(read, reads_only=True)

    async def forget_live_log(self, before: datetime) -> int:
        """Drop records older than a time; returns how many."""

        def write(connection: Connection) -> int:
            return connection.execute(delete(tables.live_log).where(tables.live_log.c.at < before)).rowcount

        return await self._database.run(write)
