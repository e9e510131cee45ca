"""Postings of documents in NumPy arrays: which documents hold a feature, and in how many of their passages.

Used by `lexical` alone. A posting is packed into 64 bits while segments are made, so that a million passages
are sorted in place: hash of the feature, number of the document, count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.features import hashed
from knowledge.text import fold_accents

__all__ = ["Document", "Segment", "folded_features", "make_segment", "merged"]

_CHUNK = 2_000  # documents whose texts are hashed at a time
_MOST_DOCUMENTS = 1 << 24
_MOST_COUNTED = 255
_Packed = NDArray[np.uint64]
_DOCUMENT_AT, _HASH_AT = np.uint64(8), np.uint64(32)


class Document(NamedTuple):
    """What is ranked: an entry in one language."""

    entry_id: str
    language: str


@dataclass(frozen=True)
class Segment:
    """Postings of some documents: `owners[starts[i]:starts[i + 1]]` hold the feature `hashes[i]`.

    Attributes:
        documents: names, by row.
        languages: int32, number of the language of each.
        lengths: float32, its number of features, each once a passage.
        hashes: uint32, ascending.
        starts: int64 (hashes + 1,).
        owners: int32, rows of documents.
        counts: uint8, in how many passages of the document the feature stands.
    """

    documents: Sequence[Document]
    languages: NDArray[np.int32]
    lengths: NDArray[np.float32]
    hashes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    owners: NDArray[np.int32]
    counts: NDArray[np.uint8]

    @cached_property
    def rows(self) -> Mapping[Document, int]:
        """Row of each document."""
        return {document: row for row, document in enumerate(self.documents)}

    def frequencies(self, query: NDArray[np.uint32]) -> NDArray[np.int64]:
        """How many documents hold each feature, gone ones included."""
        places, known = self._places(query)
        sizes = np.zeros(len(query), dtype=np.int64)
        sizes[known] = self.starts[places[known] + 1] - self.starts[places[known]]
        return sizes

    def postings(
        self, query: NDArray[np.uint32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Every (feature of the query by place, row of a document, count)."""
        places, known = self._places(query)
        terms = np.flatnonzero(known)
        places = places[terms]
        sizes = self.starts[places + 1] - self.starts[places]
        # One flat list of positions: each run's start, counting up within the run.
        offsets = np.repeat(self.starts[places] - (np.cumsum(sizes) - sizes), sizes)
        at = np.arange(int(sizes.sum())) + offsets
        return np.repeat(terms, sizes), self.owners[at].astype(np.int64), self.counts[at].astype(np.float64)

    def _places(self, query: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.hashes):
            return np.zeros(len(query), np.int64), np.zeros(len(query), bool)
        places = np.minimum(np.searchsorted(self.hashes, query), len(self.hashes) - 1)
        return places, self.hashes[places] == query


def folded_features(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Hashed features of texts as typed and, where that differs, without accents; and whose they are."""
    plain = {
        number: folded
        for number, text in enumerate(texts)
        if not text.isascii() and (folded := " ".join(map(fold_accents, text.casefold().split()))) != text
    }
    hashes, owners = hashed([*texts, *plain.values()])
    return hashes, np.concatenate([np.arange(len(texts)), np.fromiter(plain, np.int64, len(plain))])[owners]


def make_segment(texts: Mapping[Document, Sequence[str]], languages: Mapping[str, int]) -> Segment:
    """Postings of documents.

    Args:
        texts: the passages of each.
        languages: number of each language.

    Raises:
        ValueError: more than 16 million documents.
    """
    documents = list(texts)
    if len(documents) >= _MOST_DOCUMENTS:
        raise ValueError(f"{len(documents)} documents; at most {_MOST_DOCUMENTS - 1} can be searched")
    packed = np.concatenate([np.empty(0, np.uint64), *_packed(list(texts.values()))])
    codes = np.array([languages[document.language] for document in documents], dtype=np.int32)
    return _unpacked(documents, codes, packed)


def merged(bulk: Segment, alive: NDArray[np.bool_], recent: Segment) -> Segment:
    """One segment of two, without documents of the first that are gone."""
    documents = [document for document, lives in zip(bulk.documents, alive.tolist(), strict=True) if lives]
    row_of = np.cumsum(alive) - 1
    living = alive[bulk.owners]
    old = _repacked(bulk)[living]
    rows = row_of[bulk.owners[living]].astype(np.uint64)
    old = (old >> _HASH_AT << _HASH_AT) | (rows << _DOCUMENT_AT) | (old & np.uint64(0xFF))
    new = _repacked(recent) + (np.uint64(len(documents)) << _DOCUMENT_AT)
    codes = np.concatenate([bulk.languages[alive], recent.languages])
    return _unpacked([*documents, *recent.documents], codes, np.concatenate([old, new]))


def _packed(texts: Sequence[Sequence[str]]) -> Iterator[_Packed]:
    """Postings of documents, some at a time, unordered."""
    for first in range(0, len(texts), _CHUNK):
        part = texts[first : first + _CHUNK]
        document = np.repeat(np.arange(len(part), dtype=np.uint64), [len(passages) for passages in part])
        hashes, owners = folded_features(list(chain.from_iterable(part)))
        once = np.unique((owners.astype(np.uint64) << _HASH_AT) | hashes)
        of = (document[once >> _HASH_AT] << _HASH_AT) | (once & np.uint64(0xFFFFFFFF))
        found, counts = np.unique(of, return_counts=True)
        rows = (found >> _HASH_AT) + np.uint64(first)
        count = np.minimum(counts, _MOST_COUNTED).astype(np.uint64)
        yield (found << _HASH_AT) | (rows << _DOCUMENT_AT) | count


def _repacked(segment: Segment) -> _Packed:
    packed = np.repeat(segment.hashes.astype(np.uint64), np.diff(segment.starts)) << _HASH_AT
    packed |= segment.owners.astype(np.uint64) << _DOCUMENT_AT
    packed |= segment.counts
    return packed


def _unpacked(documents: Sequence[Document], languages: NDArray[np.int32], packed: _Packed) -> Segment:
    packed.sort()
    owners = ((packed >> _DOCUMENT_AT) & np.uint64(0xFFFFFF)).astype(np.int32)
    counts = (packed & np.uint64(0xFF)).astype(np.uint8)
    hashes = (packed >> _HASH_AT).astype(np.uint32)
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)])
    lengths = np.bincount(owners, weights=counts, minlength=len(documents)).astype(np.float32)
    ends = np.append(starts, len(hashes)).astype(np.int64)
    return Segment(documents, languages, lengths, hashes[starts], ends, owners, counts)
