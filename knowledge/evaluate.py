"""Measure a knowledge base on questions with known answers: `storecast eval FILE.jsonl`.

Called by the command line, which injects the language detection. Reads nothing itself and prints nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

from knowledge.asking import ask
from knowledge.errors import KnowledgeError
from knowledge.search import KnowledgeBase

__all__ = ["Measures", "Question", "Report", "evaluate", "read_questions", "table"]

_RANKS = 3


class Measures(TypedDict):
    """Results over some lines; a rate over no lines is None.

    `recall_at_1`, `recall_at_3`: share of in-scope lines whose topic ranks that high, before the threshold.
    `answered_right`, `answered_wrong`, `refused`: shares of in-scope lines after it; asking back which of two
    was meant is not an answer and counts as refused. `wrong_out_of_scope`: share of out-of-scope lines
    answered.
    """

    n_in: int
    n_out: int
    recall_at_1: float | None
    recall_at_3: float | None
    answered_right: float | None
    answered_wrong: float | None
    refused: float | None
    wrong_out_of_scope: float | None


class Report(TypedDict):
    """Measures over all lines, and by the language that the lines name."""

    overall: Measures
    by_language: dict[str, Measures]


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the file; `topic` None must not be answered."""

    language: str
    topic: str | None
    text: str


@dataclass(frozen=True, slots=True)
class _Judged:
    in_scope: bool
    rank: int | None
    outcome: Literal["right", "wrong", "refused"]


def read_questions(lines: Iterable[str]) -> list[Question]:
    """Parse JSON lines `{"lang", "topic", "query"}`; blank lines are passed over.

    Raises:
        KnowledgeError: a line is not such an object; names its number.
    """
    questions = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            language, topic, text = data["lang"], data["topic"], data["query"]
        except (ValueError, KeyError, TypeError) as error:
            raise KnowledgeError(f'line {number}: must be {{"lang", "topic", "query"}} as JSON') from error
        if not isinstance(language, str) or not isinstance(text, str) or not isinstance(topic, str | None):
            raise KnowledgeError(f"line {number}: lang and query must be text, topic text or null")
        questions.append(Question(language, topic, text))
    return questions


def evaluate(kb: KnowledgeBase, questions: Iterable[Question], detect: Callable[[str], str]) -> Report:
    """Ask every question and count.

    Args:
        kb: what is measured.
        questions: from `read_questions`.
        detect: text to language code; the language that a line names is only used to group the results.
    """
    by_language: dict[str, list[_Judged]] = {}
    for question in questions:
        judged = _judge(kb, question, detect(question.text))
        by_language.setdefault(question.language, []).append(judged)
    everything = [judged for group in by_language.values() for judged in group]
    measured = {language: _measure(group) for language, group in sorted(by_language.items())}
    return {"overall": _measure(everything), "by_language": measured}


def table(report: Report) -> str:
    """A report as text in columns, percentages with one decimal, `–` where there were no lines."""
    header = ("lang", "in", "out", "R@1", "R@3", "right", "wrong", "refused", "wrong out")
    rows = [(language, *_cells(measures)) for language, measures in report["by_language"].items()]
    rows = [header, *rows, ("all", *_cells(report["overall"]))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def _judge(kb: KnowledgeBase, question: Question, language: str) -> _Judged:
    found = ask(kb, question.text, language=language, k=_RANKS)
    ids = [hit.entry_id for hit in found.hits]
    rank = ids.index(question.topic) if question.topic in ids else None
    if found.outcome != "answer":
        return _Judged(question.topic is not None, rank, "refused")
    return _Judged(question.topic is not None, rank, "right" if rank == 0 else "wrong")


def _measure(judged: Sequence[_Judged]) -> Measures:
    inside = [each for each in judged if each.in_scope]
    outside = [each for each in judged if not each.in_scope]
    return {
        "n_in": len(inside),
        "n_out": len(outside),
        "recall_at_1": _share(inside, lambda each: each.rank == 0),
        "recall_at_3": _share(inside, lambda each: each.rank is not None),
        "answered_right": _share(inside, lambda each: each.outcome == "right"),
        "answered_wrong": _share(inside, lambda each: each.outcome == "wrong"),
        "refused": _share(inside, lambda each: each.outcome == "refused"),
        "wrong_out_of_scope": _share(outside, lambda each: each.outcome != "refused"),
    }


def _share(judged: Sequence[_Judged], condition: Callable[[_Judged], bool]) -> float | None:
    return round(sum(map(condition, judged)) / len(judged), 4) if judged else None


def _cells(measures: Measures) -> tuple[str, ...]:
    values: list[Any] = list(measures.values())
    counts, rates = values[:2], values[2:]
    return (*map(str, counts), *("–" if rate is None else f"{100 * rate:.1f}" for rate in rates))
