"""The demo shop, on the file that is shipped and on files of the tests' own."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from bot.config import ROOT, DemoShopSettings, ShopSettings
from bot.store import Store
from connectors.base import OrderStatus
from connectors.demo import DemoShop, MemoryState, create
from connectors.demo.config import Facts
from connectors.demo.parse import parse
from connectors.errors import ConnectorError, NotConfigured
from connectors.registry import create_shop
from tests.contracts.shop_contract import Known, ShopContract

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LANGUAGES = {path.stem for path in (ROOT / "knowledge" / "packs").glob("*.yml")}
IMAGES = ROOT / "connectors" / "demo" / "images"


@dataclass(frozen=True)
class Settings:
    file: Path


def shipped(state: MemoryState | None = None, *, now: Callable[[], datetime] = lambda: NOW) -> DemoShop:
    return create(DemoShopSettings(), state, now=now)


class TestDemoShop(ShopContract):
    @pytest.fixture
    def shop(self) -> DemoShop:
        return shipped()

    @pytest.fixture
    def known(self) -> Known:
        return Known(
            waiting=("NL-20391", "jonas.weber@example.com"),
            on_its_way=("1042", "anna@example.com"),
            returnable=("1045", "jiwoo@example.com"),
            too_late_to_return=("1046", "lucia.romero@example.com"),
        )


@pytest.mark.parametrize(
    "number",
    [
        "NL-20391",
        "nl20391",
        "#NL 20391",
        "ＮＬ－２０３９１",
        "NL‑20391",
        "NLー٢٠٣٩١",
        "nl–२०३९१",
        "\u200eNL\u00a020391\u200f",
    ],
)
async def test_an_order_number_in_any_script_is_found(number: str) -> None:
    order = await shipped().verified_order(number, "Jonas.Weber@example.com")

    assert order is not None
    assert order.number == "NL-20391"


@pytest.mark.parametrize("number", ["１０４２", "١٠٤٢", "۱۰۴۲", "१०४२", "№ 1042", "10 42"])
async def test_digits_of_any_script_are_the_same_digits(number: str) -> None:
    assert await shipped().verified_order(number, "anna@example.com") is not None


@pytest.mark.parametrize(
    "email",
    [
        "MEI+Nordlicht@example.com",
        " mei+nordlicht@example.com",
        "ｍｅｉ＋ｎｏｒｄｌｉｃｈｔ＠ｅｘａｍｐｌｅ。ｃｏｍ",
    ],
)
async def test_an_email_as_people_type_it_is_found(email: str) -> None:
    assert await shipped().verified_order("1043", email) is not None


@pytest.mark.parametrize("email", ["mei@example.com", "meinordlicht@example.com", "mei+nordlicht@example.co"])
async def test_an_email_that_is_not_the_same_is_not_found(email: str) -> None:
    assert await shipped().verified_order("1043", email) is None


async def test_a_number_keeps_its_leading_noughts() -> None:
    assert (await shipped().verified_order("0042", "olga@example.com")) is not None
    assert (await shipped().verified_order("42", "olga@example.com")) is None


async def test_relative_dates_move_with_the_clock() -> None:
    today, next_week = [
        await shipped(now=lambda at=at: at).order("1042") for at in (NOW, NOW + timedelta(days=7))
    ]

    assert today is not None
    assert next_week is not None
    assert (today.placed_at, today.expected_on) == (datetime(2026, 11, 19, 9, tzinfo=UTC), date(2026, 11, 24))
    assert (next_week.placed_at, next_week.expected_on) == (
        datetime(2026, 11, 26, 9, tzinfo=UTC),
        date(2026, 12, 1),
    )


async def test_nothing_was_placed_in_the_future_at_any_hour() -> None:
    midnight = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)

    assert max(order.placed_at for order in await shipped(now=lambda: midnight).orders()) <= midnight


async def test_changes_outlive_a_restart() -> None:
    state = MemoryState()
    cancelled = await shipped(state).cancel_order("NL-20391", key="k1")
    opened = await shipped(state).start_return("1045", key="k2")

    again = shipped(state)

    assert await again.order("nl20391") == cancelled
    assert await again.returns() == (opened,)
    assert await again.cancel_order("NL-20391", key="k1") == cancelled


class StateInStore:
    """As `bot.app` connects the demo shop to the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> dict[str, object] | None:
        return await self._store.shop_state("demo")

    async def save(self, data: dict[str, object], *, once: str) -> dict[str, object]:
        return await self._store.put_shop_state("demo", data, once=once)


