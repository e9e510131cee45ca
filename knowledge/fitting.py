"""Fit the calibration of an encoder: `python -m knowledge.fitting [--encoder SPEC] [--phrases FOLDER]`.

Run by hand after the packs, the ranking or the encoder changed; writes calibration.json with the figures that
it reached. Nothing in the product calls it. In-scope questions are the packs' own ways of asking, held out
eight times in turn, so that no question meets itself; out-of-scope ones are the dialogue's `out_of_scope`
phrases, one half to fit on and one half to report on.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import yaml
from numpy.typing import NDArray

from knowledge.calibration import CALIBRATION_FILE, Calibration, Logistic, Signals
from knowledge.encoder import Encoder, Vectors, make_encoder
from knowledge.entries import Entry, Variant, load_packs
from knowledge.facts import Facts
from knowledge.ranking import signals_of
from knowledge.search import KnowledgeBase

__all__ = ["Case", "Remembering", "fit", "fit_logistic", "held_out", "is_reserved", "main"]

_FOLDER = Path(__file__).resolve().parent
_PHRASES = _FOLDER.parent / "bot" / "dialogue" / "nlu"
_FOLDS = 8
_RESERVED_EVERY = 5
_DENSE_WEIGHTS = (0.05, 0.1, 0.2, 0.4, 0.8)
# Shares of the out-of-scope phrases fitted on that may be answered, and that may be met with a question back.
# The first gives 5 % or less on those kept for reporting and on `unrelated` in unanswerable.yml.
_MAY_ANSWER = 0.08
_MAY_CLARIFY = 0.12
_TIE = 0.05
_RIDGE = 1e-3
# Only raw rankings are looked at while fitting; whatever calibration there was must not matter.
_UNFITTED = Calibration(
    dense_weight=0.0,
    typical={"*": (1.0, 1.0)},
    right=Logistic(0.0, (0.0, 0.0, 0.0)),
    ours=Logistic(0.0, (0.0, 0.0)),
    least_right=1.0,
    least_ours=1.0,
    tie=_TIE,
)

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A question as searched: its kind (`in_scope` or one of out-of-scope line), and the best candidate."""

    kind: str
    language: str
    rank: int | None
    signals: Signals


