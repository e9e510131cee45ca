"""The dense index: vectors of passages in FAISS. The only file that imports faiss.

Owned by `KnowledgeBase`, which makes sure that nobody searches while it changes. Exact search: a few thousand
passages take well under a millisecond, and an approximate index would answer less and rebuild more.
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

__all__ = ["DenseIndex"]

_FORMAT = 1
_MANIFEST = "manifest.json"

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

    @property
    def ids(self) -> frozenset[int]:
        """Ids of all passages in the index."""
        return frozenset(self._ids)

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
            self._index.remove_ids(np.fromiter(gone, dtype=np.int64, count=len(gone)))
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

    def serialized(self) -> bytes:
        """The index as bytes: a consistent picture, taken while the owner holds its lock, for `write`."""
        return bytes(faiss.serialize_index(self._index).tobytes())

    def save(self, folder: Path) -> None:
        """Save atomically; see `write`."""
        self.write(folder, self.serialized(), self.ids)

    def write(self, folder: Path, data: bytes, ids: Iterable[int]) -> None:
        """Write a picture of the index so that a crash at any moment leaves the old or the new one whole.

        The data file is named by its content and written first; replacing the manifest is the atomic step.

        Args:
            folder: made when missing.
            data: from `serialized`.
            ids: the passages in it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(data).hexdigest()
        name = f"vectors-{digest[:16]}.faiss"
        body = {
            "format": _FORMAT,
            "encoder": self.encoder,
            "dim": self.dim,
            "passages": [f"{number:016x}" for number in sorted(ids)],
            "files": {name: digest},
        }
        manifest = json.dumps({**body, "sha256": _digest(body)}, indent=1).encode()
        _write_durably(folder / name, data)
        _write_durably(folder / _MANIFEST, manifest)
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
            data = (folder / name).read_bytes()
        except OSError as error:
            raise IndexCorrupt(f"{name} can't be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise IndexCorrupt(f"{name} has changed since it was saved")
        loaded = cls(encoder, dim)
        loaded._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        loaded._ids = {int(number, 16) for number in body["passages"]}
        stored = set(faiss.vector_to_array(loaded._index.id_map).tolist())
        if loaded._index.d != dim or stored != loaded._ids:
            raise IndexCorrupt(f"{name} does not hold the passages that the manifest names")
        return loaded


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


def _write_durably(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    # The rename itself must survive a power cut too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
