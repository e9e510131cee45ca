"""What staff changed in the knowledge base: entries of their own, edited ones, hidden starter entries.

Called by the knowledge API of `bot.web` and at start. Every change raises one number, so that another process
notices by asking for it; it then reads the entries again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import tables
from bot.store.database import Database
from bot.store.rows import checked_id, clean

__all__ = ["Knowledge"]

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
_COUNTER = "knowledge"


class Knowledge:
    """Queries over one open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self) -> dict[str, dict[str, Any] | None]:
        """Every changed entry by id, in the order of the ids; None for a starter entry that is hidden."""

        def read(connection: Connection) -> dict[str, dict[str, Any] | None]:
            query = select(tables.entries.c.id, tables.entries.c.data).order_by(tables.entries.c.id)
            return {row.id: row.data for row in connection.execute(query)}

        return await self._database.run(read, reads_only=True)

    async def put_entry(self, entry_id: str, data: Mapping[str, Any]) -> int:
        """Keep an entry, new or changed; a hidden one shows again.

        Args:
            entry_id: 1 to 200 characters.
            data: JSON.

        Returns:
            The version of the knowledge base after this change.
        """
        return await self._put(entry_id, clean(dict(data)))

    async def hide_entry(self, entry_id: str) -> int:
        """Remove an entry of staff, or hide a starter entry. Returns the version after this change."""
        return await self._put(entry_id, None)

    async def knowledge_version(self) -> int:
        """Number of the newest change, 0 when nothing was ever changed."""

        def read(connection: Connection) -> int:
            query = select(tables.counters.c.value).where(tables.counters.c.name == _COUNTER)
            return connection.execute(query).scalar_one_or_none() or 0

        return await self._database.run(read, reads_only=True)

    async def _put(self, entry_id: str, data: dict[str, Any] | None) -> int:
        checked_id(entry_id, "entry id")

        def write(connection: Connection) -> int:
            version = _next_version(connection)
            new = _DIALECTS[connection.dialect.name].insert(tables.entries)
            change = new.on_conflict_do_update(
                index_elements=[tables.entries.c.id],
                set_={"data": new.excluded.data, "version": new.excluded.version},
            )
            connection.execute(change, {"id": entry_id, "data": data, "version": version})
            return version

        return await self._database.run(write)


def _next_version(connection: Connection) -> int:
    """Raise the counter; its row lock also puts concurrent changes in order."""
    table = tables.counters
    new = _DIALECTS[connection.dialect.name].insert(table).values(name=_COUNTER, value=1)
    raised = new.on_conflict_do_update(index_elements=[table.c.name], set_={"value": table.c.value + 1})
    version: int = connection.execute(raised.returning(table.c.value)).scalar_one()
    return version
