"""How well intents are told apart on phrases not trained on, before and after arbitration.

`python -m benchmarks.intents [--json FILE]`. A fifth of the lines of bot/dialogue/nlu and of the packs is
kept from the encoder's training by a hash of its wording (`knowledge.trials.is_reserved`); the same fifth is
kept from classifier and knowledge base here, and judged. `knowledge/unanswerable.yml` holds lines that nobody
may answer.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression

from bot.config import ROOT
from bot.dialogue.arbitration import FAQ_PREFIX, Decision, Evidence, decide, word_count
from bot.dialogue.context import KnowledgeHit
from bot.dialogue.details import find_emails, find_order_numbers
from knowledge.encoder import Encoder, make_encoder
from knowledge.entries import Entry, Variant, load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase
from knowledge.trials import is_reserved

Scores = list[tuple[bool, bool]]


@dataclass(frozen=True)
class Phrase:
    """One line with what it should be understood as."""

    language: str
    text: str
    intent: str


def phrases() -> list[Phrase]:
    """All training phrases, packs included, each once."""
    found: dict[tuple[str, str], Phrase] = {}
    for file in sorted((ROOT / "bot/dialogue/nlu").glob("*.yml")):
        for intent, lines in yaml.safe_load(file.read_text(encoding="utf-8"))["intents"].items():
            for line in lines:
                found.setdefault((file.stem, line), Phrase(file.stem, line, intent))
    for topic, entry in load_packs(ROOT / "knowledge/packs").items():
        intent = "talk_to_human" if topic == "contact_human" else FAQ_PREFIX + topic
        for language, variant in entry.variants.items():
            for line in (variant.title, *variant.ask):
                found.setdefault((language, line), Phrase(language, line, intent))
    return list(found.values())


def without(entries: dict[str, Entry], held_out: set[str]) -> dict[str, Entry]:
    """The entries without the ways of asking that are being judged."""
    return {
        key: Entry(
            id=key,
            variants={
                language: Variant(
                    title=variant.title,
                    ask=tuple(line for line in variant.ask if line not in held_out),
                    answer=variant.answer,
                )
                for language, variant in entry.variants.items()
            },
            origin=entry.origin,
        )
        for key, entry in entries.items()
    }


def coarse(intent: str) -> str:
    """A class of one topic as the intent it stands for."""
    return "ask_faq" if intent.startswith(FAQ_PREFIX) else intent


def judge(phrase: Phrase, ranking: dict[str, float], knowledge: KnowledgeBase) -> Decision:
    """What the product would make of a phrase outside of any form."""
    found = knowledge.search(phrase.text, language=phrase.language)
    bare = (
        sum(ranking.get(name, 0.0) for name in ("track_order", "cancel_order", "return_item", "inform"))
        >= 0.15
    )
    details = {"order_number"} if find_order_numbers(phrase.text, bare=bare) else set()
    details |= {"email"} if find_emails(phrase.text) else set()
    evidence = Evidence(
        ranking=ranking,
        hits=tuple(KnowledgeHit(hit.entry_id, hit.score) for hit in found.hits),
        outcome=found.outcome,
        details=frozenset(details),
        words=word_count(phrase.text),
    )
    return decide(evidence)


def classifier() -> LogisticRegression:
    """As `bot.dialogue.components.VectorClassifier` is set in config.yml."""
    return LogisticRegression(class_weight="balanced", max_iter=500)


def held_out(lines: list[Phrase], encoder: Encoder, scale: float) -> tuple[dict[str, Scores], list[str]]:
    """Judge every phrase by a classifier and a knowledge base that have not seen it."""
    vectors = encoder.encode([line.text for line in lines]) * scale
    labels, entries = np.array([line.intent for line in lines]), load_packs(ROOT / "knowledge/packs")
    scores: dict[str, Scores] = defaultdict(list)
    wrong: list[str] = []
    test = np.array([i for i, line in enumerate(lines) if is_reserved(line.text)])
    train = np.setdiff1d(np.arange(len(lines)), test)
    model = classifier().fit(vectors[train], labels[train])
    kept = without(dict(entries), {lines[i].text for i in test})
    with tempfile.TemporaryDirectory() as folder:
        knowledge = KnowledgeBase.open(Path(folder), encoder, kept, Facts({}), patience_s=inf)
        for i, row in zip(test, model.predict_proba(vectors[test]), strict=True):
            ranking, wanted = dict(zip(model.classes_, map(float, row), strict=True)), coarse(lines[i].intent)
            plain = coarse(max(ranking, key=lambda name: ranking[name]))
            final = judge(lines[i], ranking, knowledge).intent
            for group in (lines[i].language, f"intent {wanted}", "all"):
                scores[group].append((plain == wanted, final == wanted))
            if final != wanted:
                wrong.append(" | ".join((lines[i].language, wanted, plain, final, lines[i].text)))
    return scores, wrong


def unanswerable(
    lines: list[Phrase], encoder: Encoder, scale: float
) -> tuple[dict[str, Counter[str]], list[str]]:
    """What becomes of lines that nobody may answer, by kind."""
    vectors = encoder.encode([line.text for line in lines]) * scale
    model = classifier().fit(vectors, [line.intent for line in lines])
    kinds = yaml.safe_load((ROOT / "knowledge/unanswerable.yml").read_text(encoding="utf-8"))
    outcomes: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        entries = load_packs(ROOT / "knowledge/packs")
        knowledge = KnowledgeBase.open(Path(folder), encoder, entries, Facts({}), patience_s=inf)
        for kind, by_language in kinds.items():
            every = [
                Phrase(language, text, kind) for language, texts in by_language.items() for text in texts
            ]
            for phrase in every:
                row = model.predict_proba(encoder.encode([phrase.text]) * scale)[0]
                decision = judge(phrase, dict(zip(model.classes_, map(float, row), strict=True)), knowledge)
                final = decision.intent
                refused = final == "out_of_scope" or (final == "ask_faq" and decision.outcome != "answer")
                outcomes[kind]["refused" if refused else final] += 1
                if not refused:
                    wrong.append(" | ".join((phrase.language, kind, "-", final, phrase.text)))
    return outcomes, wrong


def main() -> None:
    """Print the table; write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every phrase that is misunderstood")
    options = parser.parse_args()
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    scale = next(step["scale"] for step in pipeline if "scale" in step)
    lines, encoder = phrases(), make_encoder("builtin")
    scores, wrong = held_out(lines, encoder, scale)
    report = {name: _row(pairs) for name, pairs in sorted(scores.items())}
    for name, row in report.items():
        plain, final = row["classifier"], row["arbitrated"]
        print(f"{name:24} {row['n']:5.0f}  classifier {plain:.3f}  arbitrated {final:.3f}")
    outcomes, answered = unanswerable(lines, encoder, scale)
    for kind, counts in outcomes.items():
        print(f"{kind}: {dict(counts)}")
    if options.errors:
        print(*wrong, *answered, sep="\n")
    if options.json:
        options.json.write_text(json.dumps({"intents": report, "unanswerable": outcomes}, indent=2))


def _row(pairs: Scores) -> dict[str, float]:
    plain, final = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    return {"n": len(pairs), "classifier": plain, "arbitrated": final}


if __name__ == "__main__":
    main()
