"""Ranked candidates to hits and an outcome: reranked where there is a reranker, scored, judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from knowledge.calibration import Calibration
from knowledge.entries import Entry
from knowledge.found import Found, Hit
from knowledge.passages import title_of
from knowledge.ranking import Candidate, signals_of
from knowledge.reranker import Reranker

__all__ = ["judged", "reranked"]

_RERANKED = 10
# From this likeness on a question stands in an entry in these very words, but for case and punctuation: it is
# asked of that entry, and its score is 1.
_VERBATIM = 0.98


def reranked(
    reranker: Reranker, text: str, ranked: Sequence[Candidate], entries: Mapping[str, Entry]
) -> list[Candidate]:
    """The best few in the reranker's order; the first place keeps the score of a first place."""
    few = ranked[:_RERANKED]
    scores = reranker.scores(text, [_passage(one, entries) for one in few])
    order = sorted(range(len(few)), key=lambda place: -scores[place])
    moved = [replace(few[place], fused=few[to].fused) for to, place in enumerate(order)]
    return [*moved, *ranked[_RERANKED:]]


def judged(
    ranked: Sequence[Candidate],
    calibration: Calibration,
    *,
    language: str,
    k: int,
    entries: Mapping[str, Entry],
) -> Found:
    """The best candidates with their probabilities, and what to do with them.

    Args:
        ranked: best first.
        calibration: for the way in which they were searched.
        language: of the question.
        k: at most this many hits.
        entries: by id, all that stand in `ranked`.
    """
    places = range(min(k, len(ranked)))
    signals = [calibration.relative(signals_of(ranked, place), language) for place in places]
    scores = [calibration.score(each) for each in signals]
    if ranked and ranked[0].dense >= _VERBATIM:
        scores[0] = 1.0
    # A worse place never scores higher: the list is read from the top.
    scores = np.minimum.accumulate(scores).tolist() if scores else []
    hits = tuple(
        Hit(
            entry_id=one.document.entry_id,
            score=score,
            dense=one.dense,
            lexical=one.lexical,
            matched_language=one.document.language,
            matched_text=_passage(one, entries),
            title=title_of(entries[one.document.entry_id], language, ("en",)),
        )
        for one, score in zip(ranked, scores, strict=False)
    )
    return Found(hits, calibration.outcome(scores, signals[0] if signals else None))


def _passage(one: Candidate, entries: Mapping[str, Entry]) -> str:
    """What is nearest to the question, else the title in the language that matched."""
    return one.text or entries[one.document.entry_id].variants[one.document.language].title
