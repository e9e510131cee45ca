"""Train the table: teacher and in-batch contrast, then a stage on shop texts and the project's own lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

from knowledge.text import fold_accents
from knowledge.training.own import Line
from knowledge.training.prepare import Material
from knowledge.training.vocabulary import Texts, texts_as_rows

__all__ = ["Kept", "Plan", "train"]

Table = NDArray[np.float32]
_Floats = NDArray[np.float32]

_TEMPERATURE = 0.05
_OWN_TEMPERATURE = 0.1
_WARM_UP_PAIRS = 300_000
_WARM_UP_SCALE = 8.0
_TYPOS = 0.12
_PLAIN = 0.12
_ROUGH = 0.2
_CALM = 8.0
# Groups that hold no one meaning: any answer to a question of the shop.
_LOOSE = frozenset({"intent:inform"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long and how fast.

    Attributes:
        steps: of the first stage and of the second one.
        rate: at the start of either; falls along a cosine to a fiftieth.
        batch: pairs a step.
        own_weight: of the contrast among the project's own lines, in the second stage.
        own_blocks: draws of all groups of them a step.
    """

    steps: tuple[int, int] = (26_000, 8_000)
    rate: tuple[float, float] = (0.12, 0.06)
    batch: int = 512
    own_weight: float = 1.0
    own_blocks: int = 4


