"""The sections of a shop file (`connectors.demo.file`), one model each; unknown keys are refused.

Read by `parse.py` only. The format is described in README.md beside this file. `Facts` has the same fields
as the `shop` section of config.yml, which may not be imported here; a test compares the two.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.base import OrderStatus

__all__ = [
    "CustomerEntry",
    "DemoSettings",
    "Facts",
    "LineEntry",
    "Moment",
    "OrderEntry",
    "ProductEntry",
    "ShopFile",
]


class DemoSettings(Protocol):
    """What the demo shop needs from the configuration."""

    @property
    def file(self) -> Path:
        """The shop file."""
        ...


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Moment(_Section):
    """A time in a shop file: fixed (`2026-11-01`), or so long before or after now (`-3d`, `+2d`, `-5h`)."""

    fixed: datetime | None = None
    offset: timedelta = timedelta()

    def at(self, now: datetime) -> datetime:
        """The moment, seen from `now` (aware UTC); relative ones are on the full hour."""
        if self.fixed is not None:
            return self.fixed
        return (now + self.offset).replace(minute=0, second=0, microsecond=0)

    @classmethod
    def read(cls, value: Any) -> Moment:
        """From the text in the file."""
        text = str(value).strip().replace("\u2212", "-")
        if found := re.fullmatch(r"([+-]?)(\d{1,4})([dh])", text):
            size = timedelta(**{{"d": "days", "h": "hours"}[found[3]]: int(found[2])})
            return cls(offset=-size if found[1] == "-" else size)
        try:
            fixed = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(
                "must be a date such as 2026-11-01, or days from now such as -3d or +2d"
            ) from error
        return cls(fixed=fixed.astimezone(UTC) if fixed.tzinfo else fixed.replace(tzinfo=UTC))


def _https(value: str) -> str:
    if not re.fullmatch(r"https?://\S+", value):
        raise ValueError("must begin with https:// or http://")
    return value


def _picture(value: str) -> str:
    if re.fullmatch(r"https?://\S+|/\S+|[\w][\w.-]*", value) and not value.startswith("//"):
        return value
    raise ValueError("must be a file name such as lamp.svg, a path beginning with /, or a URL")


When = Annotated[Moment, BeforeValidator(Moment.read)]
Url = Annotated[str, AfterValidator(_https)]
Price = Annotated[Decimal, Field(ge=0, le=10_000_000)]
Days = Annotated[int, Field(ge=0, le=3650)]
Amount = Annotated[float, Field(ge=0)]
Texts = dict[
    Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")], Annotated[str, Field(min_length=1)]
]


class SupportHours(_Section):
    """When people answer: `days` as mon..sun (first and last), `open`/`close` as HH:MM, IANA time zone."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "fri")
    open: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    close: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    timezone: str = "UTC"


class Facts(_Section):
    """Facts of the shop that answers are filled from."""

    name: str | None = None
    colour: str | None = Field(default=None, pattern=r"^#[0-9A-Fa-f]{6}$")
    default_language: str | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    delivery_days_min: Days | None = None
    delivery_days_max: Days | None = None
    shipping_fee: Amount | None = None
    free_shipping_over: Amount | None = None
    ships_to: tuple[str, ...] | None = None
    handling_days: Days | None = None
    express_days: Days | None = None
    express_fee: Amount | None = None
    tracking_update_days: Days | None = None
    support_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    support_hours: SupportHours | str | None = None
    claim_days: Days | None = None
    change_window_hours: Days | None = None
    duties_included: bool | None = None
    pickup_available: bool | None = None
    bulk_min_quantity: Annotated[int, Field(ge=1)] | None = None
    gift_wrap_available: bool | None = None
    return_days: Days | None = None
    free_returns: bool | None = None
    refund_days: Days | None = None
    warranty_months: Annotated[int, Field(ge=0, le=1200)] | None = None
    payment_methods: tuple[str, ...] | None = None
    cod_available: bool | None = None
    installments_available: bool | None = None
    size_guide_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    live_coupon: str | None = None


class ProductEntry(_Section):
    """One product. `title` may be left out when `titles` is there."""

    id: str = Field(min_length=1, max_length=100)
    title: str | None = Field(default=None, min_length=1)
    titles: Texts = {}
    description: str | None = None
    descriptions: Texts = {}
    price: Price
    stock: Annotated[int, Field(ge=0)]
    image: Annotated[str, AfterValidator(_picture)] | None = None
    url: Url | None = None
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_called_something(self) -> Self:
        if self.title is None and not self.titles:
            raise ValueError("needs a title")
        return self


class CustomerEntry(_Section):
    """Someone who ordered."""

    name: str | None = None
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    language: str | None = None


class LineEntry(_Section):
    """One position of an order; `price` of one piece, the product's own when left out."""

    product: str
    quantity: Annotated[int, Field(ge=1, le=10_000)] = 1
    price: Price | None = None


class OrderEntry(_Section):
    """One order; `total` is the sum of its lines when left out."""

    number: str = Field(min_length=1, max_length=60)
    customer: str
    status: OrderStatus
    placed: When
    lines: tuple[LineEntry, ...]
    total: Price | None = None
    expected: When | None = None
    delivered: When | None = None
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: Url | None = None


class ShopFile(_Section):
    """The whole file."""

    facts: Facts = Facts()
    products: tuple[ProductEntry, ...] = ()
    customers: tuple[CustomerEntry, ...] = ()
    orders: tuple[OrderEntry, ...] = ()


def day(moment: Moment | None, now: datetime) -> date | None:
    """The calendar day of a moment in UTC, None for none."""
    return None if moment is None else moment.at(now).date()
