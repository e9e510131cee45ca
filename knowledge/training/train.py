"""Train the table: teacher and in-batch contrast, then a stage on shop texts and the project's own lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

from knowledge.text import fold_accents
from knowledge.training.own import Line
from knowledge.training.prepare import Material
from knowledge.training.vocabulary import Texts, texts_as_rows

__all__ = ["Plan", "train"]

Table = NDArray[np.float32]
_Floats = NDArray[np.float32]

_TEMPERATURE = 0.05
_OWN_TEMPERATURE = 0.1
_WARM_UP_PAIRS = 300_000
_WARM_UP_SCALE = 8.0
_TYPOS = 0.12
_PLAIN = 0.12
# Groups that hold no one meaning: any answer to a question of the shop.
_LOOSE = frozenset({"intent:inform"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast.

    Attributes:
        seconds: of the first stage and of the second one.
        steps: at most, of both.
        rate: at the start of the first stage and of the second one; falls along a cosine to a fiftieth.
        batch: pairs a step.
        own_weight: of the contrast among the project's own lines, in the second stage.
        own_blocks: draws of all topics a step.
    """

    seconds: tuple[float, float] = (1e9, 1e9)
    steps: tuple[int, int] = (6000, 3000)
    rate: tuple[float, float] = (0.12, 0.06)
    batch: int = 512
    own_weight: float = 1.0
    own_blocks: int = 4


def train(
    material: Material,
    targets: _Floats,
    own: Sequence[Line],
    plan: Plan,
    *,
    seed: int = 7,
    between: Callable[[str, Table], None] = lambda name, table: None,
) -> Table:
    """Train a table.

    Args:
        material: from `prepare`.
        targets: (English texts, dim), unit length, the teacher's vectors rotated.
        own: the project's own lines; reserved ones are not looked at.
        plan: length and pace.
        seed: of everything random.
        between: called with the stage's name and the table after each stage.

    Returns:
        float32 (features, dim).
    """
    rng = np.random.default_rng(seed)
    table, energy = _warm_up(material, targets, rng)
    between("centroids", table)
    groups = _groups(own, material)
    for stage, name in enumerate(("general", "shop")):
        draw = _Sampler(material, rng, material.weight if stage == 0 else material.shop_weight)
        if stage:
            energy[:] = np.median(energy[energy > 0])
        started, share = time.monotonic(), 0.0
        progress = tqdm(range(plan.steps[stage]), desc=name, unit="step", file=sys.stderr, mininterval=10)
        running = 0.0
        for step in progress:
            share = max(step / plan.steps[stage], (time.monotonic() - started) / plan.seconds[stage])
            if share >= 1:
                break
            rate = plan.rate[stage] * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * share)))
            loss = _step(table, energy, draw, material, targets, plan.batch, rate)
            running = loss if not step else 0.98 * running + 0.02 * loss
            if stage and plan.own_weight:
                _own_step(table, energy, groups, plan, rate * plan.own_weight, rng)
            if step % 20 == 0:
                progress.set_postfix(loss=f"{running:.3f}", refresh=False)
        between(name, table)
    return table


class _Sampler:
    """Pairs at random: the language first, then a pair by its source's weight."""

    def __init__(self, material: Material, rng: np.random.Generator, weight: _Floats) -> None:
        self._material = material
        self._rng = rng
        total = np.concatenate([[0.0], np.cumsum(weight, dtype=np.float64)])
        self._total, self._edges = total[1:], total[material.first]

    def places(self, count: int) -> NDArray[np.int64]:
        share = self._material.share
        language = self._rng.choice(len(share), size=count, p=share)
        low, high = self._edges[language], self._edges[language + 1]
        places = np.searchsorted(self._total, low + self._rng.random(count) * (high - low), side="right")
        first = self._material.first
        drawn: NDArray[np.int64] = np.clip(places, first[language], first[language + 1] - 1)
        return drawn

    def pairs(self, count: int) -> tuple[Texts, Texts, NDArray[np.int32]]:
        """Translations with typos here and there, English texts, and the numbers of these."""
        material, rng = self._material, self._rng
        places = self.places(count)
        meaning = material.meaning[places]
        kind = rng.random(count)
        order = np.argsort(kind, kind="stable")
        places, meaning, kind = places[order], meaning[order], kind[order]
        noisy = int((kind < _TYPOS).sum())
        plain = int((kind < _TYPOS + _PLAIN).sum())
        texts = [material.other_texts[place] for place in places[:plain]]
        texts = [_with_typo(text, rng) for text in texts[:noisy]] + [
            " ".join(map(fold_accents, text.split(" "))) for text in texts[noisy:]
        ]
        changed = texts_as_rows(texts, material.vocabulary)
        kept = material.other.take(places[plain:])
        joined = Texts(
            np.concatenate([changed.rows, kept.rows]),
            np.concatenate([changed.ends, changed.ends[-1] + kept.ends[1:]]),
        )
        return joined, material.english.take(meaning.astype(np.int64)), meaning


