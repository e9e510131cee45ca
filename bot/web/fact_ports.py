"""What the page of shop facts needs from the rest of the product; `bot.facts_desk` fulfils it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from knowledge.coverage import Coverage

__all__ = ["FactField", "FactProblem", "FactsDesk", "FactsPreview", "FactsShown", "FactsStale", "PreviewAnswer"]


class FactsStale(Exception):
    """Facts were saved by somebody else since they were read; read them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactField:
    """A fact that can be given.

    Attributes:
        group: part of the form (`facts.group` of the locale files).
        kind: `text`, `number`, `amount`, `flag` …: how it is typed in.
        unit: what a number counts, as a key of the locale files.
        value: JSON; None when it is not stated.
        fixed: set in config.yml, which wins over what is saved.
    """

    name: str
    group: str
    kind: str
    unit: str | None
    value: Any
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FactProblem:
    """What is wrong with a fact: a key of `facts.error` of the locale files, and the wrong value."""

    fact: str
    code: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewAnswer:
    """An entry in one language, with other facts and with those that count now; empty text is no answer."""

    entry_id: str
    title: str
    answer: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsPreview:
    """What other facts would make of the answers; either problems, or answers and coverage."""

    problems: tuple[FactProblem, ...] = ()
    answers: tuple[PreviewAnswer, ...] = ()
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsShown:
    """All facts, the version they have, and what they make of the answers."""

    fields: tuple[FactField, ...]
    version: int
    coverage: Coverage


class FactsDesk(Protocol):
    """The shop's facts, to be read and changed."""

    async def shown(self) -> FactsShown:
        """All facts with their values."""
        ...

    async def preview(self, facts: Mapping[str, Any], language: str) -> FactsPreview:
        """What would be answered in a language; nothing is kept."""
        ...

    async def save(self, facts: Mapping[str, Any], *, version: int) -> tuple[FactProblem, ...]:
        """Keep facts, answered with when this returns; problems when they can't be kept. Raises FactsStale."""
        ...
