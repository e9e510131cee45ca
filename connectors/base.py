"""What a shop platform must offer, and the types it speaks. Imports nothing of ours.

Called by the skills through `bot`; implemented by one folder a platform (`demo`, `shopify` …).
Every method is a remote call on most platforms: callers set the timeout, implementers raise `ConnectorError`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

__all__ = ["Money", "Order", "OrderLine", "OrderStatus", "Product", "ReturnRequest", "Shop", "ShopFacts"]

OrderStatus = Literal[
    "pending", "processing", "shipped", "out_for_delivery", "delivered",
    "cancelled", "returned", "refunded", "delayed", "failed_delivery",
]  # fmt: skip
ShopFacts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units (cents; for JPY yen) of an ISO 4217 currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product; `titles` and `descriptions` are by language code, `title` is in the shop's own language."""

    id: str
    title: str
    price: Money
    stock: int
    description: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    image_url: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One position of an order."""

    product_id: str
    title: str
    quantity: int
    price: Money
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequest:
    """A return that was opened for an order."""

    number: str
    order_number: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as the shop knows it. `cancellable` is decided by the platform at the time of reading."""

    number: str
    status: OrderStatus
    placed_at: datetime
    total: Money
    lines: tuple[OrderLine, ...] = ()
    cancellable: bool = False
    expected_on: date | None = None
    delivered_on: date | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    returns: tuple[ReturnRequest, ...] = ()


class Shop(Protocol):
    """A shop platform. `key` arguments make a repeated call harmless: same key, same result, done once."""

    async def facts(self) -> ShopFacts:
        """Facts of the shop (`return_days`, `shipping_fee` …) that the platform knows; {} when none."""
        ...

    async def products(self) -> tuple[Product, ...]:
        """The whole catalogue, in the shop's order."""
        ...

    async def verified_order(self, number: str, email: str) -> Order | None:
        """The order, only if number and e-mail belong together; None otherwise, whichever was wrong.

        Args:
            number: as the shopper gave it; case, `#` and spaces do not matter.
            email: likewise.
        """
        ...

    async def cancel_order(self, number: str, *, key: str) -> Order:
        """Cancel an order not yet dispatched. Raises ConnectorError(category='conflict') when too late."""
        ...

    async def start_return(self, number: str, *, key: str) -> ReturnRequest:
        """Open a return. Raises ConnectorError(category='conflict') when the order can't be returned."""
        ...
