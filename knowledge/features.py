"""Texts to hashed features, for many texts at once: whole words, word pairs and character n-grams, by script.

Shared by the built-in encoder and its training, which must see a text the same way: whoever changes what
comes out here must train again. Pure; needs numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from knowledge.text import normalise, runs

__all__ = ["FEATURES_VERSION", "hashed"]

# Named in the model's config.json; a model made with another version is refused.
FEATURES_VERSION = 1

# Classes of characters; the order is that of _SHORTEST and _LONGEST.
_NONE, _SPACED, _SYLLABIC, _UNSPACED, _IDEOGRAPHIC = range(5)
_CLASS = {
    "spaced": _SPACED,
    "syllabic": _SYLLABIC,
    "unspaced": _UNSPACED,
    "ideographic": _IDEOGRAPHIC,
}
# Shortest and longest n-gram of a class. Spaced scripts need three letters to say anything; an Indic,
# Ethiopic or Hangul sign is a syllable; Thai, Lao, Khmer and Burmese mark no words; one Han sign is often
# a word.
_SHORTEST, _LONGEST = np.array([(9, 0), (3, 5), (2, 4), (2, 6), (1, 4)]).T
_LAST_MIXED = 0x20000  # beyond it there are only ideographs
_LAST_IDEOGRAPH = 0x3134F
_BORDER = np.uint64(0x110000)  # stands before and after a word; no character has this number

# Odd 64-bit constants of splitmix64 (Steele et al. 2014) and of its golden-ratio step.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_WORD_SALT = np.uint64(0x5851F42D4C957F2D)
_PAIR_SALT = np.uint64(0x14057B7EF767814F)

_Unsigned = NDArray[np.uint64]


def hashed(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Features of texts as 32-bit hashes, repeated as often as they occur.

    Args:
        texts: any; punctuation, spaces and symbols only part words.

    Returns:
        All hashes, text by text, and the text number of each; the numbers never fall.
    """
    # A line break parts texts: `normalise` leaves none that is a character of any class.
    joined = "\n".join([normalise(text).replace("\n", " ") for text in texts])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if not len(codes):
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    owner = np.cumsum(codes == 10)
    kinds = _classes()[np.minimum(codes, _LAST_MIXED)]
    kinds = np.where(codes > _LAST_IDEOGRAPH, np.uint8(_NONE), kinds)
    letters, kinds, run, owner = _bordered(codes.astype(np.uint64), kinds, owner)
    grams, gram_owner = _grams(letters, kinds, run, owner)
    words, word_owner = _words(letters, kinds, run, owner)
    values = np.concatenate([grams, words])
    owners = np.concatenate([gram_owner, word_owner])
    order = np.argsort(owners, kind="stable")
    return values[order], owners[order]


def _bordered(
    codes: _Unsigned, kinds: NDArray[np.uint8], owner: NDArray[np.int64]
) -> tuple[_Unsigned, NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Only characters of some class, runs numbered, with a border sign around runs that are words."""
    starts = np.empty(len(codes), dtype=bool)
    starts[0] = True
    np.not_equal(kinds[1:], kinds[:-1], out=starts[1:])
    run = np.cumsum(starts)
    kept = kinds != _NONE
    codes, kinds, run, owner, starts = codes[kept], kinds[kept], run[kept], owner[kept], starts[kept]
    ends = np.append(starts[1:], True)[: len(starts)]
    marked = kinds <= _SYLLABIC
    copies = 1 + (starts & marked).astype(np.int64) + (ends & marked)
    place = np.repeat(np.arange(len(codes)), copies)
    letters = codes[place]
    # The first copy at a start and the last copy at an end are the borders.
    first = np.cumsum(copies) - copies
    letters[first[starts & marked]] = _BORDER
    letters[(first + copies - 1)[ends & marked]] = _BORDER
    return letters, kinds[place], run[place], owner[place]


def _grams(
    letters: _Unsigned, kinds: NDArray[np.uint8], run: NDArray[np.int64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Character n-grams within runs."""
    shortest, longest = _SHORTEST[kinds], _LONGEST[kinds]
    mixed = _mix(letters)
    rolling = np.zeros_like(letters)
    values, owners = [], []
    if not len(letters):
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    least = int(shortest.min())
    for size in range(1, int(longest.max()) + 1):
        count = len(letters) - size + 1
        if count <= 0:
            break
        rolling = rolling[:count] * _GOLDEN + mixed[size - 1 :]
        if size < least:
            continue
        whole = run[:count] == run[size - 1 :]
        fits = whole & (shortest[:count] <= size) & (size <= longest[:count])
        values.append(_fold(_mix(rolling[fits] + np.uint64(size))))
        owners.append(owner[:count][fits])
    return (
        np.concatenate(values) if values else np.zeros(0, np.uint32),
        np.concatenate(owners) if owners else np.zeros(0, np.int64),
    )


def _words(
    letters: _Unsigned, kinds: NDArray[np.uint8], run: NDArray[np.int64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Whole words, and pairs of neighbours, of the scripts that mark words."""
    marked = kinds <= _SYLLABIC
    letters, run, owner = letters[marked], run[marked], owner[marked]
    if not len(letters):
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    starts = np.flatnonzero(np.append(True, run[1:] != run[:-1]))
    place = np.arange(len(letters)) - np.repeat(starts, np.diff(np.append(starts, len(letters))))
    words = np.add.reduceat(_mix(letters + place.astype(np.uint64) * _GOLDEN), starts)
    owners = owner[starts]
    near = owners[1:] == owners[:-1]
    pairs = (_mix(words[:-1]) * _MIX_2 + words[1:])[near]
    values = np.concatenate([_mix(words ^ _WORD_SALT), _mix(pairs ^ _PAIR_SALT)])
    return _fold(values), np.concatenate([owners, owners[1:][near]])


def _mix(values: _Unsigned) -> _Unsigned:
    """Finalizer of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * _MIX_1
    values = (values ^ (values >> np.uint64(27))) * _MIX_2
    mixed: _Unsigned = values ^ (values >> np.uint64(31))
    return mixed


def _fold(values: _Unsigned) -> NDArray[np.uint32]:
    return (values >> np.uint64(32)).astype(np.uint32)


@cache
def _classes() -> NDArray[np.uint8]:
    """Class of every character up to `_LAST_MIXED`; the last entry stands for all ideographs beyond."""
    table = np.zeros(_LAST_MIXED + 1, dtype=np.uint8)
    for script, run in runs("".join(map(chr, range(_LAST_MIXED + 1)))):
        table[np.frombuffer(run.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)] = _CLASS[script]
    return table
