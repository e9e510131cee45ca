"""KnowledgeBase: texts in, ranked answers out. The one public class of `knowledge`.

Made by the composition root, asked by the dialogue and the skills, changed by the API. Searches run in any
number of threads while one writer changes entries; a search sees an entry whole or not at all. Nothing
awaits: call `put`, `remove` and `save` from a worker thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.calibration import LEXICAL, Calibration, load_calibration
from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder, Encoder, Vectors
from knowledge.entries import Entry
from knowledge.errors import IndexCorrupt
from knowledge.facts import Facts, render
from knowledge.found import Answer, Found, Hit
from knowledge.head import Head, Places, load_head
from knowledge.index import EXACT, DenseIndex
from knowledge.judging import judged, reranked
from knowledge.lexical import Document, LexicalIndex
from knowledge.passages import by_document, languages_of, passages_of, title_of
from knowledge.ranking import Candidate, Evidence, Passage, rank
from knowledge.reranker import Reranker

__all__ = ["Answer", "Found", "Hit", "KnowledgeBase"]

_log = structlog.get_logger(__name__)

# Enough that every entry that could win has its nearest passage among them; a search for more costs a sort.
_NEAREST = 128
_CACHED_TEXTS = 512
# Passages encoded at a time (a writer waits for no more than these), and for how long `open` encodes before
# it leaves the rest to `embed`.
_BATCH = 256
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a search reads besides vectors and passages; replaced whole on every change."""

    entries: Mapping[str, Entry]
    lexical: LexicalIndex
    places: Places | None


