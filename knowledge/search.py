"""KnowledgeBase: texts in, ranked answers out. The one public class of `knowledge`.

Made by the composition root, asked by the dialogue and the skills, changed by the API. Searches run in any
number of threads while one writer changes entries; a search sees an entry whole or not at all. Nothing
awaits: call `put`, `remove` and `save` from a worker thread.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.calibration import LEXICAL, Calibration, load_calibration
from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder, Encoder, Vectors
from knowledge.entries import Entry
from knowledge.errors import KnowledgeError
from knowledge.facts import Facts, render
from knowledge.found import Answer, Found, Hit
from knowledge.head import Head, load_head
from knowledge.judging import judged, reranked
from knowledge.passages import languages_of, title_of
from knowledge.ranking import Candidate, Evidence, rank
from knowledge.reranker import Reranker
from knowledge.shelf import Shelf

__all__ = ["Answer", "Found", "Hit", "KnowledgeBase"]

_log = structlog.get_logger(__name__)

_CACHED_TEXTS = 512
# How long `open` encodes before it leaves the rest to `embed`.
_PATIENCE_S = 2.0


class KnowledgeBase:
    """Hybrid retrieval over FAQ entries in many languages. Made by `open`."""

    def __init__(
        self,
        shelf: Shelf,
        encoder: Encoder,
        *,
        calibration: Calibration,
        lexical_calibration: Calibration,
        reranker: Reranker | None = None,
    ) -> None:
        """Use `open`."""
        self._shelf = shelf
        self._encoder = encoder
        self._calibration = calibration
        self._lexical_calibration = lexical_calibration
        self._reranker = reranker
        self._encoded = lru_cache(maxsize=_CACHED_TEXTS)(self._encode)
        self._opened = threading.Event()
        self._opened.set()
        self._open = True

    @classmethod
    def open(
        cls,
        folder: Path,
        encoder: Encoder,
        entries: Mapping[str, Entry],
        facts: Facts,
        *,
        calibration: Calibration | None = None,
        head: Head | None = None,
        reranker: Reranker | None = None,
        patience_s: float = _PATIENCE_S,
    ) -> KnowledgeBase:
        """Load the saved index, encode what changed since, and save it again if anything did.

        What takes longer than `patience_s` to encode (another model, a large import) is left to `embed`;
        until that is done, answers come from words alone, and never from vectors of two models.

        Args:
            folder: where the index is kept; made when missing.
            encoder: of passages and messages.
            entries: by id; the owner keeps them, they are not stored here.
            facts: of the shop, filled into answers.
            calibration: None takes the one fitted for the encoder, and the head with it.
            head: learned for the encoder; looked at only with a calibration.
            reranker: looks again at the best few; None goes without.
            patience_s: encode at most this long; infinity for all of it.

        Returns:
            A base that answers from all of `entries`; see `missing`.

        Raises:
            OSError: the folder can't be written.
        """
        if calibration is None:
            calibration, head = _fitted(encoder.name), load_head(BUILTIN_MODEL, encoder.name)
        shelf = Shelf.open(folder, encoder, entries, facts, head=head, patience_s=patience_s)
        return cls(
            shelf, encoder, calibration=calibration, lexical_calibration=load_calibration(LEXICAL)[0],
            reranker=reranker,
        )  # fmt: skip

    @classmethod
    def closed(cls, encoder: Encoder, facts: Facts, *, reranker: Reranker | None = None) -> KnowledgeBase:
        """A base without entries, for what need not wait for them; `load` fills it, once.

        It encodes, knows the facts and finds nothing; a change waits until it is open.
        """
        base = cls(
            Shelf.empty(encoder, facts), encoder, calibration=_fitted(encoder.name),
            lexical_calibration=load_calibration(LEXICAL)[0], reranker=reranker,
        )  # fmt: skip
        base._opened.clear()
        base._open = False
        return base

    def load(self, folder: Path, entries: Mapping[str, Entry], *, patience_s: float = _PATIENCE_S) -> None:
        """Open a closed base; as `open`, which says what the arguments are. Takes seconds."""
        head = load_head(BUILTIN_MODEL, self._encoder.name)
        facts = self.facts
        self._shelf = Shelf.open(folder, self._encoder, entries, facts, head=head, patience_s=patience_s)
        self._open = True
        self._opened.set()

    def abandon(self) -> None:
        """It can't be opened: whoever waits for that is told so."""
        self._opened.set()

    @property
    def is_open(self) -> bool:
        """Whether it has its entries."""
        return self._open

    def wait(self) -> None:
        """Block until it is open. Raises KnowledgeError when it was abandoned."""
        self._opened.wait()
        if not self._open:
            raise KnowledgeError("the knowledge base could not be opened; the log says why")

    @property
    def encoder(self) -> str:
        """Name of the encoder."""
        return self._encoder.name

    @property
    def is_quick(self) -> bool:
        """Whether a search takes a millisecond or two; otherwise it belongs into a thread."""
        return self._reranker is None and isinstance(self._encoder, BuiltinEncoder)

    @property
    def missing(self) -> int:
        """Passages without a vector yet; while there are any, search goes by words alone."""
        return self._shelf.missing

    def embed(self) -> int:
        """Encode some of the passages that have no vector yet; call it until it returns 0.

        Returns:
            How many are still missing.
        """
        return self._shelf.embed()

    def encode(self, text: str) -> Vectors:
        """Vector of one message, float32 (dim,), read-only; recent texts are remembered."""
        vector: Vectors = self._encoded(text)
        return vector

    def encode_all(self, texts: Sequence[str]) -> Vectors:
        """Vectors of many texts at once, float32 (n, dim); none of them is remembered."""
        return self._encoder.encode(texts)

    def search(
        self, text: str, *, vector: NDArray[np.float32] | None = None, language: str, k: int = 5
    ) -> Found:
        """Find the entries that may answer a message.

        Args:
            text: the message.
            vector: from `encode`, when the caller has it already.
            language: of the message; entries in it are preferred, others still count.
            k: at most this many hits.
        """
        query = self.encode(text) if vector is None else vector
        evidence, entries = self._shelf.find(text, query)
        calibration = self._calibration if evidence.dense else self._lexical_calibration
        ranked = self._rank(evidence, calibration, language)
        if self._reranker is not None:
            ranked = reranked(self._reranker, text, ranked, entries)
        return judged(ranked, calibration, language=language, k=k, entries=entries)

    def evidence(self, text: str) -> Evidence:
        """All that is found for a text, unweighed: for fitting."""
        return self._shelf.find(text, self.encode(text))[0]

    def candidates(self, text: str, *, language: str) -> list[Candidate]:
        """All entries that share anything with a text, best first, unjudged: for benchmarks."""
        return self._rank(self.evidence(text), self._calibration, language)

    def answer(self, entry_id: str, language: str, *, fallback: Sequence[str] = ()) -> Answer | None:
        """Word an entry's answer.

        Args:
            entry_id: from a hit, or a starter topic.
            language: asked for; then another region of it, then `fallback` in order, then any language.
            fallback: usually the shop's default language and English.

        Returns:
            None when the entry is unknown or every sentence of it needs a fact that is not given.
        """
        now = self._shelf.now
        entry = now.entries.get(entry_id)
        if entry is None:
            return None
        found = next(languages_of(entry, language, fallback))
        variant = entry.variants[found]
        text = render(variant.answer, now.facts.values(found), found)
        return Answer(text=text, language=found, title=variant.title, entry_id=entry_id) if text else None

    def title(self, entry_id: str, language: str, *, fallback: Sequence[str] = ("en",)) -> str | None:
        """Title of an entry, in the language that `answer` would choose; None when the entry is unknown."""
        entry = self._shelf.now.entries.get(entry_id)
        return None if entry is None else title_of(entry, language, fallback)

    def put(self, entry: Entry) -> None:
        """Add an entry or replace the one with its id; found when this returns. Call `save` later."""
        self.wait()
        self._shelf.put(entry.id, entry)

    def remove(self, entry_id: str) -> bool:
        """Remove an entry; it can't be found when this returns. False when there was none."""
        self.wait()
        return self._shelf.put(entry_id, None)

    @property
    def facts(self) -> Facts:
        """Of the shop, as filled into answers."""
        return self._shelf.now.facts

    def state(self, facts: Facts) -> None:
        """Fill answers with other facts; they are said when this returns. Call `save` later."""
        self.wait()
        self._shelf.state(facts)

    def entries(self) -> dict[str, Entry]:
        """All entries by id."""
        return dict(self._shelf.now.entries)

    def coverage(self) -> dict[str, int]:
        """Number of entries in each language."""
        counts: dict[str, int] = {}
        for language in chain.from_iterable(entry.variants for entry in self._shelf.now.entries.values()):
            counts[language] = counts.get(language, 0) + 1
        return dict(sorted(counts.items()))

    def save(self) -> None:
        """Write the index, atomically. Searches go on meanwhile; call it in the background after changes.

        A base that has outgrown its layout is laid out anew first; changes wait for that, a minute at most.

        Raises:
            OSError: the folder can't be written; the index on disk is then still the old one.
        """
        if self.is_open:
            self._shelf.save()

    @staticmethod
    def _rank(evidence: Evidence, calibration: Calibration, language: str) -> list[Candidate]:
        return rank(
            evidence, language=language,
            dense_weight=calibration.dense_weight, head_weight=calibration.head_weight,
        )  # fmt: skip

    def _encode(self, text: str) -> Vectors:
        vector: Vectors = self._encoder.encode([text])[0]
        vector.flags.writeable = False
        return vector


def _fitted(encoder: str) -> Calibration:
    calibration, fitted = load_calibration(encoder)
    if not fitted:
        _log.warning("knowledge.not_calibrated", encoder=encoder)
    return calibration
