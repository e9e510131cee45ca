"""The model folder: nothing that was changed or left out is loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder
from knowledge.errors import EncoderMissing
from knowledge.model import CHECKSUMS, CODES, CONFIG, Model


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILTIN_MODEL, tmp_path / "model"))


def test_a_whole_model_is_loaded(copy: Path) -> None:
    assert Model.load(copy).name == BuiltinEncoder().name


def test_a_changed_file_is_refused(copy: Path) -> None:
    data = bytearray((copy / CODES).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / CODES).write_bytes(data)

    with pytest.raises(EncoderMissing, match=r"codes\.npy is damaged"):
        BuiltinEncoder(copy).encode(["hello"])


@pytest.mark.parametrize("name", [CODES, CHECKSUMS])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()

    with pytest.raises(EncoderMissing, match=name):
        Model.load(copy)


def test_features_of_another_version_are_refused(copy: Path) -> None:
    config = json.loads((copy / CONFIG).read_text(encoding="utf-8"))
    (copy / CONFIG).write_text(json.dumps(config | {"features_version": 0}), encoding="utf-8")
    (copy / CHECKSUMS).write_text("", encoding="utf-8")

    with pytest.raises(EncoderMissing, match="another version"):
        Model.load(copy)


def test_the_shipped_model_stays_small() -> None:
    assert sum(file.stat().st_size for file in BUILTIN_MODEL.iterdir()) <= 38_000_000
