"""The composition root: builds every part of the product and hands it to the front door.

With `cli` the only place that builds objects. `create_app` starts the dialogue workers, which take longest,
opens database and index meanwhile, and returns a FastAPI application whose lifespan ends them all.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from fastapi import FastAPI
from pydantic import SecretStr

from bot.collector import collect_hourly, seldom_collecting, set_aside
from bot.config import ROOT, Settings
from bot.dialogue.phrases import Phrases
from bot.dialogue.pool import Dialogue
from bot.dialogue.training import model_path
from bot.facts_desk import FactsDesk, saved_facts
from bot.language import LanguageDetector
from bot.live.rooms import Neighbours, load_rooms
from bot.shop_facts import merged
from bot.skills import ProductFinder
from bot.store import Store
from bot.turn import Turns
from bot.web.api import Lifespan, create_web
from bot.web.health import Metrics
from bot.web.ports import Ports
from bot.wiring import KnowledgeDesk, PageWording, Ready, ShopState, Window
from bot.wording import Phrasebook, Wording
from connectors.base import Shop
from connectors.demo import create as create_demo_shop
from connectors.errors import ConnectorError
from knowledge.encoder import make_encoder
from knowledge.entries import Entry, entry_from_dict, load_packs
from knowledge.errors import KnowledgeError
from knowledge.facts import Facts
from knowledge.languages import LanguageModel
from knowledge.reranker import CrossEncoderReranker
from knowledge.search import KnowledgeBase

__all__ = ["create_app", "open_entries", "open_knowledge", "open_store", "private_file"]

_log = structlog.get_logger(__name__)
_Chore = Callable[[], Coroutine[Any, Any, None]]
_PACKS = ROOT / "knowledge" / "packs"
_CATALOGUE_EVERY_S = 300.0
_INDEX_SAVED_EVERY_S = 10.0
_EMBEDDED_TOLD = 1000


async def create_app(settings: Settings) -> FastAPI:
    """Open everything and assemble the front door.

    Args:
        settings: from `bot.config.load_settings`. The dialogue model must have been trained.

    Returns:
        The application, to be served: its lifespan closes what is opened here. `/readyz` answers 200 once a
        dialogue worker has loaded its model.

    Raises:
        StoreError, ConnectorError, KnowledgeError: what can't be opened, with what to do.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    dialogue = Dialogue(
        model_path(settings.home, settings.config_file, settings.knowledge.encoder),
        workers=settings.dialogue.workers,
        timeout_s=settings.dialogue.turn_timeout_s,
        memory_limit_mb=settings.dialogue.memory_limit_mb,
    )
    await dialogue.start(wait=False)
    try:
        return await _assemble(settings, dialogue)
    except BaseException:  # whatever went wrong, a cancellation too: nobody else would end the workers
        await dialogue.close()
        raise


async def _assemble(settings: Settings, dialogue: Dialogue) -> FastAPI:
    store = await open_store(settings)
    shop = await asyncio.to_thread(create_demo_shop, settings.connectors.demo, ShopState(store))
    platform = await shop.facts()
    saved, version = await saved_facts(store)
    given = merged(platform=platform, saved=saved, ours=settings.shop)
    changed = await store.entries()
    # A show goes on within seconds of a restart; shoppers wait for the dialogue anyway.
    on_air = settings.streaming.enabled
    begin = closed_knowledge if on_air else open_knowledge
    knowledge = await asyncio.to_thread(begin, settings, changed, given)
    wording = Wording(phrasebook=Phrasebook(), knowledge=knowledge)
    codes = [code for code, _, _ in wording.phrasebook.languages()]
    ours = settings.shop
    desk = FactsDesk(knowledge, store, platform=platform, ours=ours, languages=codes, version=version)
    phrases = Phrases()
    products, metrics = ProductFinder(phrases.ordinary), Metrics()
    await _refresh_catalogue(products, shop, settings)
    supported = knowledge.coverage() or settings.knowledge.languages or codes
    detector = LanguageDetector(LanguageModel.load(), supported)
    neighbours = Neighbours(
        store=store, shop=shop, knowledge=knowledge, wording=wording, detector=detector,
        phrases=phrases, products=products,
    )  # fmt: skip
    rooms = await asyncio.to_thread(load_rooms, settings, neighbours) if on_air else None
    turns = Turns(
        store=store,
        dialogue=dialogue,
        knowledge=knowledge,
        wording=wording,
        detector=detector,
        phrases=phrases,
        shop=shop,
        products=products,
        metrics=metrics,
        shop_timeout_s=settings.connectors.timeout_s,
        session=timedelta(minutes=settings.dialogue.session_minutes),
    )
    ports = Ports(
        answerer=turns,
        conversations=store,
        knowledge=KnowledgeDesk(knowledge, store),
        wording=PageWording(wording),
        readiness=Ready(dialogue, knowledge),
        window=Window(shop, products, wording),
        records=shop,
        facts=desk,
        live=rooms,
    )
    chores: list[_Chore] = [
        partial(_keep_catalogue, products, shop, settings),
        partial(_keep_knowledge, knowledge, settings, changed, metrics),
        desk.follow, collect_hourly, *([rooms.run] if rooms else []),
    ]  # fmt: skip
    metrics.unread(knowledge.missing if knowledge.is_open else 1)
    secret = settings.secret or SecretStr(private_file(settings.home / "secret"))
    lifespan = _lifespan(dialogue, knowledge, store, chores)
    return create_web(settings, ports, secret=secret, metrics=metrics, lifespan=lifespan)


