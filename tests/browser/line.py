"""The wire between page and server, for tests that cut it, slow it down or lose what it carries.

Real frames of the real server pass through; nothing is made up here.
"""

from __future__ import annotations

import json

from playwright.sync_api import Page, WebSocketRoute

__all__ = ["Line"]


class Line:
    """A line that passes everything on until told otherwise.

    Pass `attach` as `before` to `visit`.

    Attributes:
        down: new connections end at once.
        swallowing: messages of the page are lost on the way.
        losing: messages of the server are lost on the way.
    """

    def __init__(self) -> None:
        self.down = False
        self.swallowing = False
        self.losing = False
        self._holding = False
        self._hold_after: str | None = None
        self._held: list[str | bytes] = []
        self._open: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    def attach(self, page: Page) -> None:
        """Put the line between the page and the server."""
        page.route_web_socket("**/ws/chat", self._connect)

    def hold(self, *, after: str) -> None:
        """Keep back all that the server says after its next frame of this type."""
        self._hold_after = after

    def release(self) -> None:
        """Deliver what was kept back, in its order, and keep back nothing more."""
        self._holding, held, self._held = False, self._held, []
        for frame in held:
            self._open[-1][0].send(frame)

    def cut(self) -> None:
        """End every connection on both sides; what was kept back is lost."""
        ended, self._open, self._held = self._open, [], []
        self._holding, self._hold_after = False, None
        for page_side, server_side in ended:
            server_side.close()
            page_side.close()

    def _connect(self, page_side: WebSocketRoute) -> None:
        if self.down:
            page_side.close()
            return
        server_side = page_side.connect_to_server()
        ends = (page_side, server_side)
        self._open.append(ends)

        def to_server(frame: str | bytes) -> None:
            lost = self.swallowing and json.loads(frame)["type"] == "message"
            if ends in self._open and not lost:
                server_side.send(frame)

        def to_page(frame: str | bytes) -> None:
            if ends in self._open:
                self._deliver(page_side, frame)

        page_side.on_message(to_server)
        server_side.on_message(to_page)

    def _deliver(self, page_side: WebSocketRoute, frame: str | bytes) -> None:
        kind = json.loads(frame)["type"]
        if self._holding:
            self._held.append(frame)
        elif not (self.losing and kind == "message"):
            page_side.send(frame)
        if kind == self._hold_after:
            self._holding, self._hold_after = True, None
