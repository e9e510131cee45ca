"""Facts on their way in: checked one by one and side by side, read from files, laid over one another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import ROOT, ConfigError, ShopSettings
from bot.shop_facts import FIELDS, checked, country_of, merged, read_facts


def _problems(**facts: Any) -> dict[str, str]:
    return {problem.fact: problem.code for problem in checked(facts)[1]}


def test_every_fact_of_the_configuration_can_be_asked_for() -> None:
    assert set(FIELDS) == set(ShopSettings.model_fields)


def test_good_facts_are_kept_and_those_not_given_are_dropped() -> None:
    given = {"name": "Lumen", "currency": "EUR", "shipping_fee": 4.9, "refund_days": None, "live_coupon": ""}

    kept, problems = checked(given)

    assert (kept, problems) == ({"name": "Lumen", "currency": "EUR", "shipping_fee": 4.9}, [])


@pytest.mark.parametrize(
    ("facts", "fact", "code"),
    [
        ({"retun_days": 3}, "retun_days", "unknown"),
        ({"return_days": "many"}, "return_days", "number"),
        ({"return_days": -1}, "return_days", "number"),
        ({"shipping_fee": "free", "currency": "EUR"}, "shipping_fee", "amount"),
        ({"shipping_fee": 3}, "currency", "currency"),
        ({"currency": "XYZ"}, "currency", "currency"),
        ({"delivery_days_min": 5, "delivery_days_max": 3}, "delivery_days_min", "order"),
        ({"ships_to": ["DE", "Narnia"]}, "ships_to", "country"),
        ({"support_email": "nobody"}, "support_email", "email"),
        ({"size_guide_url": "javascript:alert(1)"}, "size_guide_url", "url"),
        (
            {"support_hours": {"open": "09:00", "close": "18:00", "timezone": "Mars/Sea"}},
            "support_hours",
            "hours",
        ),
        ({"support_hours": {"open": "nine", "close": "18:00"}}, "support_hours", "hours"),
        ({"default_language": "xx-nope"}, "default_language", "invalid"),
        ({"name": "x" * 201}, "name", "text"),
        ({"payment_methods": ["x" * 201]}, "payment_methods", "text"),
    ],
)
def test_what_is_wrong_is_told_at_its_fact(facts: dict[str, Any], fact: str, code: str) -> None:
    assert _problems(**facts) == {fact: code}


def test_every_problem_has_a_sentence() -> None:
    locale = yaml.safe_load((ROOT / "bot/locales/en.yml").read_text(encoding="utf-8"))

    assert {
        "number",
        "amount",
        "email",
        "url",
        "currency",
        "country",
        "hours",
        "order",
        "text",
        "invalid",
    } <= (locale["facts"]["error"].keys())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("日本", "JP"),
        (" UK ", "GB"),
        ("Narnia", None),
    ],
)
def test_countries_are_known_by_code_and_by_name(text: str, code: str | None) -> None:
    assert country_of(text) == code


def test_a_country_said_twice_is_kept_once() -> None:
    assert checked({"ships_to": ["DE", "Germany", "FR"]})[0] == {"ships_to": ["DE", "FR"]}


@pytest.mark.parametrize("inside", [None, "shop", "facts"])
def test_a_file_may_hold_facts_alone_or_in_a_section(tmp_path: Path, inside: str | None) -> None:
    facts = {"name": "Lumen", "return_days": 14}
    file = tmp_path / "facts.json"
    file.write_text(json.dumps({inside: facts} if inside else facts))

    assert read_facts(file) == facts


def test_the_file_of_the_demo_shop_can_be_read() -> None:
    assert read_facts(ROOT / "connectors/demo/shop.yml")["name"] == "Nordlicht"


def test_every_problem_of_a_file_has_its_line(tmp_path: Path) -> None:
    file = tmp_path / "facts.yml"
    file.write_text("shop:\n  retun_days: 3\n  refund_days: many\n  shipping_fee: 3\n")

    with pytest.raises(ConfigError) as caught:
        read_facts(file)

    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert f"{file}:2: retun_days" in str(caught.value)
    assert "did you mean return_days?" in str(caught.value)
    assert f"{file}:3: shop.refund_days" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text", "{unclosed"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "facts.yml"
    file.write_text(text)

    with pytest.raises(ConfigError, match=r"facts\.yml"):
        read_facts(file)


def test_saved_facts_are_a_whole_statement_and_the_configuration_wins() -> None:
    platform = {"name": "Platform", "return_days": 30, "colour": "#000000"}
    ours = ShopSettings(return_days=7)

    assert merged(platform=platform, saved=None, ours=ours) == {**platform, "return_days": 7}
    assert merged(platform=platform, saved={"name": "Saved"}, ours=ours) == {
        "name": "Saved",
        "return_days": 7,
    }
    assert merged(platform={}, saved=None, ours=ShopSettings()) == {"name": "Storecast"}
