"""The facts of the shop: read, tried out, saved. Asks for the admin token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from bot.web.errors import ApiError, error_docs, json_response
from bot.web.fact_ports import FactProblem, FactsDesk, FactsStale
from bot.web.languages import Languages
from bot.web.staff import CHANGES, Guard, staff_router
from knowledge.coverage import as_data

__all__ = ["facts_router"]

_Facts = dict[Annotated[str, Field(max_length=60)], Any]


class FactsIn(BaseModel):
    """All facts of the shop; one that is left out is not stated."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"facts": {"name": "Nordlicht", "return_days": 30}, "version": 0}},
    )

    facts: _Facts = Field(max_length=100)
    version: int = Field(ge=0, description="Of the facts that were read; 409 when others were saved since.")


class TrialIn(BaseModel):
    """Facts to try out."""

    model_config = ConfigDict(extra="forbid")

    facts: _Facts = Field(max_length=100)
    language: str = Field(max_length=35, description="To show answers in.")


def facts_router(guard: Guard, *, desk: FactsDesk, languages: Languages) -> APIRouter:
    """Facts of the shop."""
    router = staff_router(guard, "/api/shop/facts", "Shop facts")

    @router.get("", summary="All facts")
    async def shown() -> dict[str, Any]:
        """Every fact that can be stated with its value, and what the facts make of the answers."""
        return await _shown(desk)

    @router.put("", summary="Save facts", responses=error_docs(*CHANGES, "facts_stale"), response_model=None)
    async def save(body: FactsIn) -> dict[str, Any] | Response:
        """Answered with when the call returns. What is left out is not stated any more."""
        try:
            problems = await desk.save(body.facts, version=body.version)
        except FactsStale as error:
            raise ApiError("facts_stale") from error
        return _refused(problems) if problems else await _shown(desk)

    @router.post("/preview", summary="Try facts out", responses=error_docs(*CHANGES), response_model=None)
    async def preview(body: TrialIn) -> dict[str, Any] | Response:
        """The answers of a language as they would be, beside those of now; nothing is kept."""
        found = await desk.preview(body.facts, languages.best(body.language))
        if found.problems or found.coverage is None:
            return _refused(found.problems)
        return {
            "answers": [asdict(answer) for answer in found.answers],
            "coverage": as_data(found.coverage),
        }

    return router


async def _shown(desk: FactsDesk) -> dict[str, Any]:
    found = await desk.shown()
    return {
        "fields": [asdict(field) for field in found.fields],
        "version": found.version,
        "coverage": as_data(found.coverage),
    }


def _refused(problems: Sequence[FactProblem]) -> Response:
    """The one error shape, with all problems beside, so that a form can show each at its field."""
    first = problems[0]
    reason = f"{first.code} {first.value!r}" if first.value is not None else first.code
    error = {"code": "invalid", "message": f"This fact is not valid: {reason}", "field": f"facts.{first.fact}"}
    return json_response({"error": error, "problems": [asdict(problem) for problem in problems]}, 422)
