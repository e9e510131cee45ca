"""The dense index: search, saving, and that nothing damaged is ever trusted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import Vectors
from knowledge.errors import IndexCorrupt
from knowledge.index import DenseIndex

DIM = 16
IDS = [7, 2**62 + 1, 40, 5]


def _vectors(count: int, seed: int = 3) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def index() -> DenseIndex:
    index = DenseIndex("test-1", DIM)
    index.add(IDS, _vectors(4))
    return index


@pytest.fixture
def folder(index: DenseIndex, tmp_path: Path) -> Path:
    index.save(tmp_path / "index")
    return tmp_path / "index"


def _load(folder: Path) -> DenseIndex:
    return DenseIndex.load(folder, encoder="test-1", dim=DIM)


def _data_file(folder: Path) -> Path:
    (file,) = folder.glob("vectors-*.faiss")
    return file


def test_nearest_comes_first(index: DenseIndex) -> None:
    ids, products = index.search(_vectors(4)[1], 3)

    assert ids[0] == 2**62 + 1
    assert products[0] == pytest.approx(1.0, abs=1e-5)
    assert list(products) == sorted(products, reverse=True)
    assert len(ids) == 3


def test_more_than_there_are_gives_all(index: DenseIndex) -> None:
    assert sorted(index.search(_vectors(1)[0], 99)[0].tolist()) == sorted(IDS)


def test_zero_vector_and_empty_index_find_nothing(index: DenseIndex) -> None:
    assert len(index.search(np.zeros(DIM, np.float32), 3)[0]) == 0
    assert len(DenseIndex("test-1", DIM).search(_vectors(1)[0], 3)[0]) == 0


def test_removed_passage_is_gone_and_can_come_back(index: DenseIndex) -> None:
    index.remove([7, 999])
    assert 7 not in index.search(_vectors(4)[0], 4)[0]
    assert len(index) == 3

    index.add([7], _vectors(1))
    assert index.search(_vectors(1)[0], 1)[0].tolist() == [7]


@pytest.mark.parametrize(("ids", "count"), [([7], 1), ([1, 1], 2), ([1, 2], 1)])
def test_bad_additions_are_refused(index: DenseIndex, ids: list[int], count: int) -> None:
    with pytest.raises(ValueError, match=r"id|vectors"):
        index.add(ids, _vectors(count))


def test_saved_index_answers_the_same(index: DenseIndex, folder: Path) -> None:
    loaded = _load(folder)

    query = _vectors(1, seed=9)[0]
    assert loaded.ids == index.ids
    assert np.array_equal(loaded.search(query, 4)[0], index.search(query, 4)[0])
    assert np.array_equal(loaded.search(query, 4)[1], index.search(query, 4)[1])


def test_loaded_index_can_be_changed_and_saved_again(folder: Path) -> None:
    loaded = _load(folder)
    loaded.remove([5])
    loaded.save(folder)

    assert _load(folder).ids == frozenset(IDS) - {5}
    assert len(list(folder.iterdir())) == 2


def test_crash_before_the_manifest_leaves_the_old_index(index: DenseIndex, folder: Path) -> None:
    manifest = (folder / "manifest.json").read_bytes()
    old = _data_file(folder).read_bytes()
    old_name = _data_file(folder).name
    index.remove([5])
    index.save(folder)
    (folder / old_name).write_bytes(old)
    (folder / "manifest.json").write_bytes(manifest)

    assert _load(folder).ids == frozenset(IDS)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_flipped_bit_in_the_data_is_noticed(folder: Path, share: float) -> None:
    _flip(_data_file(folder), share)

    with pytest.raises(IndexCorrupt):
        _load(folder)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_flipped_bit_in_the_manifest_is_noticed(folder: Path, share: float) -> None:
    _flip(folder / "manifest.json", share)

    with pytest.raises(IndexCorrupt):
        _load(folder)


@pytest.mark.parametrize("size", [0, 1, 100])
def test_short_files_are_noticed(folder: Path, size: int) -> None:
    data = _data_file(folder)
    data.write_bytes(data.read_bytes()[:size])
    with pytest.raises(IndexCorrupt):
        _load(folder)

    manifest = folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:size])
    with pytest.raises(IndexCorrupt):
        _load(folder)


def test_missing_files_are_noticed(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match="no saved index"):
        _load(tmp_path / "nowhere")

    _data_file(folder).unlink()
    with pytest.raises(IndexCorrupt, match="can't be read"):
        _load(folder)


@pytest.mark.parametrize(("encoder", "dim"), [("test-2", DIM), ("test-1", DIM * 2)])
def test_index_of_another_encoder_is_refused(folder: Path, encoder: str, dim: int) -> None:
    with pytest.raises(IndexCorrupt, match="made by test-1"):
        DenseIndex.load(folder, encoder=encoder, dim=dim)


def test_manifest_says_what_is_in_the_index(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["encoder"] == "test-1"
    assert manifest["dim"] == DIM
    assert manifest["passages"] == 4
    assert list(manifest["files"]) == [_data_file(folder).name]


def _flip(path: Path, share: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 1
    path.write_bytes(data)


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> DenseIndex:
    """Five hundred passages in cells."""
    monkeypatch.setattr("knowledge.index.EXACT", 400)
    index = DenseIndex("test-1", DIM)
    index.add(range(500), _vectors(500))
    assert index.outgrown
    return index.regrown()


def test_an_index_in_cells_finds_what_exact_search_finds(grown: DenseIndex) -> None:
    exact = DenseIndex("test-1", DIM)
    exact.add(range(500), _vectors(500))

    assert (exact.is_exact, grown.is_exact, grown.outgrown) == (True, False, False)
    assert grown.ids == exact.ids
    for query in _vectors(20, seed=9):
        near, products = exact.search(query, 5)
        found, found_products = grown.search(query, 5)
        assert found.tolist() == near.tolist()
        assert found_products == pytest.approx(products, abs=0.002)


def test_passages_in_cells_can_be_read_removed_and_added(grown: DenseIndex) -> None:
    vectors = _vectors(500)
    assert grown.vectors([7, 499]) == pytest.approx(vectors[[7, 499]], abs=0.002)

    grown.remove([7, 12345])
    assert 7 not in grown.search(vectors[7], 5)[0]
    assert (7 in grown, len(grown)) == (False, 499)

    grown.add([7], vectors[7:8])
    assert grown.search(vectors[7], 1)[0].tolist() == [7]


def test_saved_cells_answer_the_same_and_can_be_changed(grown: DenseIndex, tmp_path: Path) -> None:
    grown.save(tmp_path)
    loaded = _load(tmp_path)

    query = _vectors(1, seed=9)[0]
    assert not loaded.is_exact
    assert loaded.ids == grown.ids
    assert loaded.search(query, 9)[0].tolist() == grown.search(query, 9)[0].tolist()
    loaded.remove([7])
    loaded.save(tmp_path)
    assert _load(tmp_path).ids == grown.ids - {7}


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_flipped_bit_in_cells_is_noticed(grown: DenseIndex, tmp_path: Path, share: float) -> None:
    grown.save(tmp_path)
    _flip(_data_file(tmp_path), share)

    with pytest.raises(IndexCorrupt):
        _load(tmp_path)


def test_cells_that_were_laid_out_for_few_are_outgrown(grown: DenseIndex) -> None:
    grown.add(range(500, 2100), _vectors(1600, seed=8))
    assert grown.outgrown

    again = grown.regrown()
    assert not again.outgrown
    assert again.ids == grown.ids


def test_cells_may_be_laid_out_for_more_to_come(grown: DenseIndex) -> None:
    roomy = grown.regrown(expected=3000)
    roomy.add(range(500, 3000), _vectors(2500, seed=8))

    assert not roomy.outgrown


def test_what_a_crash_left_of_a_save_is_cleared_away(index: DenseIndex, folder: Path) -> None:
    (folder / "vectors.4711.part").write_bytes(b"half")
    index.save(folder)

    assert sorted(path.suffix for path in folder.iterdir()) == [".faiss", ".json"]
