"""How well intents are told apart on phrases not trained on: five folds, before and after arbitration.

`python -m benchmarks.intents [--json FILE]`. Each phrase of bot/dialogue/nlu and each question of the packs is
judged by a classifier that has not seen it (same features and settings as config.yml). Arbitration then sees
a knowledge base without the phrase. `knowledge/unanswerable.yml` holds lines that nobody may answer.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.config import ROOT
from bot.dialogue.arbitration import Evidence, decide, word_count
from bot.dialogue.context import KnowledgeHit
from bot.dialogue.details import find_emails, find_order_numbers
from knowledge.encoder import make_encoder
from knowledge.entries import Entry, Variant, load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

_FOLDS = 5


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
        intent = "talk_to_human" if topic == "contact_human" else "ask_faq"
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


def judge(phrase: Phrase, ranking: dict[str, float], knowledge: KnowledgeBase) -> str:
    """What the product would make of a phrase outside of any form."""
    found = knowledge.search(phrase.text, language=phrase.language)
    top = max(ranking, key=lambda name: ranking[name])
    bare = top in {"track_order", "cancel_order", "return_item", "inform"}
    details = {"order_number"} if find_order_numbers(phrase.text, bare=bare) else set()
    details |= {"email"} if find_emails(phrase.text) else set()
    hit = KnowledgeHit(found.hits[0].entry_id, found.hits[0].score) if found.hits else None
    evidence = Evidence(
        ranking=ranking,
        best_hit=hit,
        outcome=found.outcome,
        details=frozenset(details),
        words=word_count(phrase.text),
    )
    return decide(evidence)[0]


def main() -> None:
    """Print the table; write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--errors", action="store_true", help="print every phrase that is misunderstood")
    options = parser.parse_args()
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))["pipeline"]
    scale = next(step["scale"] for step in pipeline if "scale" in step)
    encoder, lines, entries = make_encoder("builtin"), phrases(), load_packs(ROOT / "knowledge/packs")
    vectors = encoder.encode([line.text for line in lines]) * scale
    labels = np.array([line.intent for line in lines])
    strata = [f"{line.intent}" for line in lines]
    right: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    wrong: list[tuple[str, str, str, str, str]] = []
    unanswerable = yaml.safe_load((ROOT / "knowledge/unanswerable.yml").read_text(encoding="utf-8"))
    for train, test in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(vectors, strata):
        model = LogisticRegression(class_weight="balanced", max_iter=200).fit(vectors[train], labels[train])
        with tempfile.TemporaryDirectory() as folder:
            kept = without(dict(entries), {lines[i].text for i in test})
            knowledge = KnowledgeBase.open(Path(folder), encoder, kept, Facts({}))
            for i, probabilities in zip(test, model.predict_proba(vectors[test]), strict=True):
                ranking = dict(zip(model.classes_, map(float, probabilities), strict=True))
                plain, final = max(ranking, key=ranking.get), judge(lines[i], ranking, knowledge)
                right[lines[i].language].append((plain == lines[i].intent, final == lines[i].intent))
                right[f"intent {lines[i].intent}"].append(
                    (plain == lines[i].intent, final == lines[i].intent)
                )
                if final != lines[i].intent:
                    wrong.append((lines[i].language, lines[i].intent, plain, final, lines[i].text))
    report = {
        name: {
            "n": len(pairs),
            "classifier": float(np.mean([p for p, _ in pairs])),
            "arbitrated": float(np.mean([f for _, f in pairs])),
        }
        for name, pairs in sorted(right.items())
    }
    for name, row in report.items():
        print(
            f"{name:24} {row['n']:5d}  classifier {row['classifier']:.3f}  arbitrated {row['arbitrated']:.3f}"
        )
    model = LogisticRegression(class_weight="balanced", max_iter=200).fit(vectors, labels)
    with tempfile.TemporaryDirectory() as folder:
        knowledge = KnowledgeBase.open(Path(folder), encoder, entries, Facts({}))
        outcomes: dict[str, int] = defaultdict(int)
        for language, texts in unanswerable["lines"].items() if "lines" in unanswerable else []:
            for text in texts:
                ranking = dict(
                    zip(
                        model.classes_,
                        map(float, model.predict_proba(encoder.encode([text]) * scale)[0]),
                        strict=True,
                    )
                )
                final = judge(Phrase(language, text, "out_of_scope"), ranking, knowledge)
                known = knowledge.search(text, language=language).outcome != "unknown"
                shown = "refused" if final == "out_of_scope" or (final == "ask_faq" and not known) else final
                outcomes[shown] += 1
                if options.errors and shown != "refused":
                    wrong.append((language, "unanswerable", "-", final, text))
    print("unanswerable lines:", dict(outcomes))
    if options.errors:
        for row in wrong:
            print(*row, sep=" | ")
    if options.json:
        options.json.write_text(json.dumps({"intents": report, "unanswerable": outcomes}, indent=2))


if __name__ == "__main__":
    main()
