"""The one error shape: `{"error": {"code", "message", "field"?}}`, for every way a request can fail.

Edges raise `ApiError`; this module words it, counts it and writes it. What a shopper can cause is worded from
the locale files; what only a program can cause is worded here, in English, for whoever writes that program.

ApiError                              refused, with a code of FAULTS
TurnError, EntryRefused, StoreError   of the neighbours, mapped here
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.store import StoreError, UnknownConversation
from bot.web.languages import Languages
from bot.web.ports import EntryRefused, TurnError, Wording

__all__ = [
    "FAULTS",
    "ApiError",
    "CatchAll",
    "ErrorBody",
    "Errors",
    "Fault",
    "error_docs",
    "install_errors",
    "json_response",
    "refusal_of",
]

_log = structlog.get_logger(__name__)


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable name of the fault, listed in docs/protocol.md.")
    message: str = Field(description="For people, in the caller's language where it is known.")
    field: str | None = Field(default=None, description="The field at fault; left out when none is.")


class ErrorBody(BaseModel):
    """The one error shape."""

    error: ErrorDetail


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to fail: HTTP status, and either a locale key or a text for programmers."""

    status: int
    key: str | None = None
    text: str = ""


FAULTS = {
    # what a shopper can cause or meet
    "message_empty": Fault(422, "error.message_empty"),
    "message_too_long": Fault(422, "error.message_too_long"),
    "not_text": Fault(422, "error.not_text"),
    "too_many_messages": Fault(429, "error.too_many_messages"),
    "body_too_large": Fault(413, "error.body_too_large"),
    "unavailable": Fault(503, "bot.unavailable"),
    "server": Fault(500, "error.server"),
    # what a program can cause
    "bad_json": Fault(400, text="The body is not valid JSON."),
    "bad_encoding": Fault(400, text="The body is not valid UTF-8."),
    "bad_request": Fault(400, text="The request can't be read."),
    "body_too_slow": Fault(408, text="The body did not arrive in time."),
    "unsupported_content_type": Fault(415, text="Send the body as application/json, UTF-8."),
    "invalid": Fault(422, text="This field is missing or not valid: {reason}"),
    "not_found": Fault(404, text="There is nothing at this address."),
    "method_not_allowed": Fault(405, text="This address does not take this method; see the Allow header."),
    "unauthorized": Fault(401, text="Send 'Authorization: Bearer <admin token>'."),
    "staff_api_off": Fault(
        403, text="No admin token is set (STORECAST_ADMIN_TOKEN), so this part is closed."
    ),
    "too_many_attempts": Fault(
        429, text="Too many wrong tokens from this address; wait before trying again."
    ),
    "not_taken_over": Fault(409, text="Take the conversation over before writing in it."),
    "facts_stale": Fault(409, text="Other facts were saved since these were read; read them again."),
    "not_built": Fault(
        503, text="The pages are not built: run 'npm ci && npm run build' in the folder web/."
    ),
    "not_ready": Fault(503, text="Not ready to answer: {reason}"),
    # frames of /ws/chat
    "bad_frame": Fault(400, text="This frame is not as docs/protocol.md has it."),
    "unsupported_version": Fault(400, text="This version of the protocol is not known; use v 1."),
    "unknown_type": Fault(400, text="This type of frame is not known."),
    "hello_expected": Fault(400, text="The first frame must be a hello."),
    "too_many_sockets": Fault(429, text="Too many connections from this address."),
}
_BY_STATUS = {400: "bad_json", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


class ErrorCounter(Protocol):
    """Counts errors by code (`bot.web.health.Metrics`)."""

    def error(self, code: str) -> None:
        """One more error."""
        ...


class ApiError(Exception):
    """A request is refused.

    Args:
        code: one of FAULTS.
        field: the field at fault, None when no field is.
        values: values for the sentence (`max`, `reason`).
        retry_after_s: seconds to wait, sent as `Retry-After`.
        language: language of the caller where the body told it; else the header decides.
    """

    def __init__(
        self,
        code: str,
        *,
        field: str | None = None,
        values: dict[str, object] | None = None,
        retry_after_s: float | None = None,
        language: str | None = None,
    ) -> None:
        """Keep what the writer needs."""
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values or {}
        self.retry_after_s = retry_after_s
        self.language = language


class Errors:
    """Words, counts and writes refusals.

    Args:
        wording: sentences of the locale files.
        languages: for callers that only say their language in a header.
        counter: told the code of each error.
    """

    def __init__(self, wording: Wording, languages: Languages, counter: ErrorCounter) -> None:
        self._wording = wording
        self._languages = languages
        self._counter = counter

    def body(self, error: ApiError, language: str | None = None) -> dict[str, str]:
        """The inside of `{"error": …}`; counted."""
        self._counter.error(error.code)
        fault = FAULTS[error.code]
        values = dict(error.values)
        if error.code == "too_many_messages":
            values["seconds"] = max(1, math.ceil(error.retry_after_s or 1))
        if fault.key is None:
            message = fault.text.format(**values)
        else:
            message = self._wording.say(
                fault.key, error.language or language or self._languages.default, **values
            )
        body = {"code": error.code, "message": message}
        return body if error.field is None else {**body, "field": error.field}

    def response(self, error: ApiError, *, accept_language: str | None = None) -> Response:
        """The whole HTTP response."""
        body = self.body(error, self._languages.of_header(accept_language))
        headers = {"Cache-Control": "no-store"}
        if error.retry_after_s is not None:
            headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
        if error.code == "unauthorized":
            headers["WWW-Authenticate"] = "Bearer"
        return json_response({"error": body}, FAULTS[error.code].status, headers)


def json_response(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that can always be written: a lone surrogate in it becomes a question mark."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, headers, media_type="application/json")


def error_docs(*codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` for the given codes of FAULTS."""
    docs: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        known = docs.setdefault(FAULTS[code].status, {"model": ErrorBody, "description": ""})
        known["description"] = ", ".join(filter(None, [known["description"], f"`{code}`"]))
    return docs


def install_errors(app: FastAPI, errors: Errors) -> None:
    """Give an application the one error shape for refusals, unknown routes and invalid bodies."""

    async def refuse(request: Request, error: Exception) -> Response:
        refusal = refusal_of(error)
        response = errors.response(refusal, accept_language=request.headers.get("accept-language"))
        if isinstance(error, HTTPException):
            response.headers.update(error.headers or {})
        return response

    for kind in (ApiError, TurnError, StoreError, EntryRefused, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refuse)


def refusal_of(error: Exception) -> ApiError:
    """The refusal that stands for an error of a neighbour or of the framework."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return ApiError(_BY_STATUS.get(error.status_code, "bad_request"))
    if isinstance(error, EntryRefused):
        return ApiError("invalid", field=error.field, values={"reason": error.reason})
    if isinstance(error, UnknownConversation):
        return ApiError("not_found")
    if isinstance(error, TurnError | StoreError):
        if error.category == "invalid":
            return ApiError("invalid", field="message", values={"reason": "it can't be stored as it is"})
        # Nothing was stored, so the caller may send the same message id again.
        return ApiError("unavailable", retry_after_s=error.retry_after_s)
    return ApiError("server")


def _invalid(error: RequestValidationError) -> ApiError:
    problem = error.errors()[0]
    place = [str(part) for part in problem["loc"][1:]]
    if problem["type"] == "json_invalid":
        return ApiError("bad_json")
    if place == ["message"]:
        return ApiError("message_empty" if problem["type"] == "missing" else "not_text", field="message")
    return ApiError("invalid", field=".".join(place) or None, values={"reason": problem["msg"]})


class CatchAll:
    """The edge: an exception nobody expected is logged once, with its context, and answered without details.

    Args:
        app: the application inside.
        errors: writes the answer.
    """

    def __init__(self, app: ASGIApp, *, errors: Errors) -> None:
        self._app = app
        self._errors = errors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; the answer is ours when it fails before answering."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:  # the last edge: nobody above could answer; the log has the cause
            _log.exception("request_failed", method=scope["method"], path=scope["path"], answered=started)
            if started:
                raise
            language = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
            await self._errors.response(ApiError("server"), accept_language=language)(scope, receive, send)
