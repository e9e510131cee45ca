"""Entries: validation, packs, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.entries import Entry, Variant, entry_from_dict, entry_to_dict, load_packs
from knowledge.errors import EntryError

PACKS = Path(__file__).resolve().parents[2] / "knowledge" / "packs"
GOOD: dict[str, Any] = {"title": "Where are you?", "ask": ["your address"], "answer": ["In {shop}."]}


def test_entry_survives_json() -> None:
    entry = entry_from_dict({"variants": {"en": GOOD, "zh-TW": GOOD}}, entry_id="where")

    assert entry_from_dict(json.loads(json.dumps(entry_to_dict(entry)))) == entry
    assert entry.origin == "own"


def test_variants_can_not_be_changed() -> None:
    entry = Entry("where", {"en": Variant("Where?", (), ("Here.",))})

    with pytest.raises(TypeError):
        entry.variants["de"] = entry.variants["en"]  # type: ignore[index]  # that is what is tested


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "variants.en.title"),
        ({"title": "x" * 301}, "variants.en.title"),
        ({"title": 3}, "variants.en.title"),
        ({"ask": ["fine", ""]}, "variants.en.ask.1"),
        ({"ask": "where"}, "variants.en.ask"),
        ({"ask": ["x"] * 201}, "variants.en.ask"),
        ({"answer": []}, "variants.en.answer"),
        ({"answer": ["{shop"]}, "variants.en.answer.0"),
        ({"answer": ["ok", "{return_day} days"]}, "variants.en.answer.1"),
        ({"tags": []}, "variants.en.tags"),
    ],
)
def test_bad_variant_is_refused_with_its_path(change: dict[str, Any], field: str) -> None:
    with pytest.raises(EntryError) as caught:
        entry_from_dict({"variants": {"en": GOOD | change}}, entry_id="where")

    assert caught.value.field == field


def test_unknown_value_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EntryError, match=r"return_day; known are .*return_days"):
        Variant("Title", (), ("Within {return_day} days.",))


@pytest.mark.parametrize("entry_id", ["", "A", "a b", "x" * 65, "ä", "a/b"])
def test_bad_id_is_refused(entry_id: str) -> None:
    with pytest.raises(EntryError, match="id"):
        entry_from_dict({"variants": {"en": GOOD}}, entry_id=entry_id)


@pytest.mark.parametrize(
    "data", [None, [], {}, {"variants": []}, {"variants": {}}, {"variants": {"English": GOOD}}]
)
def test_bad_shape_is_refused(data: Any) -> None:
    with pytest.raises(EntryError):
        entry_from_dict(data, entry_id="where")


def test_packs_are_joined_by_topic() -> None:
    entries = load_packs(PACKS, ["en", "de"])

    assert len(entries) == 40
    assert next(iter(entries)) == "shipping_time"
    assert {frozenset(entry.variants) for entry in entries.values()} == {frozenset({"en", "de"})}
    assert {entry.origin for entry in entries.values()} == {"starter"}


@pytest.mark.parametrize(
    "text",
    ["language: [", "language: de\nentries: {}", "entries: {}", "language: en\nentries: {a: {title: b}}"],
)
def test_broken_pack_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "en.yml").write_text(text, encoding="utf-8")

    with pytest.raises(EntryError, match=r"en\.yml"):
        load_packs(tmp_path)


def test_folder_without_packs_has_no_entries(tmp_path: Path) -> None:
    assert load_packs(tmp_path) == {}
