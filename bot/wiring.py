"""Fits the parts of the product to the ports that the edges ask for. Made by `app`; no logic of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.dialogue.pool import Dialogue
from bot.messages import ProductCard
from bot.skills import ProductFinder
from bot.store import Store
from bot.web.ports import Brand, EntryRefused, EntryText, KnowledgeEntry, Ranked, SampleOrder
from bot.wording import Wording
from connectors.base import Product, Shop
from connectors.demo import DemoShop
from knowledge.entries import Entry, entry_from_dict, entry_to_dict
from knowledge.errors import EntryError
from knowledge.search import KnowledgeBase

__all__ = ["KnowledgeDesk", "PageWording", "Ready", "ShopState", "Window"]

_SHOP_STATE_KEY = "demo"
# Topics that show well what the assistant can do.
_SAMPLE_TOPICS = ("shipping_time", "return_policy", "free_shipping", "customs_duties")


class KnowledgeDesk:
    """Edits go to the database first, then into the running index; a restart finds the same."""

    def __init__(self, knowledge: KnowledgeBase, store: Store) -> None:
        """Take the running index and the open store."""
        self._knowledge, self._store = knowledge, store
        self._editing = asyncio.Lock()

    async def entries(self) -> Sequence[KnowledgeEntry]:
        """All entries that can be answered with, by id."""
        return [_shown(entry) for _, entry in sorted(self._knowledge.entries().items())]

    async def put(self, entry_id: str, variants: Mapping[str, EntryText]) -> KnowledgeEntry:
        """Save an entry; answerable when this returns. Raises EntryRefused."""
        data = {"variants": {language: asdict(text) for language, text in variants.items()}}
        try:
            entry = entry_from_dict(data, entry_id=entry_id, origin="own")
        except EntryError as error:
            raise EntryRefused(error.field, error.reason) from error
        async with self._editing:
            await self._store.put_entry(entry_id, entry_to_dict(entry))
            await asyncio.to_thread(self._knowledge.put, entry)
        return _shown(entry)

    async def remove(self, entry_id: str) -> bool:
        """Take an entry away (a starter entry is hidden); False when there was none."""
        async with self._editing:
            if entry_id not in self._knowledge.entries():
                return False
            await self._store.hide_entry(entry_id)
            await asyncio.to_thread(self._knowledge.remove, entry_id)
        return True

    async def search(self, query: str, language: str) -> Sequence[Ranked]:
        """Ranked entries, best first, before any threshold."""
        found = self._knowledge.search(query, language=language, k=10)
        return [
            Ranked(id=hit.entry_id, score=hit.score, language=hit.matched_language, title=hit.title)
            for hit in found.hits
        ]


def _shown(entry: Entry) -> KnowledgeEntry:
    variants = {
        language: EntryText(title=variant.title, ask=variant.ask, answer=variant.answer)
        for language, variant in entry.variants.items()
    }
    return KnowledgeEntry(id=entry.id, variants=variants, starter=entry.origin == "starter")


class PageWording:
    """The sentences of pages and errors."""

    def __init__(self, wording: Wording) -> None:
        """Take the product's wording."""
        self._wording = wording

    def say(self, key: str, language: str, **values: object) -> str:
        """The sentence of a key (`error.server`), with values filled in."""
        return self._wording.say(key, language, **values) or ""

    def strings(self, language: str) -> Mapping[str, Mapping[str, str]]:
        """Sections `widget`, `store` and `facts` as they stand in the locale file."""
        book = self._wording.phrasebook
        return {name: book.section(name, language) for name in ("widget", "store", "facts")}

    def default_language(self) -> str:
        """The shop's own language."""
        return self._wording.default_language

    def languages(self) -> Sequence[tuple[str, str, str]]:
        """Code, own name and direction of each language."""
        return self._wording.phrasebook.languages()


class Window:
    """What pages show of the shop."""

    def __init__(self, shop: Shop, products: ProductFinder, wording: Wording) -> None:
        """`products` holds the catalogue as last read; `wording` knows name and colour."""
        self._shop, self._products, self._wording = shop, products, wording

    async def brand(self) -> Brand:
        """Name and colour."""
        facts = self._wording.facts.given
        return Brand(str(facts["name"]), facts.get("colour"))

    async def products(self, language: str) -> Sequence[ProductCard]:
        """The catalogue, worded for a language, in the shop's order."""
        return [self._wording.product_card(_raw(product), language) for product in self._products.products]

    async def sample_order(self) -> SampleOrder | None:
        """An order to try, None when the shop has none."""
        sample = self._shop.sample_order() if isinstance(self._shop, DemoShop) else None
        return SampleOrder(*sample) if sample else None

    async def questions(self, language: str) -> Sequence[str]:
        """Questions to try: titles of well-known entries."""
        titles = (self._wording.knowledge.title(topic, language) for topic in _SAMPLE_TOPICS)
        return [title for title in titles if title]


def _raw(product: Product) -> dict[str, Any]:
    return asdict(product)


class Ready:
    """Whether messages can be answered now."""

    def __init__(self, dialogue: Dialogue, knowledge: KnowledgeBase) -> None:
        """The store is open before this is made, or the product would not have started."""
        self._dialogue, self._knowledge = dialogue, knowledge

    def checks(self) -> Mapping[str, str | None]:
        """Part -> None when fine, else what is missing."""
        opening = None if self._knowledge.is_open else "is being read"
        return {"dialogue": self._dialogue.problem, "knowledge": opening}


class ShopState:
    """Keeps what the demo shop must remember in the database (`connectors.demo.StateStore`)."""

    def __init__(self, store: Store) -> None:
        """Take the open store."""
        self._store = store

    async def load(self) -> dict[str, Any] | None:
        """What was saved last, None when nothing was."""
        return await self._store.shop_state(_SHOP_STATE_KEY)

    async def save(self, data: Mapping[str, Any], *, once: str) -> dict[str, Any]:
        """Replace it, once per idempotency key."""
        return await self._store.put_shop_state(_SHOP_STATE_KEY, data, once=once)