class Remembering:
    """An encoder that encodes each text once; for many indexes over much the same texts."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.dim = encoder.dim
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.dim)


def is_reserved(place: int) -> bool:
    """Whether a line at this place among its topic's, from 0, is kept out of the encoder's training.

    What is measured or fitted on other lines is flattery: the built-in encoder has seen them.
    """
    return place % _RESERVED_EVERY == _RESERVED_EVERY // 2


def held_out(
    entries: Mapping[str, Entry], folds: int = _FOLDS
) -> Iterator[tuple[dict[str, Entry], list[tuple[str, str, str]]]]:
    """Split entries `folds` times; every way of asking is left out once, titles never.

    Yields:
        Entries without every folds-th way of asking, and those as (language, entry id, text).
    """
    for fold in range(folds):
        kept: dict[str, Entry] = {}
        left_out: list[tuple[str, str, str]] = []
        for key, entry in entries.items():
            variants = {}
            for language, variant in entry.variants.items():
                ask = tuple(way for place, way in enumerate(variant.ask) if place % folds != fold)
                variants[language] = Variant(variant.title, ask, variant.answer)
                left_out += [(language, key, way) for way in variant.ask[fold::folds]]
            kept[key] = Entry(key, variants, entry.origin)
        yield kept, left_out


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


def fit(cases: Sequence[Case], dense_weight: float) -> Calibration:
    """Fit probabilities and thresholds.

    Args:
        cases: `in_scope` and `fit` (out-of-scope lines to fit on); others are passed over. Both kinds weigh
            the same in all, as if every second question were out of scope.
        dense_weight: that the cases were searched with.
    """
    used = [case for case in cases if case.kind in {"in_scope", "fit"}]
    typical = _typical([case for case in used if case.kind == "in_scope"])
    rows = np.array([_row(case, typical) for case in used])
    inside = np.array([case.kind == "in_scope" for case in used])
    right = np.array([case.rank == 0 for case in used])
    weights = np.where(inside, 1 / inside.sum(), 1 / (~inside).sum())
    is_right = fit_logistic(rows, right.astype(np.float64), weights)
    is_ours = fit_logistic(rows[:, [0, 2]], inside.astype(np.float64), weights)
    outside = rows[~inside]
    return Calibration(
        dense_weight=dense_weight,
        typical=typical,
        right=is_right,
        ours=is_ours,
        least_right=float(np.quantile([is_right(*row) for row in outside], 1 - _MAY_ANSWER)),
        least_ours=float(np.quantile([is_ours(row[0], row[2]) for row in outside], 1 - _MAY_CLARIFY)),
        tie=_TIE,
    )


def _typical(cases: Sequence[Case]) -> dict[str, tuple[float, float]]:
    groups = {
        language: [case for case in cases if case.language == language] for language in _languages(cases)
    }
    typical = {language: _means(group) for language, group in groups.items()}
    fused, known = zip(*typical.values(), strict=True)
    return {"*": (sum(fused) / len(typical), sum(known) / len(typical)), **typical}


def _means(cases: Sequence[Case]) -> tuple[float, float]:
    count = len(cases)
    return sum(case.signals.fused for case in cases) / count, sum(
        case.signals.known for case in cases
    ) / count


def _languages(cases: Sequence[Case]) -> list[str]:
    return sorted({case.language for case in cases})


def _row(case: Case, typical: Mapping[str, tuple[float, float]]) -> list[float]:
    fused, known = typical.get(case.language, typical["*"])
    return [case.signals.fused / fused, case.signals.lead, case.signals.known / known]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and write; see the module."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.fitting")
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--phrases", type=Path, default=_PHRASES)
    parser.add_argument("--to", type=Path, default=CALIBRATION_FILE)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    encoder = Remembering(make_encoder(options.encoder))
    entries = load_packs(_FOLDER / "packs")
    outside = _outside(
        options.phrases, {language for entry in entries.values() for language in entry.variants}
    )
    tried = {weight: _search_all(entries, encoder, outside, weight) for weight in _DENSE_WEIGHTS}
    weight = max(tried, key=lambda each: _recall(tried[each], 1))
    calibration = fit(tried[weight], weight)
    file = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {"encoders": {}}
    file["made"] = "python -m knowledge.fitting; see knowledge/README.md"
    file["encoders"][encoder.name] = {
        "numbers": asdict(calibration),
        "figures": _figures(tried[weight], calibration),
        "recall_at_1_by_dense_weight": {
            str(each): round(_recall(cases, 1), 3) for each, cases in tried.items()
        },
    }
    options.to.write_text(json.dumps(file, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _outside(phrases: Path, languages: set[str]) -> list[tuple[str, str, str]]:
    """Lines that must not be answered, as (kind, language, text)."""
    lines: list[tuple[str, str, str]] = []
    for language in sorted(languages):
        path = phrases / f"{language}.yml"
        if path.exists():
            said = yaml.safe_load(path.read_text(encoding="utf-8"))["intents"]["out_of_scope"]
            lines += [
                ("fit" if place % 2 == 0 else "report", language, text) for place, text in enumerate(said)
            ]
    checks = yaml.safe_load((_FOLDER / "unanswerable.yml").read_text(encoding="utf-8"))
    for kind, by_language in checks.items():
        lines += [
            (kind, language, text) for language in sorted(languages) for text in by_language.get(language, ())
        ]
    return lines


def _search_all(
    entries: Mapping[str, Entry],
    encoder: Encoder,
    outside: Sequence[tuple[str, str, str]],
    dense_weight: float,
) -> list[Case]:
    cases: list[Case] = []
    for fold, (kept, left_out) in enumerate(held_out(entries)):
        with tempfile.TemporaryDirectory() as folder:
            base = KnowledgeBase.open(Path(folder), encoder, kept, Facts({}), calibration=_UNFITTED)
        cases += [
            _case(base, "in_scope", language, text, key, dense_weight) for language, key, text in left_out
        ]
        if fold == 0:
            cases += [
                _case(base, kind, language, text, None, dense_weight) for kind, language, text in outside
            ]
    return cases


def _case(base: KnowledgeBase, kind: str, language: str, text: str, key: str | None, weight: float) -> Case:
    ranked = base.candidates(text, language=language, dense_weight=weight)
    place = next((n for n, one in enumerate(ranked) if one.document.entry_id == key), None)
    return Case(kind, language, place, signals_of(ranked, 0) if ranked else Signals(0.0, 0.0, 0.0))


def _recall(cases: Sequence[Case], ranks: int) -> float:
    found = [case.rank is not None and case.rank < ranks for case in cases if case.kind == "in_scope"]
    return sum(found) / len(found)


def _figures(cases: Sequence[Case], calibration: Calibration) -> dict[str, Any]:
    kinds = list(dict.fromkeys(case.kind for case in cases))
    by_language = {
        language: _rates(
            [case for case in cases if (case.kind, case.language) == ("in_scope", language)], calibration
        )
        for language in _languages(cases)
    }
    return {
        "recall_at_1": round(_recall(cases, 1), 3),
        "recall_at_3": round(_recall(cases, 3), 3),
        **{kind: _rates([case for case in cases if case.kind == kind], calibration) for kind in kinds},
        "in_scope_by_language": by_language,
    }


def _rates(cases: Sequence[Case], calibration: Calibration) -> dict[str, float]:
    outcomes = [_outcome(case, calibration) for case in cases]
    names = ("answer_right", "answer_wrong", "clarify", "unknown")
    return {"lines": len(cases)} | {name: round(outcomes.count(name) / len(cases), 3) for name in names}


def _outcome(case: Case, calibration: Calibration) -> str:
    # The second candidate matters only for a tie, where it scores as the first does.
    signals = calibration.relative(case.signals, case.language)
    score = calibration.score(signals)
    outcome = calibration.outcome((score, score), signals)
    return f"answer_{'right' if case.rank == 0 else 'wrong'}" if outcome == "answer" else outcome


if __name__ == "__main__":
    main()
