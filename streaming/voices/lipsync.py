"""Mouth shapes of a sentence: phonemes with times in, the 15 visemes of `streaming.speech` out. Pure.

Called by the engines. Where an engine gives no phonemes the mouth follows the loudness of the audio. Knows no
language: IPA says it all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from streaming.speech import Viseme, VisemeName

__all__ = ["PAUSE_MS", "visemes_from_loudness", "visemes_from_phonemes"]

# A silent phoneme at least this long closes the mouth; shorter ones part syllables.
PAUSE_MS = 60
# Two frames of 50 a second, about what an eye tells apart; shorter shapes only make the mouth tremble.
_SHORTEST_MS = 40
_SIGNS: dict[VisemeName, str] = {
    "PP": "pbmɓβɸ",
    "FF": "fvʋⱱɱ",
    "TH": "θð",
    "DD": "tdʈɖɗ",
    "kk": "kgɡɠqcɟxɣχʀʁħʕɢ",
    "CH": "ʃʒɕʑʂʐSZ",
    "SS": "sz",
    "nn": "nɲɳŋɴlɫɭʎʟɬɺ",
    "RR": "rɹɾɽɻɚɝʐ",
    "aa": "aɑɐʌ",
    "E": "eɛæəɜɘɤ",
    "I": "iɪɨjɯ",
    "O": "oɔɒɵɞœ",
    "U": "uʊʉywɥøʏɰᵝ",
}
_NAMES: dict[str, VisemeName] = {sign: name for name, signs in _SIGNS.items() for sign in signs}
_VOWELS = frozenset("aɑɐʌeɛæəɜɘɤiɪɨɯoɔɒɵɞœuʊʉyøʏɚɝ")
# One sound, one shape: the second sign says which. `s.` and `z.` are espeak-ng's ʂ and ʐ.
_JOINED = (
    ("tʃ", "ʃ"),
    ("dʒ", "ʒ"),
    ("tɕ", "ɕ"),
    ("dʑ", "ʑ"),
    ("tS", "ʃ"),
    ("ts", "s"),
    ("dz", "z"),
    ("ɯᵝ", "u"),
)
_RETROFLEX = (("s.", "ʂ"), ("z.", "ʐ"), ("ç", "ʃ"))
_WEIGHTS = {"PP": 1.0, "FF": 0.9, "TH": 0.8, "DD": 0.6, "kk": 0.5, "CH": 0.8, "SS": 0.6, "nn": 0.5, "RR": 0.6}
_STRESSED, _HALF_STRESSED, _UNSTRESSED, _SCHWA = 1.0, 0.9, 0.75, 0.55


@dataclass(frozen=True, slots=True)
class _Shape:
    name: VisemeName
    start: float
    end: float
    weight: float

    @property
    def length(self) -> float:
        return self.end - self.start


def visemes_from_phonemes(phonemes: Sequence[tuple[str, float]], duration_ms: int) -> tuple[Viseme, ...]:
    """Shapes of the mouth.

    Args:
        phonemes: IPA, maybe with stress, length and tone, empty for silence; start in ms, in their order.
        duration_ms: of the audio; nothing lies behind it.

    Returns:
        From 0 to a last `sil` within the audio. Shapes shorter than 40 ms are merged into a neighbour, but
        never the closed lips of p, b and m.
    """
    shapes: list[_Shape] = []
    for (ipa, start), (_, end) in pairwise([*phonemes, ("", float(duration_ms))]):
        first, last = max(0.0, start), min(end, float(duration_ms))
        if last > first:
            shapes.extend(_shapes_of(ipa, first, last))
    return _finished(_lips_seen(_merged(_joined(shapes))), duration_ms)


def visemes_from_loudness(
    samples: npt.NDArray[np.float32], rate: int, *, window_ms: int = 60
) -> tuple[Viseme, ...]:
    """A mouth that opens as wide as it is loud, for engines that tell no phonemes.

    Args:
        samples: mono, -1..1.
        rate: samples a second.
        window_ms: length of a step.
    """
    size = max(1, rate * window_ms // 1000)
    duration_ms = len(samples) * 1000 // rate
    count = -(-len(samples) // size)
    padded = np.pad(samples, (0, count * size - len(samples)))
    levels = np.sqrt(np.mean(np.square(padded.reshape(count, size)), axis=1)) if count else np.zeros(0)
    loud = float(np.percentile(levels, 95)) if count else 0.0
    shapes = [
        _Shape("aa", index * window_ms, min((index + 1) * window_ms, duration_ms), round(min(1.0, level), 1))
        if level > 0.15
        else _Shape("sil", index * window_ms, min((index + 1) * window_ms, duration_ms), 1.0)
        for index, level in enumerate((levels / loud).tolist() if loud > 0 else [0.0] * count)
    ]
    return _finished(_joined(shapes), duration_ms)


def _shapes_of(ipa: str, start: float, end: float) -> Iterator[_Shape]:
    signs = list(_signs_of(ipa))
    if not signs:
        # h and the glottal stop take the shape of what follows: nothing of their own.
        if not ipa and end - start >= PAUSE_MS:
            yield _Shape("sil", start, end, 1.0)
        return
    shares = [2 if sign in _VOWELS else 1 for sign in signs]
    at, step = start, (end - start) / sum(shares)
    for sign, share in zip(signs, shares, strict=True):
        yield _Shape(_NAMES[sign], at, at + share * step, _weight(sign, ipa))
        at += share * step


def _signs_of(ipa: str) -> Iterator[str]:
    for written, meant in _RETROFLEX:
        ipa = ipa.replace(written, meant)
    plain = "".join(sign for sign in unicodedata.normalize("NFD", ipa) if not unicodedata.combining(sign))
    for written, meant in _JOINED:
        plain = plain.replace(written, meant)
    yield from (sign for sign in plain if sign in _NAMES)


def _weight(sign: str, ipa: str) -> float:
    if sign not in _VOWELS:
        return _WEIGHTS.get(_NAMES[sign], _UNSTRESSED)
    if sign == "ə":
        return _SCHWA
    return _STRESSED if "ˈ" in ipa else _HALF_STRESSED if "ˌ" in ipa else _UNSTRESSED


def _joined(shapes: Sequence[_Shape]) -> list[_Shape]:
    """Equal neighbours as one; a gap is filled by the shape after it."""
    joined: list[_Shape] = []
    for shape in shapes:
        if joined and shape.start > joined[-1].end:
            shape = replace(shape, start=joined[-1].end)
        last = joined[-1] if joined else None
        if last and last.name == shape.name and (shape.name != "aa" or last.weight == shape.weight):
            joined[-1] = replace(last, end=shape.end, weight=max(last.weight, shape.weight))
        else:
            joined.append(shape)
    return joined


def _merged(shapes: list[_Shape]) -> list[_Shape]:
    """Without what is too short to be seen: that goes to the shape before, or the one after closed lips."""
    kept: list[_Shape] = []
    owed: float | None = None
    for shape in shapes:
        if owed is not None:
            shape, owed = replace(shape, start=owed), None
        if shape.name == "PP" or shape.length >= _SHORTEST_MS:
            kept.append(shape)
        elif kept and kept[-1].name not in {"PP", "sil"}:
            kept[-1] = replace(kept[-1], end=shape.end)
        else:
            owed = shape.start
    if owed is not None and kept:
        kept[-1] = replace(kept[-1], end=shapes[-1].end)
    return _joined(kept) if kept else shapes[:1]


def _lips_seen(shapes: list[_Shape]) -> list[_Shape]:
    """Closed lips stay closed for a visible moment, where the next shape can spare it."""
    seen = list(shapes)
    for index, shape in enumerate(seen[:-1]):
        after = seen[index + 1]
        missing = _SHORTEST_MS - shape.length
        if shape.name == "PP" and missing > 0 and after.length - missing >= _SHORTEST_MS:
            seen[index] = replace(shape, end=shape.end + missing)
            seen[index + 1] = replace(after, start=after.start + missing)
    return seen


def _finished(shapes: list[_Shape], duration_ms: int) -> tuple[Viseme, ...]:
    timed = [Viseme(shape.name, round(shape.start), shape.weight) for shape in shapes]
    if not timed or timed[0].start_ms > 0:
        timed.insert(0, Viseme("sil", 0))
    if timed[-1].name != "sil":
        timed.append(Viseme("sil", min(duration_ms, round(shapes[-1].end))))
    return tuple(timed)
