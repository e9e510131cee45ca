"""The built-in model on disk: a table of quantised feature vectors, summed up for a text.

Used by `encoder.BuiltinEncoder`; written by `training.quantise`. Arrays are mapped, not read: processes of
one machine share them. Nothing in the folder can run code.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EncoderMissing
from knowledge.features import FEATURES_VERSION, hashed

__all__ = ["CHECKSUMS", "CODEBOOK", "CODES", "CONFIG", "HASHES", "NORMS", "Model"]

CONFIG = "config.json"
HASHES = "hashes.npy"
CODES = "codes.npy"
NORMS = "norms.npy"
CODEBOOK = "codebook.npy"
CHECKSUMS = "SHA256SUMS"

_FORMAT = 1
_CODES = 256  # of a part
_WIDTH = 4  # numbers in a part
# Texts summed up at a time: bounds the memory, and what is looked at stays in the processor's cache.
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model.

    Attributes:
        name: name, and digest of all its files.
        dim: length of a vector.
        hashes: uint32 (features,), ascending.
        codes: uint8 (features, parts).
        norms: float16 (features,).
        codebook: float32 (parts · 256, 4): the numbers that each code of each part stands for.
    """

    name: str
    dim: int
    hashes: NDArray[np.uint32]
    codes: NDArray[np.uint8]
    norms: NDArray[np.float16]
    codebook: NDArray[np.float32]

    @classmethod
    def load(cls, folder: Path) -> Model:
        """Check and map a model folder.

        Raises:
            EncoderMissing: a file is missing, was changed, or is of another version than this program.
        """
        try:
            sums = (folder / CHECKSUMS).read_text(encoding="utf-8")
            for line in sums.splitlines():
                digest, _, part = line.partition("  ")
                with (folder / part).open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        raise EncoderMissing(
                            f"{folder / part} is damaged: fetch the repository's files again"
                        )
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            if (config["format"], config["features_version"]) != (_FORMAT, FEATURES_VERSION):
                raise EncoderMissing(f"{folder} was made by another version of this program")
            # A plain view of the mapping: look-ups in the subclass itself are twice as slow.
            hashes, codes, norms = (
                np.asarray(np.load(folder / part, mmap_mode="r")) for part in (HASHES, CODES, NORMS)
            )
            codebook = np.load(folder / CODEBOOK).reshape(-1, _WIDTH)
        except OSError as error:
            raise EncoderMissing(f"the built-in model is incomplete: {error.filename}") from error
        name = f"{config['name']}-{hashlib.sha256(sums.encode()).hexdigest()[:8]}"
        return cls(name, int(config["dim"]), hashes, codes, norms, codebook)

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        """Vectors of texts, float32 (n, dim), unit length; zero for a text without a known feature."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), _CHUNK):
            self._sum(texts[start : start + _CHUNK], vectors[start : start + _CHUNK])
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        vectors /= np.where(lengths > 1e-6, lengths, np.inf)[:, None].astype(np.float32)
        return vectors

    def _sum(self, texts: list[str], vectors: NDArray[np.float32]) -> None:
        values, owners = hashed(texts)
        rows = np.searchsorted(self.hashes, values)
        np.minimum(rows, len(self.hashes) - 1, out=rows)
        known = self.hashes[rows] == values
        rows, owners = rows[known], owners[known]
        if not len(rows):
            return
        cells = np.take(self.codes, rows, axis=0).astype(np.intp)
        cells += _CODES * np.arange(cells.shape[1])
        # One element a part: four numbers moved at once, several times as fast as rows of four.
        pieces = np.take(self.codebook.view(np.complex128), cells).view(np.float32)
        norms = np.take(self.norms, rows).astype(np.float32)
        starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)], strict=True):
            vectors[owners[start]] = norms[start:end] @ pieces[start:end]
