"""Questions and answers as plain data, for checkpoints.

Used by the director. Holds what viewers wrote, so a checkpoint is as confidential as the comments are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from streaming.cues import Answer, Comment, Question, Reading

__all__ = ["answer_data", "answer_of", "question_data", "question_of"]

# A checkpoint is written with every sentence: of a question that thousands ask, the first ones are kept.
_COMMENTS = 20
# Four digits tell vectors of unit length apart as well as float32 does.
_DIGITS = 4


def question_data(question: Question, *, vector: bool = True) -> dict[str, Any]:
    """A question as JSON data.

    Args:
        question: with its first comments.
        vector: whether the reading's vector is kept; only a question that may go back to the intake needs it.
    """
    reading = _fields(question.reading)
    reading["vector"] = [round(float(one), _DIGITS) for one in question.reading.vector] if vector else []
    comments = [
        {**_fields(comment), "at": comment.at.isoformat()} for comment in question.comments[:_COMMENTS]
    ]
    return {
        "id": question.id,
        "text": question.text,
        "language": question.language,
        "comments": comments,
        "reading": reading,
        "more": question.more + max(0, len(question.comments) - _COMMENTS),
    }


def question_of(data: Mapping[str, Any]) -> Question:
    """The question again."""
    reading = {**data["reading"], "vector": tuple(data["reading"]["vector"])}
    comments = tuple(Comment(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in data["comments"])
    return Question(
        id=data["id"],
        text=data["text"],
        language=data["language"],
        comments=comments,
        reading=Reading(**reading),
        more=int(data["more"]),
    )


def answer_data(answer: Answer) -> dict[str, Any]:
    """An answer as JSON data."""
    return _fields(answer)


def answer_of(data: Mapping[str, Any]) -> Answer:
    """The answer again."""
    return Answer(**data)


def _fields(thing: Comment | Reading | Answer) -> dict[str, Any]:
    # `dataclasses.asdict` copies deeply, which costs ten times as much; these hold nothing deep.
    return {name: getattr(thing, name) for name in type(thing).__slots__}
