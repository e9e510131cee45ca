"""Table to model folder: product quantisation of the rows, their lengths beside, checksums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.features import FEATURES_VERSION
from knowledge.model import CHECKSUMS, CODEBOOK, CODES, CONFIG, HASHES, NORMS

__all__ = ["quantise"]

_WIDTH = 4  # numbers in a part; 64 parts of 8 bits in a row of 256
_SAMPLE = 65_536


def quantise(
    table: NDArray[np.float32], vocabulary: NDArray[np.uint32], folder: Path, *, name: str, seed: int = 7
) -> None:
    """Write a model folder.

    Rows are turned at random first, so that every part of them carries the same; inner products stay.
    Source: Jégou, Douze, Schmid 2011, Product quantization for nearest neighbor search, sec. 2.

    Args:
        table: float32 (features, dim).
        vocabulary: hash of each row, ascending.
        folder: made when missing.
        name: of the model.
        seed: of the rotation and the sample.
    """
    import faiss

    rng = np.random.default_rng(seed)
    dim = table.shape[1]
    turn = np.linalg.qr(rng.normal(size=(dim, dim)))[0].astype(np.float32)
    norms = np.linalg.norm(table, axis=1)
    rows = (table @ turn) / np.maximum(norms, 1e-9)[:, None]
    quantiser = faiss.ProductQuantizer(dim, dim // _WIDTH, 8)
    quantiser.cp.seed = seed
    quantiser.train(rows[rng.choice(len(rows), min(_SAMPLE, len(rows)), replace=False)])
    codes = quantiser.compute_codes(rows)
    # A code is a little shorter or longer than the row it stands for; the length is made up for here.
    decoded = quantiser.decode(codes)
    along = (decoded * rows).sum(axis=1) / np.maximum((decoded * decoded).sum(axis=1), 1e-9)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / HASHES, vocabulary)
    np.save(folder / CODES, codes)
    np.save(folder / NORMS, (norms * along).astype(np.float16))
    np.save(folder / CODEBOOK, faiss.vector_to_array(quantiser.centroids).reshape(-1, 256, _WIDTH))
    config = {
        "name": name,
        "format": 1,
        "dim": dim,
        "features": len(vocabulary),
        "features_version": FEATURES_VERSION,
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    modules = [{"idx": 0, "name": "0", "path": "", "type": "knowledge.sentence_module.SummedFeatures"}]
    (folder / "modules.json").write_text(json.dumps(modules, indent=1) + "\n", encoding="utf-8")
    sums = [
        f"{hashlib.sha256((folder / part).read_bytes()).hexdigest()}  {part}"
        for part in (CONFIG, HASHES, CODES, NORMS, CODEBOOK)
    ]
    (folder / CHECKSUMS).write_text("\n".join(sums) + "\n", encoding="utf-8")
