"""What an intake keeps over a restart, to JSON and back. Called by `Intake.state` and `Intake.restored` only.

Monotonic clocks begin anew with a process: times are written as ages before the checkpoint, and the
checkpoint with its wall-clock time. Vectors are base64 of little-endian float32.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from streaming.comments.groups import Group, viewer_key
from streaming.cues import Comment, Moment, Reading

__all__ = ["Held", "Kept", "Recent", "read_state", "write_state"]

_VERSION = 1


@dataclass(slots=True)
class Held:
    """A question in the director's hands, and those who asked it since it was taken."""

    group: Group
    since_ms: int
    late: Group | None = None

    def join_late(self, group: Group, *, kept: int) -> None:
        """Count a new asker, as a group of one."""
        if self.late is None:
            self.late = group
        else:
            self.late.merge(group, kept=kept)

    def whole(self, *, kept: int) -> Group:
        """All who ask it."""
        if self.late is not None:
            self.group.merge(self.late, kept=kept)
        return self.group


@dataclass(frozen=True, slots=True)
class Recent:
    """A question that is over, remembered until a time."""

    group: Group
    fate: Literal["answered_lately", "deferred_lately"]
    until_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All of it; groups by id, viewers served with the time, ids of comments seen."""

    waiting: dict[str, Group]
    in_hand: dict[str, Held]
    recent: dict[str, Recent]
    served: OrderedDict[str, int]
    ids: Sequence[str]


def write_state(kept: Kept, now: Moment) -> dict[str, Any]:
    """As a JSON-able dict."""
    return {
        "v": _VERSION,
        "wall": now.wall.isoformat(),
        "waiting": [_group_out(group, now) for group in kept.waiting.values()],
        "in_hand": [
            {
                "group": _group_out(held.group, now),
                "age_ms": now.ms - held.since_ms,
                "late": None if held.late is None else _group_out(held.late, now),
            }
            for held in kept.in_hand.values()
        ],
        "recent": [
            {"group": _group_out(recent.group, now), "fate": recent.fate, "left_ms": recent.until_ms - now.ms}
            for recent in kept.recent.values()
        ],
        "served": [[viewer, now.ms - ms] for viewer, ms in kept.served.items()],
        "ids": list(kept.ids),
    }


def read_state(state: Mapping[str, Any], now: Moment) -> Kept:
    """What `write_state` wrote, in the time of this process.

    Raises:
        ValueError: of another version, or a value makes no sense. KeyError, TypeError: likewise.
    """
    if state["v"] != _VERSION:
        raise ValueError(f"intake state of version {state['v']!r}, not {_VERSION}")
    # A wall clock that was set back must not make questions younger than they were.
    between = max(0, round((now.wall - datetime.fromisoformat(state["wall"])).total_seconds() * 1000))
    then_ms = now.ms - between
    waiting = [_group_in(one, then_ms) for one in state["waiting"]]
    in_hand = [
        Held(
            _group_in(one["group"], then_ms),
            # The director begins anew with it, whatever the time between.
            now.ms - int(one["age_ms"]),
            None if one["late"] is None else _group_in(one["late"], then_ms),
        )
        for one in state["in_hand"]
    ]
    recent = [
        Recent(_group_in(one["group"], then_ms), one["fate"], then_ms + int(one["left_ms"]))
        for one in state["recent"]
    ]
    return Kept(
        {group.id: group for group in waiting},
        {held.group.id: held for held in in_hand},
        {one.group.id: one for one in recent},
        OrderedDict((str(viewer), then_ms - int(age)) for viewer, age in state["served"]),
        [str(one) for one in state["ids"]],
    )


def _group_out(group: Group, now: Moment) -> dict[str, Any]:
    is_leader = group.reading is group.leader
    return {
        "id": group.id,
        "age_ms": now.ms - group.first_ms,
        "leader": _reading_out(group.leader),
        "leader_text": group.leader_text,
        "text": group.text,
        "reading": None if is_leader else _reading_out(group.reading),
        "clarity": group.clarity,
        "comments": [{**asdict(comment), "at": comment.at.isoformat()} for comment in group.comments],
        "more": group.more,
    }


def _group_in(data: Mapping[str, Any], then_ms: int) -> Group:
    comments = [Comment(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in data["comments"]]
    leader = _reading_in(data["leader"])
    return Group(
        id=str(data["id"]),
        first_ms=then_ms - int(data["age_ms"]),
        leader=leader,
        leader_text=str(data["leader_text"]),
        text=str(data["text"]),
        reading=leader if data["reading"] is None else _reading_in(data["reading"]),
        clarity=float(data["clarity"]),
        comments=comments,
        more=int(data["more"]),
        # Viewers beyond the comments kept are not told apart any more: at worst one of them counts twice.
        viewers={viewer_key(comment) for comment in comments},
    )


def _reading_out(reading: Reading) -> dict[str, Any]:
    fields = {name: getattr(reading, name) for name in Reading.__slots__}
    return {**fields, "vector": base64.b64encode(np.asarray(reading.vector, "<f4").tobytes()).decode("ascii")}


def _reading_in(data: Mapping[str, Any]) -> Reading:
    vector = np.frombuffer(base64.b64decode(data["vector"]), dtype="<f4")
    return Reading(**{**data, "vector": tuple(vector.tolist())})
