"""Retrieval per language on held-out ways of asking: `python benchmarks/retrieval.py [--encoder E] [--to F]`.

Every starter entry loses the ways of asking that the built-in encoder was not trained on, a fifth, and is
asked them. Prints recall of the dense index, of the lexical one, of SQLite FTS5 as its named peer, and of all
signals fused; what is refused and wrongly answered; milliseconds a search; then the same with no text in the
question's language in the index; the speed of changes and of searches at 5,000 passages. Writes it as JSON.
"""

from __future__ import annotations

import argparse
import json
import logging
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from knowledge.encoder import Encoder, make_encoder  # noqa: E402  # the project is found through the line above
from knowledge.entries import Entry, Variant, load_packs  # noqa: E402
from knowledge.facts import Facts  # noqa: E402
from knowledge.postings import folded_features  # noqa: E402
from knowledge.search import KnowledgeBase  # noqa: E402
from knowledge.trials import Question, Remembering, held_out  # noqa: E402

SYSTEMS = ("dense", "lexical", "fts5", "fused")


class Fts5:
    """The same documents and features in SQLite FTS5 in memory; bm25() has fixed k1 = 1.2, b = 0.75."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE doc USING fts5(entry UNINDEXED, language UNINDEXED, words)")
        rows = [
            (entry.id, language, " ".join(self._words(" \n ".join((v.title, *v.ask, *v.answer)))))
            for entry in entries.values()
            for language, v in entry.variants.items()
        ]
        self._db.executemany("INSERT INTO doc VALUES (?, ?, ?)", rows)

    def ranked(self, text: str) -> list[str]:
        """Ids of entries, best first."""
        query = " OR ".join(set(self._words(text)))
        found = self._db.execute("SELECT entry FROM doc WHERE words MATCH ? ORDER BY rank LIMIT 20", (query,))
        return list(dict.fromkeys(entry for (entry,) in found)) if query else []

    @staticmethod
    def _words(text: str) -> list[str]:
        return [f"x{key:08x}" for key in folded_features([text])[0].tolist()]


def measure(
    kept: dict[str, Entry], questions: list[Question], encoder: Encoder, *, foreign: bool
) -> dict[str, dict[str, Any]]:
    """Results by language; `foreign` asks an index without the question's language."""
    by_language: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_language[question.language].append(question)
    whole = None if foreign else _base(kept, encoder)
    tallies = {}
    for language, group in sorted(by_language.items()):
        entries = {
            key: Entry(
                key, {code: v for code, v in entry.variants.items() if not foreign or code != language}
            )
            for key, entry in kept.items()
        }
        kb, peer = whole or _base(entries, encoder), Fts5(entries)
        tally: dict[str, list[float]] = defaultdict(list)
        for question in group:
            _ask(kb, peer, question, tally)
        tallies[language] = {"n": len(group)} | {
            name: round(float(np.mean(values)), 4) for name, values in tally.items()
        }
    return tallies


def _base(entries: dict[str, Entry], encoder: Encoder) -> KnowledgeBase:
    with tempfile.TemporaryDirectory() as folder:
        return KnowledgeBase.open(Path(folder), encoder, entries, Facts({}), patience_s=inf)


def _ask(kb: KnowledgeBase, peer: Fts5, question: Question, tally: dict[str, list[float]]) -> None:
    candidates = kb.candidates(question.text, language=question.language)
    ranking = {
        "dense": [c.document.entry_id for c in sorted(candidates, key=lambda c: -c.dense) if c.dense > 0],
        "lexical": [
            c.document.entry_id for c in sorted(candidates, key=lambda c: -c.lexical) if c.lexical > 0
        ],
        "fused": [c.document.entry_id for c in candidates],
    }
    started = time.perf_counter()
    ranking["fts5"] = peer.ranked(question.text)
    tally["fts5_ms"].append(1000 * (time.perf_counter() - started))
    for system, ids in ranking.items():
        tally[f"{system}@1"].append(question.entry_id in ids[:1])
        tally[f"{system}@3"].append(question.entry_id in ids[:3])
    vector = kb.encode(question.text)
    started = time.perf_counter()
    found = kb.search(question.text, vector=vector, language=question.language)
    tally["ms"].append(1000 * (time.perf_counter() - started))
    right = bool(found.hits) and found.hits[0].entry_id == question.entry_id
    tally["right"].append(found.outcome == "answer" and right)
    tally["wrong"].append(found.outcome == "answer" and not right)
    tally["clarify"].append(found.outcome == "clarify")
    tally["refused"].append(found.outcome == "unknown")


