"""Train the language model: `python -m knowledge.training.languages --corpus CORPUS --out FOLDER`.

Texts come from the corpus and the project's own questions, cut to what people type in a chat: a few words,
with and without accents. Needs torch; some five minutes on one core. Reserved lines (`knowledge.trials`) are
kept out.
"""

from __future__ import annotations

import argparse
import random
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

from knowledge.languages import LanguageModel, bags, word_hash
from knowledge.text import fold_accents
from knowledge.training.corpus import LANGUAGES, read_pairs
from knowledge.training.questions import read_questions
from knowledge.trials import is_reserved

__all__ = ["main"]

_BITS, _DIM, _STEPS, _BATCH = 16, 32, 6000, 1024
_RATES = (0.5, 0.02)
_MOST = 60_000  # texts of a language
_OWN_SHARE = 0.35  # of the texts drawn, in languages that have questions
_WHOLE, _PLAIN = 0.25, 0.15
_UNSPACED = frozenset({"zh", "zh-TW", "ja", "th", "my", "km"})
_LENGTHS = (1, 2, 2, 3, 3, 4, 4, 5, 6, 8)
# Lists of names say nothing about a language.
_NAMES = frozenset({"cldr", "omw", "ticoterms"})
# A word in so many languages belongs to none.
_SHARED_BY, _SHARED_COUNT = 12, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write; see the module."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.training.languages", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=_STEPS)
    options = parser.parse_args(arguments)
    corpus, own = _corpus(options.corpus, random.Random(options.seed)), _own()  # noqa: S311  # no secret
    model = _train(corpus, own, options.steps, options.seed)
    model.save(options.out)


def _corpus(folder: Path, rng: random.Random) -> dict[str, list[str]]:
    texts: dict[str, dict[str, None]] = {language: {} for language in LANGUAGES}
    for pairs in read_pairs(folder, frozenset(LANGUAGES)):
        if pairs.source in _NAMES:
            continue
        for language, english, other in zip(pairs.language, pairs.english, pairs.other, strict=True):
            if other != english:
                texts[language][other] = None
                texts["en"][english] = None
    return {language: rng.sample(list(lines), min(_MOST, len(lines))) for language, lines in texts.items()}


def _own() -> dict[str, list[str]]:
    own: defaultdict[str, list[str]] = defaultdict(list)
    for line in read_questions():
        if not is_reserved(line.text):
            own[line.language].append(line.text)
    return own


def _train(
    corpus: Mapping[str, Sequence[str]], own: Mapping[str, Sequence[str]], steps: int, seed: int
) -> LanguageModel:
    import torch

    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311  # no secret
    rows: Any = torch.nn.EmbeddingBag(2**_BITS, _DIM, mode="mean", sparse=True)
    torch.nn.init.normal_(rows.weight, 0, 0.1)
    layer: Any = torch.nn.Linear(_DIM, len(LANGUAGES))
    optimisers = (
        torch.optim.Adagrad(rows.parameters(), lr=_RATES[0]),
        torch.optim.Adam(layer.parameters(), lr=_RATES[1]),
    )
    for step in tqdm(range(steps), desc="languages", unit="step", file=sys.stderr, mininterval=10):
        drawn = [rng.randrange(len(LANGUAGES)) for _ in range(_BATCH)]
        texts = [_draw(corpus, own, LANGUAGES[number], rng) for number in drawn]
        places, owners = bags(texts, _BITS)
        starts = np.searchsorted(owners, np.arange(len(texts)))
        logits = layer(rows(torch.from_numpy(places), torch.from_numpy(starts)))
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(drawn))
        for optimiser, rate in zip(optimisers, _RATES, strict=True):
            optimiser.param_groups[0]["lr"] = rate * (1.01 - step / steps)
            optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch
        for optimiser in optimisers:
            optimiser.step()
    table = rows.weight.detach().numpy()
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-9).astype(np.float32)
    weights = layer.weight.detach().numpy().T
    return LanguageModel(
        languages=LANGUAGES,
        rows=np.round(table / scales[:, None]).astype(np.int8),
        scales=scales,
        layer=np.vstack([weights, layer.bias.detach().numpy()]).astype(np.float32),
        shared=_shared(corpus),
    )


def _draw(
    corpus: Mapping[str, Sequence[str]], own: Mapping[str, Sequence[str]], language: str, rng: random.Random
) -> str:
    from_own = own.get(language) and rng.random() < _OWN_SHARE
    text = rng.choice((own if from_own else corpus)[language])
    if rng.random() >= _WHOLE:
        text = _fragment(text, language, rng)
    return " ".join(map(fold_accents, text.split(" "))) if rng.random() < _PLAIN else text


def _fragment(text: str, language: str, rng: random.Random) -> str:
    if language in _UNSPACED:
        size = rng.randint(3, 14)
        start = rng.randint(0, max(0, len(text) - size))
        return text[start : start + size]
    words = text.split()
    size = rng.choice(_LENGTHS)
    start = rng.randint(0, max(0, len(words) - size))
    return " ".join(words[start : start + size])


def _shared(corpus: Mapping[str, Sequence[str]]) -> Any:
    """Hashes of words that are typed alike in many languages, English among them or not."""
    languages: Counter[str] = Counter()
    for lines in corpus.values():
        said = Counter(word.strip(".,!?:;()'\"") for line in lines for word in _words(line))
        languages.update(word for word, count in said.items() if count >= _SHARED_COUNT and len(word) > 1)
    shared = {word_hash(word) for word, count in languages.items() if count >= _SHARED_BY}
    return np.array(sorted(shared), dtype=np.uint32)


def _words(line: str) -> list[str]:
    return unicodedata.normalize("NFKC", line).casefold().split()


if __name__ == "__main__":
    main()
