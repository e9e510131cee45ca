"""What the knowledge base can say with the facts that are given: whole answers, shortened ones, none.

Used by `storecast kb` and by the page of shop facts. Pure; looks at entries and facts, not at the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from knowledge.entries import Entry
from knowledge.facts import Facts, render
from knowledge.messages import missing

__all__ = ["Coverage", "LanguageCoverage", "Page", "as_data", "coverage", "pages"]

# A value that is worked out of a fact of another name.
_FACT_OF = {"shop": "name", "shipping_fee_free": "shipping_fee"}


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """Entries of one language: with every sentence, with some sentences left out, without an answer."""

    whole: int
    shortened: int
    silent: int
    absent: int

    @property
    def answered(self) -> int:
        """Entries that have something to say."""
        return self.whole + self.shortened


@dataclass(frozen=True, slots=True)
class Coverage:
    """The same of all languages.

    Attributes:
        entries: how many there are.
        languages: by language code.
        gaps: fact that is not given -> entries of which it costs a sentence, in their order.
        silent: entries without an answer in some language that has a text of them.
    """

    entries: int
    languages: Mapping[str, LanguageCoverage]
    gaps: Mapping[str, Sequence[str]]
    silent: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A question with its answer, facts filled in."""

    entry_id: str
    title: str
    answer: str


def coverage(entries: Iterable[Entry], facts: Facts, languages: Sequence[str]) -> Coverage:
    """Count what is said in each language.

    Args:
        entries: looked at.
        facts: given by the shop.
        languages: codes to report on; an entry without a text in one counts as absent there.
    """
    known = list(entries)
    gaps: dict[str, dict[str, None]] = {}
    silent: dict[str, None] = {}
    rows: dict[str, LanguageCoverage] = {}
    for language in languages:
        values = facts.values(language)
        counts = [0, 0, 0, 0]
        for entry in known:
            variant = entry.variants.get(language)
            if variant is None:
                counts[3] += 1
                continue
            wanting = [missing(sentence, values) for sentence in variant.answer]
            for name in sorted(frozenset().union(*wanting)):
                gaps.setdefault(_FACT_OF.get(name, name), {})[entry.id] = None
            left_out = sum(map(bool, wanting))
            counts[0 if not left_out else 1 if left_out < len(wanting) else 2] += 1
            if left_out == len(wanting):
                silent[entry.id] = None
        rows[language] = LanguageCoverage(*counts)
    return Coverage(len(known), rows, {name: tuple(of) for name, of in sorted(gaps.items())}, tuple(silent))


def as_data(found: Coverage) -> dict[str, Any]:
    """JSON-ready: `{"entries", "languages": {code: {"whole", …, "answered"}}, "gaps", "silent"}`."""
    rows = {code: {**asdict(row), "answered": row.answered} for code, row in found.languages.items()}
    gaps = {name: list(of) for name, of in found.gaps.items()}
    return {"entries": found.entries, "languages": rows, "gaps": gaps, "silent": list(found.silent)}


def pages(entries: Iterable[Entry], facts: Facts, language: str) -> list[Page]:
    """The FAQ of a language as a shop prints it: entries that have an answer, in their order."""
    values = facts.values(language)
    found = []
    for entry in entries:
        variant = entry.variants.get(language)
        if variant and (answer := render(variant.answer, values, language)):
            found.append(Page(entry.id, variant.title, answer))
    return found
