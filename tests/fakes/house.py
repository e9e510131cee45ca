"""The other neighbours of the web edges: sentences, shop window, records, knowledge, readiness, a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from icu4py.messageformat import MessageFormat

from bot.messages import ProductCard
from bot.web.ports import Brand, EntryRefused, EntryText, KnowledgeEntry, Ranked, SampleOrder
from connectors.base import Money, Order, ReturnRequest
from tests.fakes.answerer import LAMP

__all__ = ["Clock", "FixedReadiness", "FixedRecords", "FixedWindow", "LocaleFiles", "MemoryKnowledge"]

LOCALES = Path(__file__).resolve().parents[2] / "bot" / "locales"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@cache
def _read(code: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((LOCALES / f"{code}.yml").read_text(encoding="utf-8"))
    return data


def _flat(tree: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return flat


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._now = NOON

    def __call__(self) -> datetime:
        return self._now

    def move(self, **by: float) -> None:
        self._now += timedelta(**by)


class LocaleFiles:
    """Sentences straight from the locale files of English and German; Arabic borrows the English ones."""

    def __init__(self) -> None:
        english, german = (_read(code) for code in ("en", "de"))
        self._data = {"en": english, "de": german, "ar": english}

    def say(self, key: str, language: str, **values: object) -> str:
        message: Any = self._data[language]
        for part in key.split("."):
            message = message[part]
        return MessageFormat(message, language).format({"shop": "Nordlicht", **values})

    def strings(self, language: str) -> Mapping[str, Mapping[str, str]]:
        return {name: _flat(self._data[language][name]) for name in ("widget", "store", "facts")}

    def default_language(self) -> str:
        return "en"

    def languages(self) -> list[tuple[str, str, str]]:
        return [("ar", "العربية", "rtl"), ("de", "Deutsch", "ltr"), ("en", "English", "ltr")]


class FixedWindow:
    """A shop with one lamp."""

    async def brand(self) -> Brand:
        return Brand("Nordlicht", "#0B6B74")

    async def products(self, language: str) -> tuple[ProductCard, ...]:
        return (LAMP,)

    async def sample_order(self) -> SampleOrder | None:
        return SampleOrder("NL-1001", "ada@example.com")

    async def questions(self, language: str) -> tuple[str, ...]:
        return (f"How long does delivery take? ({language})",)


class FixedRecords:
    """One order and its return."""

    async def order(self, number: str) -> Order | None:
        if number != "NL-1001":
            return None
        return Order(
            number=number,
            status="delivered",
            placed_at=NOON,
            total=Money(2400, "EUR"),
            returns=tuple(await self.returns()),
        )

    async def returns(self) -> tuple[ReturnRequest, ...]:
        return (ReturnRequest(number="R-1", order_number="NL-1001", created_at=NOON),)


class MemoryKnowledge:
    """Entries in a dict; an entry about `forbidden` is refused."""

    def __init__(self) -> None:
        starter = EntryText(title="How long?", ask=("how long",), answer=("Three days.",))
        self._entries = {
            "shipping_time": KnowledgeEntry(id="shipping_time", variants={"en": starter}, starter=True)
        }

    async def entries(self) -> list[KnowledgeEntry]:
        return [self._entries[key] for key in sorted(self._entries)]

    async def put(self, entry_id: str, variants: Mapping[str, EntryText]) -> KnowledgeEntry:
        if entry_id == "forbidden":
            raise EntryRefused("variants.en.answer", "unknown value {nope}")
        self._entries[entry_id] = KnowledgeEntry(id=entry_id, variants=dict(variants))
        return self._entries[entry_id]

    async def remove(self, entry_id: str) -> bool:
        return self._entries.pop(entry_id, None) is not None

    async def search(self, query: str, language: str) -> list[Ranked]:
        return [Ranked(id=key, score=0.5, language=language, title=query) for key in sorted(self._entries)]


class FixedReadiness:
    """Says what it is told."""

    def __init__(self) -> None:
        self.missing: dict[str, str | None] = {"database": None}

    def checks(self) -> Mapping[str, str | None]:
        return self.missing
