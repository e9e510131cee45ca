"""How long a line takes to say, before any voice has said it.

Used by `check` for the lengths of a show and by `script_marks` to find lines that are too long. The director
never uses it: there the voice's own duration counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from streaming.script.patterns import arguments
from streaming.show import Line, Mark, Segment

__all__ = ["line_seconds", "lines_seconds", "seconds", "variant_seconds"]

# Code points a second of running text, the pause at sentence ends included. Measured for each language over
# 15 sentences of its starter FAQ with espeak-ng 1.52.0 at its default speed (175 words a minute).
_MEASURED = {
    "af": 16.4, "am": 8.4, "ar": 10.9, "az": 13.9, "bg": 15.5, "bn": 13.3, "ca": 18.4, "cs": 14.8,
    "da": 18.8, "de": 18.3, "el": 17.2, "en": 18.2, "es": 17.2, "et": 14.1, "fa": 12.2, "fi": 15.0,
    "fr": 21.0, "ga": 18.8, "gu": 13.1, "he": 13.2, "hi": 14.2, "hr": 15.9, "hu": 14.6, "hy": 13.0,
    "id": 15.1, "is": 14.6, "it": 17.1, "ka": 13.6, "kk": 14.4, "kn": 13.9, "ko": 6.7, "lt": 13.9,
    "lv": 15.1, "mk": 15.4, "ml": 15.3, "mr": 14.1, "ms": 15.6, "mt": 13.2, "nb": 15.1, "nl": 16.7,
    "pa": 14.1, "pl": 14.7, "pt": 16.0, "ro": 15.6, "ru": 17.7, "sk": 14.9, "sl": 13.6, "sq": 15.8,
    "sr": 15.6, "sv": 15.7, "sw": 13.1, "ta": 16.8, "te": 13.6, "th": 9.7, "tr": 14.1, "uk": 10.9,
    "ur": 13.5, "uz": 15.1, "vi": 17.7, "zh": 4.0, "zh-TW": 4.2,
}  # fmt: skip
# espeak-ng spells kanji. Japanese is spoken at 7.8 syllables a second (Pellegrino, Coupé and Marsico 2011,
# "A cross-language perspective on speech information rate", table 1); 1.4 of them a code point is our count.
_OWN = {"ja": 5.6}
# Without a measurement: the median of the measured languages.
_USUAL = 15.0

# What a value and a digit are worth when they are spoken ("forty-nine euros", "three"), in languages with and
# without spaces. Chosen so that the demo show's variants come out right against espeak-ng (see docs/live.md).
_ARGUMENT_SIGNS = {False: 18, True: 8}
_DIGIT_SIGNS = {False: 5, True: 1}
_UNSPACED = frozenset({"zh", "ja"})
_PUNCTUATION = frozenset({"Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Cn"})


def seconds(pattern: str, language: str, *, pace: float = 1.0) -> float:
    """Seconds to say a text.

    Args:
        pattern: well-formed or not; an argument counts as a short word, of plural forms one counts.
        language: code; a region falls back to its language, an unknown one to the usual speed.
        pace: of the persona, 1.0 is the voice's own speed.
    """
    base = language.partition("-")[0]
    rates = _MEASURED | _OWN
    rate = rates.get(language) or rates.get(base) or _USUAL
    return _signs(pattern, base) / rate / pace


def line_seconds(line: Line, language: str, *, pace: float = 1.0) -> float:
    """Seconds to say a line, with its pauses."""
    pauses_ms = sum(int(part.value) for part in line.parts if isinstance(part, Mark) and part.name == "pause")
    return seconds(line.text, language, pace=pace) + pauses_ms / 1000


def lines_seconds(lines: Iterable[Line], language: str, *, pace: float = 1.0) -> float:
    """Seconds to say lines one after the other."""
    return sum(line_seconds(line, language, pace=pace) for line in lines)


def variant_seconds(segment: Segment, language: str, *, pace: float = 1.0) -> list[float]:
    """Seconds of each variant that there is in a language."""
    said = (variant.lines.get(language) for variant in segment.variants)
    return [lines_seconds(lines, language, pace=pace) for lines in said if lines]


def _signs(pattern: str, base: str) -> float:
    try:
        found = arguments(pattern)
    except ValueError:
        found = ()
    spoken, at = 0.0, 0
    for argument in found:
        spoken += _weight(pattern[at : argument.start], base)
        branches = len(argument.branches)
        spoken += (
            (argument.end - argument.start) / branches if branches else _ARGUMENT_SIGNS[base in _UNSPACED]
        )
        at = argument.end
    return spoken + _weight(pattern[at:], base)


def _weight(text: str, base: str) -> float:
    digit = _DIGIT_SIGNS[base in _UNSPACED]
    return sum(
        digit if character.isdigit() else 1
        for character in text.replace("''", "'")
        if base not in _UNSPACED or unicodedata.category(character) not in _PUNCTUATION
    )
