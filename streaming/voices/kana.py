"""Japanese as it sounds: kanji, numbers and counters in katakana, for an engine that reads kana only.

Used by `espeak_text`. Readings are those of MeCab (fugashi) with UniDic; numbers with their counters follow
the rules of the language (ippon, sanbon, roppon), because a dictionary has not every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby

import fugashi  # type: ignore[import-untyped]  # publishes no types
from num2words import num2words  # type: ignore[import-untyped]  # publishes no types

from streaming.show import Mark
from streaming.voices.spoken import Piece

__all__ = ["kana_pieces"]

_NUMBER = re.compile(
    r"(\d+)(?:\.(\d+))?(\s?)"
    r"(円|時間|時|分|秒|年|か月|カ月|ヶ月|月|日間|日|個|点|枚|本|人|名|つ|回|歳|着|足|台|箱|色|倍|パーセント)?"
)
_DIGITS = "ゼロ いち に さん よん ご ろく なな はち きゅう".split()
_COUNTERS = {
    "円": "えん", "時間": "じかん", "時": "じ", "分": "ふん", "秒": "びょう", "年": "ねん", "か月": "かげつ",
    "カ月": "かげつ", "ヶ月": "かげつ", "月": "がつ", "日間": "にちかん", "日": "にち",
    "個": "こ", "点": "てん", "枚": "まい",
    "本": "ほん", "人": "にん", "名": "めい", "回": "かい", "歳": "さい", "着": "ちゃく", "足": "そく",
    "台": "だい",
    "箱": "はこ", "色": "しょく", "倍": "ばい", "パーセント": "パーセント",
}  # fmt: skip
_DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか",
    9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip
_THINGS = " ひとつ ふたつ みっつ よっつ いつつ むっつ ななつ やっつ ここのつ とお".split(" ")
_PEOPLE = {1: "ひとり", 2: "ふたり"}
# How the last digit is said before these counters.
_LAST = {"円": {"4": "よ"}, "時": {"4": "よ", "7": "しち", "9": "く"}, "時間": {"4": "よ", "9": "く"},
         "月": {"4": "し", "7": "しち", "9": "く"}, "年": {"4": "よ"}, "人": {"4": "よ"}}  # fmt: skip
_CLIPPED = {"1": ("いち", "いっ"), "6": ("ろく", "ろっ"), "8": ("はち", "はっ"), "0": ("じゅう", "じゅっ")}
# Before k and h: 1, 6, 8, 10 are clipped; before s and t: 1, 8, 10.
_CLIPPED_BEFORE = {"こ": "1680", "か": "1680", "ほ": "1680", "ふ": "1680", "は": "1680", "さ": "180",
                   "そ": "180", "て": "180", "ち": "180"}  # fmt: skip
_HARDENED = {"ほん": "ぽん", "ふん": "ぷん", "はこ": "ぱこ"}
_VOICED = {"ほん": "ぼん", "ふん": "ぷん", "はこ": "ばこ", "そく": "ぞく"}


def kana_pieces(pieces: Iterable[Piece | Mark]) -> Iterator[Piece | Mark]:
    """The same in kana, word by word, so that each word keeps its place in the caption."""
    for is_mark, group in groupby(pieces, key=lambda piece: isinstance(piece, Mark)):
        if is_mark:
            yield from group
        else:
            yield from _in_kana([piece for piece in group if isinstance(piece, Piece)])


def _in_kana(pieces: list[Piece]) -> Iterator[Piece]:
    # Read as one: a number and its counter may stand in two pieces.
    text = "".join(piece.text for piece in pieces)
    ends = [
        (piece.place(offset), piece.place(offset) + 1 if piece.exact else piece.at + piece.length)
        for piece in pieces
        for offset in range(len(piece.text))
    ]
    at = 0
    for match in _NUMBER.finditer(text):
        yield from _words(text, ends, at, match.start())
        yield _placed(ends, match.start(), match.end(), f" {_number(match)} ")
        at = match.end()
    yield from _words(text, ends, at, len(text))


def _words(text: str, ends: list[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    position = start
    for word in _tagger()(text[start:end]):
        found = text.index(word.surface, position)
        position = found + len(word.surface)
        said = getattr(word.feature, "pron", None) or word.surface
        # Particles lean on the word before them; all others begin a new one.
        space = "" if word.feature.pos1 in {"助詞", "助動詞", "接尾辞", "補助記号"} else " "
        yield _placed(ends, found, position, space + said)


def _placed(ends: list[tuple[int, int]], start: int, end: int, text: str) -> Piece:
    at = ends[start][0]
    return Piece(text, at, max(ends[end - 1][1] - at, 0))


@cache
def _tagger() -> fugashi.Tagger:
    return fugashi.Tagger()


def _number(match: re.Match[str]) -> str:
    digits, fraction, _, counter = match.groups()
    if fraction:
        whole = _spelt(digits)
        if whole.endswith("いち"):
            whole = whole.removesuffix("いち") + "いっ"
        return (
            whole + "てん" + "".join(_DIGITS[int(digit)] for digit in fraction) + _COUNTERS.get(counter, "")
        )
    value = int(digits)
    if counter == "日" and value in _DAYS:
        return _DAYS[value]
    if counter == "つ":
        return _THINGS[value] if 0 < value < len(_THINGS) else _spelt(digits) + "つ"
    if counter == "人" and value in _PEOPLE:
        return _PEOPLE[value]
    return _counted(_spelt(digits), digits, counter) if counter else _spelt(digits)


def _spelt(digits: str) -> str:
    if len(digits) > 12 or (digits.startswith("0") and len(digits) > 1):
        return "".join(_DIGITS[int(digit)] for digit in digits)
    return str(num2words(int(digits), lang="ja", reading=True))


def _counted(number: str, digits: str, counter: str) -> str:
    last, said = digits[-1], _COUNTERS[counter]
    if short := _LAST.get(counter, {}).get(last):
        return number.removesuffix(_DIGITS[int(last)]) + short + said
    whole, clipped = _CLIPPED.get(last, ("", ""))
    if last in _CLIPPED_BEFORE.get(said[0], "") and number.endswith(whole):
        return number.removesuffix(whole) + clipped + _HARDENED.get(said, said)
    # 100 is hyaku: clipped before k, hardened before h.
    if number.endswith(("さん", "せん", "まん")):
        return number + _VOICED.get(said, said)
    return number + said
