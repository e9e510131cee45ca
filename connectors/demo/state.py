"""What the demo shop must remember beyond its file: cancellations and returns.

`bot.app` passes a StateStore that writes to the database; alone, the shop keeps its state in memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["MemoryState", "StateStore"]


class StateStore(Protocol):
    """Keeps one JSON object."""

    async def load(self) -> dict[str, Any] | None:
        """What was saved last, None when nothing was."""
        ...

    async def save(self, data: Mapping[str, Any], *, once: str) -> dict[str, Any]:
        """Replace what was saved.

        Args:
            data: JSON.
            once: idempotency key; the second call with the same one changes nothing.

        Returns:
            `data`, or what the first call with this `once` saved.
        """
        ...


class MemoryState:
    """A StateStore for as long as the process lives."""

    def __init__(self) -> None:
        self._now: str | None = None
        self._first: dict[str, str] = {}

    async def load(self) -> dict[str, Any] | None:
        """See StateStore."""
        if self._now is None:
            return None
        data: dict[str, Any] = json.loads(self._now)
        return data

    async def save(self, data: Mapping[str, Any], *, once: str) -> dict[str, Any]:
        """See StateStore. Kept as JSON, so that nobody changes what was saved from outside."""
        if once not in self._first:
            self._first[once] = self._now = json.dumps(data)
        stored: dict[str, Any] = json.loads(self._first[once])
        return stored
