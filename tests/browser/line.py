"""The wire between page and server, for tests that cut it, slow it down or lose what it carries.

Real frames of the real server pass through; nothing is made up here.
"""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

__all__ = ["Line"]


class Line:
    """A line that passes everything on until told otherwise.

    Pass `attach` as `before` to `visit`.

    Attributes:
        down: new connections end at once.
        swallowing: what the page says is lost on the way.
        held: server frames kept back since `hold`.
    """

    def __init__(self) -> None:
        self.down = False
        self.swallowing = False
        self.held: list[str] = []
        self.said: list[dict[str, Any]] = []
        self._holding: frozenset[str] = frozenset()
        self._open: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    def attach(self, page: Page) -> None:
        """Put the line between the page and the server."""
        page.route_web_socket("**/ws/chat", self._connect)

    def hold(self, *types: str) -> None:
        """Keep back server frames of these types."""
        self._holding = frozenset(types)

    def release(self) -> None:
        """Deliver what was held, in its order, and hold nothing more."""
        self._holding = frozenset()
        held, self.held = self.held, []
        for frame in held:
            self._open[-1][0].send(frame)

    def cut(self) -> None:
        """End the connection on both sides; what was held is lost."""
        ended, self._open, self.held = self._open, [], []
        self._holding = frozenset()
        for page_side, server_side in ended:
            server_side.close()
            page_side.close()

    def _connect(self, page_side: WebSocketRoute) -> None:
        if self.down:
            page_side.close()
            return
        server_side = page_side.connect_to_server()
        self._open.append((page_side, server_side))

        def to_server(frame: str | bytes) -> None:
            self.said.append(json.loads(frame))
            if not self.swallowing:
                server_side.send(frame)

        def to_page(frame: str | bytes) -> None:
            if json.loads(frame)["type"] in self._holding:
                self.held.append(str(frame))
            else:
                page_side.send(frame)

        page_side.on_message(to_server)
        server_side.on_message(to_page)
