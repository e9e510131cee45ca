"""Texts to vectors: the built-in encoder, and any sentence-transformers model behind the same protocol.

Made by the composition root with `make_encoder`, used by the index and the dialogue (one encoding a message).
Importing this module loads neither torch nor transformers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EncoderMissing
from knowledge.text import WORD, features

__all__ = ["BuiltinEncoder", "Encoder", "SentenceTransformerEncoder", "Vectors", "make_encoder"]

Vectors = NDArray[np.float32]

# Recall with 512 dimensions is within a point of 1024 and 2048, at half and a quarter of the search time.
_DIM = 512
_WORD_WEIGHT = 1.0
_GRAM_WEIGHT = 0.5  # a word of six letters has a dozen n-grams; undamped they drown the words
_MIX = np.uint64(
    0x9E3779B97F4A7C15
)  # 2**64 / golden ratio: spreads CRC-32, which is linear, over the high bits


class Encoder(Protocol):
    """Texts to vectors.

    Attributes:
        name: identifies model and version; an index made under another name is built again.
        dim: length of a vector.
    """

    @property
    def name(self) -> str:
        """Model and version."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts.

        Returns:
            float32 (n, dim), unit length; a text without any feature gives a zero vector.
        """
        ...


class BuiltinEncoder:
    """Hashed words and character n-grams, sketched into a few hundred dimensions. Stateless, no download.

    It knows spelling, not meaning: it finds the same words in the same language, with typos and endings, and
    words that related languages share.

    Args:
        dim: length of a vector.
    """

    def __init__(self, dim: int = _DIM) -> None:
        self.dim = dim
        self.name = f"builtin-1-{dim}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts.

        Returns:
            float32 (n, dim), unit length; a text without letters and digits gives a zero vector.
        """
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            counts = features(text)
            if counts:
                vectors[row] = self._sketch(counts)
        return vectors

    def _sketch(self, counts: dict[str, int]) -> Vectors:
        """Sum of the features, each at a hashed place with a hashed sign (Weinberger et al. 2009, sec. 3)."""
        size = len(counts)
        hashes = np.fromiter((crc32(key.encode("utf-8", "surrogatepass")) for key in counts), np.uint64, size)
        kinds = np.fromiter(
            (_WORD_WEIGHT if key[0] == WORD else _GRAM_WEIGHT for key in counts), np.float64, size
        )
        weights = kinds * np.log1p(np.fromiter(counts.values(), np.float64, size))
        mixed = hashes * _MIX
        signs = np.where(mixed >> np.uint64(63), 1.0, -1.0)
        places = ((mixed >> np.uint64(20)) % np.uint64(self.dim)).astype(np.int64)
        vector = np.bincount(places, weights=weights * signs, minlength=self.dim)
        length = float(np.sqrt(vector @ vector))
        # Signs can cancel a text of one or two features to nothing; it then counts as one without features.
        return (vector / length if length > 1e-9 else vector * 0.0).astype(np.float32)


class SentenceTransformerEncoder:
    """Any sentence-transformers model that is already on this machine. Loaded on first use, never downloaded.

    Args:
        model: id in the local Hugging Face cache, or a folder.

    Raises:
        EncoderMissing: on first use of `name`, `dim` or `encode`, when the optional packages or the model are
            not there.
    """

    def __init__(self, model: str) -> None:
        self._id = model
        self._model: Any = None

    @property
    def name(self) -> str:
        """Model id with the number and kind of its weights' bytes, so that a replaced model is noticed."""
        return f"sentence-transformers:{self._id}:{self._fingerprint()}"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._loaded().get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts; see `Encoder.encode`. A blank text gives a zero vector."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        encoded = self._loaded().encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        vectors = np.ascontiguousarray(encoded, dtype=np.float32)
        vectors[[not text.strip() for text in texts]] = 0.0
        return vectors

    def _fingerprint(self) -> str:
        """Hash of a few numbers of every weight: cheap, and another model or version does not share it."""
        sample = b"".join(
            str(tuple(weight.shape)).encode() + weight.detach().flatten()[:8].float().cpu().numpy().tobytes()
            for weight in self._loaded().parameters()
        )
        return f"{crc32(sample):08x}"

    def _loaded(self) -> Any:
        if self._model is None:
            # Read by huggingface_hub when it is first imported, hence before the import below.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            try:
                from sentence_transformers import SentenceTransformer
            except ImportError as error:
                raise EncoderMissing(
                    f"encoder {self._id!r} needs the optional packages: uv sync --extra models"
                ) from error
            try:
                self._model = SentenceTransformer(self._id, local_files_only=True, device="cpu")
            except (OSError, ValueError) as error:
                where = (
                    "is not a readable model folder" if Path(self._id).exists() else "is not on this machine"
                )
                raise EncoderMissing(
                    f"encoder {self._id!r} {where}; download it beforehand, nothing is fetched at run time"
                ) from error
        return self._model


def make_encoder(spec: str) -> Encoder:
    """Encoder for the setting `knowledge.encoder`.

    Args:
        spec: `builtin`, or the id or folder of a sentence-transformers model.
    """
    if spec == "builtin":
        return BuiltinEncoder()
    return SentenceTransformerEncoder(spec)
