"""Is it alive, can it answer, what is it doing: `/healthz`, `/readyz`, `/metrics`.

`Metrics` is handed to everything that has something to count; `bot.turn` tells it each turn.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from bot.web.errors import FAULTS, ApiError, ErrorBody, Errors, json_response
from bot.web.ports import Readiness

__all__ = ["Metrics", "health_router"]

# The goals are 20 and 60 ms; a turn is given up after 10 s.
_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 10)


class Metrics:
    """Everything this process counts, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "storecast_messages", "Shoppers' messages taken.", ["channel"], registry=self.registry
        )
        self._answered = Counter(
            "storecast_turns", "Turns answered by the bot.", ["language"], registry=self.registry
        )
        self._turns = Histogram(
            "storecast_turn_seconds",
            "From a shopper's message to its stored answer.",
            ["action"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._errors = Counter(
            "storecast_errors", "Requests and frames refused or failed.", ["code"], registry=self.registry
        )
        self._sockets = Gauge("storecast_chat_sockets", "Chat sockets open now.", registry=self.registry)
        self._rate_limited = Counter(
            "storecast_rate_limited", "Refused for asking too much.", ["limit"], registry=self.registry
        )
        self._unread = Gauge(
            "storecast_knowledge_unread_passages",
            "Passages without a vector yet; until there are none, words alone answer.",
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def observe_turn(self, action: str, language: str, seconds: float) -> None:
        """One turn ended.

        Args:
            action: of the first bubble.
            language: that was answered in.
            seconds: from the message's arrival to its stored answer.
        """
        self._turns.labels(action).observe(seconds)
        self._answered.labels(language).inc()

    def unread(self, passages: int) -> None:
        """How many passages the knowledge base has not read yet."""
        self._unread.set(passages)

    def message(self, channel: str) -> None:
        """One message taken, answered or left to staff; `channel` is `web`, `rest` …, one of few."""
        self._messages.labels(channel).inc()

    def error(self, code: str) -> None:
        """One request or frame refused or failed."""
        self._errors.labels(code).inc()

    def rate_limited(self, limit: Literal["sender", "address", "sockets", "token"]) -> None:
        """One refusal for asking too much."""
        self._rate_limited.labels(limit).inc()

    def socket_opened(self) -> None:
        """One more chat socket."""
        self._sockets.inc()

    def socket_closed(self) -> None:
        """One chat socket less."""
        self._sockets.dec()


def health_router(readiness: Readiness, metrics: Metrics, errors: Errors) -> APIRouter:
    """The routes for load balancers and monitoring."""
    router = APIRouter(tags=["Health"])

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="Is the process alive")
    async def healthz() -> dict[str, str]:
        """Always `{"status": "ok"}` while requests are served; says nothing about answering."""
        return {"status": "ok"}

    @router.head("/readyz", include_in_schema=False)
    @router.get(
        "/readyz",
        summary="Can it answer",
        responses={503: {"model": ErrorBody, "description": "`not_ready`"}},
    )
    async def readyz() -> Response:
        """`{"status": "ready"}` when every part is there; else 503 and `missing`, part by part."""
        missing = {part: what for part, what in readiness.checks().items() if what is not None}
        if not missing:
            return json_response({"status": "ready"})
        error = ApiError("not_ready", values={"reason": "; ".join(f"{k}: {v}" for k, v in missing.items())})
        return json_response({"error": errors.body(error), "missing": missing}, FAULTS["not_ready"].status)

    @router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
    async def read_metrics() -> Response:
        """Counters and histograms of this process, in Prometheus' text format."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
