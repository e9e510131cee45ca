"""From raw retrieval signals to a probability, and from there to answer, clarify or unknown.

Read by `KnowledgeBase`. The numbers stand in calibration.json, fitted by `knowledge.fitting`, never by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

__all__ = [
    "CALIBRATION_FILE",
    "LEXICAL",
    "UNFITTED",
    "VECTORS",
    "Calibration",
    "Logistic",
    "Outcome",
    "Signals",
    "load_calibration",
]

Outcome = Literal["answer", "clarify", "unknown"]

# Names of the calibrations for searches without vectors, and with vectors of a model that was not fitted.
LEXICAL, VECTORS = "lexical", "vectors"
CALIBRATION_FILE = Path(__file__).with_name("calibration.json")


# Two choices of which neither is likely help nobody.
_LEAST_OFFERED = 0.3


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about one candidate of a search; raw, or as `Calibration.relative` puts it.

    Attributes:
        fused: its ranking score.
        lead: how far it is ahead of the best other one, as a share of the better of the two; negative behind.
        known: share of the question's information that the candidate's language knows, 0..1.
        dense: inner product of the candidate's nearest passage; the same scale in every language.
        head: log-likelihood ratio that the learned head gives the candidate; 0 without a head.
        margin: by how much that beats the best of what no entry answers; 0 without a head.
    """

    fused: float
    lead: float
    known: float
    dense: float
    head: float = 0.0
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic function of some numbers."""

    intercept: float
    coefficients: tuple[float, ...]

    def __call__(self, *values: float) -> float:
        """Value between 0 and 1."""
        pairs = zip(self.coefficients, values, strict=True)
        x = self.intercept + sum(coefficient * value for coefficient, value in pairs)
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, x))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted numbers for one encoder.

    Attributes:
        dense_weight: weight of the nearest passage beside the lexical score.
        head_weight: weight of the learned head, as a share of 0..1.
        typical: by language, mean (fused, known) of our questions. Scripts differ: what is a good match in
            Chinese would be a weak one in English. `*` is for languages in which the base has no text.
        right: of (fused, lead, known, dense, head, margin), probability that the candidate is right.
        ours: of (fused, known, dense, head, margin), probability that the question is one of ours.
        least_right: least `right` at which an entry is answered.
        least_ours: least `ours` at which two candidates are offered when none is sure enough.
        tie: two candidates that could both be answered are offered when the first leads by less.
    """

    dense_weight: float
    typical: Mapping[str, tuple[float, float]]
    right: Logistic
    ours: Logistic
    least_right: float
    least_ours: float
    tie: float
    head_weight: float = 0.0

    def relative(self, signals: Signals, language: str) -> Signals:
        """Raw signals for a question in a language, as shares of what is typical for it."""
        fused, known = self.typical.get(language, self.typical["*"])
        return replace(signals, fused=signals.fused / fused, known=signals.known / known)

    def score(self, signals: Signals) -> float:
        """Probability that a candidate with these relative signals is the right answer, 0..1."""
        return self.right(
            signals.fused, signals.lead, signals.known, signals.dense, signals.head, signals.margin
        )

    def outcome(self, scores: Sequence[float], best: Signals | None) -> Outcome:
        """What to do with ranked candidates.

        Args:
            scores: of the candidates, best first.
            best: relative signals of the first; None when there is none.
        """
        if best is None or not scores:
            return "unknown"
        several = len(scores) > 1
        if scores[0] >= self.least_right:
            tied = several and scores[1] >= self.least_right and best.lead < self.tie
            return "clarify" if tied else "answer"
        return (
            "clarify"
            if several
            and scores[0] >= _LEAST_OFFERED
            and self.ours(best.fused, best.known, best.dense, best.head, best.margin) >= self.least_ours
            else "unknown"
        )


# Judges nothing: for raw rankings while fitting.
UNFITTED = Calibration(
    dense_weight=0.0,
    typical={"*": (1.0, 1.0)},
    right=Logistic(0.0, (0.0,) * 6),
    ours=Logistic(0.0, (0.0,) * 5),
    least_right=1.0,
    least_ours=1.0,
    tie=0.05,
)


def load_calibration(encoder: str, file: Path = CALIBRATION_FILE) -> tuple[Calibration, bool]:
    """Read the calibration of an encoder.

    Returns:
        The calibration, and whether it was fitted for this encoder; otherwise it is that of the built-in
        vectors without the learned head.
    """
    data = json.loads(file.read_text(encoding="utf-8"))
    fitted = encoder in data["encoders"]
    numbers = data["encoders"][encoder if fitted else VECTORS]["numbers"]
    typical = {language: (fused, share) for language, (fused, share) in numbers["typical"].items()}
    logistics = {name: _logistic(numbers[name]) for name in ("right", "ours")}
    return Calibration(**{**numbers, "typical": typical, **logistics}), fitted


def _logistic(data: dict[str, Any]) -> Logistic:
    return Logistic(data["intercept"], tuple(data["coefficients"]))
