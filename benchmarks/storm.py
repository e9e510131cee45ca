"""A comment storm through the intake: `python -m benchmarks.storm [--minutes 10] [--rate 1000]`.

Viewers of a made-up room write in 12 languages on a virtual clock: questions of the starter FAQ and of the
demo room, some much more popular than others, chat, spam, insults, copies, comments delivered twice. The
vectors are those of the shipped encoder. A simulated director answers one question every nine seconds, knows
no answer to one in ten, and hands staff what waited too long. The whole is run twice: with vectors alone, and
with topics: those of the FAQ where the knowledge base is sure of them, and those that only a shop's dialogue
knows (price, stock, colour) taken for recognised four times in five, which is an assumption. Exit status 1: a
question was lost or settled twice.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import inf
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import structlog

from benchmarks.machine import Cores, describe_machine
from benchmarks.same_question import LANGUAGES, SURE
from benchmarks.storm_report import NOON, TURN_MS, Books, percentile, table
from knowledge.encoder import BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase
from streaming.comments.intake import Intake
from streaming.comments.sources.demo import load_sayings
from streaming.cues import Comment, Moment, Reading

_PACKS = Path(__file__).resolve().parents[1] / "knowledge" / "packs"
_UNKNOWN = 0.1
_VIEWERS = 3_000
_SEED = 20261122
# Parts of the whole, estimated for a room in uproar; not measured in one.
_MIX = {"question": 50, "chat": 35, "order": 5, "spam": 6, "abuse": 2, "again": 2}
# Topics that a word of the text shows to be near to buying; the brain would say so.
_BUYING = frozenset("price stock live_deal size_guide payment_methods installments cash_on_delivery".split())


@dataclass(frozen=True, slots=True)
class Line:
    """A text as a viewer may write it, with what it is in truth."""

    text: str
    language: str
    kind: str
    topic: str = ""


def lines() -> dict[str, list[Line]]:
    """All that is written, by kind."""
    found: dict[str, list[Line]] = defaultdict(list)
    for kinds in load_sayings(languages=LANGUAGES).lines.values():
        for sayings in kinds.values():
            for one in sayings:
                found[one.kind].append(Line(one.text, one.language, one.kind, one.topic or ""))
    for entry in load_packs(_PACKS, LANGUAGES).values():
        for language, variant in entry.variants.items():
            found["question"] += [Line(text, language, "question", entry.id) for text in variant.ask]
    return found


def storm(*, minutes: int, rate: int) -> Iterator[tuple[int, Comment, Line]]:
    """Comments with their time; of the topics a few are on everybody's lips."""
    random, written = Random(_SEED), lines()
    topics: dict[str, list[Line]] = defaultdict(list)
    for line in written["question"]:
        topics[line.topic].append(line)
    popular = [1 / (1 + place) for place in range(len(topics))]
    ms, number, last = 0.0, 0, None
    while (ms := ms + random.expovariate(rate / 60_000)) < minutes * 60_000:
        kind = random.choices(list(_MIX), _MIX.values())[0]
        if kind == "again" and last is not None:
            yield round(ms), *last
            continue
        chosen = (
            random.choices(list(topics.values()), popular)[0]
            if kind == "question"
            else written[kind or "chat"]
        )
        line = random.choice(chosen or written["chat"])
        number += 1
        at = NOON + timedelta(milliseconds=round(ms))
        viewer = f"v{random.randrange(_VIEWERS)}"
        last = (
            Comment(
                id=str(number), source="demo", viewer_id=viewer, viewer_name=viewer, text=line.text, at=at
            ),
            line,
        )
        yield round(ms), *last


def reader(base: KnowledgeBase | None) -> Callable[[Line], Reading]:
    """Readings of lines as the brain gives them, each worked out once; without a base they have no topics."""
    encoder = BuiltinEncoder()
    entries = load_packs(_PACKS, ["en"])

    @cache
    def read(line: Line) -> Reading:
        vector = encoder.encode([line.text])[0]
        topic = None
        if base and line.kind == "question":
            hits = base.search(line.text, vector=vector, language=line.language, k=1).hits
            if line.topic not in entries:
                topic = f"product:{line.topic}" if crc32(line.text.encode()) % 5 else None
            elif hits and hits[0].score >= SURE:
                topic = f"faq:{hits[0].entry_id}"
        return Reading(
            language=line.language,
            vector=tuple(vector.tolist()),
            asks=0.9 if line.kind in {"question", "order"} else 0.1,
            buying=0.8 if line.topic in _BUYING else 0.2,
            personal=line.kind == "order",
            topic=topic,
        )

    return read


def run(read: Callable[[Line], Reading], *, minutes: int, rate: int) -> dict[str, Any]:
    """One storm; returns its figures."""
    intake, books, random = Intake("en"), Books(), Random(_SEED)
    times_us: list[float] = []
    memory_mb: list[float] = []
    turn_ms, comments = TURN_MS, 0
    for ms, comment, line in storm(minutes=minutes, rate=rate):
        while turn_ms <= ms:
            _turn(intake, books, _at(turn_ms), random)
            turn_ms += TURN_MS
        if ms // 60_000 >= len(memory_mb):
            memory_mb.append(_memory_mb())
        reading, now = read(line), _at(ms)
        begun = time.thread_time_ns()
        verdict = intake.add(comment, reading, now)
        times_us.append((time.thread_time_ns() - begun) / 1000)
        comments += 1
        books.note(verdict, line.topic)
        if verdict.overflow is not None:
            books.settle(verdict.overflow, "deferred: no room", ms)
    for question in intake.expired(_at(10**9)):
        books.settle(question, "deferred: too old", 10**9)
    return {
        "comments": comments,
        "fates": dict(sorted(intake.counts.items())),
        **books.result(),
        "cpu_p50_us": percentile(times_us, 50),
        "cpu_p95_us": percentile(times_us, 95),
        "cpu_p99_us": percentile(times_us, 99),
        "memory_mb_by_minute": memory_mb,
        "checkpoint_kb": round(len(json.dumps(intake.state())) / 1000),
    }


def _turn(intake: Intake, books: Books, now: Moment, random: Random) -> None:
    """What the director does every nine seconds."""
    for question in intake.expired(now):
        books.settle(question, "deferred: too old", now.ms)
    question = intake.next(now)
    if question is None:
        return
    if random.random() < _UNKNOWN:
        books.settle(intake.let_go(question, now), "deferred: unknown", now.ms)
    else:
        intake.answered(question, now)
        books.settle(question, "answered", now.ms)


def _at(ms: int) -> Moment:
    return Moment(NOON + timedelta(milliseconds=min(ms, 10**9)), ms)


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return round(pages * resource.getpagesize() / 2**20, 1)


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--rate", type=int, default=1_000, help="comments a minute")
    parser.add_argument("--json", type=Path, help="write the result here as well")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    result: dict[str, Any] = {
        "machine": describe_machine(Cores.choose()), "minutes": options.minutes, "rate": options.rate
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        base = KnowledgeBase.open(
            Path(folder), BuiltinEncoder(), load_packs(_PACKS, LANGUAGES), Facts({}), patience_s=inf
        )
        for name, read in (("vectors", reader(None)), ("topics", reader(base))):
            # All texts are read beforehand, so that what they cost does not count for the intake.
            for _, _, line in storm(minutes=options.minutes, rate=options.rate):
                read(line)
            result[name] = run(read, minutes=options.minutes, rate=options.rate)
    print(table(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return int(any(result[name]["lost"] or result[name]["settled_twice"] for name in ("vectors", "topics")))


if __name__ == "__main__":
    sys.exit(main())
