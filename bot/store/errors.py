"""Errors of the store. Imports nothing of ours.

StoreError             the database can't do it now; `category` says why, `retry_after_s` when to ask again
 ├── Duplicate         this id was stored before; nothing was written
 ├── UnknownConversation  nothing is stored under this conversation id
 ├── Unstorable        a value that no database can keep as it is; nothing was written
 └── NewerDatabase     the database was written by a newer Storecast than this one
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Category", "Duplicate", "NewerDatabase", "StoreError", "UnknownConversation", "Unstorable"]

Category = Literal["busy", "full", "unavailable", "duplicate", "unknown", "invalid", "newer"]


class StoreError(Exception):
    """The database refused or failed; the transaction left nothing behind.

    Args:
        category: `busy` (locked or overloaded), `full` (no space left) and `unavailable` (can't be reached or
            read) come from the database; the others belong to the subclasses.
        detail: for logs; no secrets, no texts of messages.
        retry_after_s: when it is worth trying again, None when trying again does not help.
    """

    def __init__(self, category: Category, detail: str = "", *, retry_after_s: float | None = None) -> None:
        """Keep the category for callers and the detail for logs."""
        super().__init__(f"{category}: {detail}" if detail else category)
        self.category = category
        self.detail = detail
        self.retry_after_s = retry_after_s


class Duplicate(StoreError):
    """The id was stored before. The first message stands; read it with `reply_to`."""

    def __init__(self, detail: str = "") -> None:
        """Say what was there already."""
        super().__init__("duplicate", detail)


class UnknownConversation(StoreError):
    """Nothing is stored under this conversation id."""

    def __init__(self, conversation_id: str) -> None:
        """Name the conversation."""
        super().__init__("unknown", conversation_id)


class Unstorable(StoreError):
    """An id that is empty, too long, or holds characters that a database can't keep."""

    def __init__(self, detail: str) -> None:
        """Name the field."""
        super().__init__("invalid", detail)


class NewerDatabase(StoreError):
    """The database holds a schema this code does not know; it was left as it is."""

    def __init__(self, found: str, known: str) -> None:
        """Name both revisions."""
        super().__init__(
            "newer",
            f"the database is at revision {found}, this version of Storecast knows up to {known}: "
            "start the newer version, or restore a backup made before the upgrade",
        )
