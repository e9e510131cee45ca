"""SQLite in trouble: locked, full, damaged; and how it is set up."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.store import Draft, Store, StoreError
from bot.store.database import Database
from tests.contracts.store_contract import CHAT, asked, from_agent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "storecast.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(path, busy_timeout_s=0.05)
    await store.save_turn(CHAT, asked("m0"))
    yield store
    await store.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process in the middle of writing."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


async def test_a_lock_that_stays_is_busy_and_passes(store: Store, path: Path) -> None:
    with locked(path), pytest.raises(StoreError) as refused:
        await store.save_turn(CHAT, asked("m1"))

    assert (refused.value.category, refused.value.retry_after_s) == ("busy", 1.0)
    await store.save_turn(CHAT, asked("m1"))
    assert [message.id for message in await store.messages_after("web:1", 0)] == ["m0", "m1"]


async def test_readers_do_not_wait_for_a_lock(store: Store, path: Path) -> None:
    with locked(path):
        assert len(await store.messages_after("web:1", 0)) == 1


async def test_a_full_disk_is_said_and_passes(path: Path, store: Store) -> None:
    database = await Database.open(path)
    small = Store(database)
    await database.run(lambda connection: _limit(connection, pages=0))

    with pytest.raises(StoreError) as refused:
        await small.save_turn(CHAT, _long("m1"))

    assert (refused.value.category, refused.value.retry_after_s) == ("full", 60.0)
    assert [message.id for message in await small.messages_after("web:1", 0)] == ["m0"]
    await database.run(lambda connection: _limit(connection, pages=1000))
    await small.save_turn(CHAT, _long("m1"))
    assert [message.seq for message in await small.messages_after("web:1", 0)] == [1, 2]
    await small.close()


def test_a_file_that_is_no_database_is_unavailable_and_left_alone(path: Path) -> None:
    content = b"this is not a database, whatever its name says" * 100
    path.write_bytes(content)

    with pytest.raises(StoreError) as refused:
        asyncio.run(Store.open(path))

    assert refused.value.category == "unavailable"
    assert path.read_bytes() == content


async def test_a_folder_that_can_not_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreError) as refused:
        await Store.open(tmp_path / "file" / "storecast.sqlite")

    assert refused.value.category == "unavailable"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "://"])
async def test_a_url_that_is_not_supported_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"storage\.url"):
        await Store.open(url)


async def test_a_url_and_a_path_open_the_same_file(store: Store, path: Path) -> None:
    other = await Store.open(f"sqlite:///{path}")

    assert await other.conversation("web:1") == await store.conversation("web:1")
    await other.close()


@pytest.mark.parametrize("attempt", range(10))
async def test_a_new_file_is_opened_by_all_who_open_it_at_once(path: Path, attempt: int) -> None:
    stores = await asyncio.gather(*(Store.open(path) for _ in range(4)))

    await asyncio.gather(*(store.close() for store in stores))


async def test_every_connection_is_durable_and_checks_references(path: Path) -> None:
    database = await Database.open(path)

    found = [await database.run(_pragmas, reads_only=reads_only) for reads_only in (False, True)]

    await database.close()
    full_sync, foreign_keys_on = 2, 1
    assert found == [("wal", full_sync, foreign_keys_on)] * 2


async def test_the_file_is_readable_by_its_owner_only(store: Store, path: Path) -> None:
    files = path.parent.glob("storecast.sqlite*")

    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_an_error_carries_nothing_that_a_shopper_wrote(path: Path) -> None:
    database = await Database.open(path)
    store = Store(database)
    await database.run(lambda connection: connection.execute(text("DROP TABLE messages")))

    with pytest.raises(Exception, match="no such table") as refused:
        await store.save_turn(CHAT, asked(text="my card is 4111"))

    assert "4111" not in str(refused.value)
    await store.close()


async def test_a_cancelled_caller_leaves_the_store_working(store: Store, path: Path) -> None:
    with locked(path):
        waiting = [
            asyncio.create_task(store.append("web:1", from_agent(f"a{n}")), name=f"a{n}") for n in range(3)
        ]
        await store.conversation("web:1")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    chat, _ = await store.append("web:1", from_agent("last"))
    assert [m.seq for m in await store.messages_after("web:1", 0)] == list(range(1, chat.last_seq + 1))


def _pragmas(connection: Connection) -> tuple[object, ...]:
    names = ("journal_mode", "synchronous", "foreign_keys")
    return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)


def _limit(connection: Connection, *, pages: int) -> None:
    """The most pages the file may have; fewer than it has means: not one more."""
    connection.exec_driver_sql(f"PRAGMA max_page_count = {max(pages, 1)}")


def _long(message_id: str) -> Draft:
    return asked(message_id, "x" * 20_000)
