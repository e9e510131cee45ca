"""Frames between us and a voice worker over pipes: two lengths, a JSON object, then raw bytes (audio).

    u32 big endian: length of the JSON · u32 big endian: length of the bytes · JSON, UTF-8 · bytes

Used by both ends. Imports little of the standard library and not asyncio, which alone would double the time
that a worker takes to start. Never pickles.
"""

from __future__ import annotations

import json
from typing import Any, BinaryIO

__all__ = ["HEADER_BYTES", "MAX_BYTES", "FrameError", "fields_of", "frame", "lengths_of", "read_frame"]

# Ten minutes at 24 kHz; a sentence is a hundredth of it.
MAX_BYTES = 32 * 1024 * 1024
HEADER_BYTES = 8


class FrameError(Exception):
    """The other end does not keep to the format; the stream can't be trusted any more."""


def lengths_of(header: bytes) -> tuple[int, int]:
    """Lengths of the JSON and of the bytes. Raises FrameError beyond the limit."""
    lengths = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
    if max(lengths) > MAX_BYTES:
        raise FrameError(f"frame of {lengths[0]} + {lengths[1]} bytes")
    return lengths


def fields_of(data: bytes) -> dict[str, Any]:
    """The JSON object. Raises FrameError."""
    try:
        fields = json.loads(data)
    except ValueError as error:
        raise FrameError("no JSON") from error
    if not isinstance(fields, dict):
        raise FrameError("no JSON object")
    return fields


def frame(fields: dict[str, Any], data: bytes = b"") -> bytes:
    """A frame to be written. Lone surrogates of a text become `?`."""
    head = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return len(head).to_bytes(4, "big") + len(data).to_bytes(4, "big") + head + data


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None when the other end is gone. Raises FrameError."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    head_bytes, data_bytes = lengths_of(header)
    head, data = stream.read(head_bytes), stream.read(data_bytes)
    return (fields_of(head), data) if len(head) == head_bytes and len(data) == data_bytes else None
