"""Shop facts to the values that messages are filled with, worded for a language.

Made by the composition root from `shop:` of config.yml and from the shop platform; used by `KnowledgeBase`
for answers and by `bot` for its own sentences. `fill` and `render` are re-exported here for both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_interval, get_timezone_gmt, get_timezone_name
from babel.lists import format_list
from babel.numbers import format_currency

from knowledge.errors import FactsError
from knowledge.locales import locale_of
from knowledge.messages import Value, fill, is_right_to_left, isolate
from knowledge.payment import payment_method

__all__ = ["KNOWN_VALUES", "Facts", "fill", "render"]

_NUMBERS = frozenset({
    "delivery_days_min", "delivery_days_max", "handling_days", "express_days", "tracking_update_days",
    "claim_days", "change_window_hours", "bulk_min_quantity", "return_days", "refund_days", "warranty_months",
})  # fmt: skip
_MONEY = frozenset({"shipping_fee", "free_shipping_over", "express_fee"})
_FLAGS = frozenset({
    "duties_included", "pickup_available", "gift_wrap_available", "free_returns", "cod_available",
    "installments_available",
})  # fmt: skip
_LISTS = frozenset({"ships_to", "payment_methods"})
_TEXTS = frozenset({"support_email", "size_guide_url", "live_coupon"})
# Facts that steer something else and are never said in an answer.
_SILENT = frozenset({"colour", "default_language", "currency"})
_FACTS = _NUMBERS | _MONEY | _FLAGS | _LISTS | _TEXTS | _SILENT | {"name", "support_hours"}

KNOWN_VALUES = _NUMBERS | _MONEY | _FLAGS | _LISTS | _TEXTS | {"shop", "shipping_fee_free", "support_hours"}
"""Names that an answer may use."""

# Scripts whose sentences follow one another without a space.
_UNSPACED = frozenset({"zh", "zh-TW", "ja"})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ABBREVIATION_CHARS = 5  # "AEST"; what CLDR gives beyond that is a description, not an abbreviation


class Facts:
    """What is known about the shop. Immutable; `given` holds it; `values` is cached by language.

    Args:
        facts: fields of `shop:` in config.yml; None counts as not given. Money in major units with
            `currency`, `support_hours` as {days, open, close, timezone} or text.

    Raises:
        FactsError: a fact nobody knows, or of the wrong kind.
    """

    def __init__(self, facts: Mapping[str, Any]) -> None:
        given = {name: value for name, value in facts.items() if value is not None}
        for name, value in given.items():
            _check(name, value)
        self.given: Mapping[str, Any] = MappingProxyType(given)
        self._cache: dict[str, dict[str, Value]] = {}

    def values(self, language: str) -> dict[str, Value]:
        """Values for messages in a language, formatted for it; a fact not given has no value.

        Returns:
            A new dict: int for numbers, "true"/"false" for yes/no facts, text for all else.
        """
        if language not in self._cache:
            self._cache[language] = _format(self.given, language)
        return dict(self._cache[language])


def render(answer: Sequence[str], values: Mapping[str, Value], language: str) -> str:
    """Sentences of an answer as one text; a sentence whose fact is missing is left out.

    Returns:
        The text; empty when every sentence was left out.
    """
    filled = (fill(sentence, values, language) for sentence in answer)
    return ("" if language in _UNSPACED else " ").join(text for text in filled if text)


def _check(name: str, value: Any) -> None:
    if name not in _FACTS:
        raise FactsError(name, f"not a known fact; known are {', '.join(sorted(_FACTS))}")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if name in _NUMBERS and not (number and value == int(value)):
        raise FactsError(name, "must be a whole number")
    if name in _MONEY and not number:
        raise FactsError(name, "must be an amount")
    if name in _FLAGS and not isinstance(value, bool):
        raise FactsError(name, "must be true or false")
    if name in _LISTS and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise FactsError(name, "must be a list")
    if name in _TEXTS | _SILENT | {"name"} and not isinstance(value, str):
        raise FactsError(name, "must be text")
    if name == "support_hours" and not isinstance(value, str):
        _check_hours(value)


def _check_hours(value: Any) -> None:
    try:
        days = value["days"]
        dt.time.fromisoformat(value["open"])
        dt.time.fromisoformat(value["close"])
        ZoneInfo(value.get("timezone", "UTC"))
    except (AttributeError, KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise FactsError("support_hours", "must be text, or days, open, close and timezone") from error
    if isinstance(days, str) or not days or not set(days) <= set(_WEEKDAYS):
        raise FactsError("support_hours", f"days must be out of {', '.join(_WEEKDAYS)}")


def _format(facts: Mapping[str, Any], language: str) -> dict[str, Value]:
    locale = locale_of(language)
    values: dict[str, Value] = {}
    for name, fact in facts.items():
        if name in _NUMBERS:
            values[name] = int(fact)
        elif name in _FLAGS:
            values[name] = str(fact).lower()
        elif name in _TEXTS:
            values[name] = fact
        elif name in _MONEY and "currency" in facts:
            values[name] = format_currency(fact, facts["currency"], locale=locale, numbering_system="default")
        elif name in _LISTS and fact:
            values[name] = _list(name, fact, language, locale)
    if "name" in facts:
        values["shop"] = facts["name"]
    if "shipping_fee" in facts:
        values["shipping_fee_free"] = str(facts["shipping_fee"] == 0).lower()
    if hours := facts.get("support_hours"):
        values["support_hours"] = hours if isinstance(hours, str) else _hours(hours, locale)
    return values


def _list(name: str, items: Iterable[str], language: str, locale: Locale) -> str:
    if name == "ships_to":
        worded = [locale.territories.get(item, item) for item in items]
    elif name == "payment_methods":
        worded = [payment_method(item, language) for item in items]
    else:
        worded = list(items)
    if is_right_to_left(language):
        worded = [isolate(item) for item in worded]
    return str(format_list(worded, locale=locale))


def _hours(hours: Mapping[str, Any], locale: Locale) -> str:
    """Days, times and time zone, as in `Mon–Fri, 09:00–18:00 (CET)`; two days are the first and the last."""
    by_number = locale.days["stand-alone"]["abbreviated"]
    days = [by_number[_WEEKDAYS.index(day)] for day in hours["days"]]
    between = locale.interval_formats.get(None, "{0}–{1}").replace("\u2009", "")
    worded = between.format(*days) if len(days) == 2 else str(format_list(days, locale=locale))
    pattern = locale.time_formats["short"].pattern
    skeleton = "hm" if any(sign in pattern for sign in "abB") else "Hm"
    opening, closing = dt.time.fromisoformat(hours["open"]), dt.time.fromisoformat(hours["close"])
    times = format_interval(opening, closing, skeleton, locale=locale)
    comma = (
        " "
        if locale.language in {"zh", "ja", "ko"}
        else "، "
        if locale.language in {"ar", "fa", "ur"}
        else ", "
    )
    return f"{worded}{comma}{times} ({_zone(hours.get('timezone', 'UTC'), locale)})"


def _zone(name: str, locale: Locale) -> str:
    """A time zone's abbreviation (standard time): the language's own, else the usual, else `GMT+03:00`."""
    zone = ZoneInfo(name)
    winter, summer = (dt.datetime(2026, month, 15, tzinfo=zone) for month in (1, 7))
    standard = summer if winter.dst() else winter
    own = str(get_timezone_name(zone, width="short", locale=locale, zone_variant="standard"))
    if len(own) <= _ABBREVIATION_CHARS and " " not in own:
        return own
    usual = standard.tzname() or ""
    return usual if usual.isalpha() else str(get_timezone_gmt(standard, width="long", locale=locale))
