"""The rules of `streaming.voices.spoken`: what in a text is said otherwise than it is written. Pure.

A rule yields what it would change in a text whose native digits are 0-9 already; it may overlap with others,
then the one that stands earlier in `RULES` wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import emoji

from streaming.voices.spoken_numbers import NUMBER, parse_number
from streaming.voices.spoken_words import UNITS, currencies, date_order, long_date, money, unit, words

__all__ = ["RULES", "Change", "Rule"]


@dataclass(frozen=True, slots=True)
class Change:
    """`text` is said for the signs from `start` to before `end`; empty: nothing is."""

    start: int
    end: int
    text: str


Rule = Callable[[str, str], Iterator[Change]]
# A digit, Latin letter or sign of the same number before a match makes it another thing.
_BEFORE = r"(?<![A-Za-z\d.,])"
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?"
    r"(?P<address>[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:/[A-Za-z0-9._/-]*[A-Za-z0-9])?)",
    re.ASCII,
)
_DATE = re.compile(r"(?<![\d./-])(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?![\d/-]|\.\d)")
_TIME = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3])(?::|h|時|点|點|시)([0-5]\d)(?:分|분)?(?![\d:])(?P<half>\s?[ap]\.?m\b)?",
    re.I,
)
_PHONE = re.compile(r"(?<![\w+])(?:\+\d|0|\(\d)[\d ()./-]{6,}\d(?!\w)")
_LONG = re.compile(r"(?<![\w.,#-])\d{8,}(?![\w-]|[.,]\d)")
_CODE = re.compile(
    r"(?<![\w#])(?:#\d{2,}|#?(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*)(?!\w)", re.ASCII
)
_BY = re.compile(r"(?<=\d)\s?[×xX]\s?(?=\d)")
# A hyphen only between digits: "model-3" is a name.
_RANGE = re.compile(r"(?<=\d)\s?[–—~〜～-]\s?(?=[€$£¥]?\d)|(?<=[%°CFVWgml€$£¥])\s?[–〜～]\s?(?=\d)")
_NUMBER = re.compile(rf"(?<![\w.,]){NUMBER}(?![.,]?\d)|(?<=[^\W\da-zA-Z_]){NUMBER}(?![.,]?\d)")
_PARTS_OF_CODES = re.compile(r"[A-Z]+|\d+")
# Decoration, invisible signs and brackets that engines name aloud ("asterisk").
_SILENT = re.compile(
    r"[*_~|•·●▪◆★☆♪→←©®™\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff<>\[\]{}^`\\]"
)
_VOWELS = frozenset("AEIOUY")


def _emoji(text: str, language: str) -> Iterator[Change]:
    for match in emoji.analyze(text, join_emoji=True):
        value = match.value
        if isinstance(value, emoji.EmojiMatch):
            # A keycap is a digit; all others are seen, not heard.
            keycap = value.emoji[0] if value.emoji[0].isdigit() else ""
            yield Change(value.start, value.end, keycap)


def _silent(text: str, language: str) -> Iterator[Change]:
    for match in _SILENT.finditer(text):
        yield Change(match.start(), match.end(), "")
    for at, sign in enumerate(text):
        if unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"}:
            yield Change(at, at + 1, " ")


def _addresses(text: str, language: str) -> Iterator[Change]:
    say = words(language)
    for match in _ADDRESS.finditer(text):
        address = match["address"]
        for sign, word in (("@", "at"), (".", "dot"), ("/", "slash")):
            address = address.replace(sign, f" {say[word]} ")
        yield Change(match.start(), match.end(), re.sub(r"[-_]", " ", address))


def _dates(text: str, language: str) -> Iterator[Change]:
    for match in _DATE.finditer(text):
        first, _, second, third = match.groups()
        order = "ymd" if len(first) == 4 else date_order(language)
        found = dict(zip(order, (first, second, third), strict=True))
        if len(found["y"]) not in {2, 4}:
            continue
        year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
        try:
            day = date(year, int(found["m"]), int(found["d"]))
        except ValueError:
            continue
        yield Change(match.start(), match.end(), long_date(day, language))


def _times(text: str, language: str) -> Iterator[Change]:
    say = words(language)
    for match in _TIME.finditer(text):
        hour, minute = str(int(match[1])), match[2]
        pattern, plain = say.get("time", "{h} {m}"), "{h} {m}"
        if minute == "00":
            pattern, plain = say.get("hour", "{h}"), "{h}"
        end = match.start("half") if match["half"] else match.end()
        if match["half"] or _is_there(pattern, text[: match.start()], text[end:]):
            pattern = plain
        yield Change(match.start(), end, pattern.replace("{h}", hour).replace("{m}", minute))


def _is_there(pattern: str, before: str, after: str) -> bool:
    """Whether a word of the pattern stands beside the time already: `9:00 Uhr`, `a las 9:00`."""
    own = {word.lower() for word in pattern.replace("{h}", " ").replace("{m}", " ").split()}
    beside = before.split()[-1:] + after.split()[:1]
    return any(word.lower().strip(".,!?") in own for word in beside)


def _phones(text: str, language: str) -> Iterator[Change]:
    for match in _PHONE.finditer(text):
        groups = re.findall(r"\d+", match[0])
        if sum(map(len, groups)) >= 8:
            yield Change(match.start(), match.end(), ", ".join(" ".join(group) for group in groups))
    for match in _LONG.finditer(text):
        yield Change(match.start(), match.end(), " ".join(match[0]))


def _prices(text: str, language: str) -> Iterator[Change]:
    known = currencies(language)
    for match in _price_pattern(language).finditer(text):
        sign = match["before"] or match["after"]
        number = parse_number(match["n1"] or match["n2"], language, known[sign])
        if number:
            yield Change(match.start(), match.end(), money(number, known[sign], language))


@cache
def _price_pattern(language: str) -> re.Pattern[str]:
    signs = sorted(currencies(language), key=len, reverse=True)
    either = "|".join(rf"{re.escape(sign)}" for sign in signs)
    space = "[ \u00a0\u202f]?"
    return re.compile(
        rf"(?<![A-Za-z\d])(?P<before>{either}){space}(?P<n1>{NUMBER})(?![.,]?\d)"
        rf"|{_BEFORE}(?P<n2>{NUMBER}){space}(?P<after>{either})(?![A-Za-z\d])"
    )


def _measures(text: str, language: str) -> Iterator[Change]:
    for match in _MEASURE.finditer(text):
        number = parse_number(match["number"], language)
        said = unit(number, match["unit"], language) if number else None
        if said:
            yield Change(match.start(), match.end(), said)
    for match in _PERCENT_FIRST.finditer(text):
        number = parse_number(match["number"], language)
        said = unit(number, "%", language) if number else None
        if said:
            yield Change(match.start(), match.end(), said)


_MEASURE = re.compile(
    rf"{_BEFORE}(?P<number>{NUMBER})[ \u00a0\u202f]?(?P<unit>"
    + "|".join(re.escape(sign) for sign in sorted(UNITS, key=len, reverse=True))
    + r")(?![A-Za-zͰ-ԯ؀-ۿ²³])"
)
_PERCENT_FIRST = re.compile(rf"{_BEFORE}%(?P<number>{NUMBER})(?!\w)")


def _codes(text: str, language: str) -> Iterator[Change]:
    for match in _CODE.finditer(text):
        if len(match[0]) >= 4 or match[0].startswith("#"):
            yield Change(
                match.start(), match.end(), " ".join(map(_code_part, _PARTS_OF_CODES.findall(match[0])))
            )


def _code_part(part: str) -> str:
    """`SAVE` is a word, `SKU` three letters; `10` a number, `0042` four digits."""
    if part.isdigit():
        return part if len(part) <= 2 and not part.startswith("0") else " ".join(part)
    is_word = len(part) > 3 and bool(_VOWELS & set(part)) and bool(set(part) - _VOWELS)
    return part.lower() if is_word else " ".join(part)


def _between(text: str, language: str) -> Iterator[Change]:
    for pattern, word in ((_BY, "by"), (_RANGE, "to")):
        for match in pattern.finditer(text):
            yield Change(match.start(), match.end(), f" {words(language)[word]} ")


def _numbers(text: str, language: str) -> Iterator[Change]:
    for match in _NUMBER.finditer(text):
        number = parse_number(match[0], language)
        # A leading zero is heard: 007.
        if number and not (match[0].startswith("0") and match[0].isdigit()):
            yield Change(match.start(), match.end(), number.said(language))


RULES: tuple[Rule, ...] = (
    _emoji, _addresses, _dates, _times, _phones, _prices, _measures, _codes, _between, _numbers, _silent,
)  # fmt: skip
