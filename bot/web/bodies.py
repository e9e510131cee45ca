"""Request bodies, checked before anything reads them: size, arrival time, content type, UTF-8.

An ASGI middleware around the whole application. It holds a body in memory (that is what the limit is for) and
hands it on in one piece, so a declared length that lies and a body without length are the same to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import ApiError, Errors

__all__ = ["Bodies"]

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Bodies are small; who needs longer holds a connection open on purpose.
_ARRIVAL_S = 15.0


class Bodies:
    """Refuses bodies that are too large, too slow, not JSON by type, or not UTF-8.

    Args:
        app: the application inside.
        errors: writes the refusal.
        max_bytes: greatest size of a body.
        larger: path prefixes with a greatest size of their own.
        arrival_s: time a body may take.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        errors: Errors,
        max_bytes: int,
        larger: Mapping[str, int] | None = None,
        arrival_s: float = _ARRIVAL_S,
    ) -> None:
        self._app = app
        self._errors = errors
        self._max_bytes = max_bytes
        self._larger = dict(larger or {})
        self._arrival_s = arrival_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the body, then run the application with it."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = await self._read(headers, receive, self._limit(scope["path"]))
            if body is None:
                return
            _check(headers, body)
        except ApiError as error:
            response = self._errors.response(error, accept_language=headers.get("accept-language"))
            if error.code in {"body_too_large", "body_too_slow"}:
                # The rest of the body is still on its way and would be read as the next request.
                response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        await self._app(scope, _once(body, receive), send)

    def _limit(self, path: str) -> int:
        return max(
            [self._max_bytes, *(size for prefix, size in self._larger.items() if path.startswith(prefix))]
        )

    async def _read(self, headers: Headers, receive: Receive, limit: int) -> bytes | None:
        """The body; None when the client left before it was complete."""
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise ApiError("bad_request")
        # Twenty digits hold any length that is real; int() of more costs time.
        if len(declared) > 20 or int(declared) > limit:
            raise ApiError("body_too_large")
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._arrival_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > limit:
                        raise ApiError("body_too_large")
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError as error:
            raise ApiError("body_too_slow") from error


def _check(headers: Headers, body: bytes) -> None:
    if not body:
        return
    kind, *parameters = (part.strip().lower() for part in headers.get("content-type", "").split(";"))
    is_json = kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
    charsets = {
        parameter.partition("=")[2].strip('"') for parameter in parameters if parameter.startswith("charset=")
    }
    if not is_json or charsets - {"utf-8", "utf8"}:
        raise ApiError("unsupported_content_type")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError("bad_encoding") from error


def _once(body: bytes, receive: Receive) -> Receive:
    handed_over = False

    async def receive_body() -> Message:
        nonlocal handed_over
        if handed_over:
            return await receive()
        handed_over = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
