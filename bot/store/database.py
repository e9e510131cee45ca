"""The one way to the database: a sync function with a connection and a transaction, run in a thread.

SQLite gets one writer thread (it allows one writer; queuing here is fair, its own lock is not) and readers
beside it; PostgreSQL gets a pool. Used by the query files of this package only.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from bot.store.errors import Category, Duplicate, StoreError
from bot.store.migrating import upgrade

__all__ = ["Database"]

T = TypeVar("T")

# More waiting work than this can't be answered in time by anyone; refusing keeps memory bounded.
_WAITING_MAX = 2000
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY")
# Low byte of the result code, https://www.sqlite.org/rescode.html (read 2026-11-22).
_SQLITE: dict[int, Category] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR: "unavailable",
    sqlite3.SQLITE_CANTOPEN: "unavailable",
    sqlite3.SQLITE_READONLY: "unavailable",
    sqlite3.SQLITE_CORRUPT: "unavailable",
    sqlite3.SQLITE_NOTADB: "unavailable",
    sqlite3.SQLITE_PERM: "unavailable",
}
# Whole codes, then classes: https://www.postgresql.org/docs/current/errcodes-appendix.html (read 2026-11-22).
_POSTGRES: dict[str, Category] = {
    "53100": "full",
    "55P03": "busy",
    "40001": "busy",
    "40P01": "busy",
    "57014": "busy",
    "25006": "unavailable",
    "08": "unavailable",
    "28": "unavailable",
    "3D": "unavailable",
    "53": "unavailable",
    "57": "unavailable",
    "58": "unavailable",
}
_RETRY_AFTER_S: dict[Category, float] = {"busy": 1.0, "unavailable": 5.0, "full": 60.0}


class Database:
    """An open database with the current schema. Call `close()` when done."""

    def __init__(self, engine: Engine, *, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        self.dialect = engine.dialect.name
        self._engine = engine
        self._write_engine = engine.execution_options(storecast_writes=True)
        self._writers = writers
        self._readers = readers
        self._waiting = 0

    @classmethod
    async def open(cls, where: str | Path, *, pool_size: int = 8, busy_timeout_s: float = 5.0) -> Database:
        """Connect, and bring the schema up to date.

        Args:
            where: path of an SQLite file (made when missing, readable by its owner only), or a URL
                `sqlite:///…` or `postgresql://…`.
            pool_size: connections to PostgreSQL, or readers beside SQLite's one writer.
            busy_timeout_s: how long to wait for a lock that another process holds.

        Raises:
            StoreError: can't be opened, is locked or full.
            NewerDatabase: the schema is newer than this code.
        """
        url = _url(where)
        if url.get_backend_name() == "sqlite":
            engine = _sqlite(url, pool_size=pool_size, busy_timeout_s=busy_timeout_s)
            writers = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
            readers = ThreadPoolExecutor(pool_size, thread_name_prefix="store-reader")
        else:
            engine = _postgres(url, pool_size=pool_size, busy_timeout_s=busy_timeout_s)
            writers = readers = ThreadPoolExecutor(pool_size, thread_name_prefix="store")
        database = cls(engine, writers=writers, readers=readers)
        try:
            await database.run(upgrade)
        except BaseException:  # whatever went wrong, nobody else will close what was opened here
            await database.close()
            raise
        return database

    async def run(self, work: Callable[[Connection], T], *, reads_only: bool = False) -> T:
        """Run `work` in a thread, in one transaction: all of it is committed when this returns, or none.

        A cancelled caller may still find its work done: it is not torn out of the middle.

        Args:
            work: sync function; may run in parallel with others, so it touches nothing but its connection.
            reads_only: it writes nothing and need not wait for the writer.

        Raises:
            Duplicate: a unique constraint refused a row.
            StoreError: locked, full, unreachable or closed.
        """
        if self._waiting >= _WAITING_MAX:
            raise StoreError("busy", "too much waiting work", retry_after_s=_RETRY_AFTER_S["busy"])
        engine, threads = (self._engine, self._readers) if reads_only else (self._write_engine, self._writers)
        try:
            future = asyncio.get_running_loop().run_in_executor(threads, _transact, engine, work)
        except RuntimeError as error:  # the executor was shut down
            raise StoreError("unavailable", "the store is closed") from error
        self._waiting += 1
        try:
            return await future
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """Finish the work that was handed in and let go of every connection. Safe to call twice."""
        for threads in {self._writers, self._readers}:
            await asyncio.to_thread(threads.shutdown)
        await asyncio.to_thread(self._engine.dispose)


def _transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    try:
        with engine.begin() as connection:
            return work(connection)
    except PoolTimeout as error:
        raise StoreError("busy", "no connection is free", retry_after_s=_RETRY_AFTER_S["busy"]) from error
    except DBAPIError as error:
        category = _category(error)
        if category is None:
            raise
        detail = type(error.orig).__name__
        if category == "duplicate":
            raise Duplicate(detail) from error
        raise StoreError(category, detail, retry_after_s=_RETRY_AFTER_S[category]) from error


def _category(error: StatementError) -> Category | None:
    """What a driver's error means to callers; None for a mistake of ours, which stays as it is."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        if code is None:
            return None
        if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            return "duplicate"
        return _SQLITE.get(code & 0xFF)
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        if state is None:  # no answer from a server
            return "unavailable" if isinstance(cause, psycopg.OperationalError) else None
        if state == "23505":
            return "duplicate"
        return _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    return None


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise StoreError("unavailable", "storage.url is not a database URL") from error
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            return url
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError("unavailable", f"storage.url: {other} with this path is not supported")


_dump_json = partial(json.dumps, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _sqlite(url: URL, *, pool_size: int, busy_timeout_s: float) -> Engine:
    assert url.database  # checked by _url  # noqa: S101
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # SQLite would make it readable for everyone; its -wal and -shm files copy the mode. Never opened when
        # it is there: closing it would drop the locks that this process holds on it
        # (https://www.sqlite.org/howtocorrupt.html section 2.2, read 2026-11-22).
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError("unavailable", f"{file}: {error.strerror}") from error
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size + 1,
        max_overflow=0,
        json_serializer=_dump_json,
        hide_parameters=True,  # an error must not carry what a shopper wrote into the logs
        connect_args={"check_same_thread": False, "timeout": busy_timeout_s},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        _set_up(connection, patience_s=busy_timeout_s)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that begins as a reader can fail half-way, without waiting, when another process writes.
        writes = connection.get_execution_options().get("storecast_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _set_up(connection: sqlite3.Connection, *, patience_s: float) -> None:
    """WAL and full durability. SQLite does not wait by itself while another connection switches to WAL."""
    give_up_at = time.monotonic() + patience_s
    while True:
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if _SQLITE.get(error.sqlite_errorcode & 0xFF) != "busy" or time.monotonic() > give_up_at:
                raise
            time.sleep(0.005)  # in a thread of the pool
        else:
            return


def _postgres(url: URL, *, pool_size: int, busy_timeout_s: float) -> Engine:
    wait_ms = int(busy_timeout_s * 1000)
    options = f"-c timezone=utc -c lock_timeout={wait_ms} -c idle_in_transaction_session_timeout=60000"
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=busy_timeout_s,
        pool_pre_ping=True,  # connections of before a server restart are replaced, not handed out
        json_serializer=_dump_json,
        hide_parameters=True,
        connect_args={"connect_timeout": max(2, round(busy_timeout_s)), "options": options},
    )
