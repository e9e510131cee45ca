"""Who counts as staff, and what staff may read of the demo shop.

The admin token is asked for by every route made with `staff_router`: those here, those of `staff_knowledge`
and those of `staff_desk`.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.security import HTTPBearer
from pydantic import SecretStr

from bot.web.errors import ApiError, error_docs
from bot.web.limits import Limits, Proxies
from bot.web.ports import ShopRecords

__all__ = ["CHANGES", "Guard", "shop_router", "staff_router"]

# Refusals that any route with a body can give.
CHANGES = ("bad_json", "bad_encoding", "body_too_large", "unsupported_content_type", "invalid")


class Guard:
    """Lets in who shows the admin token; slows down who guesses.

    Args:
        token: None closes everything.
        limits: count wrong tokens.
        proxies: tell the address.
    """

    def __init__(self, token: SecretStr | None, *, limits: Limits, proxies: Proxies) -> None:
        self._digest = hashlib.sha256(token.get_secret_value().encode()).digest() if token else None
        self._limits = limits
        self._proxies = proxies

    async def __call__(self, request: Request) -> None:
        """Pass, or raise ApiError: `staff_api_off`, `too_many_attempts`, `unauthorized`."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        self.admit(shown.strip() if is_bearer else "", address=self._proxies.address_of(request))

    def admit(self, shown: str, *, address: str) -> None:
        """Pass when the text is the token, or raise as a call does; `address` is the client's, for limits."""
        if self._digest is None:
            raise ApiError("staff_api_off")
        wait_s = self._limits.token_attempt(address=address)
        if wait_s is not None:
            raise ApiError("too_many_attempts", retry_after_s=wait_s)
        digest = hashlib.sha256(shown.encode("utf-8", "replace")).digest()
        # Digests are of one length, so the comparison tells nothing about the token.
        if not hmac.compare_digest(digest, self._digest):
            self._limits.wrong_token(address=address)
            raise ApiError("unauthorized")


def staff_router(guard: Guard, prefix: str, tag: str) -> APIRouter:
    """A router whose routes ask for the admin token."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        # HTTPBearer only makes OpenAPI show the scheme; the guard decides.
        dependencies=[Depends(guard), Depends(HTTPBearer(auto_error=False, description="The admin token."))],
        responses=error_docs("unauthorized", "staff_api_off", "too_many_attempts"),
    )


def shop_router(guard: Guard, records: ShopRecords) -> APIRouter:
    """What the demo shop holds now."""
    router = staff_router(guard, "/api/shop", "Demo")

    @router.get("/orders/{number}", summary="An order", responses=error_docs("not_found"))
    async def order(number: Annotated[str, Path(max_length=100)]) -> dict[str, Any]:
        """The order as the shop has it now, with its returns."""
        found = await records.order(number)
        if found is None:
            raise ApiError("not_found")
        return asdict(found)

    @router.get("/returns", summary="All returns")
    async def returns() -> dict[str, Any]:
        """Returns that were opened, oldest first."""
        return {"returns": [asdict(found) for found in await records.returns()]}

    return router
