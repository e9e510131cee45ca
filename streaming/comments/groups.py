"""One question with all who ask it, while the intake holds it. Bounded; changed by the intake alone."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from streaming.cues import Comment, Question, Reading

__all__ = ["Group", "clarity_of", "viewer_key"]

# A spoken question of this length is understood at once; half or twice as long is one point less clear.
_BEST_LENGTH = 40
_DENSE_BEST_LENGTH = 14
_DENSE_FROM = "\u2e80"
_OWN_LANGUAGE = 2.0
_MASKED = 1.0
# Viewers are told apart up to so many times the comments kept; beyond that every comment counts as one more.
_TOLD_APART = 8


def viewer_key(comment: Comment) -> str:
    """Who wrote it, unique over all sources."""
    return f"{comment.source}:{comment.viewer_id}"


@dataclass(slots=True, kw_only=True)
class Group:
    """Equal questions.

    Attributes:
        id: of its first comment, unique over all sources.
        first_ms: when it was first asked.
        leader, leader_text: reading and folded text that others are compared with.
        text, reading, clarity: of the clearest comment; its reading with the strongest wish to buy and the
            greatest urgency of all.
        comments: the first ones, the oldest first, one a viewer, with cleaned texts.
        more: viewers whose comments are not kept.
        viewers: who asks, as far as they are told apart.
    """

    id: str
    first_ms: int
    leader: Reading
    leader_text: str
    text: str
    reading: Reading
    clarity: float
    comments: list[Comment] = field(default_factory=list)
    more: int = 0
    viewers: set[str] = field(default_factory=set)

    @classmethod
    def begin(cls, comment: Comment, reading: Reading, *, folded: str, ms: int, clarity: float) -> Group:
        """A group of one comment, its text cleaned already."""
        return cls(
            id=f"{comment.source}:{comment.id}",
            first_ms=ms,
            leader=reading,
            leader_text=folded,
            text=comment.text,
            reading=reading,
            clarity=clarity,
            comments=[comment],
            viewers={viewer_key(comment)},
        )

    @classmethod
    def of(cls, question: Question, *, folded: str, ms: int) -> Group:
        """A group of a question that the intake does not know any more."""
        return cls(
            id=question.id,
            first_ms=ms,
            leader=question.reading,
            leader_text=folded,
            text=question.text,
            reading=question.reading,
            clarity=0.0,
            comments=list(question.comments),
            more=question.more,
            viewers={viewer_key(comment) for comment in question.comments},
        )

    @property
    def askers(self) -> int:
        """How many viewers ask it."""
        return len(self.comments) + self.more

    def join(self, comment: Comment, reading: Reading, *, clarity: float, kept: int) -> None:
        """Take in one more comment of the same question; of a viewer who asks it already, only its wording.

        Args:
            comment: its text cleaned.
            reading: of it.
            clarity: of it, see `clarity_of`.
            kept: comments kept at most.
        """
        self._count(comment, kept)
        self._hear(comment.text, reading, clarity)

    def merge(self, other: Group, *, kept: int) -> None:
        """Take in a whole group of the same question."""
        for comment in other.comments:
            self._count(comment, kept)
        self.more += other.more
        self._hear(other.text, other.reading, other.clarity)

    def question(self) -> Question:
        """As the director gets it."""
        return Question(
            id=self.id,
            text=self.text,
            language=self.reading.language,
            comments=tuple(self.comments),
            reading=self.reading,
            more=self.more,
        )

    def is_served(self, served: Collection[str]) -> bool:
        """Whether every asker is among those."""
        return not self.more and all(viewer_key(comment) in served for comment in self.comments)

    def _count(self, comment: Comment, kept: int) -> None:
        viewer = viewer_key(comment)
        if viewer in self.viewers:
            return
        if len(self.viewers) < _TOLD_APART * kept:
            self.viewers.add(viewer)
        if len(self.comments) < kept:
            self.comments.append(comment)
        else:
            self.more += 1

    def _hear(self, text: str, reading: Reading, clarity: float) -> None:
        buying = max(self.reading.buying, reading.buying)
        urgent = self.reading.urgent or reading.urgent
        if clarity > self.clarity:
            self.text, self.reading, self.clarity = text, reading, clarity
        if (self.reading.buying, self.reading.urgent) != (buying, urgent):
            self.reading = replace(self.reading, buying=buying, urgent=urgent)


def clarity_of(text: str, reading: Reading, *, language: str, is_masked: bool) -> float:
    """How well a wording can stand for all: of the room's language, neither curt nor long, nothing masked."""
    best = _DENSE_BEST_LENGTH if any(sign >= _DENSE_FROM for sign in text[:8]) else _BEST_LENGTH
    points = -abs(math.log2(max(1, len(text)) / best))
    points += _OWN_LANGUAGE if _base(reading.language) == _base(language) else 0.0
    return points - (_MASKED if is_masked else 0.0)


def _base(language: str) -> str:
    return language.partition("-")[0]
