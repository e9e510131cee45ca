"""The wire between page and server, for tests that cut it, slow it down or lose what it carries.

Real frames of the real server pass through; made up is only the one that a slow server would say.
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
        self._held: list[str | bytes] = []
        self._open: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    def attach(self, page: Page) -> None:
        """Put the line between the page and the server."""
        page.route_web_socket("**/ws/chat", self._connect)

    def hold(self, *, typing: bool = False) -> None:
        """Keep back all that the server says; with `typing`, say what it would if it were that slow."""
        self._holding = True
        if typing:
            self._open[-1][0].send(json.dumps({"v": 1, "seq": 0, "type": "typing", "on": True}))

    def release(self) -> None:
        """Deliver what was kept back, in its order, and keep back nothing more."""
        self._holding, held, self._held = False, self._held, []
        for frame in held:
            self._open[-1][0].send(frame)

    def cut(self) -> None:
        """End every connection on both sides; what was kept back is lost."""
        ended, self._open, self._held = self._open, [], []
        self._holding = False
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
        if self._holding:
            self._held.append(frame)
        elif not (self.losing and json.loads(frame)["type"] == "message"):
            page_side.send(frame)
