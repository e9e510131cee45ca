"""Order status, cancelling and returning, for a shopper who gave order number and e-mail address.

Nothing here tells an order that does not exist from one that belongs to somebody else. After several misses
look-ups are refused for a while; the misses are counted by `turn`, which sees `Action.ORDER_NOT_FOUND`.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.messages import Action, Say, SkillResult
from connectors.base import Order, Shop
from connectors.errors import ConnectorError

if TYPE_CHECKING:
    from bot.skills.products import ProductFinder

__all__ = ["Request", "cancel", "cancel_confirmed", "return_confirmed", "start_return", "track"]

# OWASP ASVS 5.0, 2.4.1 and 6.3.1: slow down guessing. Five tries an hour are more than an
# honest shopper needs.
_MISSES_ALLOWED = 5
_MISS_WINDOW = timedelta(hours=1)
_PERSON = (("person", "/talk_to_human"),)
_YES_NO = (("affirm", "/affirm"), ("deny", "/deny"))
_FORGET: dict[str, str | None] = {"order_number": None, "email": None, "question": None}
_RETURNABLE = frozenset({"delivered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a skill may use.

    Attributes:
        key: makes a change at the shop happen once, however often the message is worked on.
        misses: times of failed look-ups by this shopper.
    """

    shop: Shop
    products: ProductFinder
    text: str
    order_number: str | None
    email: str | None
    language: str
    key: str
    now: datetime
    timeout_s: float
    return_days: int | None = None
    misses: tuple[datetime, ...] = field(default=())


async def track(request: Request) -> SkillResult:
    """Tell where the order is."""
    order = await _verified(request)
    if isinstance(order, SkillResult):
        return order
    values: dict[str, object] = {"order_number": order.number}
    key = f"order.status.{order.status}"
    if order.status == "delivered" and order.delivered_on is None:
        key = "order.status.delivered_no_date"
    elif order.delivered_on:
        values["date"] = order.delivered_on.isoformat()
    says = [
        Say(
            key=key,
            action=Action.ORDER_STATUS,
            values=values,
            cards=(_card(order, request),),
            buttons=_next_steps(order),
        )
    ]
    if order.expected_on and order.status in {"processing", "shipped", "delayed"}:
        says.append(_status("order.expected", date=order.expected_on.isoformat()))
    if order.carrier and order.tracking_number and order.status not in {"cancelled", "refunded"}:
        says.append(_status("order.carrier", carrier=order.carrier, tracking_number=order.tracking_number))
    return SkillResult(says=tuple(says))


async def cancel(request: Request) -> SkillResult:
    """Ask for the last word before cancelling, or say why it can't be done."""
    order = await _verified(request)
    if isinstance(order, SkillResult):
        return order
    if order.cancellable:
        ask = Say(
            key="cancel.confirm",
            action=Action.ASK,
            values=_number(order),
            cards=(_card(order, request),),
            buttons=_YES_NO,
        )
        return SkillResult(says=(ask,), slots={"question": "cancel"})
    return _say(_why_not_cancelled(order), order, buttons=_next_steps(order))


async def cancel_confirmed(request: Request) -> SkillResult:
    """Cancel. The order is checked again: time has passed since the question."""
    order = await _verified(request)
    if isinstance(order, SkillResult):
        return order
    try:
        async with asyncio.timeout(request.timeout_s):
            cancelled = await request.shop.cancel_order(order.number, key=f"{request.key}:cancel")
    except ConnectorError as error:
        return _say(_why_not_cancelled(order), order) if error.category == "conflict" else _unreachable()
    except TimeoutError:
        return _unreachable()
    done = Say(
        key="cancel.done",
        action=Action.ORDER_CANCELLED,
        values=_number(order),
        cards=(_card(cancelled, request),),
    )
    return SkillResult(says=(done,), slots={"question": None})


