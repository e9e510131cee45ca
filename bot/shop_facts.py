"""The shop's facts on their way in: what can be asked, how it is checked, and whose facts count.

Used by `storecast kb` and by the page of shop facts. A seller writes facts once; they are kept in the
database and stand before those of the shop platform. One set in config.yml wins over both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from babel.localedata import locale_identifiers
from pydantic import ValidationError

from bot.config import ConfigError, ShopSettings
from bot.config_errors import explain, line_of
from knowledge.locales import locale_of
from knowledge.messages import icu_locale

__all__ = [
    "FIELDS",
    "MAX_TEXT_CHARS",
    "Field",
    "Kind",
    "Problem",
    "checked",
    "country_of",
    "merged",
    "read_facts",
]

Kind = Literal[
    "text", "colour", "language", "currency", "email", "url", "opening_hours", "number", "amount",
    "countries", "list", "flag",
]  # fmt: skip
# Codes that people write for a country and ISO 3166 does not know.
_MEANT = {"UK": "GB", "EL": "GR"}
MAX_TEXT_CHARS = 200
_MAX_ITEMS = 300


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that can be given.

    Attributes:
        group: where it stands in a form.
        unit: what a number counts (`days`, `hours`, `months`, `pieces`), None for other kinds.
    """

    name: str
    group: str
    kind: Kind
    unit: str | None = None


def _fields(group: str, **kinds: str) -> list[Field]:
    units = {"days", "hours", "months", "pieces"}
    return [
        Field(name, group, "number", kind) if kind in units
        else Field(name, group, kind)  # type: ignore[arg-type]  # every other kind is one of Kind
        for name, kind in kinds.items()
    ]  # fmt: skip


FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in [
    *_fields(
        "shop", name="text", default_language="language", currency="currency", support_email="email",
        support_hours="opening_hours", colour="colour",
    ),
    *_fields(
        "delivery", delivery_days_min="days", delivery_days_max="days", shipping_fee="amount",
        free_shipping_over="amount", ships_to="countries", handling_days="days", express_days="days",
        express_fee="amount", pickup_available="flag", duties_included="flag", tracking_update_days="days",
    ),
    *_fields("ordering", change_window_hours="hours", claim_days="days"),
    *_fields(
        "returns", return_days="days", free_returns="flag", refund_days="days", warranty_months="months"
    ),
    *_fields("payment", payment_methods="list", cod_available="flag", installments_available="flag"),
    *_fields(
        "extras", gift_wrap_available="flag", bulk_min_quantity="pieces", size_guide_url="url",
        live_coupon="text",
    ),
]})  # fmt: skip
"""Every fact, in the order in which a person is asked for it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a fact: a key below `facts.error` of the locale files, and the wrong value."""

    fact: str
    code: str
    value: str | None = None


def checked(facts: Mapping[str, Any], *, currency: str | None = None) -> tuple[dict[str, Any], list[Problem]]:
    """Facts as they are kept, and what is wrong with them.

    Args:
        facts: by name; None counts as not given. Countries may be given by name in any of a few languages.
        currency: known from elsewhere.

    Returns:
        JSON-ready facts without those that are not given, and one problem a fact at most.
    """
    problems: dict[str, Problem] = {}
    given = {name: value for name, value in facts.items() if value not in (None, "", [], ())}
    for name in given.keys() - FIELDS.keys():
        problems[name] = Problem(name, "unknown", _nearest(name))
    if isinstance(countries := given.get("ships_to"), list | tuple):
        codes = [country_of(str(each)) for each in countries]
        if None in codes:
            problems["ships_to"] = Problem("ships_to", "country", str(countries[codes.index(None)]))
        else:
            given["ships_to"] = list(dict.fromkeys(codes))
    known = {name: value for name, value in given.items() if name in FIELDS}
    try:
        kept = ShopSettings(**known).model_dump(mode="json", exclude_none=True, exclude_unset=True)
    except ValidationError as error:
        kept = {}
        for wrong in error.errors():
            name = str(wrong["loc"][0])
            problems.setdefault(name, Problem(name, _code(FIELDS[name].kind), str(wrong.get("input", ""))))
    for problem in _together(known, currency):
        problems.setdefault(problem.fact, problem)
    return kept, list(problems.values())


def read_facts(file: Path, *, currency: str | None = None) -> dict[str, Any]:
    """Facts of a YAML or JSON file: a mapping, or one below `shop:` or `facts:`.

    Raises:
        ConfigError: the file can't be used; one line a problem, with the line in the file.
    """
    try:
        text = file.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"{file}: can't be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid YAML: {error}") from error
    if not isinstance(data, dict) or not data:
        raise ConfigError(f"{file}: must be a mapping of facts, such as `return_days: 30`.")
    inside = next(((key,) for key in ("shop", "facts") if isinstance(data.get(key), dict)), ())
    facts = data[inside[0]] if inside else data
    kept, problems = checked(facts, currency=currency)
    if problems:
        raise ConfigError("\n".join(_told(file, text, inside, facts, problem) for problem in problems))
    return kept


