"""What comments are about, as the host's brain reads them: `python -m benchmarks.live_reading [--json FILE]`.

The reserved lines of knowledge/training/questions and of the dialogue's small talk (kept from the encoder's
and the head's training by a hash of their wording) are judged as comments are: an affair of one's own, near
to buying, talk, or another question. Prints what is caught and what is taken wrongly at several thresholds;
the one in use stands in bot/live/reading.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import yaml

from bot.config import ROOT
from knowledge.encoder import BUILTIN_MODEL, make_encoder
from knowledge.head import load_head
from knowledge.training.questions import read_questions
from knowledge.trials import PHRASES, is_reserved

KINDS = ("personal", "buying", "chatter")
TALK = ("greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop")
LINES, TEMPERATURE = 10.0, 2.0
THRESHOLDS = (0.3, 0.4, 0.5, 0.6)


def main() -> None:
    """Print the table; write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kinds = yaml.safe_load((ROOT / "bot" / "live" / "intents.yml").read_text(encoding="utf-8"))
    encoder = make_encoder("builtin")
    head = load_head(BUILTIN_MODEL, encoder.name)
    if head is None:
        raise SystemExit("the built-in encoder has no head: run `python -m knowledge.fitting` first")
    asked = [(line.intent, line.text) for line in read_questions() if is_reserved(line.text)]
    said = talk()
    means = [
        head.place(encoder.encode([text for name, text in said if name == intent and not is_reserved(text)]))
        for intent in TALK
    ]
    lines = asked + [(name, text) for name, text in said if is_reserved(text)]
    terms = head.terms(
        np.vstack([head.means, *(mean.mean(axis=0) for mean in means)]).astype(np.float32),
        np.full(len(head.names) + len(TALK), LINES, dtype=np.float32),
    )
    names = [*head.names, *TALK]
    ratios = np.array([head.ratios(one, terms) for one in head.place(encoder.encode([t for _, t in lines]))])
    weights = np.exp((ratios - ratios.max(axis=1, keepdims=True)) / TEMPERATURE)
    shares = weights / weights.sum(axis=1, keepdims=True)
    kind_of = {name: kind for kind in KINDS for name in kinds[kind]}
    true = np.array([kind_of.get(name, "other") for name, _ in lines])
    report = {}
    for kind in KINDS:
        share = shares[:, np.isin(names, kinds[kind])].sum(axis=1)
        for least in THRESHOLDS:
            taken = share >= least
            row = {
                "caught": float(taken[true == kind].mean()),
                "taken_wrongly": float(taken[true != kind].mean()),
            }
            report[f"{kind} at {least}"] = row
            print(
                f"{kind:9} at {least}  caught {row['caught']:.3f}  taken wrongly {row['taken_wrongly']:.3f}"
            )
    print(f"{len(lines)} lines:", {kind: int((true == kind).sum()) for kind in (*KINDS, "other")})
    if options.json:
        options.json.write_text(json.dumps(report, indent=2))


def talk() -> list[tuple[str, str]]:
    """Small talk of all languages with its intent."""
    said = []
    for file in sorted(PHRASES.glob("*.yml")):
        intents = yaml.safe_load(file.read_text(encoding="utf-8"))["intents"]
        said += [(intent, text) for intent in TALK for text in intents[intent]]
    return said


if __name__ == "__main__":
    main()