async def start_return(request: Request) -> SkillResult:
    """Ask for the last word before opening a return, or say why it can't be done."""
    order = await _verified(request)
    if isinstance(order, SkillResult):
        return order
    if order.returns:
        return _say("return.already", order, return_number=order.returns[-1].number)
    if order.status in {"cancelled", "refunded"}:
        return _say("return.cancelled", order)
    if order.status not in _RETURNABLE:
        return _say("return.not_delivered", order, buttons=_next_steps(order))
    if (last_day := _last_return_day(order, request)) and last_day < request.now.date():
        return _say("return.too_late", order, date=last_day.isoformat(), buttons=_PERSON)
    ask = Say(
        key="return.confirm",
        action=Action.ASK,
        values=_number(order),
        cards=(_card(order, request),),
        buttons=_YES_NO,
    )
    return SkillResult(says=(ask,), slots={"question": "return"})


async def return_confirmed(request: Request) -> SkillResult:
    """Open the return."""
    order = await _verified(request)
    if isinstance(order, SkillResult):
        return order
    try:
        async with asyncio.timeout(request.timeout_s):
            opened = await request.shop.start_return(order.number, key=f"{request.key}:return")
    except ConnectorError as error:
        if error.category != "conflict":
            return _unreachable()
        return _say("return.not_delivered", order, buttons=_PERSON)
    except TimeoutError:
        return _unreachable()
    values = {**_number(order), "return_number": opened.number}
    return SkillResult(
        says=(Say(key="return.done", action=Action.RETURN_STARTED, values=values),), slots={"question": None}
    )


async def _verified(request: Request) -> Order | SkillResult:
    """The order, or what to say instead."""
    recent = [miss for miss in request.misses if request.now - miss < _MISS_WINDOW]
    if len(recent) >= _MISSES_ALLOWED:
        refuse = Say(key="order.too_many", action=Action.REFUSE, buttons=_PERSON)
        return SkillResult(says=(refuse,), slots=_FORGET)
    try:
        async with asyncio.timeout(request.timeout_s):
            order = await request.shop.verified_order(request.order_number or "", request.email or "")
    except (ConnectorError, TimeoutError):
        return _unreachable()
    if order is not None:
        return order
    again = (("track", "/track_order"), *_PERSON)
    return SkillResult(
        says=(Say(key="order.not_found", action=Action.ORDER_NOT_FOUND, buttons=again),), slots=_FORGET
    )


def _unreachable() -> SkillResult:
    return SkillResult(
        says=(Say(key="shop_unavailable", action=Action.UNAVAILABLE, buttons=_PERSON),),
        slots={"question": None},
    )


def _say(key: str, order: Order, *, buttons: tuple[tuple[str, str], ...] = (), **values: str) -> SkillResult:
    say = Say(key=key, action=Action.ORDER_STATUS, values={**_number(order), **values}, buttons=buttons)
    return SkillResult(says=(say,), slots={"question": None})


def _status(key: str, **values: str) -> Say:
    return Say(key=key, action=Action.ORDER_STATUS, values=dict(values))


def _number(order: Order) -> dict[str, str]:
    return {"order_number": order.number}


def _card(order: Order, request: Request) -> dict[str, object]:
    pictures = {product.id: product.image_url for product in request.products.products}
    shown = dict.fromkeys(pictures.get(line.product_id) for line in order.lines)
    return {"kind": "order", **asdict(order)} | {
        "placed_at": order.placed_at.isoformat(),
        "expected_on": order.expected_on.isoformat() if order.expected_on else None,
        "delivered_on": order.delivered_on.isoformat() if order.delivered_on else None,
        "returns": [entry.number for entry in order.returns],
        "image_urls": [url for url in shown if url],
    }


def _next_steps(order: Order) -> tuple[tuple[str, str], ...]:
    if order.cancellable:
        return (("cancel", "/cancel_order"),)
    if order.status in _RETURNABLE and not order.returns:
        return (("return", "/return_item"),)
    return _PERSON if order.status in {"delayed", "failed_delivery"} else ()


def _why_not_cancelled(order: Order) -> str:
    return {"cancelled": "cancel.already", "refunded": "cancel.already", "delivered": "cancel.delivered"}.get(
        order.status, "cancel.too_late"
    )


def _last_return_day(order: Order, request: Request) -> date | None:
    if order.delivered_on is None or request.return_days is None:
        return None
    return order.delivered_on + timedelta(days=request.return_days)
