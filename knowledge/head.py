"""The learned head: which entry a vector is about, judged against everything else that shoppers ask.

Owned by `KnowledgeBase`. A probabilistic linear discriminant (Ioffe 2006): the head knows how vectors of one
question differ in wording and language, and how questions differ among themselves, so two ways of asking are
enough to place an entry, and an entry is placed again in a fraction of a millisecond. Fitted by
`knowledge.fitting` on the project's own questions; the intents there that no entry answers compete as well,
so that what is asked of other matters is not given to the nearest entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


_Terms = tuple[_Floats, _Floats, _Floats]


@dataclass(frozen=True)
class Head:
    """What was learned, for one encoder.

    Attributes:
        encoder: name of the encoder whose vectors it reads.
        mean: float32 (dim,), of all vectors.
        turn: float32 (dim, kept), into a space in which wording varies by 1 in every direction.
        spread: float32 (kept,), how much questions differ there.
        names: of the intents it was fitted on.
        means: float32 (intents, kept), where they lie.
        near: (entry's id, name of an intent that its answer serves as well) pairs.
    """

    encoder: str
    mean: _Floats
    turn: _Floats
    spread: _Floats
    names: tuple[str, ...]
    means: _Floats
    near: tuple[tuple[str, str], ...] = ()

    def place(self, vectors: Vectors) -> _Floats:
        """Vectors (n, dim) in the head's space, (n, kept)."""
        placed: _Floats = (vectors - self.mean) @ self.turn
        return placed

    @cached_property
    def intents(self) -> _Terms:
        """Terms of the intents it was fitted on."""
        return self.terms(self.means, np.full(len(self.names), _MOST_LINES, dtype=np.float32))

    def terms(self, means: _Floats, lines: _Floats) -> _Terms:
        """What `ratios` needs of classes, worked out once: by square, by product, and alone.

        Args:
            means: (classes, kept), mean of the lines of each.
            lines: (classes,), how many there are.
        """
        told = lines[:, None] * self.spread
        sure = told / (told + 1) * means
        variance = 1 + self.spread / (told + 1)
        alone = (sure**2 / variance + np.log(variance)).sum(axis=1)
        return 1 / variance, 2 * sure / variance, alone

    def ratios(self, placed: _Floats, terms: _Terms) -> _Floats:
        """Log-likelihood ratios of a question being about some classes rather than something unheard of.

        Args:
            placed: (kept,), the question.
            terms: of the classes.
        """
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
            near=np.array(self.near, dtype=str).reshape(-1, 2),
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
            near=tuple((entry, intent) for entry, intent in data["near"].tolist()),
        )


