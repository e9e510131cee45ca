"""A whole message asked of the knowledge base: several questions in it, or one behind a long story.

Used by the front door and by `evaluate`. A message of one sentence is one search, as `KnowledgeBase.search`
does it; of more, each sentence is searched as well.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from knowledge.search import Found, KnowledgeBase

__all__ = ["ask", "sentences"]

# More sentences than this are a letter; its beginning and end hold what is wanted.
_MOST_SENTENCES = 8
_MOST_ANSWERS = 3
# Sure enough to stand beside another answer.
_SURE = 0.7
_END = re.compile(r"(?<=[.!?…;])\s+|(?<=[。！？؟।॥።၊။៕;])\s*|\n+")
_QUESTION = re.compile(r"[?？؟;՞]\s*$")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LEAST_WORDS, _LEAST_SIGNS = 2, 4


def ask(
    kb: KnowledgeBase, text: str, *, vector: NDArray[np.float32] | None = None, language: str, k: int = 5
) -> Found:
    """Search for a message and for each of its sentences.

    Args:
        kb: the knowledge base.
        text: the message.
        vector: of the message, when the caller has it already.
        language: of the message.
        k: at most this many hits.

    Returns:
        What the whole message finds; or, when that is no answer, what its one answerable sentence finds; or
        the answer to the first of several questions, with the others in `also`.
    """
    whole = kb.search(text, vector=vector, language=language, k=k)
    parts = sentences(text)
    if len(parts) < 2:
        return whole
    answered = _answered(kb, parts, language, k)
    asking = [found for part, found in answered if _QUESTION.search(part)] or [f for _, f in answered]
    several = {found.hits[0].entry_id: found for found in asking if found.hits[0].score >= _SURE}
    if len(several) > 1:
        first, *others = several.values()
        return replace(first, also=tuple(found.hits[0] for found in others[: _MOST_ANSWERS - 1]))
    if whole.outcome != "answer" and len({found.hits[0].entry_id for _, found in answered}) == 1:
        return answered[0][1]
    return whole


def _answered(kb: KnowledgeBase, parts: list[str], language: str, k: int) -> list[tuple[str, Found]]:
    """The sentences that have an answer, each with what it finds."""
    found = [(part, kb.search(part, language=language, k=k)) for part in parts]
    return [(part, one) for part, one in found if one.outcome == "answer"]


def sentences(text: str) -> list[str]:
    """The sentences of a message that say something, at most the first and last few."""
    parts = [part.strip() for part in _END.split(text)]
    parts = [part for part in parts if _says_something(part)]
    if len(parts) <= _MOST_SENTENCES:
        return parts
    half = _MOST_SENTENCES // 2
    return parts[:half] + parts[-half:]


def _says_something(part: str) -> bool:
    signs = len(_UNSPACED.findall(part))
    return len(part.split()) >= _LEAST_WORDS or signs >= _LEAST_SIGNS
