"""Which comments are taken for one question: `python -m benchmarks.same_question [--json FILE]`.

Pairs of questions, in one language and across languages, are put to the rule of
`streaming.comments.clusters`: by the vectors of the shipped encoder alone, and with the topic that the
knowledge base is sure of. Prints precision and recall by threshold: of vectors on the ways of asking in the
starter packs, where the threshold was chosen and which the encoder was trained on; of both on the evaluation
set, which nothing was fitted on and which has a topic only once in a language. The packs would say nothing of
topics: word for word they are in the index.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.encoder import BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase
from streaming.comments.clusters import ALIKE

EVALUATION = Path(__file__).with_name("evaluation.jsonl")
_PACKS = Path(__file__).resolve().parents[1] / "knowledge" / "packs"
LANGUAGES = "en zh es id de ar fr pt ja ko vi hi".split()
# From this score of the knowledge base on, the topic counts as sure.
SURE = 0.8
_COSINES = (0.6, 0.65, 0.7, ALIKE, 0.8, 0.85)
_SURES = (0.6, 0.7, SURE, 0.9)

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions with their true topic, and what the product makes of them; one row each."""

    topics: NDArray[np.str_]
    languages: NDArray[np.str_]
    found: NDArray[np.str_]
    scores: NDArray[np.float64]
    vectors: NDArray[np.float32]

    def pairs(self) -> tuple[NDArray[np.float32], Flags, Flags, tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Cosine of each pair, whether it is one topic, whether of one language, and its rows."""
        rows = np.triu_indices(len(self.topics), 1)
        one, other = rows
        cosines = (self.vectors @ self.vectors.T)[rows]
        return (
            cosines,
            self.topics[one] == self.topics[other],
            self.languages[one] == self.languages[other],
            rows,
        )


def packs() -> list[tuple[str, str, str]]:
    """(text, topic, language) of every third way of asking."""
    entries = load_packs(_PACKS, LANGUAGES)
    return [
        (text, entry.id, language)
        for entry in entries.values()
        for language, variant in entry.variants.items()
        for text in variant.ask[::3]
    ]


def evaluation() -> list[tuple[str, str, str]]:
    """(text, topic, language) of the lines that a topic answers."""
    lines = [json.loads(line) for line in EVALUATION.read_text(encoding="utf-8").splitlines()]
    return [(line["query"], line["topic"], line["lang"]) for line in lines if line["topic"]]


def read(base: KnowledgeBase, questions: Sequence[tuple[str, str, str]]) -> Asked:
    """Ask the knowledge base each of them."""
    found = [base.search(text, language=language, k=1).hits for text, _, language in questions]
    return Asked(
        np.array([topic for _, topic, _ in questions]),
        np.array([language for _, _, language in questions]),
        np.array([hits[0].entry_id if hits else "" for hits in found]),
        np.array([hits[0].score if hits else 0.0 for hits in found]),
        BuiltinEncoder().encode([text for text, _, _ in questions]),
    )


def measure(asked: Asked, *, by_topic: bool) -> Iterator[dict[str, Any]]:
    """A row for each rule."""
    cosines, same, one_language, (one, other) = asked.pairs()
    for cosine in _COSINES:
        yield _row(f"vectors alone, cosine {cosine:.2f}", cosines >= cosine, same, one_language)
    for sure in _SURES if by_topic else ():
        known = asked.scores >= sure
        both = known[one] & known[other]
        joined = np.where(both, asked.found[one] == asked.found[other], cosines >= ALIKE)
        yield _row(f"topic where surer than {sure:.1f}, else {ALIKE:.2f}", joined, same, one_language)


def _row(name: str, joined: Flags, same: Flags, one_language: Flags) -> dict[str, Any]:
    def share(part: Flags, whole: Flags) -> float | None:
        return round(float((part & whole).sum() / whole.sum()), 4) if whole.any() else None

    everywhere = np.ones_like(same)
    scopes = {"all": everywhere, "one_language": one_language, "across": ~one_language}
    return {
        "rule": name,
        **{
            scope: {"precision": share(same, joined & within), "recall": share(joined, same & within)}
            for scope, within in scopes.items()
        },
    }


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the result here as well")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    result = {}
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase.open(
            Path(folder), BuiltinEncoder(), load_packs(_PACKS), Facts({}), patience_s=inf
        )
        asking = packs()
        for name, questions in (("starter packs", asking), ("evaluation set", evaluation())):
            asked = read(base, questions)
            result[name] = {
                "questions": len(questions),
                "rules": list(measure(asked, by_topic=questions is not asking)),
            }
            _print(name, result[name])
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _print(name: str, result: dict[str, Any]) -> None:
    scopes = ("all", "one_language", "across")
    print(f"\n{name}, {result['questions']} questions")
    print(f"{'precision / recall':44}" + "".join(f"{scope:>18}" for scope in scopes))
    for row in result["rules"]:
        cells = (" / ".join(map(_number, row[scope].values())) for scope in scopes)
        print(f"{row['rule']:44}" + "".join(f"{cell:>18}" for cell in cells))


def _number(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


if __name__ == "__main__":
    main()
