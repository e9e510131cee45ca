"""A real sentence-transformers model that is made in a moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["tiny_model"]


def tiny_model(folder: Path, *, seed: int = 7) -> Path:
    """One transformer layer with random weights and a vocabulary of letters, saved in `folder`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    torch = pytest.importorskip("torch", reason="the optional model packages are not installed")
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = "abcdefghijklmnopqrstuvwxyz?"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizerFast(vocab={word: n for n, word in enumerate(words)}).save_pretrained(folder / "bert")
    transformer = models.Transformer(str(folder / "bert"))
    pooling = models.Pooling(32)
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "sentence"))
    return folder / "sentence"
