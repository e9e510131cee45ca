"""Retrieval on the evaluation set, 66 languages: `python -m benchmarks.understanding [--teacher FOLDER]`.

Every line of `evaluation.jsonl` is asked of the starter FAQ twice: with all the packs there are indexed, and
with English alone. Prints recall at 1 and 3 of the product and, of the same queries in the same run, of each
of its parts alone, of TF-IDF over character n-grams, and of the English teacher where it is given; then the
weakest languages, what is refused and what is wrongly answered. README.md says how the set was made.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language import LanguageDetector
from knowledge.asking import ask
from knowledge.encoder import BuiltinEncoder
from knowledge.entries import Entry, load_packs
from knowledge.evaluate import Question, evaluate, read_questions
from knowledge.facts import Facts
from knowledge.languages import LanguageModel
from knowledge.lexical import LexicalHits
from knowledge.ranking import rank
from knowledge.search import KnowledgeBase

EVALUATION = Path(__file__).with_name("evaluation.jsonl")
_ROOT = Path(__file__).resolve().parents[1]
_NO_WORDS = LexicalHits((), np.empty(0), np.empty(0))
_WEAKEST = 12

# A question to entries, best first.
System = Callable[[Question], list[str]]


@dataclass(frozen=True, slots=True)
class Passages:
    """All texts an entry can be found by, and the entry of each."""

    texts: list[str]
    owners: list[str]

    @classmethod
    def of(cls, entries: Mapping[str, Entry]) -> Passages:
        """Titles, ways of asking, and titles with answers."""
        pairs = [
            (text, entry.id)
            for entry in entries.values()
            for variant in entry.variants.values()
            for text in (variant.title, *variant.ask, f"{variant.title} {' '.join(variant.answer)}")
        ]
        return cls([text for text, _ in pairs], [owner for _, owner in pairs])

    def ranked(self, scores: Any) -> list[str]:
        """Entries by their best passage."""
        return list(dict.fromkeys(self.owners[place] for place in np.argsort(-scores, kind="stable")))


def systems(kb: KnowledgeBase, detector: LanguageDetector, teacher: Path | None) -> dict[str, System]:
    """The product, its parts alone, and the peers, over one knowledge base."""
    passages = Passages.of(kb.entries())

    def language(question: Question) -> str:
        return detector.detect(question.text) or "en"

    def product(question: Question) -> list[str]:
        return [hit.entry_id for hit in ask(kb, question.text, language=language(question)).hits]

    def part(dense: float, head: float, *, words: bool) -> System:
        def ranked(question: Question) -> list[str]:
            found = kb.evidence(question.text)
            if not words:
                found = replace(found, lexical=_NO_WORDS)
            best = rank(found, language=language(question), dense_weight=dense, head_weight=head)
            return [one.document.entry_id for one in best]

        return ranked

    def head_alone(question: Question) -> list[str]:
        ratios = kb.evidence(question.text).head
        return sorted(ratios, key=lambda key: -ratios[key])

    made: dict[str, System] = {
        "product": product,
        "BM25 alone": part(0.0, 0.0, words=True),
        "vectors alone": part(1.0, 0.0, words=False),
        "learned head alone": head_alone,
        "char TF-IDF": _tfidf(passages),
    }
    if teacher is not None:
        made["English teacher"] = _teacher(passages, teacher)
    return made


def _tfidf(passages: Passages) -> System:
    model = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    table = model.fit_transform(passages.texts)
    return lambda question: passages.ranked((model.transform([question.text]) @ table.T).toarray()[0])


def _teacher(passages: Passages, folder: Path) -> System:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    table = model.encode(passages.texts, normalize_embeddings=True)
    return lambda question: passages.ranked(
        table @ model.encode([question.text], normalize_embeddings=True)[0]
    )


def measure(system: System, questions: list[Question]) -> dict[str, Any]:
    """Recall at 1 and 3 over all questions in scope, and by language."""
    ranks: defaultdict[str, list[int]] = defaultdict(list)
    for question in questions:
        if question.topic is not None:
            found = system(question)
            place = found.index(question.topic) if question.topic in found else len(found) + 3
            ranks[question.language].append(place)
    everything = [place for group in ranks.values() for place in group]
    return {
        "recall_at_1": _share(everything, 1),
        "recall_at_3": _share(everything, 3),
        "by_language": {name: _share(group, 1) for name, group in sorted(ranks.items())},
    }


def _share(places: list[int], within: int) -> float:
    return round(sum(place < within for place in places) / len(places), 4)


def run(questions: list[Question], languages: list[str] | None, teacher: Path | None) -> dict[str, Any]:
    """Everything about one index."""
    encoder = BuiltinEncoder()
    entries = load_packs(_ROOT / "knowledge" / "packs", languages)
    with tempfile.TemporaryDirectory() as folder:
        kb = KnowledgeBase.open(Path(folder), encoder, entries, Facts({}), patience_s=inf)
    detector = LanguageDetector(LanguageModel.load(), kb.coverage())
    return {
        "indexed": list(kb.coverage()),
        "systems": {
            name: measure(system, questions) for name, system in systems(kb, detector, teacher).items()
        },
        "judged": evaluate(kb, questions, lambda text: detector.detect(text) or "en")["overall"],
    }


def show(name: str, result: dict[str, Any]) -> None:
    """Print one index's results."""
    print(f"\n{name} ({len(result['indexed'])} languages)")
    for system, one in result["systems"].items():
        print(f"  {system:20} R@1 {one['recall_at_1']:.3f}  R@3 {one['recall_at_3']:.3f}")
    by_language = result["systems"]["product"]["by_language"]
    weakest = sorted((share, code) for code, share in by_language.items())[:_WEAKEST]
    print("  weakest:", ", ".join(f"{code} {share:.2f}" for share, code in weakest))
    judged = result["judged"]
    rates = ("answered_right", "answered_wrong", "refused", "wrong_out_of_scope")
    print("  " + ", ".join(f"{rate.replace('_', ' ')} {judged[rate]:.3f}" for rate in rates))


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=EVALUATION)
    parser.add_argument("--teacher", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    questions = read_questions(options.file.read_text(encoding="utf-8").splitlines())
    results = {}
    for name, languages in (("all packs indexed", None), ("English indexed", ["en"])):
        results[name] = run(questions, languages, options.teacher)
        show(name, results[name])
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