async def test_changes_are_kept_in_the_database(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "shop.sqlite")
    long_key = "web:" + "k" * 196
    opened = await create(DemoShopSettings(), StateInStore(store), now=lambda: NOW).start_return(
        "1045", key=long_key
    )

    again = create(DemoShopSettings(), StateInStore(store), now=lambda: NOW + timedelta(hours=1))

    assert await again.start_return("1045", key=long_key) == opened
    assert await again.returns() == (opened,)
    await store.close()


async def test_changes_at_the_same_time_are_all_kept() -> None:
    shop = shipped()

    await asyncio.gather(
        shop.cancel_order("NL-20391", key="a"),
        shop.cancel_order("NL-20394", key="b"),
        *(shop.cancel_order("1043", key="c") for _ in range(3)),
        shop.start_return("1045", key="d"),
        shop.start_return("0042", key="e"),
    )

    assert [order.number for order in await shop.orders() if order.status == "cancelled"] == [
        "NL-20391", "1043", "1047", "NL-20394",
    ]  # fmt: skip
    assert len(await shop.returns()) == 2


async def test_the_last_day_for_returning_is_a_day_for_returning() -> None:
    delivered = NOW - timedelta(days=5)
    last, late = delivered + timedelta(days=30), delivered + timedelta(days=31)
    file = ROOT / "connectors" / "demo" / "shop.yml"
    fixed = file.read_text("utf-8").replace("delivered: -5d", f"delivered: {delivered.date()}")

    shop = _written(fixed, now=last)
    assert (await shop.start_return("1045", key="k")).number == "R-1045"
    with pytest.raises(ConnectorError, match="over"):
        await _written(fixed, now=late).start_return("1045", key="k")


async def test_the_shipped_shop_covers_every_status_and_language() -> None:
    shop = shipped()
    products, orders, facts = await shop.products(), await shop.orders(), await shop.facts()

    assert {order.status for order in orders} == set(get_args(OrderStatus))
    assert all(set(product.titles) == set(product.descriptions) == LANGUAGES for product in products)
    assert {product.stock == 0 for product in products} == {True, False}
    assert set(facts) == set(ShopSettings.model_fields)
    assert shop.sample_order() == ("1042", "anna@example.com")


async def test_the_facts_are_facts_of_the_configuration() -> None:
    facts = await shipped().facts()

    assert ShopSettings(**facts).model_dump() == facts


def test_facts_mean_the_same_in_a_shop_file_and_in_the_configuration() -> None:
    ours, theirs = Facts.model_json_schema(), ShopSettings.model_json_schema()

    assert (ours["properties"], ours["$defs"]) == (theirs["properties"], theirs["$defs"])


async def test_every_product_has_a_picture_that_the_shop_serves() -> None:
    shop = shipped()

    names = [str(product.image_url).removeprefix("/demo/images/") for product in await shop.products()]

    assert [shop.image_file(name) for name in names] == [IMAGES / name for name in names]
    assert shop.image_file("../shop.yml") is None
    assert shop.image_file("shop.yml") is None


@pytest.mark.parametrize("file", sorted(IMAGES.glob("*.svg")), ids=lambda file: file.stem)
def test_a_picture_is_plain_and_small(file: Path) -> None:
    root = ET.fromstring(file.read_text("utf-8"))  # noqa: S314 our own file
    drawn = {element.tag.rpartition("}")[2] for element in root.iter()}

    assert drawn.isdisjoint({"script", "image", "foreignObject", "style", "text"})
    assert file.stat().st_size < 5000


async def test_a_missing_picture_is_no_picture() -> None:
    text = """
        facts: {currency: EUR}
        products:
          - {id: a, title: A, price: 1, stock: 1, image: nowhere.svg}
          - {id: b, title: B, price: 1, stock: 1, image: "https://cdn.example.com/b.png"}
          - {id: c, title: C, price: 1, stock: 1, image: mug.svg}
          - {id: d, title: D, price: 1, stock: 1}
    """

    products = await _written(text).products()

    assert [product.image_url for product in products] == [
        None, "https://cdn.example.com/b.png", "/demo/images/mug.svg", None,
    ]  # fmt: skip


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"shop\.yml: can't be read") as refused:
        create(Settings(tmp_path / "shop.yml"))

    assert refused.value.category == "configuration"


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConnectorError, match=r"shop\.yml: is not UTF-8"):
        create(Settings(file))


def test_the_registry_makes_the_shop_it_is_asked_for() -> None:
    assert isinstance(create_shop("demo", DemoShopSettings(), state=MemoryState()), DemoShop)


def test_the_registry_names_what_it_knows() -> None:
    with pytest.raises(NotConfigured, match=r"shopless is not one of: demo"):
        create_shop("shopless", DemoShopSettings())


def _written(text: str, *, now: datetime = NOW) -> DemoShop:
    return DemoShop(parse(text, source="shop.yml"), MemoryState(), now=lambda: now, images=IMAGES)
