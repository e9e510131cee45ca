"""Facts worded for a language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from knowledge.entries import load_packs
from knowledge.errors import FactsError
from knowledge.facts import Facts, fill, render

PACKS = Path(__file__).resolve().parents[2] / "knowledge" / "packs"
SHOP: dict[str, Any] = {
    "name": "Nordlicht",
    "colour": "#0B6B74",
    "default_language": "de",
    "currency": "EUR",
    "delivery_days_min": 2,
    "delivery_days_max": 5,
    "shipping_fee": 4.9,
    "free_shipping_over": 1250,
    "ships_to": ["DE", "FR", "JP"],
    "payment_methods": ("Visa", "PayPal"),
    "support_email": "help@nordlicht.example",
    "support_hours": {"days": ("mon", "fri"), "open": "09:00", "close": "18:00", "timezone": "Europe/Berlin"},
    "free_returns": True,
    "return_days": 30,
    "express_fee": None,
}
GOLDEN = {
    "en": (
        "€4.90", "€1,250.00", "Germany, France, and Japan", "Visa and PayPal",
        "Mon–Fri, 9:00\u202fAM\u2009–\u20096:00\u202fPM (CET)",
    ),
    "de": (
        "4,90\xa0€", "1.250,00\xa0€", "Deutschland, Frankreich und Japan", "Visa und PayPal",
        "Mo–Fr, 09:00–18:00 Uhr (MEZ)",
    ),
    "ru": (
        "4,90\xa0€", "1\xa0250,00\xa0€", "Германия, Франция и Япония", "Visa и PayPal",
        "пн – пт, 09:00–18:00 (CET)",
    ),
    "ja": ("€4.90", "€1,250.00", "ドイツ、フランス、日本", "Visa、PayPal", "月～金 9時00分～18時00分 (CET)"),
    "ar": (
        "\u200f4.90\xa0€", "\u200f1,250.00\xa0€", "ألمانيا وفرنسا واليابان",
        "\u2068Visa\u2069 و\u2068PayPal\u2069",
        "الاثنين – الجمعة، 9:00 ص\u2009–\u20096:00 م (CET)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", GOLDEN)
def test_values_are_worded_for_the_language(language: str) -> None:
    values = Facts(SHOP).values(language)

    names = ("shipping_fee", "free_shipping_over", "ships_to", "payment_methods", "support_hours")
    assert tuple(values[name] for name in names) == GOLDEN[language]


def test_numbers_flags_and_texts_are_passed_on() -> None:
    values = Facts(SHOP).values("en")

    assert values["return_days"] == 30
    assert values["free_returns"] == "true"
    assert values["shop"] == "Nordlicht"
    assert values["support_email"] == "help@nordlicht.example"
    assert "express_fee" not in values
    assert "colour" not in values


@pytest.mark.parametrize(("fee", "free"), [(0, "true"), (0.0, "true"), (4.9, "false")])
def test_free_shipping_is_derived_from_the_fee(fee: float, free: str) -> None:
    assert Facts({"shipping_fee": fee, "currency": "EUR"}).values("en")["shipping_fee_free"] == free


def test_money_without_a_currency_has_no_value() -> None:
    assert "shipping_fee" not in Facts({"shipping_fee": 4.9}).values("en")


def test_yen_has_no_decimals() -> None:
    assert Facts({"shipping_fee": 600, "currency": "JPY"}).values("ja")["shipping_fee"] == "￥600"


def test_destinations_that_are_not_codes_stay_as_they_are() -> None:
    assert Facts({"ships_to": ["DE", "the whole EU"]}).values("fr")["ships_to"] == "Allemagne et the whole EU"


def test_hours_given_as_text_stay_as_they_are() -> None:
    assert Facts({"support_hours": "around the clock"}).values("de")["support_hours"] == "around the clock"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Tokyo", "(JST)"),
        ("Australia/Sydney", "(AEST)"),
        ("UTC", "(UTC)"),
        ("Asia/Dubai", "(GMT+04:00)"),
    ],
)
def test_time_zone_has_its_usual_abbreviation(zone: str, shown: str) -> None:
    hours = {"days": ["mon", "tue", "sat"], "open": "09:00", "close": "18:00", "timezone": zone}

    assert str(Facts({"support_hours": hours}).values("de")["support_hours"]).endswith(shown)


@pytest.mark.parametrize("language", ["fil", "nb", "zh", "zh-TW", "fa", "km", "xx"])
def test_every_language_code_is_formatted(language: str) -> None:
    assert Facts(SHOP).values(language)["shipping_fee"]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("return_day", 30), ("return_days", "30"), ("return_days", 1.5), ("return_days", True),
        ("shipping_fee", "4.90"), ("free_returns", "yes"), ("ships_to", "DE"), ("support_email", 3),
        ("support_hours", {"open": "09:00"}),
        ("support_hours", {"days": ["monday"], "open": "09:00", "close": "18:00"}),
        ("support_hours", {"days": ["mon"], "open": "9", "close": "18:00"}),
        ("support_hours", {"days": ["mon"], "open": "09:00", "close": "18:00", "timezone": "Nowhere/At_All"}),
    ],
)  # fmt: skip
def test_wrong_facts_are_refused_by_name(fact: str, value: Any) -> None:
    with pytest.raises(FactsError) as caught:
        Facts({fact: value})

    assert caught.value.fact == fact


def test_sentence_with_a_missing_fact_is_left_out() -> None:
    answer = ("Write to {support_email}.", "We are here {support_hours}.", "Thank you.")

    assert render(answer, {"support_email": "a@b.example"}, "en") == "Write to a@b.example. Thank you."
    assert render(("We are here {support_hours}.",), {}, "en") == ""


@pytest.mark.parametrize(("language", "expected"), [("en", "A. B."), ("zh", "A.B."), ("ja", "A.B.")])
def test_sentences_are_joined_as_the_script_does(language: str, expected: str) -> None:
    assert render(("A.", "B."), {}, language) == expected


def test_values_can_be_changed_without_changing_the_facts() -> None:
    facts = Facts(SHOP)
    facts.values("en")["shop"] = "Other"

    assert facts.values("en")["shop"] == "Nordlicht"
    assert fill("{shop}", facts.values("en"), "en") == "Nordlicht"


def test_starter_answers_read_well_with_all_facts() -> None:
    answer = load_packs(PACKS, ["en"])["shipping_time"].variants["en"].answer

    text = render(answer, Facts(SHOP).values("en"), "en")
    assert text.startswith("Delivery usually takes 2 to 5 working days once your parcel has left us.")


def test_no_language_takes_over_the_weekdays_of_one_that_was_asked_before() -> None:
    hours = {"days": ["mon", "fri"], "open": "09:00", "close": "18:00", "timezone": "Europe/Berlin"}
    after, alone = Facts({"support_hours": hours}), Facts({"support_hours": hours})
    after.values("sw")

    assert after.values("ta")["support_hours"] == alone.values("ta")["support_hours"]
    assert str(after.values("ta")["support_hours"]).startswith("திங்")
    assert str(after.values("zh")["support_hours"]).startswith("周一")
    assert str(after.values("es")["support_hours"]).startswith("lun–vie")