def _lifespan(
    dialogue: Dialogue,
    knowledge: KnowledgeBase,
    store: Store,
    chores: Sequence[_Chore],
) -> Lifespan:
    """Starts the chores; ends what runs beside the requests, in an order that loses nothing."""

    @asynccontextmanager
    async def run(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(chore(), name=f"chore-{n}") for n, chore in enumerate(chores)]
        try:
            with seldom_collecting():
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await dialogue.close()
            await asyncio.to_thread(knowledge.save)
            await store.close()

    return run


def private_file(path: Path) -> str:
    """A random secret kept in a file that only its owner can read; made on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def open_knowledge(
    settings: Settings, changed: Mapping[str, Any], facts: Mapping[str, Any], *, patience_s: float = 2.0
) -> KnowledgeBase:
    """The knowledge base from the starter packs and what staff changed.

    Args:
        settings: `knowledge` and `home` are read.
        changed: from the store: entry data by id, None for a hidden starter entry.
        facts: the shop's facts.
        patience_s: what takes longer to encode is left to the background.
    """
    entries = open_entries(settings, changed)
    encoder = make_encoder(settings.knowledge.encoder)
    model = settings.knowledge.reranker
    return KnowledgeBase.open(
        settings.home / "index", encoder, entries, Facts(facts),
        reranker=CrossEncoderReranker(model) if model else None, patience_s=patience_s,
    )  # fmt: skip


def closed_knowledge(settings: Settings, _: object, facts: Mapping[str, Any]) -> KnowledgeBase:
    """The same without its entries, which `_keep_knowledge` reads later."""
    model = settings.knowledge.reranker
    return KnowledgeBase.closed(
        make_encoder(settings.knowledge.encoder), Facts(facts),
        reranker=CrossEncoderReranker(model) if model else None,
    )  # fmt: skip


def open_entries(settings: Settings, changed: Mapping[str, Any]) -> dict[str, Entry]:
    """Entries by id: the starter packs with what staff changed; see `open_knowledge`."""
    entries: dict[str, Entry] = dict(load_packs(_PACKS, settings.knowledge.languages))
    for entry_id, data in changed.items():
        if data is None:
            entries.pop(entry_id, None)
        else:
            entries[entry_id] = entry_from_dict(data, entry_id=entry_id, origin="own")
    return entries


async def open_store(settings: Settings) -> Store:
    """The database that the settings name, its tables brought up to date."""
    where = settings.storage.url or settings.home / "storecast.db"
    return await Store.open(
        where, pool_size=settings.storage.pool_size, busy_timeout_s=settings.storage.busy_timeout_s
    )


async def _refresh_catalogue(products: ProductFinder, shop: Shop, settings: Settings) -> None:
    try:
        await products.refresh(shop, timeout_s=settings.connectors.timeout_s)
    except (ConnectorError, TimeoutError) as error:
        _log.warning("catalogue_not_read", reason=str(error))


async def _keep_catalogue(products: ProductFinder, shop: Shop, settings: Settings) -> None:
    while True:
        await asyncio.sleep(_CATALOGUE_EVERY_S)
        await _refresh_catalogue(products, shop, settings)


async def _embed_the_rest(knowledge: KnowledgeBase, metrics: Metrics) -> None:
    """Encode what a new model or a large import left without vectors, and say how far it is."""
    total = told = knowledge.missing
    metrics.unread(total)
    while left := await asyncio.to_thread(knowledge.embed):
        metrics.unread(left)
        if told - left >= max(total // 20, _EMBEDDED_TOLD):
            _log.info("knowledge_embedding", done=total - left, total=total)
            told = left
            # An interrupted run goes on from here.
            await asyncio.to_thread(knowledge.save)
    metrics.unread(0)
    _log.info("knowledge_embedded", total=total)
    await asyncio.to_thread(knowledge.save)


async def _keep_knowledge(
    knowledge: KnowledgeBase, settings: Settings, changed: Mapping[str, Any], metrics: Metrics
) -> None:
    """Read what was left unread, and write down what changes."""
    if not knowledge.is_open:
        try:
            entries = await asyncio.to_thread(open_entries, settings, changed)
            await asyncio.to_thread(knowledge.load, settings.home / "index", entries)
        except (KnowledgeError, OSError) as error:
            # Without it nothing can be answered: end, as a start that fails does.
            _log.error("knowledge_not_opened", reason=str(error))
            knowledge.abandon()
            signal.raise_signal(signal.SIGTERM)
            return
        set_aside()
    if knowledge.missing:
        await _embed_the_rest(knowledge, metrics)
    metrics.unread(0)
    await _keep_index(knowledge)


async def _keep_index(knowledge: KnowledgeBase) -> None:
    """Write the index down when it has changed; a crash costs a re-encoding of the changes, no entry."""
    saved = knowledge.entries()
    while True:
        await asyncio.sleep(_INDEX_SAVED_EVERY_S)
        entries = knowledge.entries()
        if entries != saved:
            await asyncio.to_thread(knowledge.save)
            saved = entries
