"""Shop files: what they may say, and what is said about a mistake."""

from __future__ import annotations

import pytest
import yaml

from connectors.base import Money
from connectors.demo.config import Moment
from connectors.demo.matching import email_key, number_key
from connectors.demo.parse import parse
from connectors.errors import ConnectorError

SHOP = """\
facts:
  name: Kleiner Laden
  currency: EUR
products:
  - id: cup
    title: Cup
    price: 12.50
    stock: 4
customers:
  - email: ann@example.com
orders:
  - number: 7
    customer: ANN@example.com
    status: shipped
    placed: 2026-11-01
    lines:
      - product: cup
        quantity: 2
"""


def _problems(text: str) -> list[str]:
    with pytest.raises(ConnectorError) as refused:
        parse(text, source="shop.yml")
    assert refused.value.category == "configuration"
    return refused.value.detail.splitlines()


def test_a_small_shop_is_read() -> None:
    shop = parse(SHOP, source="shop.yml")

    assert shop.facts == {"name": "Kleiner Laden", "currency": "EUR"}
    assert shop.products[0].price == Money(1250, "EUR")
    assert shop.orders[0].total == Money(2500, "EUR")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "facts: {}\n"])
def test_an_empty_shop_is_a_shop(text: str) -> None:
    shop = parse(text, source="shop.yml")

    assert (shop.facts, shop.products, shop.orders) == ({}, (), ())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("stock: 4", "stock: many", "shop.yml:8: products[1].stock: should be a valid integer"),
        ("stock: 4", "stock: -1", "shop.yml:8: products[1].stock: should be greater than or equal to 0"),
        ("    stock: 4\n", "", "shop.yml:5: products[1].stock: is missing"),
        ("    title: Cup\n", "", "shop.yml:5: products[1]: needs a title"),
        ("title: Cup", "titel: Cup", "shop.yml:6: products[1].titel: unknown field"),
        ("price: 12.50", "price: 12.505", "shop.yml:7: products[1].price: has more decimal places than EUR"),
        ("status: shipped", "status: lost", "shop.yml:14: orders[1].status: should be 'pending'"),
        ("2026-11-01", "yesterday", "shop.yml:15: orders[1].placed: must be a date such as"),
        ("2026-11-01", "2026-13-01", "shop.yml:15: orders[1].placed: must be a date such as"),
        ("product: cup", "product: cap", "shop.yml:17: orders[1].lines[1].product: is not the id of any"),
        ("quantity: 2", "quantity: 0", "shop.yml:18: orders[1].lines[1].quantity: should be greater"),
        ("ANN@", "bob@", "shop.yml:13: orders[1].customer: is not the email of any customer"),
        ("email: ann@example.com", "email: ann", "shop.yml:10: customers[1].email: "),
        ("number: 7", 'number: "--"', "shop.yml:12: orders[1].number: needs a digit or a letter"),
        ("  currency: EUR\n", "", "shop.yml:1: facts.currency: is needed for the prices"),
        ("name: Kleiner", "nmae: Kleiner", "shop.yml:2: facts.nmae: unknown field"),
        ("  name: Kleiner Laden", "  return_days: ever", "shop.yml:2: facts.return_days: should be a valid"),
        ("  name: Kleiner Laden", "  support_hours: {open: 9}", "shop.yml:2: facts.support_hours.open: "),
        ("name: Kleiner Laden", "currency: USD", "shop.yml:3: currency: is given twice"),
        ("stock: 4", "stock: 4\n    image: ../../etc/passwd", "shop.yml:9: products[1].image: must be a"),
        ("stock: 4", "stock: 4\n    url: javascript:alert(1)", "shop.yml:9: products[1].url: must begin"),
        ("- email", "- email: Ann@Example.com\n  - email", "shop.yml:11: customers[2].email: is the"),
        (SHOP[SHOP.index("    lines:") :], "    lines: []", "shop.yml:16: orders[1].lines: needs at"),
        ("products:", "produkts:", "shop.yml:4: produkts: unknown field"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_field(old: str, new: str, problem: str) -> None:
    assert _problems(SHOP.replace(old, new, 1))[0].startswith(problem)


def test_all_mistakes_are_named_at_once() -> None:
    assert len(_problems(SHOP.replace("stock: 4", "stock: x").replace("quantity: 2", "quantity: x"))) == 2


def test_two_numbers_that_shoppers_could_not_tell_apart_are_refused() -> None:
    twin = SHOP[SHOP.index("  - number: 7") :].replace("number: 7", 'number: "#7"')

    assert _problems(SHOP + twin) == ["shop.yml:19: orders[2].number: is the same as that of orders[1]"]


@pytest.mark.parametrize("text", ["facts: [", "a: b: c", "\tfacts:", "--- 1\n--- 2", "\x00", "a: &a [*a]"])
def test_what_is_not_yaml_is_said(text: str) -> None:
    assert _problems(text)[0].startswith("shop.yml: not valid YAML")


@pytest.mark.parametrize("text", ["- a list", "just words", "42"])
def test_yaml_that_is_no_shop_is_refused(text: str) -> None:
    assert _problems(text)[0].startswith("shop.yml: the file: ")


@pytest.mark.parametrize("number", ["0042", "12:30", "1_042", "0x10", "1.0", "no", "2026-11-01"])
def test_a_number_stays_as_it_is_written(number: str) -> None:
    assert yaml.safe_load(number) != number

    shop = parse(SHOP.replace("number: 7", f"number: {number}"), source="shop.yml")

    assert shop.orders[0].entry.number == number


def test_norwegian_is_a_language() -> None:
    shop = parse(SHOP.replace("title: Cup", "titles: {no: Kopp}"), source="shop.yml")

    assert (shop.products[0].title, shop.products[0].titles) == ("Kopp", {"no": "Kopp"})


@pytest.mark.parametrize(
    ("currency", "price", "amount"), [("JPY", "1200", 1200), ("KWD", "1.250", 1250), ("USD", "9.9", 990)]
)
def test_prices_have_the_decimal_places_of_their_currency(currency: str, price: str, amount: int) -> None:
    shop = parse(SHOP.replace("EUR", currency).replace("12.50", price), source="shop.yml")

    assert shop.products[0].price == Money(amount, currency)


@pytest.mark.parametrize("text", ["3 d", "d", "--3d", "+3w", "tomorrow", "99999d", "1/2/2026"])
def test_a_time_that_is_neither_date_nor_distance_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a date"):
        Moment.read(text)


def test_keys_are_the_same_when_made_of_keys() -> None:
    assert number_key(number_key("ＮＬ－２０３９１")) == number_key("NL-20391") == "nl20391"
    assert email_key(email_key("Ａnn–B＠X。com")) == email_key("ann-b@x.com") == "ann-b@x.com"
