"""The README's example is a shop that works."""

from __future__ import annotations

import re
from textwrap import dedent

from bot.config import ROOT
from connectors.demo.config import CustomerEntry, Facts, LineEntry, OrderEntry, ProductEntry
from connectors.demo.parse import parse

README = (ROOT / "connectors" / "demo" / "README.md").read_text("utf-8")


def test_the_example_is_a_shop() -> None:
    example = re.findall(r"(?:^(?:    .*)?\n)+", README, flags=re.MULTILINE)

    shop = parse(dedent(next(block for block in example if "facts:" in block)), source="README.md")

    assert (shop.facts["name"], len(shop.products), len(shop.orders)) == ("Kleiner Laden", 1, 1)


def test_every_field_is_described() -> None:
    models = (Facts, ProductEntry, CustomerEntry, OrderEntry)
    described = set(re.findall(r"`([a-z_]+)`", README)) | set(re.findall(r"\b[a-z_]+\b", README))

    assert {field for model in (*models, LineEntry) for field in model.model_fields} <= described
