"""An optional second look at the best candidates: a cross-encoder reads question and passage together.

Set by `knowledge.reranker`; made by the composition root, used by `KnowledgeBase`. Importing this module
loads neither torch nor transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from knowledge.local_models import load_local

__all__ = ["CrossEncoderReranker", "Reranker"]


class Reranker(Protocol):
    """Scores passages for a question."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One number a passage; greater is better."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder that is already on this machine; loaded on first use.

    Args:
        model: id in the local Hugging Face cache, or a folder.

    Raises:
        EncoderMissing: on first use, when the optional packages or the model are not there.
    """

    def __init__(self, model: str) -> None:
        self._id = model
        self._model: Any = None

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """See `Reranker.scores`."""
        if not passages:
            return []
        pairs = [(question, passage) for passage in passages]
        return [float(score) for score in self._loaded().predict(pairs, show_progress_bar=False)]

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = load_local("CrossEncoder", self._id, setting="reranker")
        return self._model
