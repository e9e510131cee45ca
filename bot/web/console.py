"""The staff console: its page, its scripts, and its strings in a language.

Everything it shows of the shop comes from the staff API, which asks for the admin token.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from bot.messages import direction_of
from bot.web.errors import ApiError, error_docs
from bot.web.languages import Languages
from bot.web.pages import REVALIDATE, BuiltFiles
from bot.web.ports import Wording

__all__ = ["add_console"]

_SECTIONS = ("facts", "widget")


def add_console(app: FastAPI, *, wording: Wording, languages: Languages, folder: Path) -> None:
    """Serve `/console/…`.

    Args:
        app: gets the routes.
        wording: the console's strings.
        languages: tells which locale a browser's language means.
        folder: with index.html and assets/.
    """
    router = APIRouter(tags=["Pages"])
    page = BuiltFiles(folder, cache=REVALIDATE)

    @router.get("/console", include_in_schema=False)
    async def without_slash() -> Response:
        return RedirectResponse("console/", status_code=308)

    @router.get("/console/", summary="The staff console", response_class=Response)
    async def index(request: Request) -> Response:
        """The page itself; it asks for the admin token."""
        return await page.get_response("index.html", request.scope)

    @router.get(
        "/console/strings/{language}.json",
        summary="The console's strings",
        responses=error_docs("not_found"),
    )
    async def strings(language: str) -> dict[str, Any]:
        """Strings and languages; in the shop's language when the one asked for has none."""
        if not languages.is_tag(language):
            raise ApiError("not_found")
        code = languages.best(language)
        sections = wording.strings(code)
        return {
            "language": code,
            "direction": direction_of(code),
            "strings": {f"{name}.{key}": text for name in _SECTIONS for key, text in sections[name].items()},
            "languages": [
                {"code": known, "name": name, "direction": direction}
                for known, name, direction in wording.languages()
            ],
        }

    app.include_router(router)
    app.mount("/console/assets", BuiltFiles(folder / "assets", cache=REVALIDATE), name="console")
