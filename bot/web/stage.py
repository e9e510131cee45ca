"""The stage page: what viewers and studio programs open. Everything it shows comes over the stage socket."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from bot.web.pages import REVALIDATE, BuiltFiles

__all__ = ["add_stage"]


def add_stage(app: FastAPI, *, folder: Path) -> None:
    """Serve `/stage/{room}` and `/stage/assets/…`.

    Args:
        app: gets the routes.
        folder: with index.html and assets/.
    """
    router = APIRouter(tags=["Pages"])
    page = BuiltFiles(folder, cache=REVALIDATE)

    @router.get("/stage/{room}", summary="The stage page of a room", response_class=Response)
    async def stage(request: Request, room: str) -> Response:
        """The page itself; it finds its room in the address."""
        return await page.get_response("index.html", request.scope)

    app.include_router(router)
    app.mount("/stage/assets", BuiltFiles(folder / "assets", cache=REVALIDATE), name="stage")
