"""JSON objects over a byte stream between the front door and a worker: 4 bytes of length, then UTF-8.

Used by both ends; never pickles. A stream that ends between frames reads as None.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

__all__ = ["read_frame", "write_frame"]

# A turn carries one message, its vector and a few hits: well under a megabyte.
_MAX_BYTES = 8 * 1024 * 1024


async def read_frame(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next object, or None when the other end is gone.

    Raises:
        ValueError: the length is beyond the limit; the stream can't be trusted any more.
    """
    try:
        size = int.from_bytes(await reader.readexactly(4), "big")
        if size > _MAX_BYTES:
            raise ValueError(f"frame of {size} bytes")
        frame: dict[str, Any] = json.loads(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return frame


def write_frame(writer: asyncio.StreamWriter, frame: dict[str, Any]) -> None:
    """Queue an object for sending."""
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    writer.write(len(data).to_bytes(4, "big") + data)
