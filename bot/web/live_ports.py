"""What the doors of live rooms need from the rest of the product; the live session fulfils it.

Shapes in, shapes out: nothing here knows HTTP or sockets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pydantic import SecretStr

from streaming.cues import Comment, Control, Social
from streaming.stage.hub import Hub
from streaming.stage.page_frames import Progress
from streaming.stage.wire import Frame

__all__ = ["ControlRefused", "DeferredQuestion", "LiveRoom", "LiveRooms", "RoomSnapshot", "Verdict"]

# taken: the room has it now · known: it had it before, nothing was done · full: it has no room for more just
# now, send it again later.
Verdict = Literal["taken", "known", "full"]


class ControlRefused(Exception):
    """A control makes no sense now; nothing was done.

    Args:
        field: of the control that is at fault.
        reason: for whoever sent it.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Keep the place for the error's `field`."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredQuestion:
    """A question that waits for staff.

    Attributes:
        id: for the controls `answer` and `dismiss`.
        asked: how many viewers ask it; `names` are some of theirs, untrusted as the text is.
        reason: `unknown`, `personal`, `late`, `forbidden`.
        at: when the first of them wrote it, aware UTC.
    """

    id: str
    text: str
    language: str
    asked: int
    names: tuple[str, ...]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSnapshot:
    """A room as staff see it.

    Attributes:
        state: what stands on the stage, as in `scene` frames.
        utterance: what is being spoken, as in `utterance` frames; None for silence.
        queues: how many wait, by name of the queue (`inbox`, `questions` …).
        deferred: questions for staff, the oldest first.
        counts: totals since the start, by name (`comments`, `spam`, `answered` …).
    """

    state: Frame
    utterance: Frame | None
    queues: Mapping[str, int]
    deferred: tuple[DeferredQuestion, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class LiveRoom(Protocol):
    """One room of the virtual host.

    Attributes:
        name: `[a-z0-9-]{1,40}`.
        hub: its viewers.
        ingest_key: lets a program offer comments to this room and do nothing else; None closes that way.
    """

    name: str
    hub: Hub
    ingest_key: SecretStr | None

    def offer(self, event: Comment | Social) -> Verdict:
        """Hand over what a viewer did. Must not wait: reading and ranking come later.

        Comments with an id that the room had before are `known`.
        """
        ...

    async def control(self, control: Control) -> None:
        """Do what staff want; raises ControlRefused."""
        ...

    def progressed(self, progress: Progress) -> None:
        """A page tells how far an utterance came there. Untrusted; must not wait."""
        ...

    def snapshot(self) -> RoomSnapshot:
        """The room as it is now. Must not wait."""
        ...

    async def audio(self, digest: str) -> bytes | None:
        """The WAV file with this SHA-256 (64 hex digits), None when it is not there or not any more."""
        ...


class LiveRooms(Protocol):
    """The rooms of this process."""

    def room(self, name: str) -> LiveRoom | None:
        """The room, None when there is none of this name."""
        ...

    def names(self) -> Sequence[str]:
        """Names of all rooms, in order."""
        ...
