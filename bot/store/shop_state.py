"""What a shop without a platform of its own must remember: the demo shop's cancellations and returns.

`bot.app` hands these two calls to the demo shop; nothing else uses them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import tables
from bot.store.database import Database
from bot.store.rows import checked_id, clean

__all__ = ["ShopState"]

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


class ShopState:
    """Queries over one open database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shop_state(self, key: str) -> dict[str, Any] | None:
        """What was put under this key last, None when nothing was."""

        def read(connection: Connection) -> dict[str, Any] | None:
            query = select(tables.shop_state.c.data).where(tables.shop_state.c.key == key)
            data: dict[str, Any] | None = connection.execute(query).scalar_one_or_none()
            return data

        return await self._database.run(read, reads_only=True)

    async def put_shop_state(
        self, key: str, data: Mapping[str, Any], *, once: str | None = None
    ) -> dict[str, Any]:
        """Keep `data` under the key.

        Args:
            key: whose state it is.
            data: JSON; replaces what was there.
            once: idempotency key; the second call with the same one changes nothing.

        Returns:
            What is stored: `data`, or what the first call with this `once` stored.
        """
        checked_id(key, "key")
        kept: dict[str, Any] = clean(dict(data))
        if once is not None:
            checked_id(once, "once")

        def write(connection: Connection) -> dict[str, Any]:
            dialect = _DIALECTS[connection.dialect.name]
            if once is not None:
                first = dialect.insert(tables.once).on_conflict_do_nothing().returning(tables.once.c.once)
                values = {"key": key, "once": once, "data": kept}
                if connection.execute(first, values).one_or_none() is None:
                    return _stored_first(connection, key, once)
            new = dialect.insert(tables.shop_state)
            change = new.on_conflict_do_update(
                index_elements=[tables.shop_state.c.key], set_={"data": new.excluded.data}
            )
            connection.execute(change, {"key": key, "data": kept})
            return kept

        return await self._database.run(write)


def _stored_first(connection: Connection, key: str, once: str) -> dict[str, Any]:
    table = tables.once.c
    query = select(table.data).where(table.key == key, table.once == once)
    data: dict[str, Any] = connection.execute(query).scalar_one()
    return data
