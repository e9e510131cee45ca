"""Ways to pay are said in the shopper's language, whichever language the seller wrote them in."""

from __future__ import annotations

import pytest

from knowledge.facts import Facts
from knowledge.payment import _keys, _names, payment_method


@pytest.mark.parametrize("item", ["bank_transfer", "Bank Transfer", "Überweisung", "银行转账"])
def test_a_way_to_pay_is_known_by_its_key_and_by_any_of_its_names(item: str) -> None:
    assert payment_method(item, "fr") == _names()["bank_transfer"]["fr"]


@pytest.mark.parametrize("item", ["Visa", "Klarna", "three goats"])
def test_brands_and_what_is_not_known_stay_as_they_are(item: str) -> None:
    assert payment_method(item, "ar") == item


def test_every_way_has_a_name_in_all_languages() -> None:
    assert {key: len(names) for key, names in _names().items()} == dict.fromkeys(_names(), 66)
    assert set(_keys().values()) == set(_names())


def test_answers_say_them_so() -> None:
    facts = Facts({"payment_methods": ["Visa", "bank transfer"]})

    assert facts.values("de")["payment_methods"] == f"Visa und {_names()['bank_transfer']['de']}"
