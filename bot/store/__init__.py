"""What outlives a restart: conversations, staff's knowledge, the demo shop's state.

SQLAlchemy Core over SQLite (WAL, every commit on disk before it is acknowledged) or PostgreSQL. Of ours it
imports `bot.messages` only.
"""

from __future__ import annotations

from bot.store.conversations import Event
from bot.store.errors import Duplicate, NewerDatabase, StoreError, UnknownConversation, Unstorable
from bot.store.rows import Draft
from bot.store.store import Store

__all__ = [
    "Draft",
    "Duplicate",
    "Event",
    "NewerDatabase",
    "Store",
    "StoreError",
    "UnknownConversation",
    "Unstorable",
]
