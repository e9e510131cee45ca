"""The books that `storm` keeps beside the intake, and the table made from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from streaming.comments.verdicts import Verdict
from streaming.cues import Question

__all__ = ["NOON", "TURN_MS", "Books", "percentile", "table"]

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TURN_MS = 9_000
_HELD = frozenset({"kept", "joined", "being_answered", "deferred"})


@dataclass(slots=True)
class Books:
    """Who asks what, kept beside the intake; a claim is a viewer's wish for an answer to a question."""

    claims: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    topics: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    settled: Counter[str] = field(default_factory=Counter)
    answered: list[tuple[int, str]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    waits_ms: list[int] = field(default_factory=list)

    def note(self, verdict: Verdict, topic: str) -> None:
        """A comment came in."""
        if verdict.question_id is not None and topic:
            self.topics[verdict.question_id][topic] += 1
        if verdict.fate in _HELD:
            self.claims[str(verdict.question_id)].add(verdict.comment.viewer_id)
        elif verdict.fate in {"answered_lately", "deferred_lately"}:
            self.outcomes[f"viewers, {verdict.fate.replace('_', ' ')}"] += 1

    def settle(self, question: Question, outcome: str, ms: int) -> None:
        """A question left for good."""
        self.settled[question.id] += 1
        self.outcomes[f"questions {outcome}"] += 1
        self.outcomes[f"viewers, {outcome}"] += len(self.claims[question.id])
        if outcome == "answered":
            self.answered.append((ms, question.id))
            self.waits_ms.append(ms - round((question.comments[0].at - NOON).total_seconds() * 1000))

    def result(self) -> dict[str, Any]:
        """What was lost, settled twice, wrongly joined, needlessly answered again."""
        joined = [topics for key, topics in self.topics.items() if self.settled[key]]
        strangers = sum(topics.total() - topics.most_common(1)[0][1] for topics in joined)
        mains = [(ms, self.topics[key].most_common(1)[0][0]) for ms, key in self.answered if self.topics[key]]
        return {
            "lost": sum(1 for key in self.claims if not self.settled[key]),
            "settled_twice": sum(1 for times in self.settled.values() if times > 1),
            "joined_wrongly": round(strangers / max(1, sum(topics.total() for topics in joined)), 4),
            "topics_asked": len({topic for topics in self.topics.values() for topic in topics}),
            "topics_answered": len({topic for _, topic in mains}),
            "answers": len(self.answered),
            "answers_again_within_5_min": _again(mains),
            "wait_p50_s": percentile(self.waits_ms, 50, 1000),
            "wait_max_s": percentile(self.waits_ms, 100, 1000),
            "outcomes": dict(sorted(self.outcomes.items())),
        }


def _again(answers: list[tuple[int, str]]) -> int:
    """How many answers came within five minutes of one of the same topic."""
    last: dict[str, int] = {}
    again = 0
    for ms, topic in answers:
        again += topic in last and ms - last[topic] < 300_000
        last[topic] = ms
    return again


def percentile(values: list[Any], share: float, divisor: float = 1.0) -> float:
    """That percentile, rounded for reading; 0 of nothing."""
    return round(float(np.percentile(values, share)) / divisor, 1) if values else 0.0


def table(result: dict[str, Any]) -> str:
    """The result as text, a column for each way of reading."""
    sides = [result["vectors"], result["topics"]]
    machine = result["machine"]
    rows = [
        f"{machine['cpu']} · {machine['cores']} cores · load before {machine['load_before']}",
        f"{result['rate']} comments a minute, {result['minutes']} minutes, a turn every {TURN_MS // 1000} s",
        f"{'':44}{'vectors alone':>16}{'with topics':>16}",
    ]
    plain = [key for key, value in sides[0].items() if not isinstance(value, dict | list)]
    rows += [_line(key.replace("_", " "), [side[key] for side in sides]) for key in plain]
    for group in ("fates", "outcomes"):
        keys = sorted({key for side in sides for key in side[group]})
        rows += [
            "",
            *(_line(key.replace("_", " "), [side[group].get(key, 0) for side in sides]) for key in keys),
        ]
    memory = [f"{side['memory_mb_by_minute'][0]:.0f}-{side['memory_mb_by_minute'][-1]:.0f}" for side in sides]
    return "\n".join([*rows, "", _line("memory MB, first and last minute", memory)])


def _line(name: str, values: list[Any]) -> str:
    return f"{name:44}" + "".join(f"{value:>16}" for value in values)
