"""The inner loops of training: sums of table rows, and their update by row-wise Adagrad. Needs numba."""

from __future__ import annotations

from typing import Any

import numba  # type: ignore[import-not-found]  # only who trains needs it
import numpy as np

__all__ = ["centroids", "forward", "update"]


def _forward(table: Any, rows: Any, ends: Any) -> Any:
    """Normalised sums of rows: unit vectors (n, dim) and the lengths before; 0 for a text without rows."""
    count, dim = len(ends) - 1, table.shape[1]
    vectors = np.zeros((count, dim), dtype=np.float32)
    lengths = np.zeros(count, dtype=np.float32)
    for text in numba.prange(count):
        vector = vectors[text]
        for place in range(ends[text], ends[text + 1]):
            vector += table[rows[place]]
        length = np.sqrt((vector * vector).sum())
        lengths[text] = length
        if length > 0:
            vector /= length
    return vectors, lengths


def _update(
    table: Any, energy: Any, rows: Any, ends: Any, vectors: Any, lengths: Any, slopes: Any, rate: Any
) -> None:
    """One step against `slopes`, the gradient by the unit vectors; threads may overwrite each other's sums.

    Source: row-wise Adagrad as in Duchi et al. 2011, one accumulator a row; no locks, Niu et al. 2011.
    """
    dim = table.shape[1]
    for text in numba.prange(len(ends) - 1):
        if lengths[text] <= 0:
            continue
        along = (slopes[text] * vectors[text]).sum()
        step = (slopes[text] - along * vectors[text]) / lengths[text]
        square = (step * step).sum() / dim
        for place in range(ends[text], ends[text + 1]):
            row = rows[place]
            energy[row] += square
            table[row] -= (rate / np.sqrt(energy[row] + 1e-16)) * step


def _centroids(table: Any, counts: Any, rows: Any, ends: Any, targets: Any) -> None:
    """Add each text's target to all of its rows."""
    for text in range(len(ends) - 1):
        for place in range(ends[text], ends[text + 1]):
            table[rows[place]] += targets[text]
            counts[rows[place]] += 1


forward: Any = numba.njit(parallel=True, fastmath=True)(_forward)
update: Any = numba.njit(parallel=True, fastmath=True)(_update)
centroids: Any = numba.njit(fastmath=True)(_centroids)
