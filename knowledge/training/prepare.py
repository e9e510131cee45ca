"""Corpus and own material to the arrays that training reads, kept in a work folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm  # type: ignore[import-untyped]  # has no types

from knowledge.training.corpus import SHOP, SOURCES, read_pairs
from knowledge.training.vocabulary import Texts, choose, texts_as_rows

__all__ = ["Material", "prepare"]


@dataclass(frozen=True, slots=True)
class Material:
    """What training samples from; a pair is a place in the arrays of the second group.

    Attributes:
        vocabulary: hashes kept, ascending.
        english: rows of the English texts, in the order of the teacher's vectors.
        other: rows of the translations.
        other_texts: the translations themselves, to make typos in.
        meaning: int32, which English text a pair translates.
        first: int64 (languages + 1,), where the pairs of each language begin.
        share: float64 (languages,), how often a language is sampled.
        weight: float32, how often a pair is sampled within its language.
        shop_weight: the same in the second stage.
    """

    vocabulary: NDArray[np.uint32]
    english: Texts
    other: Texts
    other_texts: Sequence[str]
    meaning: NDArray[np.int32]
    first: NDArray[np.int64]
    share: NDArray[np.float64]
    weight: NDArray[np.float32]
    shop_weight: NDArray[np.float32]


def prepare(
    corpus: Path,
    english: Sequence[str],
    languages: frozenset[str],
    own: Sequence[str],
    *,
    size: int,
    permissive: bool = False,
    vocabulary: NDArray[np.uint32] | None = None,
) -> Material:
    """Read, weigh and index all pairs.

    Args:
        corpus: folder of the pairs.
        english: texts with a teacher's vector; pairs of other texts are left out.
        languages: wanted.
        own: the project's own texts for training; their features are kept first.
        size: features to keep.
        permissive: see `read_pairs`.
        vocabulary: features to keep, ascending; None chooses them.
    """
    place = {text: number for number, text in enumerate(english)}
    pairs = _by_language(corpus, languages, place, permissive=permissive)
    names = sorted(pairs)
    totals = np.array([len(pairs[name]) for name in names], dtype=np.float64)
    share = np.sqrt(totals) / np.sqrt(totals).sum()
    texts = [[text for text, _, _ in pairs[name]] for name in names]
    # English is half of every pair; the project's own lines are few and the very thing that is asked.
    if vocabulary is None:
        balanced = [
            (english, 0.3), (own, 0.15),
            *((group, float(each)) for group, each in zip(texts, share, strict=True)),
        ]  # fmt: skip
        vocabulary = choose(tqdm(balanced, desc="vocabulary", unit="language", file=sys.stderr), size)
    rows = [each for name in names for each in pairs[name]]
    other_texts = [text for text, _, _ in rows]
    sources = list(SOURCES)
    base = np.array([SOURCES[name] for name in sources], dtype=np.float32)
    shop = base * np.array([2.0 if name in SHOP else 1.0 for name in sources], dtype=np.float32)
    source = np.array([number for _, _, number in rows])
    return Material(
        vocabulary=vocabulary,
        english=texts_as_rows(english, vocabulary),
        other=texts_as_rows(other_texts, vocabulary),
        other_texts=other_texts,
        meaning=np.array([number for _, number, _ in rows], dtype=np.int32),
        first=np.concatenate([[0], np.cumsum(totals)]).astype(np.int64),
        share=share,
        weight=base[source],
        shop_weight=shop[source],
    )


def _by_language(
    corpus: Path, languages: frozenset[str], place: Mapping[str, int], *, permissive: bool
) -> dict[str, list[tuple[str, int, int]]]:
    """(translation, English text, source) by language; the same pair of two sources is kept once."""
    numbers = {name: number for number, name in enumerate(SOURCES)}
    found: dict[str, dict[tuple[str, int], int]] = {}
    for pairs in read_pairs(corpus, languages, permissive=permissive):
        for language, english, other in zip(pairs.language, pairs.english, pairs.other, strict=True):
            meaning = place.get(english)
            if meaning is not None and other != english:
                found.setdefault(language, {}).setdefault((other, meaning), numbers[pairs.source])
    return {
        language: [(other, meaning, source) for (other, meaning), source in group.items()]
        for language, group in found.items()
    }
