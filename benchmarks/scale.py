"""A very large knowledge base: `python -m benchmarks.scale [--passages N] [--folder FOLDER]`.

Makes questions about the goods of a large shop in four languages from the project's own questions, indexes
them, stops half-way and goes on, searches, changes, saves and opens again. Prints times, memory, and how much
of what exact search, the peer, finds nearest is found. Questions searched for are worded otherwise than what
is indexed. One process, one thread; a million passages take about a quarter of an hour and 6 GB.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

from knowledge.encoder import BuiltinEncoder, Vectors
from knowledge.entries import Entry, Variant
from knowledge.facts import Facts
from knowledge.index import DenseIndex
from knowledge.search import KnowledgeBase
from knowledge.training.questions import read_questions

LANGUAGES = ("en", "de", "es", "id")
_NAMES = "Aurora Nordvik Lumio Casa Verda Tidal Kestrel Mirabel Oskar Pinewood Solenne Taiga Brisa".split()
_STUFFS = "linen oak ceramic leather steel wool bamboo glass cotton velvet silk felt marble".split()
_GOODS = (
    "curtain lamp mug backpack kettle mirror carpet blanket chair vase pillow jacket desk speaker".split()
)
_PASSAGES_AN_ENTRY = 3 * len(LANGUAGES)
_ASKED = 1000
_COMPARED = 500
_ROUNDING = 1e-4
_CHANGES = 50

_T = TypeVar("_T")


def questions() -> dict[str, dict[str, list[str]]]:
    """Lines of each shop intent by language: plain, as typed, short."""
    found: dict[str, dict[str, list[str]]] = {}
    for question in read_questions():
        if question.language in LANGUAGES and question.group not in {"chat", "other"}:
            found.setdefault(question.intent, {}).setdefault(question.language, []).append(question.text)
    return found


def products() -> list[str]:
    """Names of goods, in an order of no meaning."""
    names = [" ".join(parts) for parts in itertools.product(_NAMES, _STUFFS, _GOODS)]
    np.random.default_rng(5).shuffle(names)
    return names


def entries(passages: int) -> Iterator[Entry]:
    """Entries of so many passages: every question about every product."""
    lines = questions()
    every = itertools.product(enumerate(products()), lines)
    for (number, product), intent in itertools.islice(every, math.ceil(passages / _PASSAGES_AN_ENTRY)):
        variants = {
            language: Variant(f"{said[0]} {product}", (f"{product}: {said[1]}",), (f"{product}. {said[0]}",))
            for language, said in lines[intent].items()
        }
        yield Entry(f"{intent}-{number}", variants)


def asked(passages: int) -> list[tuple[str, str]]:
    """Questions and their languages: worded otherwise, half of them naming a product."""
    lines, rng = questions(), np.random.default_rng(6)
    intents = sorted(lines)
    names = products()[: max(1, passages // (_PASSAGES_AN_ENTRY * len(intents)))]
    found = []
    for number in range(_ASKED):
        language = LANGUAGES[int(rng.integers(len(LANGUAGES)))]
        text = lines[intents[int(rng.integers(len(intents)))]][language][2]
        found.append((f"{text} {names[int(rng.integers(len(names)))]}" if number % 2 else text, language))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; see the module."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument(
        "--folder", type=Path, help="keep the index here; default: a folder that is thrown away"
    )
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        _measure(options.folder or Path(folder), options.passages)


def _measure(folder: Path, passages: int) -> None:
    report = _Report()
    held = {entry.id: entry for entry in entries(passages)}
    report.memory("entries alone")
    kb = _build(report, folder, held)
    report.line("files", f"{sum(file.stat().st_size for file in folder.iterdir()) / 1e6:,.0f} MB")
    report.memory("with its index")
    search = asked(passages)
    _nearest(report, kb._shelf._dense, [kb.encode(text) for text, _ in search])
    report.spread("whole search", [partial(kb.search, text, language=language) for text, language in search])
    report.spread("words alone", [partial(kb._shelf.now.lexical.search, text) for text, _ in search])
    _change(report, kb, list(held)[:_CHANGES])
    report.timed("save after changes", kb.save)
    held = kb.entries()
    del kb
    report.timed("open again", partial(_opened, folder, held))


def _opened(folder: Path, held: Mapping[str, Entry]) -> KnowledgeBase:
    return KnowledgeBase.open(folder, BuiltinEncoder(), held, Facts({}), patience_s=0)


def _build(report: _Report, folder: Path, held: Mapping[str, Entry]) -> KnowledgeBase:
    """Index everything, with an interruption."""
    kb = report.timed("read and index words", partial(_opened, folder, held))
    total = kb.missing
    report.timed("encode the first half", partial(_embed, kb, total // 2))
    report.timed("lay out and save", kb.save)
    kb = report.timed("open again, half of it missing", partial(_opened, folder, held))
    report.line("passages still to encode", f"{kb.missing:,} of {total:,}")
    report.timed("encode the rest", partial(_embed, kb, 0))
    report.timed("save", kb.save)
    return kb


def _embed(kb: KnowledgeBase, until: int) -> None:
    with tqdm(total=kb.missing - until, desc="encoding", unit="passage", mininterval=5) as bar:
        while (before := kb.missing) > until:
            bar.update(before - kb.embed())


def _nearest(report: _Report, dense: DenseIndex, vectors: Sequence[Vectors]) -> None:
    """Time and recall of the vectors alone, beside exact search over the same ones."""
    exact = DenseIndex(dense.encoder, dense.dim)
    ids = sorted(dense.ids)
    for start in range(0, len(ids), 50_000):
        part = ids[start : start + 50_000]
        exact.add(part, dense.vectors(part))
    report.spread("128 nearest passages", [partial(dense.search, vector, 128) for vector in vectors])
    report.spread("the same, exact search", [partial(exact.search, vector, 128) for vector in vectors[:200]])
    for count in (1, 10, 128):
        shares = []
        for vector in vectors[:_COMPARED]:
            # Many passages are equally near; any of them is as good as another.
            enough = exact.search(vector, count)[1][-1] - _ROUNDING
            shares.append((dense.search(vector, count)[1] >= enough).mean())
        report.line(f"recall of the {count} nearest", f"{np.mean(shares):.4f}")


def _change(report: _Report, kb: KnowledgeBase, keys: Sequence[str]) -> None:
    new = {"en": Variant("May I bring my parrot into the showroom?", (), ("You may.",))}
    added = [Entry(f"new-{number}", new) for number in range(_CHANGES)]
    report.spread("add an entry", [partial(kb.put, entry) for entry in added])
    report.spread("change an entry", [partial(kb.put, Entry(key, new)) for key in keys])
    report.spread("remove an entry", [partial(kb.remove, key) for key in keys])


class _Report:
    """Prints figures as they come, with the memory of the process."""

    def line(self, name: str, figure: str) -> None:
        print(f"{name:38} {figure}", flush=True)  # a command's result

    def memory(self, name: str) -> None:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.line(f"memory, {name}", f"{pages * os.sysconf('SC_PAGE_SIZE') / 1e9:.2f} GB")

    def timed(self, name: str, work: Callable[[], _T]) -> _T:
        started = time.perf_counter()
        result = work()
        self.line(name, f"{time.perf_counter() - started:.1f} s")
        return result

    def spread(self, name: str, works: Sequence[Callable[[], object]]) -> None:
        """p50 and p95 in milliseconds."""
        times = []
        for work in works:
            started = time.perf_counter()
            work()
            times.append(1000 * (time.perf_counter() - started))
        p50, p95 = np.percentile(times, [50, 95])
        self.line(name, f"p50 {p50:.2f} ms, p95 {p95:.2f} ms")


if __name__ == "__main__":
    main()
