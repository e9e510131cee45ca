"""The built-in model as a module of sentence-transformers, for whoever wants to use it there.

    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer("knowledge/models/NAME", trust_remote_code=True)

`modules.json` in the model folder names the class below; this package must be importable. Storecast itself
does not come here: `knowledge.encoder.BuiltinEncoder` gives the same vectors with NumPy alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from sentence_transformers.base.modules.input_module import InputModule
from torch import Tensor

from knowledge.features import hashed
from knowledge.model import CHECKSUMS, CODEBOOK, CODES, CONFIG, HASHES, NORMS, Model

__all__ = ["SummedFeatures"]

_FILES = (CONFIG, HASHES, CODES, NORMS, CODEBOOK, CHECKSUMS)


class SummedFeatures(InputModule):  # type: ignore[misc]  # untyped base
    """Texts to summed feature vectors of unit length; quantised weights, no gradients.

    Args:
        model: loaded.
        folder: it was loaded from.
    """

    save_in_root = True

    def __init__(self, model: Model, folder: Path) -> None:
        super().__init__()
        self._hashes, self._folder, self._dim = model.hashes, folder, model.dim
        self.register_buffer("codes", torch.from_numpy(model.codes.copy()))
        self.register_buffer("norms", torch.from_numpy(model.norms.astype(np.float32)))
        self.register_buffer("codebook", torch.from_numpy(model.codebook.copy()))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **kwargs: Any) -> Self:
        """Load a model folder; the signature is that of sentence-transformers. Raises EncoderMissing."""
        wanted = ("token", "cache_folder", "revision", "local_files_only")
        known = {name: value for name, value in kwargs.items() if name in wanted}
        folder = Path(
            cls.load_dir_path(model_name_or_path, subfolder=subfolder, **known) or model_name_or_path
        )
        return cls(Model.load(folder), folder)

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Copy the model's files; they don't change."""
        for name in _FILES:
            shutil.copyfile(self._folder / name, Path(output_path) / name)

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self._dim

    def preprocess(
        self, inputs: Sequence[str], prompt: str | None = None, **kwargs: Any
    ) -> dict[str, Tensor]:
        """Rows of the table for all features that are known, and which text each belongs to."""
        texts = [(prompt or "") + text for text in inputs]
        values, owners = hashed(texts)
        rows = np.minimum(np.searchsorted(self._hashes, values), len(self._hashes) - 1)
        known = self._hashes[rows] == values
        return {
            "rows": torch.from_numpy(rows[known]),
            "owners": torch.from_numpy(owners[known]),
            "texts": torch.zeros(len(texts)),
        }

    def forward(self, features: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:
        """Add `sentence_embedding`, float32 (n, dim)."""
        cells = self.codes[features["rows"]].long()
        cells = cells + 256 * torch.arange(cells.shape[1], device=cells.device)
        pieces = self.codebook[cells].flatten(1) * self.norms[features["rows"], None]
        sums = pieces.new_zeros(len(features["texts"]), self._dim).index_add_(0, features["owners"], pieces)
        lengths = sums.norm(dim=1, keepdim=True)
        features["sentence_embedding"] = sums / lengths.masked_fill(lengths <= 1e-6, torch.inf)
        return features
