"""What the chat widget loads: its scripts, and its strings in a language."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from bot.messages import direction_of
from bot.web.errors import ApiError, error_docs
from bot.web.languages import Languages
from bot.web.pages import ANY_PAGE, BRIEF, BuiltFiles
from bot.web.ports import ShopWindow, Wording
from bot.web.wire import encode

__all__ = ["add_widget"]

# Offered before the first message: button titles, each with its intent, or with itself as payload.
_STARTERS = (
    ("bot.button.track", "/track_order"),
    ("bot.button.return", "/return_item"),
    ("bot.button.shipping", None),
    ("bot.button.products", "/find_product"),
)


def add_widget(
    app: FastAPI,
    *,
    wording: Wording,
    window: ShopWindow,
    languages: Languages,
    message_chars: int,
    folder: Path,
) -> None:
    """Serve `/widget/…`.

    Args:
        app: gets the routes.
        wording: the widget's strings.
        window: name and colour of the shop.
        languages: tells which locale a page's language means.
        message_chars: greatest length of a message.
        folder: with loader.js and widget.js.
    """
    router = APIRouter(tags=["Pages"])

    @router.get(
        "/widget/strings/{language}.json",
        summary="The widget's strings",
        responses={304: {"description": "As in If-None-Match."}, **error_docs("not_found")},
    )
    async def strings(language: str, request: Request) -> Response:
        """Strings, starters, languages and limits; in the shop's language when the one asked for has none."""
        if not languages.is_tag(language):
            raise ApiError("not_found")
        code = languages.best(language)
        brand = await window.brand()
        shape = {
            "language": code,
            "direction": direction_of(code),
            "shop": {"name": brand.name, "colour": brand.colour},
            "strings": dict(wording.strings(code)["widget"]),
            "starters": _starters(wording, code),
            "languages": [
                {"code": known, "name": name, "direction": direction}
                for known, name, direction in wording.languages()
            ],
            "limits": {"message_chars": message_chars},
        }
        return _with_etag(encode(shape).encode(), request)

    app.include_router(router)
    app.mount("/widget", BuiltFiles(folder, cache=BRIEF, headers=ANY_PAGE), name="widget")


def _starters(wording: Wording, language: str) -> list[dict[str, str]]:
    titles = [(wording.say(key, language), payload) for key, payload in _STARTERS]
    return [{"title": title, "payload": payload or title} for title, payload in titles]


def _with_etag(body: bytes, request: Request) -> Response:
    # Weak, since the same strings may go out compressed (RFC 9110, section 8.8.1).
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": BRIEF, **ANY_PAGE}
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
