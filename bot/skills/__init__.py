"""What the assistant can do for a shopper, one file a need. No Rasa, no HTTP.

A skill gets a `Request`, makes at most one shop call (with a timeout), and returns what to say and which
slots to set. `run_skill` is the whole list.
"""

from __future__ import annotations

from bot.skills.orders import (
    Request,
    cancel,
    cancel_confirmed,
    return_confirmed,
    start_return,
    track,
)
from bot.skills.products import ProductFinder, find_product

__all__ = ["SKILLS", "ProductFinder", "Request"]

SKILLS = {
    "order_track": track,
    "order_cancel": cancel,
    "order_cancel_confirmed": cancel_confirmed,
    "order_return": start_return,
    "order_return_confirmed": return_confirmed,
    "find_product": find_product,
}
