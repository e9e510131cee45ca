"""Lexical ranking: BM25 over words, word pairs and character n-grams, one document an entry and language.

Owned by `KnowledgeBase`. An index never changes: `replaced` gives a new one that shares what stayed the same,
so a search in another thread sees the old or the new one whole. NumPy rather than SQLite FTS5, which ranks
all languages by shared document frequencies with fixed k1 and b: ten points less recall, twice the time
(benchmarks/retrieval.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.postings import Document, Segment, folded_features, make_segment, merged

__all__ = ["Document", "LexicalHits", "LexicalIndex"]

# Chosen by eight-fold tests over the starter packs: what an entry says often in its ways of asking should
# keep counting (high k1; the usual 1.2 costs 2 to 5 points), and more ways of asking must not win by length.
_K1 = 8.0
_B = 0.8
# A language with one entry has no document frequencies worth the name; it is ranked as if it had this many.
_LEAST_DOCUMENTS = 40
# What shares fewer of the text's features than so many others has no say.
_MOST_HITS = 128
# A search reads the rarest features of a text first, and no more postings than this: in a base of a million
# passages the common ones stand nearly everywhere, cost most, and tell least.
_MOST_POSTINGS = 60_000
# Changes are kept apart from the bulk until there are this many documents of them, or this share of it.
_MAX_RECENT, _RECENT_SHARE = 128, 0.01
# Fewer recent ones than this share are not worth a rewrite of the bulk.
_WORTH_COMPACTING = 0.001


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


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """BM25 by entry and language. Immutable; made by `build`.

    Attributes:
        bulk: most documents.
        recent: those that came or changed since.
        recent_texts: what `recent` is made of.
        alive: bool (documents of the bulk,), False for one that was replaced or removed.
        languages: code -> number, as the segments use it; only grows.
        sizes: float64 (languages,), living documents.
        lengths: float64 (languages,), sum of their lengths.
    """

    bulk: Segment
    recent: Segment
    recent_texts: Mapping[Document, Sequence[str]]
    alive: NDArray[np.bool_]
    languages: Mapping[str, int]
    sizes: NDArray[np.float64]
    lengths: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.sizes.sum())

    @classmethod
    def build(cls, texts: Mapping[Document, Sequence[str]]) -> LexicalIndex:
        """Index documents.

        Args:
            texts: the passages of each; a feature counts once a passage.
        """
        languages = _numbered({}, texts)
        return cls._of_bulk(make_segment(texts, languages), languages)

    @classmethod
    def _of_bulk(cls, bulk: Segment, languages: Mapping[str, int]) -> LexicalIndex:
        alive = np.ones(len(bulk.documents), dtype=bool)
        none = make_segment({}, languages)
        return cls(bulk, none, {}, alive, languages, *_sums(bulk, none, alive, len(languages)))

    def replaced(self, changes: Mapping[Document, Sequence[str] | None]) -> LexicalIndex:
        """An index with some documents added, replaced, or (None) removed; this one stays as it is."""
        alive = self.alive.copy()
        for document in changes:
            if (row := self.bulk.rows.get(document)) is not None:
                alive[row] = False
        added = {document: texts for document, texts in changes.items() if texts is not None}
        kept = {document: texts for document, texts in self.recent_texts.items() if document not in changes}
        texts = kept | added
        languages = _numbered(self.languages, added)
        recent = make_segment(texts, languages)
        sums = _sums(self.bulk, recent, alive, len(languages))
        changed = LexicalIndex(self.bulk, recent, texts, alive, languages, *sums)
        most = max(_MAX_RECENT, _RECENT_SHARE * len(self.bulk.documents))
        return changed._merged() if len(texts) > most else changed

    def compacted(self) -> LexicalIndex:
        """The same index without traces of past changes; worth calling in the background after some."""
        changes = len(self.recent.documents) + len(self.alive) - int(self.alive.sum())
        worth = changes > _WORTH_COMPACTING * len(self.bulk.documents)
        return self._merged() if worth else self

    def _merged(self) -> LexicalIndex:
        return self._of_bulk(merged(self.bulk, self.alive, self.recent), self.languages)

    def search(self, text: str) -> LexicalHits:
        """Score the documents that share most with a text, unordered; empty for one without features."""
        query = np.unique(folded_features([text])[0])
        query = query[_affordable(self.bulk.frequencies(query) + self.recent.frequencies(query))]
        first = len(self.bulk.documents)
        terms, rows, counts = self.bulk.postings(query)
        living = self.alive[rows]
        new_terms, new_rows, new_counts = self.recent.postings(query)
        terms = np.concatenate([terms[living], new_terms])
        counts = np.concatenate([counts[living], new_counts])
        rows = rows[living]
        documents = np.concatenate([rows, new_rows + first])
        if not len(documents):
            return LexicalHits((), np.empty(0), np.empty(0))
        languages = np.concatenate([self.bulk.languages[rows], self.recent.languages[new_rows]])
        lengths = np.concatenate([self.bulk.lengths[rows], self.recent.lengths[new_rows]])
        width = len(self.languages)
        spread = np.bincount(terms * width + languages, minlength=len(query) * width)
        frequency = spread.reshape(len(query), width).astype(np.float64)
        sizes = np.maximum(self.sizes, _LEAST_DOCUMENTS)
        information = np.log1p((sizes - frequency + 0.5) / (frequency + 0.5))
        total = information.sum(axis=0)
        known = (information * (frequency > 0)).sum(axis=0) / total
        mean = self.lengths / np.maximum(self.sizes, 1)
        norms = _K1 * (1 - _B + _B * lengths / np.maximum(mean, 1)[languages])
        gains = information[terms, languages] * counts * (_K1 + 1) / (counts + norms)
        scores = np.bincount(documents, weights=gains)
        hit = np.flatnonzero(scores)
        if len(hit) > _MOST_HITS:
            hit = hit[np.argpartition(-scores[hit], _MOST_HITS)[:_MOST_HITS]]
        found = [
            self.bulk.documents[n] if n < first else self.recent.documents[n - first] for n in hit.tolist()
        ]
        own = np.array([self.languages[document.language] for document in found], dtype=np.int64)
        names = tuple(found)
        return LexicalHits(names, scores[hit] / total[own], known[own])


def _affordable(frequencies: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the features to look up: all, or the rarest ones when all would be too many postings."""
    order = np.argsort(frequencies, kind="stable")
    within = np.cumsum(frequencies[order]) <= _MOST_POSTINGS
    # One is always read, else a text of common words would find nothing at all.
    found = np.flatnonzero(frequencies[order] > 0)
    within[: found[0] + 1 if len(found) else 0] = True
    return np.sort(order[within])


def _numbered(languages: Mapping[str, int], documents: Mapping[Document, Sequence[str]]) -> dict[str, int]:
    codes = dict.fromkeys(chain(languages, (document.language for document in documents)))
    return {code: number for number, code in enumerate(codes)}


def _sums(
    bulk: Segment, recent: Segment, alive: NDArray[np.bool_], languages: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Living documents and the sum of their lengths by language."""
    codes = np.concatenate([bulk.languages[alive], recent.languages])
    lengths = np.concatenate([bulk.lengths[alive], recent.lengths])
    sizes = np.bincount(codes, minlength=languages).astype(np.float64)
    return sizes, np.bincount(codes, weights=lengths, minlength=languages).astype(np.float64)
