"""The demo shop: a Shop that lives in memory. Made by `create`; the twin of a real platform in tests.

It behaves as a platform does: answers only who knows number and e-mail, refuses what is too late, and does
a repeated call once. The file is never written; what shoppers change goes to the StateStore.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.base import Order, Product, ReturnRequest, ShopFacts
from connectors.demo.matching import email_key, number_key, same_text
from connectors.demo.parse import Catalogue, PlacedOrder
from connectors.demo.state import StateStore
from connectors.errors import ConnectorError

__all__ = ["DemoShop"]

_NOT_DISPATCHED = frozenset({"pending", "processing"})
# Stands in for the e-mail of an order that does not exist, so that the comparison happens all the same.
_NOBODY = "nobody@invalid"


class DemoShop:
    """A Shop over one Catalogue.

    Args:
        catalogue: what the file says.
        state: keeps cancellations and returns.
        now: aware UTC; relative dates of the file are seen from here.
        images: folder that holds the image files of the catalogue; None when there is none.
        image_base: path below which the front door serves that folder.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        state: StateStore,
        *,
        now: Callable[[], datetime],
        images: Path | None = None,
        image_base: str = "/demo/images/",
    ) -> None:
        self._catalogue = catalogue
        self._state = state
        self._now = now
        self._orders = {order.number_key: order for order in catalogue.orders}
        self._images = _found(catalogue, images)
        self._products = tuple(
            replace(product, image_url=self._image_url(product.id, image_base))
            for product in catalogue.products
        )
        # Load, change and save belong together.
        self._changing = asyncio.Lock()

    async def facts(self) -> ShopFacts:
        """See Shop. Only what the file gives."""
        return dict(self._catalogue.facts)

    async def products(self) -> tuple[Product, ...]:
        """See Shop."""
        return self._products

    async def verified_order(self, number: str, email: str) -> Order | None:
        """See Shop. An unknown number and a wrong e-mail take the same steps."""
        changes = await self._changes()
        order = self._orders.get(number_key(number))
        theirs = email_key(email)
        matches = same_text(order.email_key if order else _NOBODY, theirs)
        return self._seen(order, changes) if order is not None and matches else None

    async def cancel_order(self, number: str, *, key: str) -> Order:
        """See Shop.

        Raises:
            ConnectorError: `not_found` for an unknown number; `conflict` when it was dispatched or is
                cancelled.
        """
        placed = self._placed(number)
        once = _once("cancel", placed, key)
        async with self._changing:
            changes = await self._changes()
            done = changes["cancelled"].get(placed.number_key)
            if done is None or done["once"] != once:
                order = self._seen(placed, changes)
                if not order.cancellable:
                    raise ConnectorError("conflict", f"order is {order.status}")
                changes["cancelled"][placed.number_key] = {"once": once, "at": self._now().isoformat()}
                changes = await self._state.save(changes, once=once)
        return self._seen(placed, changes)

    async def start_return(self, number: str, *, key: str) -> ReturnRequest:
        """See Shop.

        Raises:
            ConnectorError: `not_found` for an unknown number; `conflict` when it was not delivered, the days
                for returning are over, or a return is open already.
        """
        placed = self._placed(number)
        once = _once("return", placed, key)
        async with self._changing:
            changes = await self._changes()
            done = changes["returns"].get(placed.number_key)
            if done is None or done["once"] != once:
                self._check_returnable(self._seen(placed, changes))
                changes["returns"][placed.number_key] = {
                    "once": once,
                    "number": f"R-{placed.entry.number}",
                    "at": self._now().isoformat(),
                }
                changes = await self._state.save(changes, once=once)
        return self._returns_of(placed, changes)[0]

    async def orders(self) -> tuple[Order, ...]:
        """Every order as it is now, in the order of the file. For staff: nothing is verified."""
        changes = await self._changes()
        return tuple(self._seen(order, changes) for order in self._catalogue.orders)

    async def order(self, number: str) -> Order | None:
        """One order as it is now, None when there is none of this number. For staff: nothing is verified."""
        placed = self._orders.get(number_key(number))
        return None if placed is None else self._seen(placed, await self._changes())

    async def returns(self) -> tuple[ReturnRequest, ...]:
        """Every return that was opened, oldest first."""
        changes = await self._changes()
        opened = [one for order in self._catalogue.orders for one in self._returns_of(order, changes)]
        return tuple(sorted(opened, key=lambda one: one.created_at))

    def sample_order(self) -> tuple[str, str] | None:
        """Number and e-mail of the first order of the file, for the demo page to show; None when empty."""
        first = next(iter(self._catalogue.orders), None)
        return None if first is None else (first.entry.number, first.entry.customer)

    def image_file(self, name: str) -> Path | None:
        """The file behind an image of the catalogue, None for any other name."""
        return self._images.get(name)

    def _image_url(self, product_id: str, base: str) -> str | None:
        """A URL or path as written; an image file that is nowhere to be found is no image."""
        written = self._catalogue.images.get(product_id)
        if written is None or "/" in written:
            return written
        return base + written if written in self._images else None

    def _placed(self, number: str) -> PlacedOrder:
        placed = self._orders.get(number_key(number))
        if placed is None:
            raise ConnectorError("not_found", "no order of this number")
        return placed

    async def _changes(self) -> dict[str, Any]:
        saved = await self._state.load() or {}
        return {"cancelled": saved.get("cancelled", {}), "returns": saved.get("returns", {})}

    def _seen(self, placed: PlacedOrder, changes: dict[str, Any]) -> Order:
        order = placed.seen(self._now())
        if placed.number_key in changes["cancelled"]:
            order = replace(order, status="cancelled", expected_on=None)
        return replace(
            order, cancellable=order.status in _NOT_DISPATCHED, returns=self._returns_of(placed, changes)
        )

    def _returns_of(self, placed: PlacedOrder, changes: dict[str, Any]) -> tuple[ReturnRequest, ...]:
        opened = changes["returns"].get(placed.number_key)
        if opened is None:
            return ()
        at = datetime.fromisoformat(opened["at"])
        return (ReturnRequest(number=opened["number"], order_number=placed.entry.number, created_at=at),)

    def _check_returnable(self, order: Order) -> None:
        if order.status != "delivered":
            raise ConnectorError("conflict", f"order is {order.status}")
        if order.returns:
            raise ConnectorError("conflict", "a return is open already")
        days = self._catalogue.return_days
        if days is None or order.delivered_on is None:
            return
        if self._now().date() > order.delivered_on + timedelta(days=days):
            raise ConnectorError("conflict", "the days for returning are over")


def _once(change: str, placed: PlacedOrder, key: str) -> str:
    """The caller's key, told apart by change and order, in a form and length that any store can keep."""
    return f"{change}:{hashlib.sha256(repr((placed.number_key, key)).encode()).hexdigest()}"


def _found(catalogue: Catalogue, folder: Path | None) -> dict[str, Path]:
    """The image files of the catalogue that exist, by name."""
    if folder is None:
        return {}
    files = {name: folder / name for name in catalogue.images.values() if "/" not in name}
    return {name: file for name, file in files.items() if file.is_file()}
