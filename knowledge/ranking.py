"""Lexical and dense scores to one ranked list of entries. Pure functions, used by `KnowledgeBase`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.calibration import Signals
from knowledge.lexical import Document, LexicalHits

__all__ = ["Candidate", "Passage", "rank", "signals_of"]

# A question is answered from its own language when both fit; another one must fit clearly better. Two regions
# of a language read each other.
_SAME_LANGUAGE = 1.0
_SAME_BASE = 0.95
_OTHER_LANGUAGE = 0.8


class Passage(NamedTuple):
    """A text that an entry can be found by."""

    document: Document
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry with the scores of its best language.

    Attributes:
        fused: lexical + weight * dense, lowered for another language than the question's.
        text: the passage nearest by vector, None when none was among the nearest.
    """

    document: Document
    fused: float
    dense: float
    lexical: float
    known: float
    text: str | None


def rank(
    lexical: LexicalHits, dense: Iterable[tuple[Passage, float]], *, language: str, dense_weight: float
) -> list[Candidate]:
    """Fuse both rankings.

    Args:
        lexical: of documents.
        dense: nearest passages with their inner products, best first.
        language: of the question.
        dense_weight: see `Calibration`.

    Returns:
        One candidate an entry, best first; ties stand in order of id, so that a ranking never flickers.
    """
    nearest: dict[Document, tuple[float, str]] = {}
    for passage, product in dense:
        nearest.setdefault(passage.document, (product, passage.text))
    words = dict(
        zip(lexical.documents, zip(lexical.scores.tolist(), lexical.known.tolist(), strict=True), strict=True)
    )
    best: dict[str, Candidate] = {}
    for document in words.keys() | nearest.keys():
        score, known = words.get(document, (0.0, 0.0))
        product, text = nearest.get(document, (0.0, None))
        fused = _preference(document.language, language) * (score + dense_weight * max(product, 0.0))
        held = best.get(document.entry_id)
        if held is None or (fused, document.language) > (held.fused, held.document.language):
            best[document.entry_id] = Candidate(document, fused, product, score, known, text)
    return sorted(best.values(), key=lambda candidate: (-candidate.fused, candidate.document.entry_id))


def signals_of(ranked: Sequence[Candidate], place: int) -> Signals:
    """What the calibration looks at for the candidate at a place of a ranking."""
    one = ranked[place]
    other = ranked[1 if place == 0 else 0].fused if len(ranked) > 1 else 0.0
    best = max(one.fused, other)
    lead = (one.fused - other) / best if best > 0 else 0.0
    return Signals(one.fused, lead, one.known)


def _preference(language: str, asked: str) -> float:
    if language == asked:
        return _SAME_LANGUAGE
    return _SAME_BASE if language.partition("-")[0] == asked.partition("-")[0] else _OTHER_LANGUAGE
