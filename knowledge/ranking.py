"""Lexical and dense scores to one ranked list of entries. Pure functions, used by `KnowledgeBase`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from knowledge.calibration import Signals
from knowledge.lexical import Document, LexicalHits

__all__ = ["Candidate", "Evidence", "Passage", "rank", "signals_of"]

# A question is answered from its own language when both fit; another one must fit clearly better. Two regions
# of a language read each other.
_SAME_LANGUAGE = 1.0
_SAME_BASE = 0.95
_OTHER_LANGUAGE = 0.8
# Log-likelihood ratios are of this size, and no more telling beyond that.
_SCALE, _MOST = 8.0, 60.0


class Passage(NamedTuple):
    """A text that an entry can be found by."""

    document: Document
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a text, before anything is weighed.

    Attributes:
        lexical: scores of documents.
        near: nearest passages with their inner products, best first.
        dense: whether vectors were searched at all.
        head: log-likelihood ratios of entries, see `knowledge.head`; empty without a head.
        other: the best such ratio of what no entry answers; minus infinity without a head.
    """

    lexical: LexicalHits
    near: Sequence[tuple[Passage, float]]
    dense: bool = True
    head: Mapping[str, float] = field(default_factory=dict)
    other: float = -math.inf


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry with its scores.

    Attributes:
        document: the entry in the language in which it matched best.
        fused: lexical and dense score, weighed.
        dense: inner product of its nearest passage in any language; 0 when none is near.
        lexical: of the document.
        known: of the document.
        text: the passage of the document nearest by vector, None when none was among the nearest.
        head: log-likelihood ratio of the entry; 0 without a head.
        margin: by how much that beats the best of what no entry answers; 0 without a head.
    """

    document: Document
    fused: float
    dense: float
    lexical: float
    known: float
    text: str | None
    head: float = 0.0
    margin: float = 0.0


def rank(
    evidence: Evidence, *, language: str, dense_weight: float, head_weight: float = 0.0
) -> list[Candidate]:
    """Fuse what was found.

    Words count less in another language than the question's; vectors mean the same in all of them.

    Args:
        evidence: of one text.
        language: of the question.
        dense_weight: see `Calibration`.
        head_weight: see `Calibration`.

    Returns:
        One candidate an entry, best first; ties stand in order of id, so that a ranking never flickers.
    """
    nearest: dict[Document, tuple[float, str]] = {}
    dense: dict[str, float] = {}
    for passage, product in evidence.near:
        nearest.setdefault(passage.document, (product, passage.text))
        dense.setdefault(passage.document.entry_id, product)
    # An entry that is not among the nearest is no nearer than the last of them.
    farthest = max(evidence.near[-1][1], 0.0) if evidence.near else 0.0
    found = evidence.lexical
    scored = zip(found.scores.tolist(), found.known.tolist(), strict=True)
    words = dict(zip(found.documents, scored, strict=True))
    best: dict[str, tuple[float, Document]] = {}
    for document in words.keys() | nearest.keys():
        near = max(nearest.get(document, (0.0, ""))[0], 0.0)
        score = _preference(document.language, language) * (
            words.get(document, (0.0, 0.0))[0] + dense_weight * near
        )
        held = (score, document)
        best[document.entry_id] = max(best.get(document.entry_id, held), held)
    candidates = []
    for entry_id, (_, document) in best.items():
        score, known = words.get(document, (0.0, 0.0))
        product = dense.get(entry_id, farthest if evidence.head else 0.0)
        fused = _preference(document.language, language) * score + dense_weight * max(product, 0.0)
        ratio = evidence.head.get(entry_id)
        text = nearest.get(document, (0.0, None))[1]
        if ratio is None:
            candidates.append(Candidate(document, fused, product, score, known, text))
        else:
            fused += head_weight * _share(ratio)
            margin = ratio - evidence.other
            candidates.append(Candidate(document, fused, product, score, known, text, ratio, margin))
    return sorted(candidates, key=lambda candidate: (-candidate.fused, candidate.document.entry_id))


def signals_of(ranked: Sequence[Candidate], place: int) -> Signals:
    """What the calibration looks at for the candidate at a place of a ranking."""
    one = ranked[place]
    other = ranked[1 if place == 0 else 0].fused if len(ranked) > 1 else 0.0
    best = max(one.fused, other)
    lead = (one.fused - other) / best if best > 0 else 0.0
    return Signals(one.fused, lead, one.known, one.dense, one.head, max(-_MOST, min(_MOST, one.margin)))


def _share(ratio: float) -> float:
    """A log-likelihood ratio brought to 0..1; what is far beyond doubt either way counts no more."""
    return 1.0 / (1.0 + math.exp(-max(-_MOST, min(_MOST, ratio)) / _SCALE))


def _preference(language: str, asked: str) -> float:
    if language == asked:
        return _SAME_LANGUAGE
    return _SAME_BASE if language.partition("-")[0] == asked.partition("-")[0] else _OTHER_LANGUAGE
