"""A room of made-up viewers, so that a show can be tried without an audience.

They join, like, follow, send gifts and buy; they ask in 12 languages, with typos and emoji; a few advertise
or insult. A seed plays the same room again. What they say stands in `demo_comments.yml`; `load_sayings` reads
it and blocks for a moment.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from streaming.cues import Comment, Social, SocialKind

__all__ = ["Saying", "SayingKind", "Sayings", "demo_room", "load_sayings"]

SayingKind = Literal["question", "order", "urgent", "chat", "spam", "abuse"]
_FILE = Path(__file__).with_name("demo_comments.yml")
# How often each happens, as parts of the whole: estimated for a lively shopping room, not measured.
_SAID: Mapping[SayingKind, float] = {
    "question": 36, "order": 3, "urgent": 0.3, "chat": 24, "spam": 3, "abuse": 0.7,
}  # fmt: skip
_DONE: Mapping[SocialKind, float] = {
    "join": 16, "like": 9, "follow": 4, "gift": 2, "share": 1, "order": 1,
}  # fmt: skip
_GIFTS = ("Rose", "Heart", "Star", "Balloon")
_EMOJI = ("😍", "🙏", "❤️", "👀", "🔥", "😊")
_AT_FIRST = 12
_MOST_SEATS = 300
_TYPO, _EMOJI_ADDED, _SHOUTED = 0.15, 0.15, 0.05
_MOST_LIKES, _MOST_GIFTS = 30, 5


@dataclass(frozen=True, slots=True)
class Saying:
    """A comment as it may be made; `topic` of questions: what they ask for, the same in all languages."""

    language: str
    kind: SayingKind
    text: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Sayings:
    """All of them, by language and kind, and viewers' names by language."""

    names: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, Mapping[SayingKind, tuple[Saying, ...]]]


@dataclass(frozen=True, slots=True)
class _Viewer:
    id: str
    name: str
    language: str


def load_sayings(path: Path = _FILE, *, languages: Collection[str] | None = None) -> Sayings:
    """Read the file.

    Args:
        path: YAML as in `demo_comments.yml`.
        languages: only these; None takes all.
    """
    data: dict[str, dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    chosen = {code: said for code, said in data.items() if languages is None or code in languages}
    return Sayings(
        {code: tuple(said["names"]) for code, said in chosen.items()},
        {code: {kind: _sayings(code, kind, said[kind]) for kind in _SAID} for code, said in chosen.items()},
    )


async def demo_room(
    sayings: Sayings,
    *,
    seed: int,
    per_minute: float,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> AsyncIterator[Comment | Social]:
    """An endless room.

    Args:
        sayings: what is said.
        seed: the same seed plays the same room, but for its times and ids.
        per_minute: events, on average; gaps are exponential, so there are bursts.
        now: wall clock.
        sleep: waits for so many seconds.

    Raises:
        ValueError: `per_minute` is not above 0.
    """
    if per_minute <= 0:
        raise ValueError(f"per_minute must be above 0, not {per_minute}")
    room = _Room(sayings, Random(seed), opened=now())  # noqa: S311  # a show, not a secret
    while True:
        await sleep(room.gap_s(per_minute))
        yield room.event(now())


class _Room:
    """Who is there and what comes next."""

    def __init__(self, sayings: Sayings, random: Random, *, opened: datetime) -> None:
        self._sayings = sayings
        self._random = random
        # Ids differ from one start to the next, or a restarted room would be taken for one delivered twice.
        self._prefix = f"{opened.timestamp():.0f}"
        self._numbers = itertools.count(1)
        self._seats = [self._arrive() for _ in range(_AT_FIRST)]

    def gap_s(self, per_minute: float) -> float:
        return self._random.expovariate(per_minute / 60)

    def event(self, at: datetime) -> Comment | Social:
        kinds = [*_SAID, *_DONE]
        weights = [*_SAID.values(), *_DONE.values()]
        place = self._random.choices(range(len(kinds)), weights)[0]
        if place < len(_SAID):
            return self._comment(list(_SAID)[place], at)
        return self._social(list(_DONE)[place - len(_SAID)], at)

    def _arrive(self) -> _Viewer:
        language = self._random.choice(list(self._sayings.names))
        name = self._random.choice(self._sayings.names[language])
        return _Viewer(f"{self._prefix}-v{next(self._numbers)}", name, language)

    def _comment(self, kind: SayingKind, at: datetime) -> Comment:
        # Advertisers come with a new account each time.
        viewer = self._arrive() if kind == "spam" else self._random.choice(self._seats)
        saying = self._random.choice(self._sayings.lines[viewer.language][kind])
        return Comment(
            id=f"{self._prefix}-{next(self._numbers)}",
            source="demo",
            viewer_id=viewer.id,
            viewer_name=viewer.name,
            text=saying.text if kind == "spam" else self._as_typed(saying.text),
            at=at,
            can_reply=True,
        )

    def _social(self, kind: SocialKind, at: datetime) -> Social:
        if kind == "join":
            viewer = self._arrive()
            self._seats = [*self._seats[-_MOST_SEATS + 1 :], viewer]
        else:
            viewer = self._random.choice(self._seats)
        most = {"like": _MOST_LIKES, "gift": _MOST_GIFTS}.get(kind, 1)
        return Social(
            kind=kind,
            viewer_id=viewer.id,
            viewer_name=viewer.name,
            at=at,
            count=self._random.randint(1, most),
            what=self._random.choice(_GIFTS) if kind == "gift" else "",
        )

    def _as_typed(self, text: str) -> str:
        """As a thumb in a hurry writes it."""
        chance = self._random.random
        if chance() < _TYPO and text.isascii() and len(text) > _AT_FIRST:
            at = self._random.randrange(1, len(text) - 2)
            # Two letters change places, or one is missing; a number stays what it is.
            pair = text[at : at + 2]
            if pair.isalpha():
                text = text[:at] + (pair[::-1] if chance() < 0.5 else pair[0]) + text[at + 2 :]
        if chance() < _SHOUTED:
            text = text.upper()
        return f"{text} {self._random.choice(_EMOJI)}" if chance() < _EMOJI_ADDED else text


def _sayings(language: str, kind: SayingKind, said: Any) -> tuple[Saying, ...]:
    if isinstance(said, dict):
        return tuple(Saying(language, kind, text, topic) for topic, texts in said.items() for text in texts)
    return tuple(Saying(language, kind, text) for text in said)