def _with_typo(text: str, rng: np.random.Generator) -> str:
    """A slip or more of the finger: a letter lost, doubled, swapped with the next, or replaced."""
    letters = list(text)
    for _ in range(1 + len(letters) // 24):
        if len(letters) < 4:
            break
        place = int(rng.integers(0, len(letters) - 1))
        match int(rng.integers(4)):
            case 0:
                del letters[place]
            case 1:
                letters.insert(place, letters[place])
            case 2:
                letters[place], letters[place + 1] = letters[place + 1], letters[place]
            case _:
                letters[place] = letters[int(rng.integers(0, len(letters)))]
    return "".join(letters)


def _warm_up(material: Material, targets: _Floats, rng: np.random.Generator) -> tuple[Table, _Floats]:
    """Start each feature at the mean of what the texts that hold it mean."""
    from knowledge.training.kernels import centroids

    shape = (len(material.vocabulary), targets.shape[1])
    table, counts = np.zeros(shape, dtype=np.float32), np.zeros(shape[0], dtype=np.float32)
    mean = targets.mean(axis=0)
    places = _Sampler(material, rng, material.weight).places(_WARM_UP_PAIRS)
    meaning = material.meaning[places]
    some = material.other.take(places)
    centroids(table, counts, some.rows, some.ends, targets[meaning] - mean)
    centroids(table, counts, material.english.rows, material.english.ends, targets - mean)
    table *= (_WARM_UP_SCALE / (counts + 3.0))[:, None]
    table += rng.normal(0, 0.01, shape).astype(np.float32)
    return table, np.zeros(shape[0], dtype=np.float32)


def _step(
    table: Table,
    energy: _Floats,
    draw: _Sampler,
    material: Material,
    targets: _Floats,
    batch: int,
    rate: float,
) -> float:
    import torch
    from torch.nn.functional import cross_entropy

    from knowledge.training.kernels import forward, update

    other, english, meaning = draw.pairs(batch)
    vectors_o, lengths_o = forward(table, other.rows, other.ends)
    vectors_e, lengths_e = forward(table, english.rows, english.ends)
    x: Any = torch.from_numpy(vectors_o).requires_grad_()
    e: Any = torch.from_numpy(vectors_e).requires_grad_()
    t = torch.from_numpy(targets[meaning])
    same = torch.from_numpy((meaning[:, None] == meaning[None, :]) & ~np.eye(batch, dtype=bool))
    right = torch.arange(batch)

    def contrast(one: Any, two: Any) -> Any:
        return cross_entropy((one @ two.T / _TEMPERATURE).masked_fill(same, -1e4), right)

    cosine = 4 * (2 - (x * t).sum(1).mean() - (e * t).sum(1).mean())
    loss = cosine + contrast(x, t) + contrast(x, e)
    loss.backward()
    update(table, energy, other.rows, other.ends, vectors_o, lengths_o, x.grad.numpy() * batch, rate)
    update(table, energy, english.rows, english.ends, vectors_e, lengths_e, e.grad.numpy() * batch, rate)
    return float(loss.detach())


@dataclass(frozen=True, slots=True)
class _Groups:
    """Own lines for training by kind (topics, intents), group and language, as numbers into `texts`."""

    texts: Texts
    kinds: tuple[tuple[tuple[NDArray[np.int64], ...], ...], ...]


def _groups(own: Sequence[Line], material: Material) -> _Groups:
    used = [line for line in own if not line.reserved and line.group not in _LOOSE]
    nested: dict[str, dict[str, dict[str, list[int]]]] = {}
    for number, line in enumerate(used):
        kind = nested.setdefault(line.group.partition(":")[0], {})
        kind.setdefault(line.group, {}).setdefault(line.language, []).append(number)
    kinds = tuple(
        tuple(tuple(np.array(numbers) for numbers in group.values()) for group in kind.values())
        for kind in nested.values()
    )
    return _Groups(texts_as_rows([line.text for line in used], material.vocabulary), kinds)


def _own_step(
    table: Table, energy: _Floats, groups: _Groups, plan: Plan, rate: float, rng: np.random.Generator
) -> None:
    """Two lines of each topic in random languages attract one another and repel those of other topics."""
    import torch
    from torch.nn.functional import cross_entropy

    from knowledge.training.kernels import forward, update

    def one(group: tuple[NDArray[np.int64], ...]) -> int:
        return int(rng.choice(group[int(rng.integers(len(group)))]))

    for kind in groups.kinds:
        places = np.array([[one(group), one(group)] for _ in range(plan.own_blocks) for group in kind])
        texts = groups.texts.take(places.T.ravel())
        vectors, lengths = forward(table, texts.rows, texts.ends)
        both: Any = torch.from_numpy(vectors).requires_grad_()
        a, b = both.view(2, plan.own_blocks, len(kind), -1)
        logits = a @ b.transpose(1, 2) / _OWN_TEMPERATURE
        right = torch.arange(len(kind)).repeat(plan.own_blocks)
        loss: Any = cross_entropy(logits.flatten(0, 1), right)
        loss = loss + cross_entropy(logits.transpose(1, 2).flatten(0, 1), right)
        loss.backward()
        slopes = both.grad.numpy() * len(right)
        update(table, energy, texts.rows, texts.ends, vectors, lengths, slopes, rate)
