"""Another model in config.yml: all is embedded anew, in steps, and vectors of two models never meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder, Encoder, make_encoder
from knowledge.entries import Entry, Variant
from knowledge.facts import Facts
from knowledge.index import DenseIndex
from knowledge.search import KnowledgeBase
from tests.knowledge.tiny_model import tiny_model

FACTS = Facts({})
ENTRIES = {
    word: Entry(word, {"en": Variant(f"what about the {word}?", (f"tell me of {word}",), (f"{word}.",))})
    for word in ("lamp", "mug", "carpet", "kettle", "mirror", "curtain")
}
PASSAGES = 3 * len(ENTRIES)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Encoder]:
    """Two models of one shape: nothing but their weights tells them apart."""
    folders = [tmp_path_factory.mktemp("model") for _ in range(2)]
    return [make_encoder(str(tiny_model(folder, seed=seed))) for seed, folder in enumerate(folders)]


def _vectors(folder: Path, encoder: Encoder) -> dict[int, np.ndarray[tuple[int], np.dtype[np.float32]]]:
    index = DenseIndex.load(folder, encoder=encoder.name, dim=encoder.dim)
    return {number: index._index.reconstruct(number) for number in index.ids}


def test_a_changed_model_embeds_everything_anew_step_by_step(tmp_path: Path, models: list[Encoder]) -> None:
    one, other = models
    KnowledgeBase.open(tmp_path, one, ENTRIES, FACTS)
    before = _vectors(tmp_path, one)

    kb = KnowledgeBase.open(tmp_path, other, ENTRIES, FACTS, patience_s=0)
    assert kb.missing == PASSAGES
    left = [kb._shelf.embed(5) for _ in range(4)]
    assert left == [13, 8, 3, 0]
    kb.save()

    after = _vectors(tmp_path, other)
    assert after.keys() == before.keys()
    assert not any(np.allclose(after[number], before[number], atol=0.01) for number in after)


def test_until_all_is_embedded_words_alone_answer(tmp_path: Path, models: list[Encoder]) -> None:
    KnowledgeBase.open(tmp_path, models[0], ENTRIES, FACTS)

    kb = KnowledgeBase.open(tmp_path, models[1], ENTRIES, FACTS, patience_s=0)
    kb._shelf.embed(5)
    partly = kb.search("what about the kettle?", language="en")
    while kb._shelf.embed(5):
        pass
    wholly = kb.search("what about the kettle?", language="en")

    assert (partly.hits[0].entry_id, partly.hits[0].dense) == ("kettle", 0.0)
    assert (wholly.hits[0].entry_id, wholly.outcome) == ("kettle", "answer")
    assert wholly.hits[0].dense == pytest.approx(1.0, abs=1e-5)


def test_an_interrupted_change_goes_on_where_it_was(tmp_path: Path, models: list[Encoder]) -> None:
    kb = KnowledgeBase.open(tmp_path, models[0], ENTRIES, FACTS, patience_s=0)
    kb._shelf.embed(7)
    kb.save()

    assert KnowledgeBase.open(tmp_path, models[0], ENTRIES, FACTS, patience_s=0).missing == PASSAGES - 7


def test_entries_change_while_the_rest_is_embedded(tmp_path: Path, models: list[Encoder]) -> None:
    kb = KnowledgeBase.open(tmp_path, models[0], ENTRIES, FACTS, patience_s=0)
    kb._shelf.embed(4)

    kb.put(Entry("vase", {"en": Variant("what about the vase?", (), ("Yes.",))}))
    kb.remove("lamp")

    assert kb.search("the vase", language="en").hits[0].entry_id == "vase"
    while kb._shelf.embed(4):
        pass
    assert kb.missing == 0
    assert {hit.entry_id for hit in kb.search("what about the", language="en", k=50).hits} == {
        *ENTRIES, "vase",
    } - {"lamp"}  # fmt: skip


def test_all_entries_are_placed_when_a_removal_takes_the_last_one_without_vectors(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS, patience_s=0)
    order = sorted(kb._shelf._passages)
    last = kb._shelf._passages[order[-1]].document.entry_id
    left = [n for n in order if kb._shelf._passages[n].document.entry_id != last]
    kb._shelf.embed(order.index(left[-1]) + 1)

    kb.remove(last)

    assert kb.missing == 0
    assert kb._shelf.now.places is not None
    assert kb._shelf.now.places.numbers.keys() == ENTRIES.keys() - {last}


def test_sentence_transformers_loads_the_built_in_model_and_gives_the_same_vectors() -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    texts = ["Where is my parcel?", "Wo ist mein Paket?", "", "荷物はどこ", "!!!", "ส่งไป เกาหลี ได้ไหม"]
    model = sentence_transformers.SentenceTransformer(
        str(BUILTIN_MODEL), trust_remote_code=True, device="cpu", local_files_only=True
    )

    assert model.get_embedding_dimension() == BuiltinEncoder().dim
    assert np.allclose(model.encode(texts), BuiltinEncoder().encode(texts), atol=1e-6)


def test_a_saved_copy_of_the_model_loads_again(tmp_path: Path) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    load = {"trust_remote_code": True, "device": "cpu", "local_files_only": True}
    sentence_transformers.SentenceTransformer(str(BUILTIN_MODEL), **load).save(str(tmp_path / "copy"))

    copy = sentence_transformers.SentenceTransformer(str(tmp_path / "copy"), **load)
    assert np.allclose(copy.encode(["hello"]), BuiltinEncoder().encode(["hello"]), atol=1e-6)
