"""The learned head: which entry a vector is about, judged against everything else that shoppers ask.

Owned by `KnowledgeBase`. A probabilistic linear discriminant (Ioffe 2006): the head knows how vectors of one
question differ in wording and language, and how questions differ among themselves, so two ways of asking are
enough to place an entry, and an entry is placed again in a fraction of a millisecond. Fitted by
`knowledge.fitting` on the project's own questions; the intents there that no entry answers compete as well,
so that what is asked of other matters is not given to the nearest entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder import Vectors

__all__ = ["HEAD_FILE", "Head", "Places", "fit_head", "load_head"]

HEAD_FILE = "head.npz"
# Lines of one intent say much the same; more of them than this tell no more about where it lies.
_MOST_LINES = 10.0
# An entry takes over an intent when a line of the one could well be one of the other: log-likelihood ratio.
_SAME = 15.0
# More entries than this are scored only when words or vectors found them.
_SCORED_ALWAYS = 4096

_Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """What was learned, for one encoder.

    Attributes:
        encoder: name of the encoder whose vectors it reads.
        mean: float32 (dim,), of all vectors.
        turn: float32 (dim, kept), into a space in which wording varies by 1 in every direction.
        spread: float32 (kept,), how much questions differ there.
        names: of the intents it was fitted on.
        means: float32 (intents, kept), where they lie.
    """

    encoder: str
    mean: _Floats
    turn: _Floats
    spread: _Floats
    names: tuple[str, ...]
    means: _Floats

    def place(self, vectors: Vectors) -> _Floats:
        """Vectors (n, dim) in the head's space, (n, kept)."""
        placed: _Floats = (vectors - self.mean) @ self.turn
        return placed

    def ratios(self, placed: _Floats, means: _Floats, lines: _Floats) -> _Floats:
        """Log-likelihood ratios of a question being about some classes rather than something unheard of.

        Args:
            placed: (kept,), the question.
            means: (classes, kept), mean of the lines of each.
            lines: (classes,), how many there are.
        """
        return self.judged(placed, self.terms(means, lines))

    def terms(self, means: _Floats, lines: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """What `judged` needs of classes, worked out once: by square, by product, and alone."""
        told = lines[:, None] * self.spread
        sure = told / (told + 1) * means
        variance = 1 + self.spread / (told + 1)
        alone = (sure**2 / variance + np.log(variance)).sum(axis=1)
        return 1 / variance, 2 * sure / variance, alone

    def judged(self, placed: _Floats, terms: tuple[_Floats, _Floats, _Floats]) -> _Floats:
        """`ratios`, from the terms of the classes."""
        by_square, by_product, alone = terms
        squared = placed**2
        near = by_square @ squared - by_product @ placed + alone
        unheard = (squared / (1 + self.spread) + np.log1p(self.spread)).sum()
        ratios: _Floats = 0.5 * (unheard - near)
        return ratios

    def save(self, folder: Path) -> None:
        """Write it beside the model."""
        np.savez_compressed(
            folder / HEAD_FILE,
            encoder=np.array(self.encoder), names=np.array(self.names), mean=self.mean,
            turn=self.turn.astype(np.float16), spread=self.spread, means=self.means.astype(np.float16),
        )  # fmt: skip


def load_head(folder: Path, encoder: str) -> Head | None:
    """The head that was fitted for an encoder; None when there is none."""
    path = folder / HEAD_FILE
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as data:
        if str(data["encoder"]) != encoder:
            return None
        return Head(
            encoder=encoder,
            mean=data["mean"],
            turn=data["turn"].astype(np.float32),
            spread=data["spread"],
            names=tuple(data["names"].tolist()),
            means=data["means"].astype(np.float32),
        )


@dataclass(frozen=True, slots=True)
class Places:
    """Where entries lie, and the intents that none of them answers. Immutable; made by `none` and `moved`.

    Attributes:
        head: that places them.
        entries: id -> (mean of its lines in the head's space, number of lines).
        ids, means, lines: the same as arrays.
        others: numbers of the head's intents that no entry has taken over.
    """

    head: Head
    entries: Mapping[str, tuple[_Floats, float]]
    ids: tuple[str, ...]
    terms: tuple[_Floats, _Floats, _Floats]
    others: NDArray[np.int64]
    other_terms: tuple[_Floats, _Floats, _Floats]

    @classmethod
    def none(cls, head: Head) -> Places:
        """No entry yet."""
        return _places(head, {})

    def moved(self, changes: Mapping[str, Vectors | None]) -> Places:
        """Places after some entries were added, changed or (None) removed.

        Args:
            changes: vectors (n, dim) of all the passages of each.
        """
        entries = {key: value for key, value in self.entries.items() if key not in changes}
        for key, vectors in changes.items():
            if vectors is not None and len(vectors):
                entries[key] = (self.head.place(vectors).mean(axis=0), min(float(len(vectors)), _MOST_LINES))
        return _places(self.head, entries)

    def ratios(self, vector: Vectors, among: Sequence[str]) -> tuple[dict[str, float], float]:
        """Judge a question.

        Args:
            vector: of the question, (dim,).
            among: entries to judge when there are too many to judge all.

        Returns:
            Log-likelihood ratio by entry, and the best one of the intents that no entry answers.
        """
        placed = self.head.place(vector[None])[0]
        ids: Sequence[str] = self.ids
        terms = self.terms
        if len(self.ids) > _SCORED_ALWAYS:
            order = {key: number for number, key in enumerate(self.ids)}
            ids = [key for key in among if key in order]
            numbers = [order[key] for key in ids]
            terms = (terms[0][numbers], terms[1][numbers], terms[2][numbers])
        own = self.head.judged(placed, terms)
        others = self.head.judged(placed, self.other_terms)
        return dict(zip(ids, own.tolist(), strict=True)), float(others.max(initial=-np.inf))


def _places(head: Head, entries: Mapping[str, tuple[_Floats, float]]) -> Places:
    """Entries with what the intents that they take over add to them."""
    known = {name: number for number, name in enumerate(head.names)}
    by_name = {known[key] for key in entries if key in known}
    taken = set(by_name)
    placed: dict[str, tuple[_Floats, float]] = {}
    all_lines = np.full(len(head.names), _MOST_LINES, dtype=np.float32)
    for key, (mean, lines) in entries.items():
        intent = known.get(key)
        if intent is None:
            ratios = head.ratios(mean, head.means, all_lines)
            best = int(ratios.argmax())
            intent = best if ratios[best] > _SAME and best not in by_name else None
        if intent is not None:
            taken.add(intent)
            total = lines + _MOST_LINES
            mean = (mean * lines + head.means[intent] * _MOST_LINES) / total
            lines = min(total, _MOST_LINES)
        placed[key] = (mean, lines)
    others = np.array([n for n in range(len(head.names)) if n not in taken], dtype=np.int64)
    kept = len(head.spread)
    means = np.array([mean for mean, _ in placed.values()], dtype=np.float32).reshape(-1, kept)
    lines_of = np.array([lines for _, lines in placed.values()], dtype=np.float32)
    return Places(
        head, MappingProxyType(dict(entries)), tuple(placed), head.terms(means, lines_of), others,
        head.terms(head.means[others], all_lines[others]),
    )  # fmt: skip


def fit_head(
    encoder: str, vectors: Vectors, intents: Sequence[str], kept_out: NDArray[np.bool_], *, dims: int
) -> Head:
    """Fit a head.

    Args:
        encoder: name of what made the vectors.
        vectors: (lines, dim).
        intents: of each line.
        kept_out: lines that the encoder was not trained on. How far wording strays is measured on these
            alone; the others lie nearer together than what shoppers will type.
        dims: directions to keep, those in which questions differ most against wording.
    """
    names = tuple(sorted(set(intents)))
    place = {name: number for number, name in enumerate(names)}
    of = np.array([place[intent] for intent in intents])
    mean = vectors.mean(axis=0)
    centred = (vectors - mean).astype(np.float64)
    sums = np.zeros((len(names), vectors.shape[1]))
    np.add.at(sums, of[~kept_out], centred[~kept_out])
    centres = sums / np.bincount(of[~kept_out], minlength=len(names))[:, None]
    stray = centred[kept_out] - centres[of[kept_out]]
    within = stray.T @ stray / len(stray) + 1e-4 * np.eye(vectors.shape[1])
    size, axes = np.linalg.eigh(within)
    white = axes / np.sqrt(size)
    spread, axes = np.linalg.eigh(white.T @ np.cov(centres.T) @ white)
    best = np.argsort(-spread)[:dims]
    turn = white @ axes[:, best]
    return Head(
        encoder,
        mean.astype(np.float32),
        turn.astype(np.float32),
        np.maximum(spread[best], 1e-6).astype(np.float32),
        names,
        (centres @ turn).astype(np.float32),
    )
