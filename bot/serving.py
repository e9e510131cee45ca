"""Runs the front door under uvicorn until it is told to stop. Called by `cli`."""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from bot.app import create_app
from bot.config import Settings
from bot.store import StoreError
from bot.web.api import server_options
from connectors.errors import ConnectorError
from knowledge.errors import KnowledgeError
from streaming.comments.sources.replay import ReplayError
from streaming.script.errors import ScriptError

__all__ = ["serve"]


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT.

    Returns:
        Exit status: 0 after a clean stop, 1 when something could not be opened or the port is taken.
    """
    print(f"Starting on http://{settings.web.host}:{settings.web.port} …", flush=True)
    try:
        app = await create_app(settings)
    except (StoreError, ConnectorError, KnowledgeError, ScriptError, ReplayError, OSError) as error:
        print(f"Storecast could not start: {error}", file=sys.stderr)
        return 1
    options: dict[str, Any] = server_options(settings.web)
    server = _Announcing(uvicorn.Config(app, log_level="warning", **options))
    await server.serve()
    return 0 if server.started else 1


class _Announcing(uvicorn.Server):
    """Prints the one URL once the socket is open."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            print(f"Storecast is up: http://{host}:{port}", flush=True)