def false_answers(entries: dict[str, Entry], encoder: Encoder) -> dict[str, float]:
    kb = _base(entries, encoder)
    checks = yaml.safe_load((ROOT / "knowledge" / "unanswerable.yml").read_text(encoding="utf-8"))
    return {
        kind: round(
            float(np.mean([
                kb.search(text, language=language).outcome == "answer"
                for language, texts in by_language.items()
                for text in texts
            ])), 4,
        )
        for kind, by_language in checks.items()
    }  # fmt: skip


def speed(entries: dict[str, Entry], encoder: Encoder) -> dict[str, float]:
    """Times at 5,000 passages: the packs, and copies of them with other ids until there are enough."""
    copies: dict[str, Entry] = {}
    passages = 0
    for number in range(100):
        for entry in entries.values():
            if passages < 5000:
                copies[f"{entry.id[:50]}-{number}"] = Entry(f"{entry.id[:50]}-{number}", entry.variants)
                passages += sum(len(variant.ask) + 2 for variant in entry.variants.values())
    with tempfile.TemporaryDirectory() as folder:
        kb = KnowledgeBase.open(Path(folder), encoder, copies, Facts({}), patience_s=inf)
        text = "how long does it take until my parcel gets here"
        vector = kb.encode(text)
        own = Entry(
            "own",
            {"en": Variant("Where is your store?", tuple(f"way {n} to ask" for n in range(8)), ("Here.",))},
        )
        return {
            "passages": passages,
            "encode_ms": _milliseconds(lambda: encoder.encode([text])),
            "search_ms": _milliseconds(lambda: kb.search(text, vector=vector, language="en")),
            "put_ms": _milliseconds(lambda: kb.put(own)),
            "save_ms": _milliseconds(kb.save, times=3),
        }


def _milliseconds(call: Any, times: int = 50) -> float:
    call()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return round(1000 * float(np.median(taken)), 3)


def _print(name: str, table: dict[str, dict[str, Any]]) -> None:
    columns = [f"{system}@{rank}" for system in SYSTEMS for rank in (1, 3)]
    columns += ["right", "wrong", "clarify", "refused", "ms", "fts5_ms"]
    table["mean"] = {
        column: round(float(np.mean([row[column] for row in table.values()])), 4) for column in columns
    }
    print(f"\n{name}\n" + "lang".rjust(6), *(column.rjust(9) for column in columns))
    for language, row in table.items():
        cells = (f"{row[c]:.3f}" if c.endswith("ms") else f"{100 * row[c]:.1f}" for c in columns)
        print(language.rjust(6), *(cell.rjust(9) for cell in cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--to", type=Path, default=ROOT / "benchmarks" / "results" / "retrieval.json")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    encoder = make_encoder(options.encoder)
    entries = load_packs(ROOT / "knowledge" / "packs")
    kept, questions = held_out(entries)
    remembering = Remembering(encoder)
    tables = {
        "own language indexed": measure(kept, questions, remembering, foreign=False),
        "own language not indexed": measure(kept, questions, remembering, foreign=True),
    }
    for name, table in tables.items():
        _print(name, table)
    result = {
        "encoder": encoder.name,
        **tables,
        "answered_though_unanswerable": false_answers(entries, encoder),
        "speed": speed(entries, encoder),
    }
    print(json.dumps({key: result[key] for key in ("answered_though_unanswerable", "speed")}, indent=1))
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
