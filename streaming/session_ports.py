"""What a live session works with, as small protocols that the composition root fulfils.

Read by `streaming.session`; tests hand in neighbours of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from connectors.base import Product
from streaming.comments.intake import Intake
from streaming.cues import Answer, Comment, Cue, Event, Moment, Question, Reading, Scene, Utterance
from streaming.speech import Speech, Voice
from streaming.stage.audio_store import AudioStore
from streaming.stage.hub import Hub

__all__ = [
    "Brain",
    "Catalogue",
    "DeferReason",
    "Deferred",
    "Director",
    "Journal",
    "Parts",
    "Record",
    "Replies",
    "Stage",
]  # fmt: skip

DeferReason = Literal["unknown", "personal", "late", "forbidden"]
Record = tuple[str, Mapping[str, Any]]


class Brain(Protocol):
    """What the product knows; see `streaming.cues.Reading` and `Answer`."""

    async def awake(self) -> None:
        """Return when it can read; comments wait meanwhile, the show goes on."""
        ...

    def read(self, text: str, *, room_language: str, card: str | None) -> Reading:
        """What a comment is about, in a millisecond or two. `card`: product shown now."""
        ...

    async def answer(
        self, question: Question, *, language: str, captions: str | None = None
    ) -> Answer | None:
        """What may be said aloud, in a second language too; None when that is not known."""
        ...


class Catalogue(Protocol):
    """The shop, as far as the host speaks of it."""

    async def products(self, ids: Sequence[str]) -> Mapping[str, Product] | None:
        """These products as the shop has them now, those that are gone left out; None when it can't tell."""
        ...


class Replies(Protocol):
    """Where written replies go."""

    def write(self, comment: Comment, text: str, language: str) -> None:
        """Send a reply to a comment; must not wait."""
        ...


class Journal(Protocol):
    """Where the state and the record of a room are kept."""

    async def save(self, state: Mapping[str, Any], records: Sequence[Record]) -> bool:
        """Keep both together; False when that could not be done now."""
        ...


class Stage(Protocol):
    """Puts a scene and a sentence into words for the pages."""

    def show(self, scene: Scene, prompt: str | None) -> None:
        """Change what stands on the stage; `prompt`: the sentence that a person is to say, in `assist`."""
        ...

    def say(self, utterance: Utterance, speech: Speech, digest: str | None) -> int:
        """Have every page speak; returns when that begins, in ms of the show clock."""
        ...


class Director(Protocol):
    """`streaming.director.host.Host`."""

    def feed(self, event: Event, now: Moment) -> tuple[Cue, ...]:
        """Tell it what happened."""
        ...

    def state(self) -> dict[str, Any]:
        """All that outlives a restart."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A question that waits for staff, with the reason."""

    question: Question
    reason: DeferReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a session works with.

    Attributes:
        host, intake: the director and where comments wait; both know the same state.
        assist_speech: a sentence that a person says: shown for as long as it takes to read.
        wall: the clock on the wall, aware UTC.
        sleep_s: waits; another one in simulations.
        answer_s, look_s: longest wait for the brain and for the shop.
        voices: name of the voice by persona and language, where the show chooses one.
        paces: by persona; 1.0 where there is none.
    """

    host: Director
    intake: Intake
    voice: Voice
    hub: Hub
    stage: Stage
    audio: AudioStore
    brain: Brain
    catalogue: Catalogue
    journal: Journal
    replies: Replies
    voices: Mapping[str, Mapping[str, str]]
    paces: Mapping[str, float]
    assist_speech: Callable[[Utterance], Speech]
    wall: Callable[[], datetime]
    sleep_s: Callable[[float], Awaitable[None]] = asyncio.sleep
    answer_s: float = 1.5
    look_s: float = 1.0
