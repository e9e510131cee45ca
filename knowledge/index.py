"""The dense index: vectors of passages in FAISS. The only file that imports faiss.

Owned by `KnowledgeBase`, which makes sure that nobody searches while it changes. Up to `EXACT` passages every
one is compared, which takes a millisecond or two; beyond, `regrown` sorts them into cells by nearness, and a
search compares those in the nearest cells (Sivic and Zisserman 2003; FAISS calls it IVF), at half precision.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Vectors
from knowledge.errors import IndexCorrupt

__all__ = ["EXACT", "DenseIndex"]

_FORMAT = 2
_MANIFEST = "manifest.json"

EXACT = 20_000
# Cells are laid out for a number of passages; with so many times more they are too full, and laid out anew.
_ROOM = 4
# Cells: this many times the root of the number of passages; trained on so many passages a cell.
_CELLS, _SAMPLED = 2.0, 48
# Cells compared in a search: so many, or this share of them. Measured by benchmarks/scale.py.
_PROBED, _PROBED_SHARE = 48, 1 / 16
_CHUNK = 32_768

# With a busy neighbour a second thread makes a search of this size slower, up to twentyfold.
faiss.omp_set_num_threads(1)


class DenseIndex:
    """Vectors by passage id, searched by inner product. Not thread-safe: the owner locks.

    Args:
        encoder: name of the encoder that made the vectors.
        dim: their length.
    """

    def __init__(self, encoder: str, dim: int) -> None:
        self.encoder = encoder
        self.dim = dim
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
        self._ids: set[int] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, number: int) -> bool:
        return number in self._ids

    @property
    def ids(self) -> frozenset[int]:
        """Ids of all passages in the index."""
        return frozenset(self._ids)

    @property
    def is_exact(self) -> bool:
        """Whether a search compares every passage."""
        return isinstance(self._index, faiss.IndexIDMap2)

    @property
    def outgrown(self) -> bool:
        """Whether there are so many passages that a search is slow until `regrown`."""
        if self.is_exact:
            return len(self) > EXACT
        return len(self) > _ROOM * (int(self._index.nlist) / _CELLS) ** 2

    def regrown(self, *, expected: int = 0) -> DenseIndex:
        """The same passages in cells. Takes a minute for a million; this index stays as it is.

        Args:
            expected: number of passages that there will be soon, when that is more.
        """
        ids = np.fromiter(self._ids, dtype=np.int64, count=len(self))
        np.random.default_rng(len(ids)).shuffle(ids)
        cells = int(_CELLS * max(len(ids), expected) ** 0.5)
        grown = DenseIndex(self.encoder, self.dim)
        grown._index = _in_cells(self.dim, min(cells, len(ids)))
        grown._index.train(self.vectors(ids[: _SAMPLED * cells].tolist()))
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK].tolist()
            grown.add(some, self.vectors(some))
        return grown

    def add(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add passages.

        Args:
            ids: 63-bit, none of them in the index yet.
            vectors: float32 (len(ids), dim), unit or zero length.

        Raises:
            ValueError: shapes differ, or an id is there already.
        """
        if vectors.shape != (len(ids), self.dim):
            raise ValueError(f"vectors are {vectors.shape}, not {(len(ids), self.dim)}")
        if len(set(ids)) < len(ids) or not self._ids.isdisjoint(ids):
            raise ValueError("a passage id is given twice or in the index already")
        if ids:
            self._index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(ids, dtype=np.int64))
            self._ids.update(ids)

    def remove(self, ids: Iterable[int]) -> None:
        """Remove passages; ids that are not there are passed over."""
        gone = self._ids.intersection(ids)
        if gone:
            numbers = np.fromiter(gone, dtype=np.int64, count=len(gone))
            # The one selector that finds its passages without reading all of them, where cells have a map.
            self._index.remove_ids(faiss.IDSelectorArray(len(numbers), faiss.swig_ptr(numbers)))
            self._ids -= gone

    def search(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Nearest passages.

        Args:
            vector: float32 (dim,), unit length; a zero vector finds nothing.
            k: at most this many.

        Returns:
            ids and inner products, best first; fewer than k when the index is small.
        """
        count = min(k, len(self._ids))
        if count == 0 or not vector.any():
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, self.dim)
        products, ids = self._index.search(query, count)
        return ids[0], products[0]

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """Vectors of passages that are in the index, float32 (n, dim)."""
        if not ids:
            return np.empty((0, self.dim), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64)), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Save so that a crash at any moment leaves the old or the new index whole.

        The data file is named by its content and written first; replacing the manifest is the atomic step.

        Args:
            folder: made when missing.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("*.part"):  # of a save that a crash cut short; there is one owner
            left.unlink(missing_ok=True)
        part = folder / "vectors.part"
        faiss.write_index(self._index, str(part))
        digest = _file_digest(part)
        name = f"vectors-{digest[:16]}.faiss"
        _settle(part, folder / name)
        body = {
            "format": _FORMAT,
            "encoder": self.encoder,
            "dim": self.dim,
            "passages": len(self),
            "files": {name: digest},
        }
        manifest = folder / "manifest.part"
        manifest.write_bytes(json.dumps({**body, "sha256": _digest(body)}, indent=1).encode())
        _settle(manifest, folder / _MANIFEST)
        for old in folder.glob("vectors-*.faiss"):
            if old.name != name:
                old.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path, *, encoder: str, dim: int) -> DenseIndex:
        """Load a saved index, trusting nothing that its checksums do not confirm.

        Raises:
            IndexCorrupt: missing, damaged, or made by another encoder.
        """
        body = _read_manifest(folder / _MANIFEST)
        if (body["encoder"], body["dim"]) != (encoder, dim):
            raise IndexCorrupt(
                f"made by {body['encoder']} with {body['dim']} dimensions, not {encoder} with {dim}"
            )
        ((name, digest),) = body["files"].items()
        try:
            found = _file_digest(folder / name)
        except OSError as error:
            raise IndexCorrupt(f"{name} can't be read: {error.strerror}") from error
        if found != digest:
            raise IndexCorrupt(f"{name} has changed since it was saved")
        loaded = cls(encoder, dim)
        loaded._index = faiss.read_index(str(folder / name))
        loaded._ids = set(_ids_of(loaded._index).tolist())
        if loaded._index.d != dim or len(loaded) != body["passages"]:
            raise IndexCorrupt(f"{name} does not hold the passages that the manifest names")
        if not loaded.is_exact:
            loaded._index.nprobe = _probed(loaded._index.nlist)
        return loaded


def _in_cells(dim: int, cells: int) -> Any:
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim), dim, cells, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    # Passages are looked up and removed by id.
    index.set_direct_map_type(faiss.DirectMap.Hashtable)
    index.cp.niter, index.cp.seed = 10, 7
    index.cp.min_points_per_centroid = 1  # small ones are for tests; no need to warn
    index.nprobe = _probed(cells)
    return index


def _probed(cells: int) -> int:
    return max(_PROBED, int(_PROBED_SHARE * cells))


def _ids_of(index: Any) -> NDArray[np.int64]:
    if isinstance(index, faiss.IndexIDMap2):
        ids: NDArray[np.int64] = faiss.vector_to_array(index.id_map)
        return ids
    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(cell), lists.list_size(cell)).copy()
        for cell in range(lists.nlist)
        if lists.list_size(cell)
    ]
    return np.concatenate([np.empty(0, np.int64), *parts])


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_bytes())
    except OSError as error:
        raise IndexCorrupt(f"no saved index: {error.strerror}") from error
    except ValueError as error:
        raise IndexCorrupt("the manifest is not JSON") from error
    if not isinstance(body, dict) or body.pop("sha256", None) != _digest(body):
        raise IndexCorrupt("the manifest has changed since it was saved")
    if body["format"] != _FORMAT:
        raise IndexCorrupt(f"the manifest has format {body['format']}, not {_FORMAT}")
    return body


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(part: Path, path: Path) -> None:
    """Put a written file in its place for good."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    # The rename itself must survive a power cut too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
