"""Questions with known answers, searched for real: what `fitting` fits on and the benchmark counts.

In-scope questions are those of the packs' ways of asking that are kept out of the index and of the built-in
encoder's training; the others are not ours. Nothing in the product calls this.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from zlib import crc32

import numpy as np
import yaml

from knowledge.calibration import UNFITTED, Signals
from knowledge.encoder import Encoder, Vectors
from knowledge.entries import Entry, Variant
from knowledge.facts import Facts
from knowledge.head import Head
from knowledge.ranking import Candidate, rank, signals_of
from knowledge.search import KnowledgeBase
from knowledge.training.questions import Question as OwnQuestion

__all__ = [
    "FOREIGN",
    "PHRASES",
    "Case",
    "Question",
    "Remembering",
    "Weights",
    "asked",
    "cases",
    "held_out",
    "is_reserved",
    "outside",
]

_FOLDER = Path(__file__).resolve().parent
PHRASES = _FOLDER.parent / "bot" / "dialogue" / "nlu"
_RESERVED_EVERY = 5
# Language of a case that was searched without any text in its own language.
FOREIGN = "*"

Weights = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Question:
    """A line to search for: `in_scope` with its entry, or a kind of out-of-scope line without one."""

    kind: str
    language: str
    text: str
    entry_id: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A question as searched: its kind, the rank of its entry or None, the signals of the best candidate."""

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


def is_reserved(text: str) -> bool:
    """Whether a line of the project is kept out of the encoder's training, by nothing but its own wording.

    What is measured or fitted on other lines is flattery: the built-in encoder has seen them.
    """
    return crc32(text.encode()) % _RESERVED_EVERY == 0


def held_out(entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], list[Question]]:
    """Entries without their reserved ways of asking, and these as questions; titles are never left out."""
    kept: dict[str, Entry] = {}
    questions: list[Question] = []
    for key, entry in entries.items():
        variants = {}
        for language, variant in entry.variants.items():
            ask = tuple(way for way in variant.ask if not is_reserved(way))
            variants[language] = Variant(variant.title, ask, variant.answer)
            questions += [Question("in_scope", language, way, key) for way in variant.ask if is_reserved(way)]
        kept[key] = Entry(key, variants, entry.origin)
    return kept, questions


def outside(languages: set[str], phrases: Path = PHRASES) -> list[Question]:
    """Lines that must not be answered: `fit` to fit on, `report` and the kinds of unanswerable.yml not."""
    lines: list[Question] = []
    for language in sorted(languages):
        path = phrases / f"{language}.yml"
        if path.exists():
            said = yaml.safe_load(path.read_text(encoding="utf-8"))["intents"]["out_of_scope"]
            lines += [
                Question("fit" if place % 2 == 0 else "report", language, text, None)
                for place, text in enumerate(said)
            ]
    checks = yaml.safe_load((_FOLDER / "unanswerable.yml").read_text(encoding="utf-8"))
    for kind, by_language in checks.items():
        for language in sorted(languages & by_language.keys()):
            lines += [Question(kind, language, text, None) for text in by_language[language]]
    return lines


def asked(
    lines: Iterable[OwnQuestion], entries: Collection[str], near: Mapping[str, Collection[str]]
) -> list[Question]:
    """The reserved lines of the project's own questions: of an entry, or of what none of them answers.

    What the answer of an entry serves as well (`near`, intents by entry) is neither, and left out.

    Of the latter, `fit` and `report` are of other worlds, `fit_shop` and `report_shop` of shops; as many of
    the one kind as of the other.
    """
    inside: list[Question] = []
    outside: dict[str, list[Question]] = {"": [], "_shop": []}
    served = {intent for entry, intents in near.items() if entry in entries for intent in intents}
    for line in lines:
        if not is_reserved(line.text) or line.group == "chat" or line.intent in served - set(entries):
            continue
        if line.intent in entries:
            inside.append(Question("in_scope", line.language, line.text, line.intent))
        else:
            kind = "" if line.group == "other" else "_shop"
            half = "fit" if crc32(line.text.encode("utf-8")[::-1]) % 2 else "report"
            outside[kind].append(Question(half + kind, line.language, line.text, None))
    fewest = min(map(len, outside.values()))
    # Spread over all languages and intents: lines stand in their order.
    return inside + [
        group[place * len(group) // fewest] for group in outside.values() for place in range(fewest)
    ]


def cases(
    entries: Mapping[str, Entry],
    questions: Sequence[Question],
    encoder: Encoder,
    weights: Sequence[Weights],
    head: Head | None = None,
) -> dict[Weights, list[Case]]:
    """Search for every question twice: in the whole index, and in one without its own language.

    Args:
        entries: without what is asked, see `held_out`.
        questions: to search for.
        encoder: of both.
        weights: of the dense score and of the head; each pair ranks the same evidence.
        head: learned for the encoder.

    Returns:
        By weights, the first search of each question under its language, the second one under `FOREIGN`; of a
        question in a language that the index does not have, one search under `FOREIGN`.
    """
    found: dict[Weights, list[Case]] = {each: [] for each in weights}
    known = {language for entry in entries.values() for language in entry.variants}
    own = [question for question in questions if question.language in known]
    _search(entries, own, encoder, None, found, head)
    _search(entries, [q for q in questions if q.language not in known], encoder, FOREIGN, found, head)
    for language in sorted({question.language for question in own}):
        foreign = {
            key: Entry(key, {code: v for code, v in entry.variants.items() if code != language}, entry.origin)
            for key, entry in entries.items()
        }
        some = [question for question in own if question.language == language]
        _search(foreign, some, encoder, FOREIGN, found, head)
    return found


def _search(
    entries: Mapping[str, Entry],
    questions: Sequence[Question],
    encoder: Encoder,
    language: str | None,
    found: Mapping[Weights, list[Case]],
    head: Head | None,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase.open(
            Path(folder), encoder, entries, Facts({}), calibration=UNFITTED, head=head, patience_s=inf
        )
    for question in questions:
        evidence = base.evidence(question.text)
        for (dense, learned), results in found.items():
            ranked = rank(evidence, language=question.language, dense_weight=dense, head_weight=learned)
            signals = signals_of(ranked, 0) if ranked else Signals(0.0, 0.0, 0.0, 0.0)
            place = _rank(ranked, question)
            results.append(Case(question.kind, language or question.language, place, signals))


def _rank(ranked: Sequence[Candidate], question: Question) -> int | None:
    return next((n for n, one in enumerate(ranked) if one.document.entry_id == question.entry_id), None)