@dataclass(frozen=True, slots=True)
class _Placed:
    """Entries as they lie, without what intents add to them; parallel arrays.

    Attributes:
        means: (entries, kept), of the lines of each in the head's space.
        lines: (entries,), their number.
        intents: (entries,), the intent that an entry says; -1 for none.
    """

    means: _Floats
    lines: _Floats
    intents: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Where entries lie, and the intents that none of them answers. Immutable; made by `none` and `moved`.

    Attributes:
        head: that places them.
        numbers: id of an entry -> its row.
        placed: as they lie.
        terms: of the entries, see `Head.terms`.
        others: numbers of the head's intents that no entry has taken over.
        other_terms: of those.
    """

    head: Head
    numbers: Mapping[str, int]
    placed: _Placed
    terms: _Terms
    others: NDArray[np.int64]
    other_terms: _Terms

    @classmethod
    def none(cls, head: Head) -> Places:
        """No entry yet."""
        none = np.empty((0, len(head.spread)), dtype=np.float32)
        return _places(head, (), _Placed(none, np.empty(0, np.float32), np.empty(0, np.int64)))

    def moved(self, changes: Mapping[str, Vectors | None]) -> Places:
        """Places after some entries were added, changed or (None) removed; only these are looked at.

        Args:
            changes: vectors (n, dim) of all the passages of each.
        """
        kept = [key for key in self.numbers if key not in changes]
        rows = [self.numbers[key] for key in kept]
        new = {key: vectors for key, vectors in changes.items() if vectors is not None and len(vectors)}
        placed = [_place(self.head, key, vectors) for key, vectors in new.items()]
        means = np.array([mean for mean, _, _ in placed], dtype=np.float32).reshape(-1, len(self.head.spread))
        lines = np.array([count for _, count, _ in placed], dtype=np.float32)
        intents = np.array([intent for _, _, intent in placed], dtype=np.int64)
        old = self.placed
        joined = _Placed(
            np.concatenate([old.means[rows], means]),
            np.concatenate([old.lines[rows], lines]),
            np.concatenate([old.intents[rows], intents]),
        )
        return _places(self.head, [*kept, *new], joined)

    def ratios(self, vector: Vectors, among: Sequence[str]) -> tuple[dict[str, float], float]:
        """Judge a question.

        Args:
            vector: of the question, (dim,).
            among: entries to judge when there are too many to judge all.

        Returns:
            Log-likelihood ratio by entry, and the best one of the intents that no entry answers.
        """
        placed = self.head.place(vector[None])[0]
        terms = self.terms
        if len(self.numbers) > _SCORED_ALWAYS:
            ids = [key for key in among if key in self.numbers]
            rows = [self.numbers[key] for key in ids]
            terms = (terms[0][rows], terms[1][rows], terms[2][rows])
        else:
            ids = [*self.numbers]
        own = self.head.ratios(placed, terms)
        others = self.head.ratios(placed, self.other_terms)
        return dict(zip(ids, own.tolist(), strict=True)), float(others.max(initial=-np.inf))


def _place(head: Head, key: str, vectors: Vectors) -> tuple[_Floats, float, int]:
    """Mean of an entry's lines, their number, and the intent that the entry says or -1."""
    mean, lines = head.place(vectors).mean(axis=0), min(float(len(vectors)), _MOST_LINES)
    if key in head.names:
        return mean, lines, head.names.index(key)
    ratios = head.ratios(mean, head.intents)
    best = int(ratios.argmax())
    return mean, lines, best if ratios[best] > _SAME else -1


def _places(head: Head, keys: Sequence[str], placed: _Placed) -> Places:
    """Entries with what the intents that they take over add to them; one of the intent's name goes first."""
    intents, lines = placed.intents, placed.lines
    known = frozenset(head.names)
    named = np.fromiter((key in known for key in keys), dtype=bool, count=len(keys))
    takes = (intents >= 0) & (named | ~np.isin(intents, intents[named]))
    means, counts = placed.means.copy(), lines.copy()
    own = lines[takes, None]
    learned = head.means[intents[takes]]
    means[takes] = (placed.means[takes] * own + learned * _MOST_LINES) / (own + _MOST_LINES)
    counts[takes] = _MOST_LINES
    present = frozenset(keys)
    served = [head.names.index(intent) for entry, intent in head.near if entry in present]
    others = np.setdiff1d(np.arange(len(head.names)), [*intents[takes], *served])
    by_square, by_product, alone = head.intents
    return Places(
        head=head,
        numbers=MappingProxyType({key: row for row, key in enumerate(keys)}),
        placed=placed,
        terms=head.terms(means, counts),
        others=others,
        other_terms=(by_square[others], by_product[others], alone[others]),
    )


def fit_head(
    encoder: str,
    vectors: Vectors,
    intents: Sequence[str],
    kept_out: NDArray[np.bool_],
    *,
    dims: int,
    near: Iterable[tuple[str, str]] = (),
) -> Head:
    """Fit a head.

    Args:
        encoder: name of what made the vectors.
        vectors: (lines, dim).
        intents: of each line.
        kept_out: lines that the encoder was not trained on. How far wording strays is measured on these
            alone; the others lie nearer together than what shoppers will type.
        dims: directions to keep, those in which questions differ most against wording.
        near: see `Head`.
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
        tuple(near),
    )
