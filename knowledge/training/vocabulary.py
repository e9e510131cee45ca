"""Which features the model keeps, and texts as rows of its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import hashed

__all__ = ["Texts", "choose", "texts_as_rows"]

_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as rows of the table, one after another.

    Attributes:
        rows: int32, rows of all texts.
        ends: int64 (n + 1,), where each text begins and the last one ends.
    """

    rows: NDArray[np.int32]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def take(self, places: NDArray[np.int64]) -> Texts:
        """Some of the texts, in the order given."""
        sizes = np.diff(self.ends)[places]
        ends = np.concatenate([[0], np.cumsum(sizes)])
        inside = np.arange(ends[-1]) - np.repeat(ends[:-1], sizes)
        return Texts(self.rows[np.repeat(self.ends[places], sizes) + inside], ends)


def choose(by_language: Sequence[tuple[Sequence[str], float]], size: int) -> NDArray[np.uint32]:
    """The features that matter most when every language weighs what it is sampled with.

    Args:
        by_language: texts of a language and its share of the samples.
        size: number of features to keep.

    Returns:
        Hashes, ascending; a feature's place is its row in the table.
    """
    kept: list[NDArray[np.uint32]] = []
    weights: list[NDArray[np.float32]] = []
    for texts, share in by_language:
        values = np.concatenate([hashes for hashes, _ in _chunks(texts)])
        found, counts = np.unique(values, return_counts=True)
        often = counts > 2
        kept.append(found[often])
        weights.append((counts[often] * (share / len(values))).astype(np.float32))
    features, where = np.unique(np.concatenate(kept), return_inverse=True)
    total = np.bincount(where, weights=np.concatenate(weights))
    best = np.argsort(-total, kind="stable")[:size]
    return np.sort(features[best])


def texts_as_rows(texts: Sequence[str], vocabulary: NDArray[np.uint32]) -> Texts:
    """Rows of texts; features that were not kept are left out."""
    rows, sizes = [], []
    start = 0
    for hashes, owners in _chunks(texts):
        count = min(_CHUNK, len(texts) - start)
        place = np.searchsorted(vocabulary, hashes)
        known = vocabulary[np.minimum(place, len(vocabulary) - 1)] == hashes
        rows.append(place[known].astype(np.int32))
        sizes.append(np.bincount(owners[known], minlength=count))
        start += count
    ends = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]) if sizes else np.zeros(1, np.int64)
    return Texts(np.concatenate(rows) if rows else np.zeros(0, np.int32), ends.astype(np.int64))


def _chunks(texts: Sequence[str]) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    for start in range(0, len(texts), _CHUNK):
        yield hashed(texts[start : start + _CHUNK])