class Kept:
    """The table after the first stage with its features, in a file.

    Own lines come into the second stage only, so that new ones take half the time. A file from before them
    lacks the features that only they would have brought into the vocabulary.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def vocabulary(self) -> NDArray[np.uint32] | None:
        """Its features, ascending; None when nothing is kept."""
        if not self._file.exists():
            return None
        with np.load(self._file) as arrays:
            vocabulary: NDArray[np.uint32] = arrays["vocabulary"]
        return vocabulary

    def read(self) -> tuple[Table, _Floats] | None:
        """Table and energy; None when nothing is kept."""
        if not self._file.exists():
            return None
        with np.load(self._file) as arrays:
            return arrays["table"], arrays["energy"]

    def write(self, vocabulary: NDArray[np.uint32], table: Table, energy: _Floats) -> None:
        """Keep them."""
        np.savez(self._file, vocabulary=vocabulary, table=table, energy=energy)


def train(
    material: Material,
    targets: _Floats,
    own: Sequence[Line],
    plan: Plan,
    *,
    kin: Iterable[tuple[str, str]] = (),
    seed: int = 7,
    kept: Kept | None = None,
) -> Table:
    """Train a table.

    Args:
        material: from `prepare`.
        targets: (English texts, dim), unit length, the teacher's vectors rotated.
        own: the project's own lines; reserved ones are not looked at.
        plan: length and pace.
        kin: pairs of groups of the own lines that are neither drawn together nor apart.
        seed: of everything random.
        kept: the first stage, read when it is there and written when it is not.

    Returns:
        float32 (features, dim).
    """
    import torch

    # The matrices are small, and numba's threads are busy beside.
    torch.set_num_threads(1)
    table: Table
    first = kept.read() if kept else None
    if first:
        table, energy = first
    else:
        table, energy = _warm_up(material, targets, np.random.default_rng(seed))
    groups = _groups(own, material, kin, np.random.default_rng(seed))
    for stage, name in enumerate(("general", "shop")):
        if not stage and first:
            continue
        # A stage of its own start: the second is the same whether the first was run or read.
        rng = np.random.default_rng((seed, stage))
        draw = _Sampler(material, rng, material.shop_weight if stage else material.weight)
        if stage:
            # Rows that were hardly seen would jump at the first own line that holds them.
            energy[:] = np.maximum(energy, np.median(energy[energy > 0])) * _CALM
        steps, running = plan.steps[stage], 0.0
        progress = tqdm(range(steps), desc=name, unit="step", file=sys.stderr, mininterval=10)
        for step in progress:
            rate = plan.rate[stage] * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * step / steps)))
            loss = _step(table, energy, draw, material, targets, plan.batch, rate)
            running = loss if not step else 0.98 * running + 0.02 * loss
            if stage and plan.own_weight:
                _own_step(table, energy, groups, plan, rate * plan.own_weight, rng)
            if step % 20 == 0:
                progress.set_postfix(loss=f"{running:.3f}", refresh=False)
        if not stage and kept:
            kept.write(material.vocabulary, table, energy)
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
    """Own lines for training, by group and in it by language.

    Attributes:
        texts: the lines in that order, then each of them once more as a hurried hand types it.
        lines: int64, where the lines of each language of each group begin.
        languages: int64, where the languages of each group begin in `lines`.
        kin: bool (groups, groups), which are not told apart.
    """

    texts: Texts
    lines: NDArray[np.int64]
    languages: NDArray[np.int64]
    kin: NDArray[np.bool_]

    def draw(self, blocks: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """A line of each group in a random language, `blocks` times, as places in `texts`."""
        groups = np.tile(np.arange(len(self.languages) - 1), blocks)
        language = _between(self.languages[groups], self.languages[groups + 1], rng)
        line = _between(self.lines[language], self.lines[language + 1], rng)
        return line + int(self.lines[-1]) * (rng.random(len(line)) < _ROUGH)


def _between(low: NDArray[np.int64], high: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return low + (rng.random(len(low)) * (high - low)).astype(np.int64)


def _groups(
    own: Sequence[Line], material: Material, pairs: Iterable[tuple[str, str]], rng: np.random.Generator
) -> _Groups:
    used = [line for line in own if not line.reserved and line.group not in _LOOSE]
    used.sort(key=lambda line: (line.group, line.language))
    cells = [(line.group, line.language) for line in used]
    lines = [place for place, cell in enumerate(cells) if not place or cell != cells[place - 1]]
    owners = [cells[place][0] for place in lines]
    languages = [place for place, group in enumerate(owners) if not place or group != owners[place - 1]]
    names = [owners[place] for place in languages]
    kin = np.zeros((len(names), len(names)), dtype=bool)
    for one, two in pairs:
        if one in names and two in names:
            kin[names.index(one), names.index(two)] = kin[names.index(two), names.index(one)] = True
    rough = [
        _with_typo(line.text, rng) if place % 2 else " ".join(map(fold_accents, line.text.split(" ")))
        for place, line in enumerate(used)
    ]
    return _Groups(
        texts=texts_as_rows([line.text for line in used] + rough, material.vocabulary),
        lines=np.array([*lines, len(used)], dtype=np.int64),
        languages=np.array([*languages, len(lines)], dtype=np.int64),
        kin=kin,
    )


def _own_step(
    table: Table, energy: _Floats, groups: _Groups, plan: Plan, rate: float, rng: np.random.Generator
) -> None:
    """Two lines of each group in random languages attract one another and repel those of other groups."""
    import torch
    from torch.nn.functional import cross_entropy

    from knowledge.training.kernels import forward, update

    count = len(groups.kin)
    texts = groups.texts.take(
        np.concatenate([groups.draw(plan.own_blocks, rng), groups.draw(plan.own_blocks, rng)])
    )
    vectors, lengths = forward(table, texts.rows, texts.ends)
    both: Any = torch.from_numpy(vectors).requires_grad_()
    a, b = both.view(2, plan.own_blocks, count, -1)
    logits = (a @ b.transpose(1, 2) / _OWN_TEMPERATURE).masked_fill(torch.from_numpy(groups.kin), -1e4)
    right = torch.arange(count).repeat(plan.own_blocks)
    loss: Any = cross_entropy(logits.flatten(0, 1), right)
    loss = loss + cross_entropy(logits.transpose(1, 2).flatten(0, 1), right)
    loss.backward()
    slopes = both.grad.numpy() * len(right)
    update(table, energy, texts.rows, texts.ends, vectors, lengths, slopes, rate)
