"""The front door as one FastAPI application: routers, middleware, errors, shutdown.

Called by `bot.app.create_app`, which hands in the ports; nothing of the product is built here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse

from bot.config import ROOT, Settings, WebSettings
from bot.web.bodies import Bodies
from bot.web.chat_session import CLOSE_S, HELLO_S, TYPING_AFTER_S, ChatParts, max_frame_bytes
from bot.web.chat_socket import ChatDoor
from bot.web.console import add_console
from bot.web.docs_page import docs_page, docs_policy
from bot.web.errors import CatchAll, Errors, error_docs, install_errors
from bot.web.health import Metrics, health_router
from bot.web.hub import Hub
from bot.web.languages import Languages
from bot.web.limits import Limits, Proxies
from bot.web.live import INGEST_BYTES, IngestGuard, audio_router, ingest_router, room_router
from bot.web.live_ports import LiveRooms
from bot.web.ports import Ports
from bot.web.rest import rest_router
from bot.web.security import Headers, Origins, Tokens
from bot.web.staff import Guard, shop_router
from bot.web.staff_desk import Desk, conversations_router
from bot.web.staff_facts import facts_router
from bot.web.staff_knowledge import MAX_ENTRY_BYTES, knowledge_router
from bot.web.stage import add_stage
from bot.web.stage_socket import StageDoor, StageParts
from bot.web.storefront import add_storefront
from bot.web.widget import add_widget

__all__ = ["Lifespan", "create_web", "server_options"]

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_DESCRIPTION = (
    "Customer service for shops that sell across borders. Every failure has one shape, "
    '{"error": {"code", "message", "field"?}}, and never status 200. The chat socket /ws/chat is described '
    "in docs/protocol.md."
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return secrets.token_urlsafe(16)  # 128 bits


def create_web(
    settings: Settings,
    ports: Ports,
    *,
    secret: SecretStr,
    metrics: Metrics,
    hub: Hub | None = None,
    lifespan: Lifespan | None = None,
    web_root: Path = ROOT / "web",
    now: Callable[[], datetime] = _utc_now,
    new_id: Callable[[], str] = _new_id,
    hello_s: float = HELLO_S,
    close_s: float = CLOSE_S,
    typing_after_s: float = TYPING_AFTER_S,
) -> FastAPI:
    """Assemble the front door.

    Args:
        settings: `web`, `connectors.demo.file`, `admin_token` are read.
        ports: the rest of the product.
        secret: signs conversation tokens; the same after a restart, or pages lose their chats.
        metrics: also given to `bot.turn`.
        hub: where messages are published that do not come through here; made when None.
        lifespan: opened before the first request and closed after the last socket, as FastAPI's.
        web_root: folder of the web workspace with its builds.
        now: the clock, aware UTC.
        new_id: unguessable ids of conversations.
        hello_s: time a chat page has for its first frame.
        close_s: time a chat page has to take its last frames.
        typing_after_s: a reply that takes longer is announced to the page.

    Returns:
        The application; `app.state.hub` is the hub.

    Raises:
        ValueError: an entry of `web.trusted_proxies` is no address or network.
    """
    web, hub = settings.web, hub or Hub()
    languages = Languages([code for code, _, _ in ports.wording.languages()], ports.wording.default_language)
    errors = Errors(ports.wording, languages, metrics)
    limits, proxies = Limits(web, metrics), Proxies(web.trusted_proxies)
    parts = ChatParts(
        answerer=ports.answerer,
        conversations=ports.conversations,
        hub=hub,
        tokens=Tokens(secret, now=now),
        errors=errors,
        languages=languages,
        limits=limits,
        metrics=metrics,
        message_chars=web.message_chars,
        now=now,
        new_id=new_id,
        hello_s=hello_s,
        close_s=close_s,
        typing_after_s=typing_after_s,
    )
    door = ChatDoor(parts, origins=Origins(web.allowed_origins), proxies=proxies)
    guard = Guard(settings.admin_token, limits=limits, proxies=proxies)
    stage = _stage_door(ports.live, guard, parts, Origins(web.allowed_origins), proxies)
    doors: list[ChatDoor | StageDoor] = [door] if stage is None else [door, stage]
    app = _application(_lifespan(doors, lifespan, grace_s=settings.dialogue.turn_timeout_s))
    app.state.hub = hub
    _add_docs(app)
    install_errors(app, errors)
    for router in (
        rest_router(parts, proxies),
        door.router(),
        health_router(ports.readiness, metrics, errors),
    ):
        app.include_router(router)
    if stage is not None and ports.live is not None:
        app.include_router(stage.router())
        _add_live(app, ports.live, guard, limits, proxies, now)
    _add_staff(app, settings, ports, guard, languages, hub, now)
    _add_pages(app, settings, ports, languages, web_root)
    _add_middleware(app, web, errors)
    return app


def server_options(web: WebSettings) -> dict[str, Any]:
    """Keyword arguments for `uvicorn.Config` that the edges count on.

    Forwarded addresses are judged here (`web.trusted_proxies`), not by the server; frames too large are
    refused before they are held in memory; a page that is gone is noticed within 10 s.
    """
    return {
        "host": web.host,
        "port": web.port,
        "proxy_headers": False,
        "server_header": False,
        "date_header": True,
        "ws_max_size": max_frame_bytes(web.message_chars),
        # Messages are short; packing each costs more than it saves.
        "ws_per_message_deflate": False,
        "ws_ping_interval": 5.0,
        "ws_ping_timeout": 5.0,
        # Turns that have begun are finished; longer ones are given up by the dialogue's own timeout.
        "timeout_graceful_shutdown": 15,
    }


def _application(lifespan: Lifespan) -> FastAPI:
    return FastAPI(
        title="Storecast",
        version=version("storecast"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Behind a proxy a redirect would name the wrong scheme, and it would not be the error shape.
        redirect_slashes=False,
        responses=error_docs("invalid", "server"),
    )


def _lifespan(doors: Sequence[ChatDoor | StageDoor], inner: Lifespan | None, *, grace_s: float) -> Lifespan:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        async with inner(app) if inner else nullcontext():
            try:
                yield
            finally:
                await asyncio.gather(*(door.close(grace_s=grace_s) for door in doors))

    return run


def _add_docs(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": docs_policy()})


def _add_staff(
    app: FastAPI,
    settings: Settings,
    ports: Ports,
    guard: Guard,
    languages: Languages,
    hub: Hub,
    now: Callable[[], datetime],
) -> None:
    desk = Desk(
        conversations=ports.conversations,
        wording=ports.wording,
        languages=languages,
        hub=hub,
        message_chars=settings.web.message_chars,
        now=now,
    )
    app.include_router(knowledge_router(guard, knowledge=ports.knowledge, languages=languages))
    app.include_router(conversations_router(guard, desk))
    if ports.facts is not None:
        app.include_router(facts_router(guard, desk=ports.facts, languages=languages))
    if ports.records is not None:
        app.include_router(shop_router(guard, ports.records))


def _stage_door(
    rooms: LiveRooms | None, guard: Guard, parts: ChatParts, origins: Origins, proxies: Proxies
) -> StageDoor | None:
    if rooms is None:
        return None
    stage = StageParts(
        rooms=rooms,
        guard=guard,
        errors=parts.errors,
        languages=parts.languages,
        limits=parts.limits,
        enter_s=parts.hello_s,
        close_s=parts.close_s,
    )
    return StageDoor(stage, origins=origins, proxies=proxies)


def _add_live(
    app: FastAPI,
    rooms: LiveRooms,
    guard: Guard,
    limits: Limits,
    proxies: Proxies,
    now: Callable[[], datetime],
) -> None:
    ingest = IngestGuard(rooms, guard, limits=limits, proxies=proxies)
    app.include_router(audio_router(rooms))
    app.include_router(ingest_router(rooms, ingest, now=now))
    app.include_router(room_router(rooms, guard))


def _add_pages(app: FastAPI, settings: Settings, ports: Ports, languages: Languages, web_root: Path) -> None:
    add_widget(
        app,
        wording=ports.wording,
        window=ports.window,
        languages=languages,
        message_chars=settings.web.message_chars,
        folder=web_root / "widget" / "dist",
    )
    add_console(app, wording=ports.wording, languages=languages, folder=web_root / "console" / "dist")
    if ports.live is not None:
        add_stage(app, folder=web_root / "stage" / "dist")
    if settings.web.demo_storefront:
        add_storefront(
            app,
            wording=ports.wording,
            window=ports.window,
            languages=languages,
            folder=web_root / "demo" / "dist",
            pictures=settings.connectors.demo.file.parent / "images",
        )


def _add_middleware(app: FastAPI, web: WebSettings, errors: Errors) -> None:
    # The last added is the outermost.
    larger = {"/api/knowledge/": MAX_ENTRY_BYTES, "/api/live/": INGEST_BYTES}
    app.add_middleware(Bodies, errors=errors, max_bytes=web.body_bytes, larger=larger)
    app.add_middleware(CatchAll, errors=errors)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Headers)
