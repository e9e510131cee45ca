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
from knowledge.index import DenseIndex
from knowledge.lexical import Document, LexicalIndex
from knowledge.passages import by_document, languages_of, passages_of, title_of
from knowledge.ranking import Candidate, Evidence, Passage, rank, signals_of
from knowledge.reranker import Reranker

__all__ = ["Answer", "Found", "Hit", "KnowledgeBase"]

_log = structlog.get_logger(__name__)

# Enough that every entry that could win has its nearest passage among them; a search for more costs a sort.
_NEAREST = 128
_CACHED_TEXTS = 512
_RERANKED = 10
# Passages encoded at a time (a writer waits for no more than these), and for how long `open` encodes before
# it leaves the rest to `embed`.
_BATCH = 64
_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """All that a search reads besides the vectors; replaced whole on every change."""

    entries: Mapping[str, Entry]
    passages: Mapping[int, Passage]
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
        snapshot: _Snapshot,
        calibration: Calibration,
        lexical_calibration: Calibration,
        reranker: Reranker | None = None,
    ) -> None:
        """Use `open`."""
        self._folder = folder
        self._encoder = encoder
        self._facts = facts
        self._dense = dense
        self._snapshot = snapshot
        self._calibration = calibration
        self._lexical_calibration = lexical_calibration
        self._reranker = reranker
        self._missing = len(snapshot.passages) - len(dense)
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
        gone, had = dense.ids - passages.keys(), len(dense)
        dense.remove(gone)
        lexical = LexicalIndex.build(by_document(passages))
        snapshot = _Snapshot(
            MappingProxyType(dict(entries)), passages, lexical, Places.none(head) if head else None
        )
        base = cls(
            folder, encoder, facts, dense=dense, snapshot=snapshot, calibration=calibration,
            lexical_calibration=load_calibration(LEXICAL)[0], reranker=reranker,
        )  # fmt: skip
        base._snapshot = base._placed(snapshot)
        started = time.monotonic()
        while base.missing and time.monotonic() < started + patience_s:
            base.embed()
        added = len(dense) - (had - len(gone))
        if gone or added:
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
            passages = self._snapshot.passages
            missing = sorted(passages.keys() - self._dense.ids)
            some = missing[:most]
            vectors = self._encoder.encode([passages[number].text for number in some])
            with self._swapping:
                self._dense.add(some, vectors)
            placed = self._placed(self._snapshot) if some else self._snapshot
            with self._swapping:
                self._snapshot, self._missing = placed, len(missing) - len(some)
        return self._missing

    def _placed(self, snapshot: _Snapshot) -> _Snapshot:
        """The snapshot with every entry placed, once all of its passages have vectors."""
        if snapshot.places is None or len(snapshot.passages) > len(self._dense):
            return snapshot
        numbers: dict[str, list[int]] = {}
        for number, passage in snapshot.passages.items():
            numbers.setdefault(passage.document.entry_id, []).append(number)
        own = {key: self._dense.vectors(of) for key, of in numbers.items()}
        return replace(snapshot, places=snapshot.places.moved(own))

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
        evidence, snapshot = self._find(text, vector)
        calibration = self._calibration if evidence.dense else self._lexical_calibration
        ranked = self._rank(evidence, calibration, language)
        if self._reranker is not None:
            ranked = self._reranked(self._reranker, text, ranked, snapshot.entries)
        return self._judge(ranked, calibration, language=language, k=k, entries=snapshot.entries)

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

        Raises:
            OSError: the folder can't be written; the index on disk is then still the old one.
        """
        with self._writing:
            compacted = replace(self._snapshot, lexical=self._snapshot.lexical.compacted())
            with self._swapping:
                self._snapshot = compacted
            # No writer is active, and searches leave the vectors alone.
            self._dense.save(self._folder)

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
            kept = {number: passage for number, passage in before.passages.items() if number not in had}
            after = _Snapshot(MappingProxyType(entries), kept | has, lexical, before.places)
            with self._swapping:
                self._dense.remove(had.keys() - has.keys())
                self._dense.add(new, vectors)
                if self._missing:  # none of them is placed yet
                    after = self._placed(after)
                elif before.places is not None:
                    own = self._dense.vectors(sorted(has)) if has else None
                    after = replace(after, places=before.places.moved({entry_id: own}))
                self._snapshot = after
                self._missing = len(after.passages) - len(self._dense)
        return old is not None

    def _find(self, text: str, vector: NDArray[np.float32] | None) -> tuple[Evidence, _Snapshot]:
        query = self.encode(text) if vector is None else vector
        with self._swapping:
            snapshot, whole = self._snapshot, not self._missing
            numbers, products = self._dense.search(query, _NEAREST if whole else 0)
        pairs = zip(numbers.tolist(), products.tolist(), strict=True)
        near = [(snapshot.passages[number], product) for number, product in pairs]
        words = snapshot.lexical.search(text)
        if snapshot.places is None or not near:
            return Evidence(words, near, dense=whole), snapshot
        among = {document.entry_id for document in words.documents}
        among.update(passage.document.entry_id for passage, _ in near)
        ratios, other = snapshot.places.ratios(query, sorted(among))
        return Evidence(words, near, dense=whole, head=ratios, other=other), snapshot

    @staticmethod
    def _rank(evidence: Evidence, calibration: Calibration, language: str) -> list[Candidate]:
        return rank(
            evidence, language=language,
            dense_weight=calibration.dense_weight, head_weight=calibration.head_weight,
        )  # fmt: skip

    @staticmethod
    def _reranked(
        reranker: Reranker, text: str, ranked: list[Candidate], entries: Mapping[str, Entry]
    ) -> list[Candidate]:
        """The best few in the reranker's order; the first place keeps the score of a first place."""
        few = ranked[:_RERANKED]
        variants = [entries[one.document.entry_id].variants[one.document.language] for one in few]
        passages = [one.text or variant.title for one, variant in zip(few, variants, strict=True)]
        scores = reranker.scores(text, passages)
        order = sorted(range(len(few)), key=lambda place: -scores[place])
        moved = [replace(few[place], fused=few[to].fused) for to, place in enumerate(order)]
        return moved + ranked[_RERANKED:]

    def _judge(
        self,
        ranked: list[Candidate],
        calibration: Calibration,
        *,
        language: str,
        k: int,
        entries: Mapping[str, Entry],
    ) -> Found:
        places = range(min(k, len(ranked)))
        signals = [calibration.relative(signals_of(ranked, place), language) for place in places]
        scores = [calibration.score(each) for each in signals]
        # A worse place never scores higher: the list is read from the top.
        scores = np.minimum.accumulate(scores).tolist() if scores else []
        hits = tuple(
            Hit(
                entry_id=one.document.entry_id,
                score=score,
                dense=one.dense,
                lexical=one.lexical,
                matched_language=one.document.language,
                matched_text=one.text or entries[one.document.entry_id].variants[one.document.language].title,
                title=title_of(entries[one.document.entry_id], language, ("en",)),
            )
            for one, score in zip(ranked, scores, strict=False)
        )
        return Found(hits, calibration.outcome(scores, signals[0] if signals else None))

    def _encode(self, text: str) -> Vectors:
        vector: Vectors = self._encoder.encode([text])[0]
        vector.flags.writeable = False
        return vector


def _fitted(encoder: str) -> Calibration:
    calibration, fitted = load_calibration(encoder)
    if not fitted:
        _log.warning("knowledge.not_calibrated", encoder=encoder)
    return calibration
