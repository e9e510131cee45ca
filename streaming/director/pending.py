"""Questions on their way: where they wait, what the brain was asked, what it answered.

Used by `questions`, which moves them on, and by the parts of the director that speak of them. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from streaming.cues import Answer, Moment, Question
from streaming.director.remembered import answer_data, answer_of, question_data, question_of

__all__ = ["Pending", "Ready", "Waiting", "ready_data", "ready_of"]


class Waiting(Protocol):
    """Where questions wait; `streaming.comments.intake.Intake` is it."""

    def next(self, now: Moment, *, urgent_only: bool = False) -> Question | None:
        """Take out the question whose turn it is."""
        ...

    def put_back(self, question: Question, now: Moment) -> None:
        """It could not be dealt with; it waits again."""
        ...

    def answered(self, question: Question, now: Moment) -> None:
        """It was answered aloud."""
        ...

    def let_go(self, question: Question, now: Moment) -> Question:
        """It goes to staff; returns it with those who asked it meanwhile."""
        ...

    def expired(self, now: Moment) -> tuple[Question, ...]:
        """Take out what is too old to be answered aloud."""
        ...

    def prefer(self, language: str) -> None:
        """The room speaks this language from now on."""
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that the brain was asked.

    Attributes:
        language: of the answer.
        since_ms: when it was asked.
    """

    question: Question
    language: str
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An answer to be spoken.

    Attributes:
        questions: that it answers; the first is shown.
        introduced: whether it was said who asks.
        not_before_ms: the same was said a moment ago.
    """

    questions: tuple[Question, ...]
    answer: Answer
    introduced: bool = False
    not_before_ms: int | None = None

    @property
    def id(self) -> str:
        """Of the question that is shown."""
        return self.questions[0].id

    @property
    def by_staff(self) -> bool:
        """Whether a person wrote the answer."""
        return self.answer.source.startswith("staff:")

    @property
    def urgent(self) -> bool:
        """Whether it goes before all others."""
        return self.questions[0].reading.urgent

    @property
    def asked_by(self) -> int:
        """How many viewers it answers."""
        return sum(question.askers for question in self.questions)


def ready_data(ready: Ready) -> dict[str, Any]:
    """An answer as JSON data."""
    return {
        "questions": [question_data(question) for question in ready.questions],
        "answer": answer_data(ready.answer),
        "introduced": ready.introduced,
        "not_before_ms": ready.not_before_ms,
    }


def ready_of(data: Mapping[str, Any]) -> Ready:
    """The answer again."""
    return Ready(
        questions=tuple(question_of(one) for one in data["questions"]),
        answer=answer_of(data["answer"]),
        introduced=bool(data["introduced"]),
        not_before_ms=data["not_before_ms"],
    )
