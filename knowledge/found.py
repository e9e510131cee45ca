"""What a search gives: hits, what to do with them, an answer in words. Shared by `search` and `asking`."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.calibration import Outcome

__all__ = ["Answer", "Found", "Hit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entry that may answer.

    Attributes:
        score: probability that it is the right one, 0..1; 1 when the question stands in it word for word.
        dense: inner product of its nearest passage; 0 when none is near.
        lexical: share of the question's information found in it; 0 upwards.
        matched_language: language in which it matched best.
        matched_text: the passage that is nearest, else the title.
        title: in the language of the question, else as `KnowledgeBase.title` finds it.
    """

    entry_id: str
    score: float
    dense: float
    lexical: float
    matched_language: str
    matched_text: str
    title: str


@dataclass(frozen=True, slots=True)
class Found:
    """Result of a search: entries, best first, and what to do: answer the first, ask which, or refuse.

    `also` has the best hits of further questions in the same message (`knowledge.asking`).
    """

    hits: tuple[Hit, ...]
    outcome: Outcome
    also: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer ready to send; `language` is the one it is written in, which may not be the one asked for."""

    text: str
    language: str
    title: str
    entry_id: str
