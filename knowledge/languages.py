"""Which language a chat-length text is in: n-grams, a learned vector for each, and one linear layer.

Used by `bot.language`, which weighs the answer against conversation and page. Trained by
`knowledge.training.languages`; NumPy only, nothing in the model folder can run code.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import EncoderMissing
from knowledge.features import hashed

__all__ = ["LANGUAGE_MODEL", "LanguageModel", "bags", "word_hash"]

LANGUAGE_MODEL = Path(__file__).with_name("models") / "languages-1"
_FORMAT = 1
_FILES = ("rows.npy", "scales.npy", "layer.npy", "shared.npy", "config.json")
# Odd constant of Knuth's multiplicative hash.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)

Floats = NDArray[np.float32]


def bags(texts: Sequence[str], bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Features of texts as rows of a table.

    The encoder's features fold what typists confuse, such as Arabic and Persian letters; which of them was
    typed is what tells the language, so each letter beyond ASCII is a feature as well.

    Args:
        texts: any.
        bits: the table has 2 ** bits rows.

    Returns:
        Rows of all texts, and the text number of each, ascending.
    """
    values, owners = hashed(texts)
    rows = values.astype(np.int64) & (2**bits - 1)
    plain = [unicodedata.normalize("NFC", text).casefold() for text in texts]
    codes = np.frombuffer(
        "\n".join(t.replace("\n", " ") for t in plain).encode("utf-32-le", "replace"), np.uint32
    )
    letters = codes > 0x7F
    spread = (codes[letters].astype(np.uint64) * _SPREAD) >> np.uint64(64 - bits)
    of_letters = np.cumsum(codes == 10)[letters]
    owners = np.concatenate([owners, of_letters])
    order = np.argsort(owners, kind="stable")
    return np.concatenate([rows, spread.astype(np.int64)])[order], owners[order]


def word_hash(word: str) -> int:
    """32-bit hash of a word, for `LanguageModel.is_shared`."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest(), "big")


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A loaded model.

    Attributes:
        languages: codes, in the order of `scores`.
        rows: int8 (2 ** bits, dim).
        scales: float32 (2 ** bits,), what a row is multiplied with.
        layer: float32 (dim + 1, languages), the last row is the intercept.
        shared: uint32, ascending: hashes of words that half of the world writes alike (“ok”, brand names).
    """

    languages: tuple[str, ...]
    rows: NDArray[np.int8]
    scales: Floats
    layer: Floats
    shared: NDArray[np.uint32]

    @classmethod
    def load(cls, folder: Path = LANGUAGE_MODEL) -> LanguageModel:
        """Map a model folder. Raises EncoderMissing when it is incomplete or of another version."""
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            arrays = [np.asarray(np.load(folder / name, mmap_mode="r")) for name in _FILES[:-1]]
        except (OSError, ValueError) as error:
            raise EncoderMissing(f"the language model in {folder} can't be read: {error}") from error
        if config["format"] != _FORMAT:
            raise EncoderMissing(f"{folder} was made by another version of this program")
        rows, scales, layer, shared = arrays
        return cls(tuple(config["languages"]), rows, scales, layer, shared)

    def save(self, folder: Path) -> None:
        """Write a model folder."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: list[NDArray[Any]] = [self.rows, self.scales, self.layer, self.shared]
        for name, array in zip(_FILES[:-1], arrays, strict=True):
            np.save(folder / name, array)
        config = {"format": _FORMAT, "languages": list(self.languages)}
        (folder / _FILES[-1]).write_text(json.dumps(config) + "\n", encoding="utf-8")

    def scores(self, text: str) -> Floats:
        """Log-probability of each language, float32 (languages,); all equal for a text without letters."""
        rows, _ = bags([text], len(self.rows).bit_length() - 1)
        if not len(rows):
            return np.full(len(self.languages), -np.log(len(self.languages)), dtype=np.float32)
        mean = (self.rows[rows].astype(np.float32) * self.scales[rows, None]).mean(axis=0)
        raw = mean @ self.layer[:-1] + self.layer[-1]
        raw -= raw.max()
        scores: Floats = (raw - np.log(np.exp(raw).sum())).astype(np.float32)
        return scores

    def is_shared(self, word: str) -> bool:
        """Whether a word, case folded, says nothing about the language."""
        place = int(np.searchsorted(self.shared, word_hash(word)))
        return place < len(self.shared) and int(self.shared[place]) == word_hash(word)
