"""The optional second look: its order counts, and a real cross-encoder is read from a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.encoder import BuiltinEncoder
from knowledge.entries import Entry, Variant
from knowledge.errors import EncoderMissing
from knowledge.facts import Facts
from knowledge.reranker import CrossEncoderReranker, Reranker
from knowledge.search import KnowledgeBase

ENTRIES = {
    name: Entry(name, {"en": Variant(f"What about the {name} lamp?", (f"the {name} lamp",), ("Yes.",))})
    for name in ("red", "green", "blue")
}


class Prefers:
    """Likes passages with a word."""

    def __init__(self, word: str) -> None:
        self._word = word

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        return [float(self._word in passage) for passage in passages]


def _found(folder: Path, reranker: Reranker | None) -> list[str]:
    kb = KnowledgeBase.open(folder, BuiltinEncoder(), ENTRIES, Facts({}), reranker=reranker)
    return [hit.entry_id for hit in kb.search("what about the red lamp?", language="en").hits]


def test_the_rerankers_order_counts(tmp_path: Path) -> None:
    assert _found(tmp_path, None)[0] == "red"
    assert _found(tmp_path, Prefers("blue"))[0] == "blue"
    assert sorted(_found(tmp_path, Prefers("blue"))) == ["blue", "green", "red"]


def test_a_search_with_a_reranker_is_not_quick(tmp_path: Path) -> None:
    plain = KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, Facts({}))
    slow = KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, Facts({}), reranker=Prefers("red"))

    assert (plain.is_quick, slow.is_quick) == (True, False)


def test_a_cross_encoder_is_read_from_a_folder(tmp_path: Path) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    pytest.importorskip("torch", reason="the optional model packages are not installed")
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "blue", "lamp", "what"]
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    BertTokenizerFast(vocab={word: n for n, word in enumerate(words)}).save_pretrained(tmp_path)
    reranker = CrossEncoderReranker(str(tmp_path))

    scores = reranker.scores("what red", ["red lamp", "blue lamp"])

    assert len(scores) == 2
    assert scores[0] != scores[1]
    assert reranker.scores("what", []) == []


def test_a_missing_model_is_named_and_nothing_is_fetched() -> None:
    with pytest.raises(EncoderMissing, match=r"nobody/has-this.*not on this machine"):
        CrossEncoderReranker("nobody/has-this").scores("a", ["b"])
