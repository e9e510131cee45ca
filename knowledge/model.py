"""The built-in model on disk: a table of quantised feature vectors, read once and summed up for a text.

Used by `encoder.BuiltinEncoder`; written by `training.quantise`. Arrays are mapped, not read: processes of one
machine share them. Nothing in the folder can run code.
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
        codebook: float32 (parts · 256, dim / parts).
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
                        raise EncoderMissing(f"{folder / part} is damaged: fetch the repository's files again")
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            if (config["format"], config["features_version"]) != (_FORMAT, FEATURES_VERSION):
                raise EncoderMissing(f"{folder} was made by another version of this program")
            hashes, codes, norms = (np.load(folder / part, mmap_mode="r") for part in (HASHES, CODES, NORMS))
            codebook = np.load(folder / CODEBOOK)
        except OSError as error:
            raise EncoderMissing(f"the built-in model is incomplete: {error.filename}") from error
        name = f"{config['name']}-{hashlib.sha256(sums.encode()).hexdigest()[:8]}"
        plain = (np.asarray(part) for part in (hashes, codes, norms))
        return cls(name, int(config["dim"]), *plain, codebook.reshape(-1, codebook.shape[2]))

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
        parts = self.codes.shape[1]
        cells = self.codes[rows].astype(np.intp)
        cells += np.arange(parts) * 256
        pieces = self.codebook[cells]
        pieces *= self.norms[rows].astype(np.float32)[:, None, None]
        starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1]))
        vectors[owners[starts]] = np.add.reduceat(pieces.reshape(len(rows), self.dim), starts, axis=0)
