"""A base too large for exact search: the same answers, changes without a rebuild, saved and opened again."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.encoder import BuiltinEncoder
from knowledge.entries import Entry, Variant
from knowledge.facts import Facts
from knowledge.index import DenseIndex
from knowledge.search import KnowledgeBase

FACTS = Facts({})
THINGS = ("lamp", "mug", "carpet", "kettle", "mirror", "curtain", "chair", "blanket", "jacket", "speaker")
MATTERS = {
    "waterproof": ("Is the {} waterproof?", "can the {} get wet"),
    "colours": ("Which colours does the {} come in?", "is there a blue {}"),
    "care": ("How do I clean the {}?", "can i wash the {}"),
}
ENTRIES = {
    f"{thing}-{matter}": Entry(
        f"{thing}-{matter}",
        {"en": Variant(ways[0].format(thing), (ways[1].format(thing),), (f"About the {thing}: {matter}.",))},
    )
    for thing in THINGS
    for matter, ways in MATTERS.items()
}


@pytest.fixture(autouse=True)
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bases count as large from 40 passages on."""
    monkeypatch.setattr("knowledge.index.EXACT", 40)


def _best(kb: KnowledgeBase, text: str) -> str:
    return kb.search(text, language="en").hits[0].entry_id


def _open(folder: Path, entries: dict[str, Entry] = ENTRIES) -> KnowledgeBase:
    return KnowledgeBase.open(folder, BuiltinEncoder(), entries, FACTS)


def test_it_lays_itself_out_in_cells_and_answers(tmp_path: Path) -> None:
    kb = _open(tmp_path)

    encoder = BuiltinEncoder()
    assert not DenseIndex.load(tmp_path, encoder=encoder.name, dim=encoder.dim).is_exact
    assert _best(kb, "can i wash my new kettle") == "kettle-care"
    assert _best(kb, "is there a mug in blue?") == "mug-colours"


def test_entries_are_added_changed_and_removed_at_once(tmp_path: Path) -> None:
    kb = _open(tmp_path)

    kb.put(Entry("vase-care", {"en": Variant("How do I clean the vase?", (), ("By hand.",))}))
    kb.put(Entry("mug-care", {"en": Variant("May the mug go into the microwave?", (), ("It may.",))}))
    kb.remove("lamp-colours")

    assert _best(kb, "clean the vase") == "vase-care"
    assert _best(kb, "mug microwave") == "mug-care"
    assert all(hit.entry_id != "lamp-colours" for hit in kb.search("blue lamp", language="en", k=50).hits)


def test_it_is_opened_again_without_encoding(tmp_path: Path) -> None:
    kb = _open(tmp_path)
    kb.put(Entry("vase-care", {"en": Variant("How do I clean the vase?", (), ("By hand.",))}))
    kb.save()

    again = KnowledgeBase.open(tmp_path, BuiltinEncoder(), kb.entries(), FACTS, patience_s=0)

    assert again.missing == 0
    assert _best(again, "clean the vase") == "vase-care"


def test_a_damaged_file_is_made_again_from_the_entries(tmp_path: Path) -> None:
    _open(tmp_path)
    (file,) = tmp_path.glob("vectors-*.faiss")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    assert _best(_open(tmp_path), "can i wash my new kettle") == "kettle-care"


def test_a_question_in_the_words_of_an_entry_is_surely_that_entry(tmp_path: Path) -> None:
    hit = _open(tmp_path).search("Can I wash the kettle!?", language="en").hits[0]

    assert hit.entry_id == "kettle-care"
    assert hit.score == 1.0
