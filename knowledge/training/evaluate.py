"""Measure vectors on questions with known answers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.training.own import Line

__all__ = ["Encode", "as_text", "faq_table", "own_table"]

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
# By language: recall at 1, at 3, and the number of questions.
Table = dict[str, tuple[float, float, int]]


def faq_table(encode: Encode, folder: Path) -> Table:
    """Recall on `dev_faq.jsonl`; an entry scores the better of its title and its title with answer."""
    entries = json.loads((folder / "dev_faq_entries.json").read_text(encoding="utf-8"))
    lines = (folder / "dev_faq.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line]
    titles = encode([entry["title"] for entry in entries])
    whole = encode([f"{entry['title']} {entry['answer']}" for entry in entries])
    asked = encode([question["query"] for question in questions])
    scores = np.maximum(asked @ titles.T, asked @ whole.T)
    ids = [entry["id"] for entry in entries]
    truth = np.array([ids.index(question["topic"]) for question in questions])
    return _by_language(scores, truth, [question["lang"] for question in questions])


def own_table(encode: Encode, lines: Sequence[Line], *, indexed: frozenset[str] | None = None) -> Table:
    """Recall of topics for the reserved ways of asking; the others and the titles are the index.

    Args:
        encode: texts to vectors.
        lines: all of them.
        indexed: languages whose lines are in the index; None for all.
    """
    known = [line for line in lines if line.group.startswith("topic:") and not line.reserved]
    known = [line for line in known if indexed is None or line.language in indexed]
    topics = sorted({line.group for line in known})
    of = {topic: number for number, topic in enumerate(topics)}
    asked = [line for line in lines if line.group in of and line.reserved]
    near = encode([line.text for line in asked]) @ encode([line.text for line in known]).T
    owner = np.array([of[line.group] for line in known])
    scores = np.stack([near[:, owner == topic].max(axis=1) for topic in range(len(topics))], axis=1)
    return _by_language(
        scores, np.array([of[line.group] for line in asked]), [line.language for line in asked]
    )


def as_text(table: Table) -> str:
    """A line a language."""
    return "\n".join(f"{name:>8} {a:6.3f} {b:6.3f} {n:5d}" for name, (a, b, n) in table.items())


def _by_language(scores: NDArray[np.float32], truth: NDArray[np.int64], languages: Sequence[str]) -> Table:
    better = (scores > scores[np.arange(len(truth)), truth][:, None]).sum(axis=1)
    ranks: dict[str, list[int]] = defaultdict(list)
    for language, rank in zip(languages, better.tolist(), strict=True):
        ranks[language].append(rank)
        ranks["all"].append(rank)
        if language != "en":
            ranks["not English"].append(rank)
    return {
        name: (float(np.mean([r < 1 for r in group])), float(np.mean([r < 3 for r in group])), len(group))
        for name, group in sorted(ranks.items(), key=lambda pair: (len(pair[0]) > 6, pair[0]))
    }
