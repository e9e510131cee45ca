"""What the shop says of its products right now: readings, their age, prices already said, who is sold out.

Used by the director before any sentence that names a product's values. Never guesses: a value that was not
read within the last two seconds does not exist. Pure; the session carries out the `Look`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision

from connectors.base import Money, Product
from streaming.cues import CatalogueRead, Look, Moment
from streaming.script.patterns import locale_name

__all__ = ["ProductTruth", "money", "title_of"]

# A price may be said this long after it was read, at most (the product's own promise).
_FRESH_MS = 2_000
# A reading this new need not be asked for again; an older one is, right before the sentence.
_NEW_MS = 300
# A shop that has not answered by then is taken as down; the session's own timeout is shorter.
_ANSWER_WITHIN_MS = 3_000
# How long a shop that did not answer is left in peace; sentences with prices are left out meanwhile.
_REST_MS = 10_000
# A card older than this is taken off the stage: its price may be wrong by now.
_SHOWN_MS = 60_000


class ProductTruth:
    """Readings of the catalogue.

    Args:
        state: what `state()` gave.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self._read: dict[str, tuple[int, Product]] = {}
        self._gone: dict[str, int] = {}
        self._looks: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._count = 0
        self._rest_until_ms: int | None = None
        self._said: dict[str, Money] = {
            name: Money(int(amount), str(currency))
            for name, (amount, currency) in known.get("said", {}).items()
        }
        self._announced: set[str] = set(known.get("announced", ()))

    def look(self, ids: Iterable[str], now: Moment) -> Look | None:
        """Ask for the products that are not fresh; None when all are, or asking is of no use now."""
        wanted = tuple(dict.fromkeys(one for one in ids if not self._is_new(one, now)))
        if not wanted or self.is_resting(now) or self.is_waiting(wanted):
            return None
        self._count += 1
        self._looks[f"look-{self._count}"] = now.ms, wanted
        return Look(f"look-{self._count}", wanted)

    def read(self, event: CatalogueRead, now: Moment) -> None:
        """Take in what the shop said; an answer to a look that was given up is not used."""
        look = self._looks.pop(event.look_id, None)
        if look is None:
            return
        if event.products is None:
            self._rest_until_ms = now.ms + _REST_MS
            return
        self._rest_until_ms = None
        for name in look[1]:
            product = event.products.get(name)
            if product is None:
                self._gone[name] = now.ms
                self._read.pop(name, None)
                continue
            self._read[name] = now.ms, product
            self._gone.pop(name, None)
            if product.stock > 0:
                self._announced.discard(name)

    def give_up(self, now: Moment) -> None:
        """Stop waiting for a shop that does not answer at all."""
        late = [name for name, (since, _) in self._looks.items() if now.ms - since >= _ANSWER_WITHIN_MS]
        for name in late:
            del self._looks[name]
            self._rest_until_ms = now.ms + _REST_MS

    def is_waiting(self, ids: Iterable[str]) -> bool:
        """Whether a look for one of these is under way."""
        wanted = set(ids)
        return any(wanted & set(asked) for _, asked in self._looks.values())

    def is_resting(self, now: Moment) -> bool:
        """Whether the shop did not answer a moment ago."""
        return self._rest_until_ms is not None and now.ms < self._rest_until_ms

    def is_gone(self, name: str, now: Moment) -> bool:
        """Whether the shop said just now that it has no such product."""
        return name in self._gone and now.ms - self._gone[name] <= _FRESH_MS

    def fresh(self, name: str, now: Moment) -> Product | None:
        """The product as read within the last two seconds."""
        since, product = self._read.get(name, (0, None))
        return product if product is not None and now.ms - since <= _FRESH_MS else None

    def last(self, name: str) -> Product | None:
        """The product as last read, however long ago: for its title only."""
        return self._read[name][1] if name in self._read else None

    def shown(self, name: str | None, now: Moment) -> Product | None:
        """The product for a card: as read within the last minute."""
        since, product = self._read.get(name or "", (0, None))
        return product if product is not None and now.ms - since <= _SHOWN_MS else None

    def values(self, name: str, language: str, now: Moment) -> dict[str, object]:
        """Values for a sentence: `title`, and `price` and `stock` only when they are fresh."""
        product, fresh = self.last(name), self.fresh(name, now)
        values: dict[str, object] = {} if product is None else {"title": title_of(product, language)}
        if fresh is not None:
            values |= {"price": money(fresh.price, language), "stock": fresh.stock}
        return values

    def said_price(self, name: str) -> Money | None:
        """The price that viewers were last told."""
        return self._said.get(name)

    def price_changed(self, name: str, now: Moment) -> bool:
        """Whether the price is another one now than viewers were last told."""
        fresh, said = self.fresh(name, now), self._said.get(name)
        return fresh is not None and said is not None and fresh.price != said

    def note_price(self, name: str, now: Moment) -> None:
        """Viewers are told the price as it is now."""
        if (fresh := self.fresh(name, now)) is not None:
            self._said[name] = fresh.price

    def announce(self, name: str) -> bool:
        """Whether viewers must be told that the product is sold out: once, until it is back."""
        if name in self._announced:
            return False
        self._announced.add(name)
        return True

    def _is_new(self, name: str, now: Moment) -> bool:
        since = self._gone.get(name, self._read[name][0] if name in self._read else None)
        return since is not None and now.ms - since <= _NEW_MS

    def state(self) -> dict[str, Any]:
        """Prices said and products announced as sold out: plain data. Readings do not outlive a restart."""
        said = {name: [price.amount, price.currency] for name, price in self._said.items()}
        return {"said": said, "announced": sorted(self._announced)}


def money(amount: Money, language: str) -> str:
    """A price as the language writes it: `Money(2400, "EUR")` in en is `€24.00`."""
    major = amount.amount / 10 ** get_currency_precision(amount.currency)
    return str(format_currency(major, amount.currency, locale=_locale(language)))


def title_of(product: Product, language: str) -> str:
    """The title in a language, else in the shop's own."""
    return product.titles.get(language) or product.titles.get(language.partition("-")[0]) or product.title


@lru_cache(maxsize=256)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(locale_name(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
