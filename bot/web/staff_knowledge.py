"""Editing the knowledge base: entries in all their languages, and trying a question.

Asks for the admin token. Checks form only; what an entry may say is decided behind the port.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.web.errors import ApiError, error_docs
from bot.web.languages import Languages
from bot.web.ports import EntryText, Knowledge, KnowledgeEntry
from bot.web.staff import CHANGES, Guard, staff_router
from bot.web.texts import clean_line, clean_text

__all__ = ["MAX_ENTRY_BYTES", "knowledge_router"]

# An entry in all languages: about 70 variants of a few kilobytes each, some in four-byte characters.
MAX_ENTRY_BYTES = 1_048_576
_Sentence = Annotated[str, Field(min_length=1, max_length=4000)]
_Phrase = Annotated[str, Field(min_length=1, max_length=500)]
EntryId = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$", description="Lower-case letters, digits, `_` and `-`.")
]


class Variant(BaseModel):
    """An entry in one language."""

    model_config = ConfigDict(extra="forbid")

    title: _Phrase = Field(description="The question as a shop would print it.")
    ask: list[_Phrase] = Field(default=[], max_length=100, description="Ways shoppers ask it.")
    answer: list[_Sentence] = Field(
        min_length=1, max_length=30, description="Sentences; one whose fact is unknown is left out."
    )


class EntryIn(BaseModel):
    """An entry in all its languages."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "variants": {
                    "en": {"title": "Do you engrave?", "ask": ["engraving"], "answer": ["Yes, for free."]}
                }
            }
        },
    )

    variants: dict[Annotated[str, Field(max_length=35)], Variant] = Field(min_length=1)


def knowledge_router(guard: Guard, *, knowledge: Knowledge, languages: Languages) -> APIRouter:
    """Entries of the knowledge base."""
    router = staff_router(guard, "/api/knowledge", "Knowledge")

    @router.get("/entries", summary="All entries")
    async def entries() -> dict[str, Any]:
        """Every entry that can be answered with."""
        return {"entries": [_entry_json(entry) for entry in await knowledge.entries()]}

    @router.get("/entries/{entry_id}", summary="One entry", responses=error_docs("not_found"))
    async def entry(entry_id: EntryId) -> dict[str, Any]:
        """An entry with its language variants."""
        for known in await knowledge.entries():
            if known.id == entry_id:
                return _entry_json(known)
        raise ApiError("not_found")

    @router.put("/entries/{entry_id}", summary="Add or change an entry", responses=error_docs(*CHANGES))
    async def put(entry_id: EntryId, body: EntryIn) -> dict[str, Any]:
        """Answerable when the call returns. The variants given are all it has from now on."""
        variants: dict[str, EntryText] = {}
        for tag, variant in body.variants.items():
            if not languages.is_tag(tag):
                raise ApiError("invalid", field="variants", values={"reason": "keys are language codes"})
            variants[tag] = _entry_text(tag, variant)
        return _entry_json(await knowledge.put(entry_id, variants))

    @router.delete(
        "/entries/{entry_id}", status_code=204, summary="Remove an entry", responses=error_docs("not_found")
    )
    async def remove(entry_id: EntryId) -> Response:
        """No longer answered with; a starter entry is hidden."""
        if not await knowledge.remove(entry_id):
            raise ApiError("not_found")
        return Response(status_code=204)

    @router.get("/search", summary="Try a question", responses=error_docs("invalid"))
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=1000)],
        language: Annotated[str | None, Query(max_length=35)] = None,
    ) -> dict[str, Any]:
        """The ranked entries with their scores, before any threshold."""
        query = clean_line(q, field="q", max_chars=1000)
        return {"results": [asdict(hit) for hit in await knowledge.search(query, languages.best(language))]}

    return router


def _entry_text(tag: str, variant: Variant) -> EntryText:
    place = f"variants.{tag}"
    return EntryText(
        title=clean_line(variant.title, field=f"{place}.title", max_chars=500),
        ask=tuple(clean_line(way, field=f"{place}.ask", max_chars=500) for way in variant.ask),
        answer=tuple(clean_text(text, max_chars=4000, field=f"{place}.answer") for text in variant.answer),
    )


def _entry_json(entry: KnowledgeEntry) -> dict[str, Any]:
    variants = {language: asdict(text) for language, text in entry.variants.items()}
    return {"id": entry.id, "starter": entry.starter, "variants": variants}
