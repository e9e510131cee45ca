"""Viewers of a live room for tests: comments, readings, moments."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from streaming.cues import Comment, Moment, Reading

__all__ = ["NOON", "comment", "moment", "near", "reading"]

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_DIM = 256
_NUMBERS = count(1)


def moment(ms: int) -> Moment:
    """So long after noon, on both clocks."""
    return Moment(NOON + timedelta(milliseconds=ms), ms)


def comment(text: str = "How much is the lamp?", viewer: str | None = None, **fields: Any) -> Comment:
    """A comment with an id of its own, by a viewer of its own unless one is named."""
    number = next(_NUMBERS)
    known: dict[str, Any] = {
        "id": f"c{number}",
        "source": "demo",
        "viewer_id": viewer or f"v{number}",
        "viewer_name": "Ana",
        "text": text,
        "at": NOON,
    }
    return Comment(**known | fields)


def reading(about: int = 0, **fields: Any) -> Reading:
    """A clear English question; another number is about something else altogether."""
    vector = [0.0] * _DIM
    vector[about % _DIM] = 1.0
    known: dict[str, Any] = {"language": "en", "vector": tuple(vector), "asks": 0.9}
    return Reading(**known | fields)


def near(about: int, cosine: float) -> tuple[float, ...]:
    """A unit vector at that cosine from the one of `reading(about)`."""
    vector = [0.0] * _DIM
    vector[about % _DIM] = cosine
    vector[(about + 1) % _DIM] = math.sqrt(1 - cosine**2)
    return tuple(vector)
