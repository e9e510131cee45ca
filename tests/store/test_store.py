"""The store on SQLite always, on PostgreSQL where a server can be started."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.store import NewerDatabase, Store, StoreError
from bot.store.database import Database
from bot.store.tables import metadata
from tests.contracts.store_contract import CHAT, StoreContract, asked


class MigrationContract:
    """Behaviour of opening; a subclass supplies `where`."""

    async def test_migrations_lead_to_the_tables_of_the_code(self, where: str) -> None:
        database = await Database.open(where)

        drift = await database.run(_drift)

        await database.close()
        assert drift == []

    async def test_two_processes_that_start_together_migrate_once(self, where: str) -> None:
        stores = await asyncio.gather(*(Store.open(where) for _ in range(3)))

        await asyncio.gather(*(store.save_turn(CHAT, asked(f"m{n}")) for n, store in enumerate(stores)))

        assert len(await stores[0].messages_after("web:1", 0)) == 3
        await asyncio.gather(*(store.close() for store in stores))

    async def test_a_database_newer_than_the_code_is_refused_and_left_alone(self, where: str) -> None:
        database = await Database.open(where)
        await database.run(lambda connection: connection.execute(text(_FUTURE)))
        await database.close()

        with pytest.raises(NewerDatabase, match=r"revision 9999.*knows up to 0002") as refused:
            await Store.open(where)

        assert refused.value.category == "newer"

    async def test_a_closed_store_is_unavailable(self, where: str) -> None:
        store = await Store.open(where)
        await store.close()
        await store.close()

        with pytest.raises(StoreError) as refused:
            await store.conversation("web:1")

        assert refused.value.category == "unavailable"


_CUT_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'fresh'
"""
_FUTURE = "UPDATE alembic_version SET version_num = '9999'"


def _drift(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    drift: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return drift


class TestSqlite(StoreContract, MigrationContract):
    @pytest.fixture
    def where(self, tmp_path: Path) -> str:
        return str(tmp_path / "data" / "storecast.sqlite")


class TestPostgres(StoreContract, MigrationContract):
    @pytest.fixture
    def where(self, postgres_url: str) -> str:
        return postgres_url

    async def test_a_server_that_is_not_there_is_unavailable(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError) as refused:
            await Store.open(f"postgresql://x@/x?host={tmp_path}")

        assert (refused.value.category, refused.value.retry_after_s) == ("unavailable", 5.0)

    async def test_connections_cut_by_the_server_are_replaced(self, where: str) -> None:
        store = await Store.open(where)
        await store.save_turn(CHAT, asked("m1"))
        with psycopg.connect(where, autocommit=True) as other:
            other.execute(_CUT_OTHERS)

        await store.save_turn(CHAT, asked("m2"))

        assert len(await store.messages_after("web:1", 0)) == 2
        await store.close()

    async def test_a_row_locked_elsewhere_is_busy(self, where: str) -> None:
        store = await Store.open(where, busy_timeout_s=0.05)
        await store.save_turn(CHAT, asked("m1"))

        with psycopg.connect(where) as other:
            other.execute("SELECT 1 FROM conversations FOR UPDATE")
            with pytest.raises(StoreError) as refused:
                await store.save_turn(CHAT, asked("m2"))

        assert refused.value.category == "busy"
        await store.save_turn(CHAT, asked("m2"))
        await store.close()
