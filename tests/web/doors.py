"""How tests build the front door and talk to it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.config import ConnectorSettings, DemoShopSettings, DialogueSettings, Settings, WebSettings
from bot.web.api import create_web, server_options
from bot.web.fact_ports import FactsDesk
from bot.web.health import Metrics
from bot.web.hub import Hub
from bot.web.live_ports import LiveRooms
from bot.web.ports import Ports
from tests.fakes.answerer import ScriptedAnswerer
from tests.fakes.conversations import MemoryConversations
from tests.fakes.house import Clock, FixedReadiness, FixedRecords, FixedWindow, LocaleFiles, MemoryKnowledge

ADMIN_TOKEN = "a-token-for-tests"
STAFF = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
SECRET = SecretStr("a-secret-for-tests")
PATIENCE_S = 10.0


@dataclass(kw_only=True)
class House:
    """The application and everything around it."""

    app: FastAPI
    settings: Settings
    conversations: MemoryConversations
    answerer: ScriptedAnswerer
    knowledge: MemoryKnowledge
    readiness: FixedReadiness
    metrics: Metrics
    hub: Hub
    clock: Clock
    web_root: Path


def open_house(
    tmp_path: Path,
    *,
    admin_token: str | None = ADMIN_TOKEN,
    queue_frames: int = 256,
    hello_s: float = 10.0,
    turn_timeout_s: float = 10.0,
    facts: FactsDesk | None = None,
    live: LiveRooms | None = None,
    **web: Any,
) -> House:
    """Build the application; `web` are settings of the section."""
    conversations = MemoryConversations()
    parts: dict[str, Any] = {
        "conversations": conversations,
        "answerer": ScriptedAnswerer(conversations),
        "knowledge": MemoryKnowledge(),
        "readiness": FixedReadiness(),
    }
    settings = Settings(
        web=WebSettings(
            **{"messages_per_minute_per_sender": 100_000, "messages_per_minute_per_address": 100_000, **web}
        ),
        dialogue=DialogueSettings(turn_timeout_s=turn_timeout_s),
        connectors=ConnectorSettings(demo=DemoShopSettings(file=tmp_path / "shop" / "shop.yml")),
        admin_token=SecretStr(admin_token) if admin_token else None,
    )
    metrics, hub, clock = Metrics(), Hub(queue_frames=queue_frames), Clock()
    app = create_web(
        settings,
        Ports(
            wording=LocaleFiles(),
            window=FixedWindow(),
            records=FixedRecords(),
            facts=facts,
            live=live,
            **parts,
        ),
        secret=SECRET,
        hello_s=hello_s,
        metrics=metrics,
        hub=hub,
        web_root=tmp_path / "web",
        now=clock,
    )
    return House(
        app=app, settings=settings, metrics=metrics, hub=hub, clock=clock, web_root=tmp_path / "web", **parts
    )


def call(app: FastAPI, *, address: str = "203.0.113.7") -> httpx.AsyncClient:
    """A client that calls the application in process, from an address."""
    transport = httpx.ASGITransport(app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://shop.example")


async def say(client: httpx.AsyncClient, message: object = "hello", **body: Any) -> httpx.Response:
    return await client.post("/webhooks/rest/webhook", json={"sender": "ada", "message": message, **body})


@dataclass(kw_only=True)
class LiveServer:
    """A real server on a loopback port."""

    port: int
    server: uvicorn.Server
    pages: list[Page] = field(default_factory=list)

    async def stop(self) -> None:
        """As on SIGTERM; safe to call twice."""
        if not self.server.should_exit:
            self.server.should_exit = True
            await self.server.shutdown()

    async def visit(self, *, origin: str | None = None, path: str = "/ws/chat", **options: Any) -> Page:
        """Open a socket without saying hello."""
        url = f"ws://127.0.0.1:{self.port}{path}"
        page = Page(
            await connect(url, origin=origin, compression=None, max_size=None, max_queue=None, **options)
        )
        self.pages.append(page)
        return page

    async def arrive(self, **hello: Any) -> Page:
        """Open a socket and be welcomed."""
        page = await self.visit()
        await page.hello(**hello)
        return page


@asynccontextmanager
async def serve(house: House, **options: Any) -> AsyncIterator[LiveServer]:
    """Run the application with uvicorn in this loop."""
    listening = socket.create_server(("127.0.0.1", 0))
    given = {**server_options(house.settings.web), "host": "127.0.0.1", "log_level": "critical", **options}
    config = uvicorn.Config(house.app, **given)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listening])
    live = LiveServer(port=listening.getsockname()[1], server=server)
    try:
        yield live
    finally:
        house.answerer.gate.set()
        for page in live.pages:
            await page.leave()
        await live.stop()
        listening.close()


class Page:
    """A chat page, as far as the socket sees it."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.welcome: dict[str, Any] = {}

    async def send(self, **frame: Any) -> None:
        await self.connection.send(json.dumps({"v": 1, **frame}, ensure_ascii=False))

    async def send_raw(self, data: str | bytes) -> None:
        await self.connection.send(data)

    async def hello(self, **fields: Any) -> dict[str, Any]:
        await self.send(type="hello", **fields)
        self.welcome = await self.next("welcome")
        return self.welcome

    async def say(self, text: str, *, message_id: str, **fields: Any) -> None:
        await self.send(type="message", id=message_id, text=text, **fields)

    async def frame(self) -> dict[str, Any]:
        """The next frame, whatever it is."""
        async with asyncio.timeout(PATIENCE_S):
            received: dict[str, Any] = json.loads(await self.connection.recv())
        return received

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of a type; others before it are passed over."""
        while (frame := await self.frame())["type"] != kind:
            pass
        return frame

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The next messages."""
        return [(await self.next("message"))["message"] for _ in range(count)]

    async def all_until_pong(self) -> list[dict[str, Any]]:
        """Everything that is on its way now."""
        await self.send(type="ping")
        frames = []
        while (frame := await self.frame())["type"] != "pong":
            frames.append(frame)
        return frames

    async def close_code(self) -> int | None:
        """Read until the server closes; its code."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            return self.connection.close_code

    async def leave(self) -> None:
        await self.connection.close()
