"""The demo storefront: a page with the demo shop's products and the widget on it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from bot.messages import direction_of
from bot.web.languages import Languages
from bot.web.pages import REVALIDATE, BuiltFiles
from bot.web.ports import ShopWindow, Wording
from bot.web.wire import card_json

__all__ = ["add_storefront"]


def add_storefront(
    app: FastAPI, *, wording: Wording, window: ShopWindow, languages: Languages, folder: Path, pictures: Path
) -> None:
    """Serve `/`, `/assets/…`, `/demo/images/…` and `/api/demo/storefront`.

    Args:
        app: gets the routes.
        wording: the page's strings.
        window: products and what a visitor may try.
        languages: tells which locale a language means.
        folder: with index.html and assets/.
        pictures: of the products.
    """
    router = APIRouter(tags=["Demo"])
    page = BuiltFiles(folder, cache=REVALIDATE)

    @router.get("/", summary="The demo storefront", response_class=Response)
    async def index(request: Request) -> Response:
        """The page itself; its content comes from `/api/demo/storefront`."""
        return await page.get_response("index.html", request.scope)

    @router.get("/api/demo/storefront", summary="What the demo storefront shows")
    async def storefront(language: Annotated[str | None, Query(max_length=40)] = None) -> dict[str, Any]:
        """Products, strings, a sample order and questions to try, in a language."""
        code = languages.best(language)
        brand = await window.brand()
        order = await window.sample_order()
        return {
            "language": code,
            "direction": direction_of(code),
            "shop": {"name": brand.name, "colour": brand.colour},
            "strings": dict(wording.strings(code)["store"]),
            "products": [card_json(card) for card in await window.products(code)],
            "sample_order": asdict(order) if order else None,
            "questions": list(await window.questions(code)),
        }

    app.include_router(router)
    app.mount("/assets", BuiltFiles(folder / "assets", cache=REVALIDATE), name="assets")
    app.mount("/demo/images", BuiltFiles(pictures, cache=REVALIDATE, built=False), name="pictures")
