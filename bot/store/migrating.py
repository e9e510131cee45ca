"""Brings a database to the schema of this code, at start. Called by `Database.open` only."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.errors import NewerDatabase

__all__ = ["upgrade"]

_log = structlog.get_logger(__name__)
_FOLDER = Path(__file__).parent / "migrations"
# Alembic hands the connection to env.py through module globals.
_ALEMBIC = threading.Lock()
# Any number that nothing else in the database uses: "store" as ASCII.
_LOCK_KEY = 0x73746F7265


def upgrade(connection: Connection) -> None:
    """Apply the missing migrations inside the caller's transaction; nothing happens when there are none.

    Raises:
        NewerDatabase: the database's revision is not among ours.
    """
    if connection.dialect.name == "postgresql":
        # SQLite's writer lock is already held; here the lock keeps a second process out until the commit.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found == head:
        return
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerDatabase(found, str(head))
    with _ALEMBIC:
        command.upgrade(config, "head")
    _log.info("store.migrated", before=found, after=head)
