"""A shop file -> a Catalogue. Pure: text in, frozen objects out, no file is read here.

Every scalar reaches the models as it was written: YAML 1.1 would read order number 0042 as 34, 12:30 as 750
and the language `no` as false.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import yaml
from pydantic import ValidationError

from connectors.base import Money, Order, OrderLine, Product, ShopFacts
from connectors.demo.config import CustomerEntry, Facts, OrderEntry, ProductEntry, ShopFile, day
from connectors.demo.matching import email_key, number_key
from connectors.errors import ConnectorError

__all__ = ["Catalogue", "PlacedOrder", "parse"]

Path = tuple[str | int, ...]

# Decimal places of a currency where they are not 2: ISO 4217, list one of 2024-06-25.
_DECIMALS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
_DECIMALS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """An order of the file, with what is compared before it is shown."""

    entry: OrderEntry
    number_key: str
    email_key: str
    lines: tuple[OrderLine, ...]
    total: Money

    def seen(self, now: datetime) -> Order:
        """The order as of `now` (aware UTC), before any cancellation or return."""
        return Order(
            number=self.entry.number,
            status=self.entry.status,
            placed_at=self.entry.placed.at(now),
            total=self.total,
            lines=self.lines,
            expected_on=day(self.entry.expected, now),
            delivered_on=day(self.entry.delivered, now),
            carrier=self.entry.carrier,
            tracking_number=self.entry.tracking_number,
            tracking_url=self.entry.tracking_url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything a shop file says. `images` maps product ids to file names or URLs, as written."""

    facts: ShopFacts
    return_days: int | None
    products: tuple[Product, ...]
    images: dict[str, str]
    customers: tuple[CustomerEntry, ...]
    orders: tuple[PlacedOrder, ...]


def parse(text: str, *, source: str) -> Catalogue:
    """Read a shop file.

    Args:
        text: the YAML.
        source: what to call the file in messages.

    Raises:
        ConnectorError: category `configuration`; the detail has one line a problem: file, line, field, what
            is wrong.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = {} if root is None else _plain(root, (), source)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConnectorError("configuration", f"{source}: not valid YAML: {error}") from error
    try:
        file = ShopFile.model_validate(data)
    except ValidationError as error:
        problems = [(_named(problem["loc"]), _what(problem)) for problem in error.errors()]
        raise _refused(problems, root, source) from error
    if problems := [*_contradictions(file)]:
        raise _refused(problems, root, source)
    return _catalogue(file)


def _plain(node: yaml.Node, path: Path, source: str) -> Any:
    """The node as dict, list, str or None (an empty value, `null` or `~`)."""
    match node:
        case yaml.MappingNode():
            plain: dict[str, Any] = {}
            for key, value in node.value:
                if key.value in plain:
                    raise ConnectorError(
                        "configuration", f"{source}:{key.start_mark.line + 1}: {key.value}: is given twice"
                    )
                plain[key.value] = _plain(value, (*path, key.value), source)
            return plain
        case yaml.SequenceNode():
            return [_plain(item, (*path, place), source) for place, item in enumerate(node.value)]
        case _:
            return None if node.tag == "tag:yaml.org,2002:null" else node.value


def _named(path: Iterable[str | int]) -> Path:
    """The place in the file, less what pydantic adds about its own unions."""
    return tuple(part for part in path if part not in {"SupportHours", "str", "[key]"})


def _what(problem: Any) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return "unknown field"
        case "missing":
            return "is missing"
        case _:
            message: str = problem["msg"]
            return message.removeprefix("Value error, ").removeprefix("Input ")


def _refused(problems: Iterable[tuple[Path, str]], root: yaml.Node | None, source: str) -> ConnectorError:
    lines = [f"{source}{_line(root, path)}: {_field(path)}: {what}" for path, what in problems]
    return ConnectorError("configuration", "\n".join(dict.fromkeys(lines)))


def _field(path: Path) -> str:
    """`orders[2].status`, as people count: the first is 1."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).lstrip(".") or "the file"


def _line(node: yaml.Node | None, path: Path) -> str:
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return f":{line}" if line else ""


