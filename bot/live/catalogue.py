"""The shop as the host speaks of it: read when asked, never older than a blink."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from connectors.base import Product, Shop
from connectors.errors import ConnectorError

__all__ = ["LiveCatalogue"]

_log = structlog.get_logger(__name__)
# Questions about prices come in swarms; within a blink the shop is asked once.
_SAME_LOOK_S = 0.3


class LiveCatalogue:
    """The shop's products, read when asked; fulfils `streaming.session_ports.Catalogue`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._read: tuple[float, dict[str, Product]] = (float("-inf"), {})
        self._reading = asyncio.Lock()

    async def products(self, ids: Sequence[str]) -> Mapping[str, Product] | None:
        """These products as they are now; None when the shop does not answer."""
        clock = asyncio.get_running_loop().time
        async with self._reading:
            if clock() - self._read[0] > _SAME_LOOK_S:
                try:
                    products = await self._shop.products()
                except ConnectorError as error:
                    _log.warning("live.shop_not_read", reason=error.category)
                    return None
                self._read = clock(), {product.id: product for product in products}
        return {key: self._read[1][key] for key in ids if key in self._read[1]}
