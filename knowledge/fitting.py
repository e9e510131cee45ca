"""Fit the calibration of an encoder: `python -m knowledge.fitting [--encoder SPEC] [--phrases FOLDER]`.

Run by hand after the packs, the questions, the ranking or the encoder changed. Writes the learned head into
the built-in model's folder and calibration.json with the figures that it reached; nothing in the product
calls it. In-scope questions are the packs' reserved ways of asking and the reserved lines of our own
questions; out-of-scope ones are the dialogue's `out_of_scope` phrases and reserved lines of intents that no
entry answers, one half to fit on and one half to report on. Each is asked twice: as it is, and of an index
without a word in its language, as most languages are met.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import yaml
from numpy.typing import NDArray

from knowledge.calibration import CALIBRATION_FILE, LEXICAL, VECTORS, Calibration, Logistic
from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder, Encoder, make_encoder
from knowledge.entries import load_packs
from knowledge.head import Head, fit_head
from knowledge.training.questions import Question, read_near, read_questions
from knowledge.trials import (
    FOREIGN,
    PHRASES,
    Case,
    Remembering,
    Weights,
    asked,
    cases,
    held_out,
    is_reserved,
    outside,
)

__all__ = ["fit", "fit_logistic", "main"]

_FOLDER = Path(__file__).resolve().parent
_DENSE_WEIGHTS = (0.0, 1.0, 2.0, 4.0, 8.0)
_HEAD_WEIGHTS = (0.0, 2.0, 4.0, 8.0, 16.0)
_HEAD_DIMS = 128
_FITTED = frozenset({"in_scope", "fit", "fit_shop"})
# Shares of the out-of-scope phrases fitted on that may be answered, and that may be met with a question back.
# The first gives 5 % or less on those kept for reporting and on `unrelated` in unanswerable.yml.
_MAY_ANSWER = 0.05
_MAY_CLARIFY = 0.2
_TIE = 0.05
# Recall that differs by less is the same.
_EQUAL = 0.005
_RIDGE = 1e-3
# What the questions and the dialogue call the tasks.
_TASKS = {
    "track_order": "track_order",
    "cancel_order_now": "cancel_order",
    "return_item": "return_item",
    "find_product": "find_product",
    "talk_to_human": "talk_to_human",
}
# Of the signals, those that say whether a question is ours at all: not the lead over another candidate.
_OURS = [0, 2, 3, 4, 5]

_Floats = NDArray[np.float64]


def fit_logistic(rows: _Floats, labels: _Floats, weights: _Floats) -> Logistic:
    """Weighted logistic regression by Newton's method, lightly regularised.

    Args:
        rows: (n, features).
        labels: (n,), 0 or 1.
        weights: (n,), positive.
    """
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    x = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    share = weights / weights.sum()
    b = np.zeros(x.shape[1])
    penalty = _RIDGE * np.eye(len(b))
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-x @ b))
        gradient = x.T @ (share * (p - labels)) + penalty @ b
        b -= np.linalg.solve((x * (share * p * (1 - p))[:, None]).T @ x + penalty, gradient)
    coefficients = b[1:] / spread
    return Logistic(float(b[0] - coefficients @ mean), tuple(coefficients.tolist()))


def fit(trials: Sequence[Case], weights: Weights) -> Calibration:
    """Fit probabilities and thresholds.

    Args:
        trials: `in_scope`, and `fit` and `fit_shop` (out-of-scope lines to fit on); others are passed over.
            In and out of scope weigh the same in all, as if every second question were out of scope.
        weights: of the dense score and of the head, that they were ranked with.
    """
    used = [case for case in trials if case.kind in _FITTED]
    typical = _typical([case for case in used if case.kind == "in_scope"])
    rows = np.array([_row(case, typical) for case in used])
    inside = np.array([case.kind == "in_scope" for case in used])
    right = np.array([case.rank == 0 for case in used])
    share = np.where(inside, 1 / inside.sum(), 1 / (~inside).sum())
    is_right = fit_logistic(rows, right.astype(np.float64), share)
    is_ours = fit_logistic(rows[:, _OURS], inside.astype(np.float64), share)
    others = rows[~inside]
    return Calibration(
        dense_weight=weights[0],
        head_weight=weights[1],
        typical=typical,
        right=is_right,
        ours=is_ours,
        least_right=float(np.quantile([is_right(*row) for row in others], 1 - _MAY_ANSWER)),
        least_ours=float(np.quantile([is_ours(*row[_OURS]) for row in others], 1 - _MAY_CLARIFY)),
        tie=_TIE,
    )


def _typical(trials: Sequence[Case]) -> dict[str, tuple[float, float]]:
    groups = {
        language: [case for case in trials if case.language == language] for language in _languages(trials)
    }
    typical = {language: _means(group) for language, group in groups.items()}
    fused, known = zip(*typical.values(), strict=True)
    return {FOREIGN: (sum(fused) / len(typical), sum(known) / len(typical)), **typical}


def _means(trials: Sequence[Case]) -> tuple[float, float]:
    fused = float(np.mean([case.signals.fused for case in trials]))
    # Of a language that the base does not know nothing at all may be known.
    return fused, max(float(np.mean([case.signals.known for case in trials])), 0.05)


def _languages(trials: Sequence[Case]) -> list[str]:
    return sorted({case.language for case in trials})


def _row(case: Case, typical: Mapping[str, tuple[float, float]]) -> list[float]:
    fused, known = typical.get(case.language, typical[FOREIGN])
    one = case.signals
    return [one.fused / fused, one.lead, one.known / known, one.dense, one.head, one.margin]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and write; see the module."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.fitting")
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--phrases", type=Path, default=PHRASES)
    parser.add_argument("--to", type=Path, default=CALIBRATION_FILE)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    encoder = Remembering(make_encoder(options.encoder))
    own = list(read_questions())
    head = None
    if encoder.name == BuiltinEncoder().name:
        head = learn_head(encoder, own, options.phrases)
        head.save(BUILTIN_MODEL)
    entries, questions = held_out(load_packs(_FOLDER / "packs"))
    questions += outside({question.language for question in questions}, options.phrases)
    questions += asked(own, entries.keys(), read_near())
    heads = _HEAD_WEIGHTS if head else (0.0,)
    tried = cases(entries, questions, encoder, [*product(_DENSE_WEIGHTS, heads)], head)
    recall = {each: _recall(trials, 1) for each, trials in tried.items()}
    # Words carry names that no encoder knows: among equals the weights that leave them most.
    weights = min((each for each in recall if recall[each] >= max(recall.values()) - _EQUAL), key=sum)
    calibration = fit(tried[weights], weights)
    file = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {"encoders": {}}
    file["made"] = "python -m knowledge.fitting; see knowledge/README.md"
    if encoder.name == BuiltinEncoder().name:
        # Models that are no longer shipped need no numbers; those of others stay.
        file["encoders"].pop(file.get("default"), None)
        file["default"] = encoder.name
    file["encoders"][encoder.name] = {
        "numbers": asdict(calibration),
        "figures": _figures(tried[weights], calibration),
        "recall_at_1_by_weights": {f"{d:g}/{h:g}": round(share, 3) for (d, h), share in recall.items()},
    }
    best = max((each for each in recall if each[1] == 0.0), key=lambda each: recall[each])
    for name, used, none in (
        (VECTORS, best, {"head": 0.0, "margin": 0.0}),
        (LEXICAL, (0.0, 0.0), {"dense": 0.0, "head": 0.0, "margin": 0.0}),
    ):
        without = [replace(case, signals=replace(case.signals, **none)) for case in tried[used]]
        fitted = fit(without, used)
        file["encoders"][name] = {"numbers": asdict(fitted), "figures": _figures(without, fitted)}
    options.to.write_text(json.dumps(file, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def learn_head(encoder: Encoder, lines: Sequence[Question], phrases: Path = PHRASES) -> Head:
    """The head for an encoder, from the project's own questions and what the dialogue's tasks are asked by.

    Tasks are nobody's answer, and stand against the entries; small talk is too short to stand anywhere.
    """
    said = [(line.intent, line.text) for line in lines if line.group != "chat" or line.intent in _TASKS]
    for path in sorted(phrases.glob("*.yml")):
        intents = yaml.safe_load(path.read_text(encoding="utf-8"))["intents"]
        said += [(task, text) for task, intent in _TASKS.items() for text in intents[intent]]
    vectors = encoder.encode([text for _, text in said])
    kept_out = np.array([is_reserved(text) for _, text in said])
    near = [(topic, intent) for topic, intents in read_near().items() for intent in intents]
    return fit_head(
        encoder.name, vectors, [intent for intent, _ in said], kept_out, dims=_HEAD_DIMS, near=near
    )


def _recall(trials: Sequence[Case], ranks: int, *, foreign: bool | None = None) -> float:
    """Recall of in-scope questions; of those asked of a foreign index, of the others, or of both."""
    found = [
        case.rank is not None and case.rank < ranks
        for case in trials
        if case.kind == "in_scope" and foreign in {None, case.language == FOREIGN}
    ]
    return sum(found) / len(found)


def _figures(trials: Sequence[Case], calibration: Calibration) -> dict[str, Any]:
    kinds = list(dict.fromkeys(case.kind for case in trials))
    groups = {"own language": False, "foreign language": True}
    figures: dict[str, Any] = {}
    for name, foreign in groups.items():
        some = [case for case in trials if (case.language == FOREIGN) == foreign]
        figures[name] = {
            "recall_at_1": round(_recall(some, 1), 3),
            "recall_at_3": round(_recall(some, 3), 3),
            **{kind: _rates([case for case in some if case.kind == kind], calibration) for kind in kinds},
        }
    inside = [case for case in trials if case.kind == "in_scope"]
    figures["in_scope_by_language"] = {
        language: _rates([case for case in inside if case.language == language], calibration)
        for language in _languages(inside)
    }
    return figures


def _rates(trials: Sequence[Case], calibration: Calibration) -> dict[str, float]:
    outcomes = [_outcome(case, calibration) for case in trials]
    names = ("answer_right", "answer_wrong", "clarify", "unknown")
    return {"lines": len(trials)} | {name: round(outcomes.count(name) / len(trials), 3) for name in names}


def _outcome(case: Case, calibration: Calibration) -> str:
    # The second candidate matters only for a tie, where it scores as the first does.
    signals = calibration.relative(case.signals, case.language)
    score = calibration.score(signals)
    outcome = calibration.outcome((score, score), signals)
    return f"answer_{'right' if case.rank == 0 else 'wrong'}" if outcome == "answer" else outcome


if __name__ == "__main__":
    main()
