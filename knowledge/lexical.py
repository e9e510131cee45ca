"""Lexical ranking: BM25 over words and character n-grams, one document an entry and language.

Owned by `KnowledgeBase`. An index never changes: `replaced` gives a new one that shares what stayed the same,
so a search in another thread sees the old or the new one whole. NumPy rather than SQLite FTS5, which ranks
all languages by shared document frequencies with fixed k1 and b: ten points less recall, twice the time
(benchmarks/retrieval.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.text import features

__all__ = ["Document", "LexicalHits", "LexicalIndex"]

# Chosen by eight-fold tests over the starter packs: what an entry says often in its ways of asking should
# keep counting (high k1; the usual 1.2 costs 2 to 5 points), and more ways of asking must not win by length.
_K1 = 8.0
_B = 0.8
# A language with one entry has no document frequencies worth the name; it is ranked as if it had this many.
_LEAST_DOCUMENTS = 40
# What shares fewer of the text's features than so many others has no say.
_MOST_HITS = 128
# Changes are kept apart from the bulk until there are this many documents of them, or until `compacted`.
_MAX_RECENT = 128


class Document(NamedTuple):
    """What is ranked: an entry in one language."""

    entry_id: str
    language: str


@dataclass(frozen=True, slots=True)
class LexicalHits:
    """Scores of one search, parallel arrays.

    Attributes:
        documents: those that share at least one feature with the text.
        scores: share of the text's information that the document covers; 0 upwards, 1 is a good match.
        known: share of the text's information that the document's language knows at all, 0..1.
    """

    documents: tuple[Document, ...]
    scores: NDArray[np.float64]
    known: NDArray[np.float64]


class LexicalIndex:
    """BM25 by entry and language. Immutable; made by `build`."""

    def __init__(
        self, documents: tuple[_Counted, ...], segments: tuple[_Segment, ...], alive: _Bools
    ) -> None:
        """Use `build`; this is shared by it and `replaced`.

        Args:
            documents: all that any segment holds, gone ones included.
            segments: postings; a document stands in exactly one.
            alive: (documents,), False for a document that was replaced or removed.
        """
        self._documents = documents
        self._segments = segments
        self._alive = alive
        self._numbers = {counted.document: n for n, counted in enumerate(documents) if alive[n]}
        self._languages = sorted({document.language for document in self._numbers})
        places = {language: n for n, language in enumerate(self._languages)}
        self._language_of = np.array([places.get(c.document.language, 0) for c in documents], dtype=np.int64)
        lengths = np.array([counted.length for counted in documents], dtype=np.float64)
        living = self._language_of[alive]
        self._sizes = np.bincount(living, minlength=len(places)).astype(np.float64)
        means = np.bincount(living, weights=lengths[alive], minlength=len(places)) / np.maximum(
            self._sizes, 1
        )
        mean_of = means[self._language_of] if len(places) else lengths
        self._norms = _K1 * (1 - _B + _B * lengths / np.maximum(mean_of, 1))

    def __len__(self) -> int:
        return len(self._numbers)

    @classmethod
    def build(cls, texts: Mapping[Document, Sequence[str]]) -> LexicalIndex:
        """Index documents.

        Args:
            texts: the passages of each; a feature counts once a passage.
        """
        counted = tuple(_count(document, passages) for document, passages in texts.items())
        return cls(counted, (_segment(counted, 0),), np.ones(len(counted), dtype=bool))

    def replaced(self, changes: Mapping[Document, Sequence[str] | None]) -> LexicalIndex:
        """An index with some documents added, replaced, or (None) removed; this one stays as it is."""
        alive = self._alive.copy()
        for document in changes:
            if document in self._numbers:
                alive[self._numbers[document]] = False
        added = tuple(_count(document, texts) for document, texts in changes.items() if texts is not None)
        bulk = self._segments[0].documents
        recent = self._documents[bulk:] + added
        kept = np.concatenate([alive, np.ones(len(added), dtype=bool)])
        if len(recent) > _MAX_RECENT:
            return _compact(self._documents + added, kept)
        return LexicalIndex(self._documents + added, (self._segments[0], _segment(recent, bulk)), kept)

    def compacted(self) -> LexicalIndex:
        """The same index without traces of past changes; worth calling in the background after some."""
        return self if len(self._segments) == 1 else _compact(self._documents, self._alive)

    def search(self, text: str) -> LexicalHits:
        """Score the documents that share most with a text, unordered; empty for one without features."""
        query = _hashes(features(text))
        found = [segment.postings(query) for segment in self._segments]
        terms, documents, counts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        living = self._alive[documents]
        terms, documents, counts = terms[living], documents[living], counts[living]
        if not len(documents):
            return LexicalHits((), np.empty(0), np.empty(0))
        languages = self._language_of[documents]
        width = len(self._languages)
        spread = np.bincount(terms * width + languages, minlength=len(query) * width)
        frequency = spread.reshape(len(query), width).astype(np.float64)
        sizes = np.maximum(self._sizes, _LEAST_DOCUMENTS)
        information = np.log1p((sizes - frequency + 0.5) / (frequency + 0.5))
        total = information.sum(axis=0)
        known = (information * (frequency > 0)).sum(axis=0) / total
        gains = information[terms, languages] * counts * (_K1 + 1) / (counts + self._norms[documents])
        scores = np.bincount(documents, weights=gains, minlength=len(self._documents))
        hit = np.flatnonzero(scores)
        if len(hit) > _MOST_HITS:
            hit = hit[np.argpartition(-scores[hit], _MOST_HITS)[:_MOST_HITS]]
        own = self._language_of[hit]
        names = tuple(self._documents[n].document for n in hit.tolist())
        return LexicalHits(names, scores[hit] / total[own], known[own])


_Bools = NDArray[np.bool_]
_Postings = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class _Counted:
    """A document with its hashed features (sorted) and in how many passages each stands."""

    document: Document
    hashes: NDArray[np.uint32]
    counts: NDArray[np.float32]
    length: float


@dataclass(frozen=True, slots=True)
class _Segment:
    """Postings of a run of documents: `numbers[starts[i]:starts[i + 1]]` hold the feature `hashes[i]`."""

    hashes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int32]
    counts: NDArray[np.float32]
    documents: int

    def postings(self, query: NDArray[np.uint32]) -> _Postings:
        """Every (feature of the query by place, document, count)."""
        if not len(self.hashes) or not len(query):
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
        places = np.minimum(np.searchsorted(self.hashes, query), len(self.hashes) - 1)
        terms = np.flatnonzero(self.hashes[places] == query)
        places = places[terms]
        sizes = self.starts[places + 1] - self.starts[places]
        # One flat list of positions: each run's start, counting up within the run.
        offsets = np.repeat(self.starts[places] - (np.cumsum(sizes) - sizes), sizes)
        rows = np.arange(int(sizes.sum())) + offsets
        return (
            np.repeat(terms, sizes),
            self.numbers[rows].astype(np.int64),
            self.counts[rows].astype(np.float64),
        )


def _hashes(keys: Iterable[str]) -> NDArray[np.uint32]:
    """Sorted distinct CRC-32 of features; a few collisions among a million do no harm to a ranking."""
    return np.unique(np.fromiter((crc32(key.encode("utf-8", "surrogatepass")) for key in keys), np.uint32))


def _count(document: Document, passages: Sequence[str]) -> _Counted:
    seen: Counter[int] = Counter()
    for passage in passages:
        seen.update(crc32(key.encode("utf-8", "surrogatepass")) for key in features(passage))
    hashes = np.fromiter(seen.keys(), np.uint32, len(seen))
    counts = np.fromiter(seen.values(), np.float32, len(seen))
    order = np.argsort(hashes)
    return _Counted(document, hashes[order], counts[order], float(counts.sum()))


def _segment(documents: tuple[_Counted, ...], first: int) -> _Segment:
    """Postings of documents that are numbered from `first` on."""
    sizes = [len(counted.hashes) for counted in documents]
    none = np.empty(0, np.uint32)
    hashes = np.concatenate([none, *(counted.hashes for counted in documents)])
    counts = np.concatenate([none.astype(np.float32), *(counted.counts for counted in documents)])
    numbers = np.repeat(np.arange(first, first + len(documents), dtype=np.int32), sizes)
    order = np.argsort(hashes, kind="stable")
    distinct, starts = np.unique(hashes[order], return_index=True)
    ends = np.append(starts, len(hashes)).astype(np.int64)
    return _Segment(distinct, ends, numbers[order], counts[order], len(documents))


def _compact(documents: tuple[_Counted, ...], alive: _Bools) -> LexicalIndex:
    living = tuple(counted for counted, lives in zip(documents, alive, strict=True) if lives)
    return LexicalIndex(living, (_segment(living, 0),), np.ones(len(living), dtype=bool))