def _contradictions(file: ShopFile) -> Iterable[tuple[Path, str]]:
    """What no single field can know: two of the same, references to nothing, too many decimals."""
    yield from _twice("products", "id", [product.id for product in file.products])
    yield from _twice("customers", "email", [email_key(customer.email) for customer in file.customers])
    yield from _twice("orders", "number", [number_key(order.number) for order in file.orders])
    products = {product.id for product in file.products}
    customers = {email_key(customer.email) for customer in file.customers}
    for place, order in enumerate(file.orders):
        if not number_key(order.number):
            yield ("orders", place, "number"), "needs a digit or a letter"
        if email_key(order.customer) not in customers:
            yield ("orders", place, "customer"), "is not the email of any customer in this file"
        if not order.lines:
            yield ("orders", place, "lines"), "needs at least one product"
        for row, line in enumerate(order.lines):
            if line.product not in products:
                yield ("orders", place, "lines", row, "product"), "is not the id of any product in this file"
    yield from _odd_amounts(file)


def _twice(section: str, field: str, keys: list[str]) -> Iterable[tuple[Path, str]]:
    for place, key in enumerate(keys):
        if keys.index(key) != place:
            yield (section, place, field), f"is the same as that of {section}[{keys.index(key) + 1}]"


def _odd_amounts(file: ShopFile) -> Iterable[tuple[Path, str]]:
    """Prices that the currency has no coin for, or any price without a currency."""
    amounts: list[tuple[Path, Decimal | None]] = [
        (("products", place, "price"), product.price) for place, product in enumerate(file.products)
    ]
    for place, order in enumerate(file.orders):
        amounts.append((("orders", place, "total"), order.total))
        amounts += [
            (("orders", place, "lines", row, "price"), line.price) for row, line in enumerate(order.lines)
        ]
    currency = file.facts.currency
    if currency is None:
        if file.products:
            yield ("facts", "currency"), "is needed for the prices, such as EUR"
        return
    for path, amount in amounts:
        if amount is not None and amount != round(amount, _decimals(currency)):
            yield path, f"has more decimal places than {currency} has"


def _decimals(currency: str) -> int:
    return _DECIMALS.get(currency, 2)


def _money(amount: Decimal, currency: str) -> Money:
    return Money(int(amount.scaleb(_decimals(currency))), currency)


def _catalogue(file: ShopFile) -> Catalogue:
    currency = file.facts.currency or ""
    language = file.facts.default_language or "en"
    products = {entry.id: _product(entry, currency, language) for entry in file.products}
    return Catalogue(
        facts=_facts(file.facts),
        return_days=file.facts.return_days,
        products=tuple(products.values()),
        images={entry.id: entry.image for entry in file.products if entry.image},
        customers=file.customers,
        orders=tuple(_order(entry, products, currency) for entry in file.orders),
    )


def _facts(facts: Facts) -> ShopFacts:
    return facts.model_dump(exclude_unset=True, exclude_none=True)


def _product(entry: ProductEntry, currency: str, language: str) -> Product:
    """`title` and `description` are in the shop's own language, or in the first one there is."""
    return Product(
        id=entry.id,
        title=entry.title or _in(entry.titles, language),
        price=_money(entry.price, currency),
        stock=entry.stock,
        description=entry.description or _in(entry.descriptions, language),
        titles=entry.titles,
        descriptions=entry.descriptions,
        url=entry.url,
        tags=entry.tags,
    )


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _order(entry: OrderEntry, products: dict[str, Product], currency: str) -> PlacedOrder:
    lines = tuple(
        OrderLine(
            product_id=line.product,
            title=products[line.product].title,
            quantity=line.quantity,
            price=products[line.product].price if line.price is None else _money(line.price, currency),
            titles=products[line.product].titles,
        )
        for line in entry.lines
    )
    total = sum(line.quantity * line.price.amount for line in lines)
    return PlacedOrder(
        entry=entry,
        number_key=number_key(entry.number),
        email_key=email_key(entry.customer),
        lines=lines,
        total=Money(total, currency) if entry.total is None else _money(entry.total, currency),
    )
