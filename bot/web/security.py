"""Who may speak and what browsers may do with our pages.

Headers for every response, signed conversation tokens, and the origins a WebSocket may come from. Called by
`bot.web.api` and the chat socket. The secret is handed in and never leaves.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from pydantic import SecretStr
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Headers", "Origins", "Tokens"]

# A shopper who comes back within a season finds the chat again; each welcome starts the time anew.
_VALID = timedelta(days=90)
_AUDIENCE = "storecast-chat"
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Product pictures may live on a shop platform's own servers.
_CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}


class Headers:
    """Sets the security headers that a response does not set itself.

    Args:
        app: the application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers on the start of a response."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Tokens:
    """Signed names of conversations: whoever holds one may read and continue that conversation.

    Args:
        secret: of this installation; with another one, old tokens are worth nothing.
        now: the clock, aware UTC.
    """

    def __init__(self, secret: SecretStr, *, now: Callable[[], datetime]) -> None:
        # One key a purpose, and always the 32 bytes that HS256 asks for (RFC 7518, section 3.2).
        self._key = hmac.digest(secret.get_secret_value().encode(), _AUDIENCE.encode(), hashlib.sha256)
        self._now = now

    def issue(self, conversation_id: str) -> str:
        """A token for a conversation, valid from now."""
        claims = {"sub": conversation_id, "aud": _AUDIENCE, "exp": int((self._now() + _VALID).timestamp())}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def read(self, token: str) -> str | None:
        """The conversation of a token; None when it is forged, expired, of another secret, or no token."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=_AUDIENCE,
                # The library can't be given a clock; the time is compared below.
                options={"require": ["exp", "sub", "aud"], "verify_exp": False},
            )
        except (jwt.InvalidTokenError, ValueError):
            return None
        expires = claims["exp"]
        if not isinstance(expires, int) or expires <= self._now().timestamp():
            return None
        return str(claims["sub"])


class Origins:
    """Which pages may open a socket: those of our own host, listed ones, and programs, which send no origin.

    Args:
        allowed: origins (`https://shop.example`); `*` allows every page.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        listed = set(allowed)
        self._any = "*" in listed
        self._allowed = {_origin(origin) for origin in listed} - {None}

    def allows(self, origin: str | None, host: str | None) -> bool:
        """Whether a handshake with these `Origin` and `Host` headers may go on."""
        if origin is None or self._any:
            return True
        known = _origin(origin)
        if known is None:
            return False
        return known in self._allowed or known == _origin(f"{known[0]}://{host}")


def _origin(text: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS[parts.scheme]
