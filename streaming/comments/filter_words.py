"""The word lists of the comment filter, read from `filter_words.yml` and ready for matching.

Made once by whoever builds an `Intake`. The lists are data of the product; a shop's own words are given
beside them. Reads a file only when `load_words` is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import yaml

from streaming.comments.plain_text import folded

__all__ = ["FilterWords", "load_words"]

_FILE = Path(__file__).with_name("filter_words.yml")


@dataclass(frozen=True, slots=True)
class FilterWords:
    """Patterns over folded text, all linear.

    Attributes:
        abuse: insults and slurs of any language.
        abuse_in: language -> those that are an ordinary word in other languages.
        abuse_exact: those that their accents make; over lower-case text that is not folded.
        ads: phrases that only advertisers write.
        messengers: names of messengers; harmless without an account beside them.
        streets: style of address -> words of it, not folded.
    """

    abuse: re.Pattern[str]
    abuse_in: Mapping[str, re.Pattern[str]]
    abuse_exact: re.Pattern[str]
    ads: re.Pattern[str]
    messengers: re.Pattern[str]
    streets: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=8)
def load_words(blocked: tuple[str, ...] = ()) -> FilterWords:
    """The shipped lists and a shop's own.

    Args:
        blocked: further words or phrases that count as abuse, whole words only.
    """
    data: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return FilterWords(
        abuse=_pattern(chain(*data["abuse"].values(), blocked), chain(*data["abuse_anywhere"].values())),
        abuse_in={language: _pattern(words) for language, words in data["abuse_in"].items()},
        abuse_exact=_standing_alone("|".join(data["abuse_exact"])),
        ads=_pattern(chain(*data["ads"].values()), data["ads_anywhere"]),
        messengers=_pattern(data["messengers"], data["messengers_anywhere"]),
        streets={style: tuple(words) for style, words in data["streets"].items()},
    )


def _pattern(words: Iterable[str], anywhere: Iterable[str] = ()) -> re.Pattern[str]:
    """Any of the words standing alone, or any of the others anywhere; the longest first."""
    alone = _alternatives(words)
    inside = _alternatives(anywhere)
    return re.compile(f"{_standing_alone(alone).pattern}|{inside}") if inside else _standing_alone(alone)


def _standing_alone(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")


def _alternatives(words: Iterable[str]) -> str:
    unique = {folded(word) for word in words if word.strip()}
    return "|".join(re.escape(word) for word in sorted(unique, key=lambda word: (-len(word), word)))
