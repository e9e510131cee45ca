"""Names of shop platforms -> the functions that make them. Called by `bot.app` once, at start.

A platform is imported when it is asked for, and no module registers itself: this list is all there is.
"""

from __future__ import annotations

from typing import Any

from connectors.base import Shop
from connectors.errors import NotConfigured

__all__ = ["SHOPS", "create_shop"]

SHOPS = ("demo",)


def create_shop(name: str, settings: Any, **dependencies: Any) -> Shop:
    """Make the shop of a platform.

    Args:
        name: `connectors.shop` of the configuration.
        settings: the platform's own section, such as `connectors.demo`.
        dependencies: what that platform's `create` takes beside its settings (`state` for the demo shop).

    Raises:
        NotConfigured: there is no platform of this name.
        ConnectorError: its settings can't be used.
    """
    match name:
        case "demo":
            from connectors.demo import create

            return create(settings, **dependencies)
        case _:
            raise NotConfigured(f"connectors.shop: {name} is not one of: {', '.join(SHOPS)}")
