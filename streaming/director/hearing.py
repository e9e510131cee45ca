"""What becomes of a comment on its way to the intake, and what its viewer gets at once.

Called by `host` for every comment. Only the comment as cleaned by the intake is used further.
"""

from __future__ import annotations

from typing import Protocol

from streaming.comments.verdicts import Verdict
from streaming.cues import Comment, Heard, Moment, Reading, Reply
from streaming.director.desk import Desk
from streaming.director.pending import Waiting

__all__ = ["Intake", "hear"]


class Intake(Waiting, Protocol):
    """`streaming.comments.intake.Intake`, as far as the director uses it."""

    def add(self, comment: Comment, reading: Reading, now: Moment) -> Verdict:
        """Take in a comment."""
        ...


def hear(desk: Desk, intake: Intake, event: Heard, now: Moment) -> None:
    """Hand a comment to the intake.

    What has no room there goes to staff; who asks what was answered a moment ago gets that answer in writing,
    where the source can carry it.
    """
    verdict = intake.add(event.comment, event.reading, now)
    if verdict.overflow is not None:
        desk.cues.append(desk.questions.defer(verdict.overflow, "late"))
    comment = verdict.comment
    if verdict.fate == "deferred_lately":
        desk.questions.join(verdict.question_id, comment)
    given = desk.questions.given(verdict.question_id) if verdict.fate == "answered_lately" else None
    if given is not None and comment.can_reply:
        desk.cues.append(Reply(comment, given.text, given.language))