class KnowledgeBase:
    """Hybrid retrieval over FAQ entries in many languages. Made by `open`."""

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        facts: Facts,
        *,
        dense: DenseIndex,
        passages: dict[int, Passage],
        snapshot: _Snapshot,
        calibration: Calibration,
        lexical_calibration: Calibration,
        reranker: Reranker | None = None,
    ) -> None:
        """Use `open`."""
        self._folder = folder
        self._encoder = encoder
        self._facts = facts
        # Vectors, passages and the snapshot change together, and are read together, under `_swapping`.
        self._dense = dense
        self._passages = passages
        self._snapshot = snapshot
        self._calibration = calibration
        self._lexical_calibration = lexical_calibration
        self._reranker = reranker
        self._missing = len(passages) - len(dense)
        self._to_embed = sorted((number for number in passages if number not in dense), reverse=True)
        self._writing = threading.Lock()
        self._swapping = threading.Lock()
        self._encoded = lru_cache(maxsize=_CACHED_TEXTS)(self._encode)

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
        passages = dict(chain.from_iterable(passages_of(entry, facts) for entry in entries.values()))
        try:
            dense = DenseIndex.load(folder, encoder=encoder.name, dim=encoder.dim)
        except IndexCorrupt as error:
            _log.info("knowledge.index_rebuilt", reason=str(error), passages=len(passages))
            dense = DenseIndex(encoder.name, encoder.dim)
        if len(passages) > EXACT:
            _log.info("knowledge.words_reading", passages=len(passages))
        gone = dense.ids - passages.keys()
        dense.remove(gone)
        lexical = LexicalIndex.build(by_document(passages))
        snapshot = _Snapshot(MappingProxyType(dict(entries)), lexical, Places.none(head) if head else None)
        base = cls(
            folder, encoder, facts, dense=dense, passages=passages, snapshot=snapshot,
            calibration=calibration, lexical_calibration=load_calibration(LEXICAL)[0], reranker=reranker,
        )  # fmt: skip
        base._place_all()
        had, started = base.missing, time.monotonic()
        while base.missing and time.monotonic() < started + patience_s:
            base.embed()
        if gone or had > base.missing:
            added = had - base.missing
            _log.info("knowledge.index_updated", added=added, removed=len(gone), missing=base.missing)
            base.save()
        return base

    @property
    def is_quick(self) -> bool:
        """Whether a search takes a millisecond or two; otherwise it belongs into a thread."""
        return self._reranker is None and isinstance(self._encoder, BuiltinEncoder)

    @property
    def missing(self) -> int:
        """Passages without a vector yet; while there are any, search goes by words alone."""
        return self._missing

    def embed(self, most: int = _BATCH) -> int:
        """Encode some of the passages that have no vector yet; call it until it returns 0.

        Returns:
            How many are still missing.
        """
        with self._writing:
            some: list[int] = []
            while self._to_embed and len(some) < most:
                number = self._to_embed.pop()
                # One of an entry that has changed since is gone, or has its vector.
                if number in self._passages and number not in self._dense:
                    some.append(number)
            vectors = self._encoder.encode([self._passages[number].text for number in some])
            with self._swapping:
                self._dense.add(some, vectors)
                self._missing = len(self._passages) - len(self._dense)
            if some:
                self._place_all()
        return self._missing

    def _place_all(self) -> None:
        """Place every entry, once all passages have vectors."""
        places = self._snapshot.places
        if places is None or self._missing:
            return
        numbers: dict[str, list[int]] = {}
        for number, passage in self._passages.items():
            numbers.setdefault(passage.document.entry_id, []).append(number)
        places = places.moved({key: self._dense.vectors(of) for key, of in numbers.items()})
        with self._swapping:
            self._snapshot = replace(self._snapshot, places=places)

    def encode(self, text: str) -> Vectors:
        """Vector of one message, float32 (dim,), read-only; recent texts are remembered."""
        vector: Vectors = self._encoded(text)
        return vector

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
        evidence, entries = self._find(text, vector)
        calibration = self._calibration if evidence.dense else self._lexical_calibration
        ranked = self._rank(evidence, calibration, language)
        if self._reranker is not None:
            ranked = reranked(self._reranker, text, ranked, entries)
        return judged(ranked, calibration, language=language, k=k, entries=entries)

    def evidence(self, text: str) -> Evidence:
        """All that is found for a text, unweighed: for fitting."""
        return self._find(text, None)[0]

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
        entry = self._snapshot.entries.get(entry_id)
        if entry is None:
            return None
        found = next(languages_of(entry, language, fallback))
        variant = entry.variants[found]
        text = render(variant.answer, self._facts.values(found), found)
        return Answer(text=text, language=found, title=variant.title, entry_id=entry_id) if text else None

    def title(self, entry_id: str, language: str, *, fallback: Sequence[str] = ("en",)) -> str | None:
        """Title of an entry, in the language that `answer` would choose; None when the entry is unknown."""
        entry = self._snapshot.entries.get(entry_id)
        return None if entry is None else title_of(entry, language, fallback)

    def put(self, entry: Entry) -> None:
        """Add an entry or replace the one with its id; found when this returns. Call `save` later."""
        self._change(entry.id, entry)

    def remove(self, entry_id: str) -> bool:
        """Remove an entry; it can't be found when this returns. False when there was none."""
        return self._change(entry_id, None)

    def entries(self) -> dict[str, Entry]:
        """All entries by id."""
        return dict(self._snapshot.entries)

    def coverage(self) -> dict[str, int]:
        """Number of entries in each language."""
        counts: dict[str, int] = {}
        for language in chain.from_iterable(entry.variants for entry in self._snapshot.entries.values()):
            counts[language] = counts.get(language, 0) + 1
        return dict(sorted(counts.items()))

    def save(self) -> None:
        """Write the index, atomically. Searches go on meanwhile; call it in the background after changes.

        A base that has outgrown its layout is laid out anew first; changes wait for that, a minute at most.

        Raises:
            OSError: the folder can't be written; the index on disk is then still the old one.
        """
        with self._writing:
            compacted = replace(self._snapshot, lexical=self._snapshot.lexical.compacted())
            dense = self._roomy()
            with self._swapping:
                self._snapshot, self._dense = compacted, dense
            # No writer is active, and searches leave the vectors alone.
            dense.save(self._folder)

    def _roomy(self) -> DenseIndex:
        """The dense index, laid out anew when it has grown too large for the way it is."""
        if not self._dense.outgrown:
            return self._dense
        total = len(self._passages)
        _log.info("knowledge.index_growing", passages=total)
        started = time.monotonic()
        grown = self._dense.regrown(expected=total)
        _log.info("knowledge.index_grown", seconds=round(time.monotonic() - started, 1))
        return grown

    def _change(self, entry_id: str, entry: Entry | None) -> bool:
        with self._writing:
            before = self._snapshot
            old = before.entries.get(entry_id)
            had = dict(passages_of(old, self._facts)) if old else {}
            has = dict(passages_of(entry, self._facts)) if entry else {}
            new = sorted(has.keys() - had.keys())
            vectors = self._encoder.encode([has[number].text for number in new])
            texts: dict[Document, Sequence[str] | None] = {passage.document: None for passage in had.values()}
            lexical = before.lexical.replaced(texts | by_document(has))
            entries = {key: value for key, value in before.entries.items() if key != entry_id or entry}
            if entry:
                entries[entry_id] = entry
            after = _Snapshot(MappingProxyType(entries), lexical, before.places)
            if before.places is not None and not self._missing:
                kept = self._dense.vectors(sorted(has.keys() & had.keys()))
                own = np.concatenate([kept, vectors]) if entry else None
                after = replace(after, places=before.places.moved({entry_id: own}))
            with self._swapping:
                self._dense.remove(had.keys() - has.keys())
                self._dense.add(new, vectors)
                for number in had.keys() - has.keys():
                    del self._passages[number]
                self._passages.update(has)
                self._snapshot = after
                was, self._missing = self._missing, len(self._passages) - len(self._dense)
            if was:  # none is placed yet, and this one may have been what was missing
                self._place_all()
        return old is not None

    def _find(self, text: str, vector: NDArray[np.float32] | None) -> tuple[Evidence, Mapping[str, Entry]]:
        query = self.encode(text) if vector is None else vector
        with self._swapping:
            snapshot, whole = self._snapshot, not self._missing
            numbers, products = self._dense.search(query, _NEAREST if whole else 0)
            pairs = zip(numbers.tolist(), products.tolist(), strict=True)
            near = [(self._passages[number], product) for number, product in pairs]
        words = snapshot.lexical.search(text)
        if snapshot.places is None or not near:
            return Evidence(words, near, dense=whole), snapshot.entries
        among = {document.entry_id for document in words.documents}
        among.update(passage.document.entry_id for passage, _ in near)
        ratios, other = snapshot.places.ratios(query, sorted(among))
        return Evidence(words, near, dense=whole, head=ratios, other=other), snapshot.entries

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