def merged(
    *, platform: Mapping[str, Any], saved: Mapping[str, Any] | None, ours: ShopSettings
) -> dict[str, Any]:
    """The facts that count.

    Args:
        platform: of the shop platform; taken as long as nobody has saved facts.
        saved: a whole statement: what is not in it is not said.
        ours: `shop:` of config.yml, which wins.
    """
    fixed = ours.model_dump(exclude_none=True)
    kept = {
        name: value for name, value in (platform if saved is None else saved).items() if value is not None
    }
    return {"name": "Storecast", **kept, **fixed}


def country_of(text: str, languages: tuple[str, ...] = ("en", "de", "fr", "es", "zh", "ja")) -> str | None:
    """ISO 3166 code of a country written as a code or by its name; None when there is none like it."""
    code = _MEANT.get(text.strip().upper(), text.strip().upper())
    if code in _countries("en").values():
        return code
    wanted = text.strip().casefold()
    return next((found for language in languages if (found := _countries(language).get(wanted))), None)


@cache
def _countries(language: str) -> dict[str, str]:
    territories = locale_of(language).territories.items()
    return {name.casefold(): code for code, name in territories if len(code) == 2 and code.isalpha()}


def _together(facts: Mapping[str, Any], currency: str | None) -> list[Problem]:
    """What only shows when facts are looked at side by side, or against what there is in the world."""
    problems = []
    amounts = [name for name in facts if FIELDS[name].kind == "amount"]
    code = facts.get("currency", currency)
    if amounts and code is None:
        problems.append(Problem("currency", "currency"))
    if isinstance(code, str) and code not in locale_of("en").currencies:
        problems.append(Problem("currency", "currency", code))
    shortest, longest = facts.get("delivery_days_min"), facts.get("delivery_days_max")
    if isinstance(shortest, int) and isinstance(longest, int) and shortest > longest:
        problems.append(Problem("delivery_days_min", "order"))
    language = facts.get("default_language")
    if isinstance(language, str) and not _is_language(language):
        problems.append(Problem("default_language", "invalid", language))
    hours = facts.get("support_hours")
    if isinstance(hours, dict) and not _is_zone(hours.get("timezone", "UTC")):
        problems.append(Problem("support_hours", "hours", str(hours["timezone"])))
    for name, value in facts.items():
        items = value if isinstance(value, list | tuple) else [value]
        long = any(isinstance(item, str) and len(item) > MAX_TEXT_CHARS for item in items)
        if long or len(items) > _MAX_ITEMS:
            problems.append(Problem(name, "text"))
    return problems


def _is_language(code: str) -> bool:
    return icu_locale(code).casefold() in _known_locales()


@cache
def _known_locales() -> frozenset[str]:
    return frozenset(name.casefold() for name in locale_identifiers())


def _is_zone(name: object) -> bool:
    try:
        ZoneInfo(str(name))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return False
    return True


def _code(kind: Kind) -> str:
    shared = {
        "opening_hours": "hours",
        "number": "number",
        "amount": "amount",
        "email": "email",
        "url": "url",
    }
    return shared.get(kind, "invalid")


def _nearest(name: str) -> str | None:
    return next(iter(get_close_matches(name, FIELDS, n=1)), None)


def _told(file: Path, text: str, inside: tuple[str, ...], facts: Mapping[str, Any], problem: Problem) -> str:
    place = f"{file}{line_of(text, (*inside, problem.fact))}: {problem.fact}"
    match problem.code:
        case "unknown":
            meant = (
                f"; did you mean {problem.value}?" if problem.value else "; docs/configuration.md lists all."
            )
            return f"{place}: not a known fact{meant}"
        case "country":
            return f"{place}: there is no country {problem.value!r}; write its name or its ISO 3166 code."
        case "currency" if problem.value is None:
            return f"{place}: needed, because there are amounts; write its ISO 4217 code, such as EUR."
        case "currency":
            return f"{place}: there is no currency {problem.value!r}; write its ISO 4217 code, such as EUR."
        case "order":
            return f"{place}: longer than delivery_days_max."
        case "invalid" if problem.fact == "default_language":
            return f"{place}: there is no language {problem.value!r}; write its code, such as en or zh-TW."
        case "hours":
            return f"{place}: must be text, or days, open, close (HH:MM) and an IANA timezone."
    try:
        ShopSettings(**{problem.fact: facts[problem.fact]})
    except ValidationError as error:
        return explain(error, file, text, inside=inside).splitlines()[0]
    return f"{place}: at most {MAX_TEXT_CHARS} characters and {_MAX_ITEMS} items are allowed."
