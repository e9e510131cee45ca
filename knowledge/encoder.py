"""Texts to vectors: the built-in encoder, and any sentence-transformers model behind the same protocol.

Made by the composition root with `make_encoder`, used by the index and the dialogue (one encoding a message).
Importing this module loads neither torch nor transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.local_models import load_local
from knowledge.model import Model

__all__ = [
    "BUILTIN_MODEL",
    "BuiltinEncoder",
    "Encoder",
    "SentenceTransformerEncoder",
    "Vectors",
    "make_encoder",
]

Vectors = NDArray[np.float32]

BUILTIN_MODEL = Path(__file__).with_name("models") / "polyglot-4"


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
    """The multilingual encoder that is shipped: sums of learned feature vectors, numpy only, nothing fetched.

    Texts of one meaning are near one another in any two of the languages it was trained on; typos and endings
    matter little. Loaded on first use, once a process; see MODEL_CARD.md in the folder.

    Args:
        folder: of the model.

    Raises:
        EncoderMissing: on first use of `name`, `dim` or `encode`, when the folder is incomplete or damaged.
    """

    def __init__(self, folder: Path = BUILTIN_MODEL) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """Model, version and digest of its files."""
        return _model(self._folder).name

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return _model(self._folder).dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts.

        Returns:
            float32 (n, dim), unit length; a text without letters and digits gives a zero vector.
        """
        return _model(self._folder).encode(list(texts))


@lru_cache(maxsize=4)
def _model(folder: Path) -> Model:
    return Model.load(folder)


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
            self._model = load_local("SentenceTransformer", self._id, setting="encoder")
        return self._model


def make_encoder(spec: str) -> Encoder:
    """Encoder for the setting `knowledge.encoder`.

    Args:
        spec: `builtin`, or the id or folder of a sentence-transformers model.
    """
    if spec == "builtin":
        return BuiltinEncoder()
    return SentenceTransformerEncoder(spec)
