"""What the facts that are given make of the answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.coverage import LanguageCoverage, as_data, coverage, pages
from knowledge.entries import Entry, Variant, load_packs
from knowledge.facts import Facts

PACKS = Path(__file__).resolve().parents[2] / "knowledge" / "packs"
ENTRIES = [
    Entry(
        "cost",
        {
            "en": Variant("What does it cost?", (), ("It costs {shipping_fee}.", "Ask {shop}.")),
            "de": Variant("Was kostet es?", (), ("Es kostet {shipping_fee}.", "Fragen Sie {shop}.")),
        },
    ),
    Entry(
        "wrap", {"en": Variant("Wrapped?", (), ("{gift_wrap_available, select, true {Yes.} other {No.}}",))}
    ),
    Entry("real", {"en": Variant("Genuine?", (), ("Yes.",))}),
]


def test_answers_are_counted_as_whole_shortened_silent_and_absent() -> None:
    found = coverage(ENTRIES, Facts({"name": "Lumen"}), ["en", "de"])

    assert found.entries == 3
    assert found.languages == {
        "en": LanguageCoverage(whole=1, shortened=1, silent=1, absent=0),
        "de": LanguageCoverage(whole=0, shortened=1, silent=0, absent=2),
    }
    assert found.gaps == {"gift_wrap_available": ("wrap",), "shipping_fee": ("cost",)}
    assert found.silent == ("wrap",)


def test_a_gap_is_named_by_its_fact_not_by_what_is_worked_out_of_it() -> None:
    fee = Entry("fee", {"en": Variant("Fee?", (), ("{shipping_fee_free, select, true {No.} other {Yes.}}",))})

    assert set(coverage([*ENTRIES, fee], Facts({}), ["en"]).gaps) == {
        "gift_wrap_available", "name", "shipping_fee",
    }  # fmt: skip


def test_an_amount_without_a_currency_is_a_gap() -> None:
    found = coverage(ENTRIES, Facts({"name": "Lumen", "shipping_fee": 3}), ["en"])

    assert "shipping_fee" in found.gaps


def test_pages_hold_what_is_said_and_nothing_else() -> None:
    said = pages(ENTRIES, Facts({"name": "Lumen"}), "en")

    assert [(page.entry_id, page.answer) for page in said] == [("cost", "Ask Lumen."), ("real", "Yes.")]


def test_the_data_can_be_written_as_json() -> None:
    data = as_data(coverage(ENTRIES, Facts({}), ["en"]))

    assert json.loads(json.dumps(data))["languages"]["en"] == {
        "whole": 1, "shortened": 0, "silent": 2, "absent": 0, "answered": 1,
    }  # fmt: skip


@pytest.mark.parametrize("language", sorted(path.stem for path in PACKS.glob("*.yml")))
def test_without_facts_no_answer_shows_a_placeholder(language: str) -> None:
    entries = load_packs(PACKS, [language]).values()
    said = pages(entries, Facts({"name": "Lumen"}), language)

    assert said
    assert not [page for page in said if {"{", "}"} & set(page.title + page.answer)]


@pytest.mark.parametrize("topic", ["free_shipping", "express_shipping", "ship_to_country", "live_deal"])
def test_what_a_shop_has_not_said_is_not_hinted_at(topic: str) -> None:
    entries = load_packs(PACKS)

    assert (
        topic in coverage(entries.values(), Facts({"name": "Lumen"}), sorted(entries[topic].variants)).silent
    )
