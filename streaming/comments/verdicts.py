"""What an intake says of a comment, and within what bounds it works. Given to the session each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from streaming.comments.comment_filter import Refusal
from streaming.comments.personal_data import PersonalKind
from streaming.cues import Comment, Question

__all__ = ["Fate", "IntakeLimits", "Verdict"]

Fate = Literal[
    "kept",  # waits, the first of its question
    "joined",  # waits, others asked the same before
    "being_answered",  # the director has the question in hand; counted with it
    "answered_lately",  # was answered a short while ago: the viewer may get that answer in writing
    "deferred_lately",  # was handed to staff a short while ago; counts there
    "deferred",  # no room: the question is the verdict's overflow
    "not_a_question",
    "abuse",
    "spam",
    "flood",  # this viewer writes too fast
    "repeated",  # this viewer's last comment once more
    "copied",  # word for word what several others wrote
    "duplicate",  # the same comment delivered twice
]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """Bounds and windows.

    Attributes:
        waiting: questions at most.
        comments: kept of one question; of further askers only the number.
        in_hand: questions that the director has taken and not given back.
        most_age_ms: older ones are not answered aloud any more.
        answered_ms: for how long an answered or deferred question is not taken again.
        urgent_ms: the same for what could not wait: if the picture is still wrong, it is said again.
        served_ms: for how long a viewer who got an answer stands behind those who did not.
        in_hand_ms: after which the director is taken to have forgotten a question; those who asked it
            meanwhile wait again.
        least_asks: `Reading.asks` from which on a comment is a question.
        recent: answered questions remembered at most, and as many deferred ones.
        served: viewers remembered at most.
    """

    waiting: int = 200
    comments: int = 20
    in_hand: int = 64
    most_age_ms: int = 300_000
    answered_ms: int = 300_000
    urgent_ms: int = 60_000
    served_ms: int = 600_000
    in_hand_ms: int = 600_000
    least_asks: float = 0.5
    recent: int = 64
    served: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a comment.

    Attributes:
        fate: see `Fate`.
        comment: with cleaned text and name: only this one may be shown, spoken or kept.
        question_id: of the question that it belongs to, if any.
        overflow: the question that had to go to make room; hand it to staff.
        refusal: of `spam` and `abuse`: what it was.
        masked: kinds of personal data taken out of the text.
    """

    fate: Fate
    comment: Comment
    question_id: str | None = None
    overflow: Question | None = None
    refusal: Refusal | None = None
    masked: frozenset[PersonalKind] = frozenset()
