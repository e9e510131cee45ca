"""Order skills against the demo shop as it ships."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.messages import Action
from bot.skills import ProductFinder, Request
from bot.skills.orders import cancel, cancel_confirmed, return_confirmed, start_return, track
from connectors.base import Order, Shop
from connectors.demo import DemoShop, create
from connectors.errors import ConnectorError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = """
facts: {name: Test, currency: EUR, return_days: 30}
products:
  - {id: mug, title: Mug, price: 12.50, stock: 3, image: "https://shop.example/mug.webp"}
customers:
  - {name: Anna, email: anna@example.com}
orders:
  - {number: 1, customer: anna@example.com, status: processing, placed: -1d,
     lines: [{product: mug, quantity: 2}]}
  - {number: 2, customer: anna@example.com, status: shipped, placed: -4d, expected: +2d, carrier: DHL,
     tracking_number: "77", tracking_url: "https://dhl.example/77", lines: [{product: mug, quantity: 1}]}
  - {number: 3, customer: anna@example.com, status: delivered, placed: -9d, delivered: -2d,
     lines: [{product: mug, quantity: 1}]}
  - {number: 4, customer: anna@example.com, status: delivered, placed: -90d, delivered: -80d,
     lines: [{product: mug, quantity: 1}]}
  - {number: 5, customer: anna@example.com, status: cancelled, placed: -9d,
     lines: [{product: mug, quantity: 1}]}
"""


class _Settings:
    def __init__(self, file: Path) -> None:
        self.file = file


@pytest.fixture
def shop(tmp_path: Path) -> DemoShop:
    file = tmp_path / "shop.yml"
    file.write_text(SHOP, encoding="utf-8")
    return create(_Settings(file), now=lambda: NOW)


class BrokenShop:
    """A platform that is down."""

    async def verified_order(self, number: str, email: str) -> Order | None:
        raise ConnectorError("unavailable")


def request(shop: Shop | BrokenShop, number: str, email: str = "anna@example.com", **fields: Any) -> Request:
    known: dict[str, Any] = {"language": "en", "key": "m1", "now": NOW, "timeout_s": 1.0, "return_days": 30}
    known["products"] = ProductFinder()
    return Request(
        shop=shop,  # type: ignore[arg-type]  # BrokenShop has the one method that is called
        text="",
        order_number=number,
        email=email,
        **(known | fields),
    )


async def test_an_order_card_has_a_picture_of_each_product(shop: DemoShop) -> None:
    products = ProductFinder()
    await products.refresh(shop, timeout_s=1)

    result = await track(request(shop, "2", products=products))

    assert result.says[0].cards[0]["image_urls"] == ["https://shop.example/mug.webp"]


async def test_an_order_on_its_way_is_told_with_arrival_and_carrier(shop: DemoShop) -> None:
    result = await track(request(shop, "2"))

    assert [say.key for say in result.says] == ["order.status.shipped", "order.expected", "order.carrier"]
    assert result.says[0].cards[0]["kind"] == "order"
    assert {say.action for say in result.says} == {Action.ORDER_STATUS}


async def test_unknown_number_and_wrong_email_are_told_alike(shop: DemoShop) -> None:
    unknown = await track(request(shop, "999"))
    foreign = await track(request(shop, "2", "eve@example.com"))

    assert unknown == foreign
    assert unknown.says[0].action is Action.ORDER_NOT_FOUND


async def test_guessing_is_refused_after_five_misses_even_with_the_right_answer(shop: DemoShop) -> None:
    misses = tuple(NOW - timedelta(minutes=n) for n in range(5))

    refused = await track(request(shop, "2", misses=misses))
    later = await track(request(shop, "2", misses=misses, now=NOW + timedelta(hours=2)))

    assert refused.says[0].key == "order.too_many"
    assert later.says[0].key == "order.status.shipped"


async def test_cancelling_asks_first_and_then_happens_once(shop: DemoShop) -> None:
    asked = await cancel(request(shop, "1"))
    done = await cancel_confirmed(request(shop, "1"))
    again = await cancel_confirmed(request(shop, "1"))

    assert asked.says[0].key == "cancel.confirm"
    assert asked.slots == {"question": "cancel"}
    assert done.says[0].action is again.says[0].action is Action.ORDER_CANCELLED
    order = await shop.order("1")
    assert order is not None
    assert order.status == "cancelled"


@pytest.mark.parametrize(
    ("number", "key"), [("2", "cancel.too_late"), ("3", "cancel.delivered"), ("5", "cancel.already")]
)
async def test_what_has_left_is_not_cancelled(shop: DemoShop, number: str, key: str) -> None:
    result = await cancel(request(shop, number))

    assert result.says[0].key == key


async def test_a_return_is_opened_after_a_yes(shop: DemoShop) -> None:
    asked = await start_return(request(shop, "3"))
    done = await return_confirmed(request(shop, "3"))
    again = await start_return(request(shop, "3", key="m2"))

    assert asked.says[0].key == "return.confirm"
    assert done.says[0].action is Action.RETURN_STARTED
    assert again.says[0].key == "return.already"


@pytest.mark.parametrize(
    ("number", "key"), [("1", "return.not_delivered"), ("4", "return.too_late"), ("5", "return.cancelled")]
)
async def test_what_cannot_be_returned_is_explained(shop: DemoShop, number: str, key: str) -> None:
    result = await start_return(request(shop, number))

    assert result.says[0].key == key


async def test_a_shop_that_is_down_is_told_and_not_guessed() -> None:
    result = await track(request(BrokenShop(), "1"))

    assert result.says[0].action is Action.UNAVAILABLE
