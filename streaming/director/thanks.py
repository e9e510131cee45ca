"""Thanks in batches: follows, gifts, joins and orders, with the names that may be said aloud.

Used by the director at sentence ends. Names are untrusted: only a short one of letters and digits is said,
all others are counted. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from babel import Locale
from babel.lists import format_list

from streaming.cues import Moment, Social
from streaming.script.patterns import locale_name

__all__ = ["Batch", "Thanks", "sayable"]

# From one thanks to the next: the pitch is what viewers came for.
_EVERY_MS = 45_000
# More names than this in a breath are a list, not thanks.
_NAMES = 3
_NAME_CHARS = (2, 24)
# A longer row of digits is a phone number or an account to be advertised.
_DIGITS = 4
# Warmest first: who paid is thanked before who looked in.
_KEYS = {"order": "thanks_order", "gift": "thanks_gift", "follow": "thanks_follow", "join": "welcome"}
# Addresses and handles: said aloud they would be advertising.
_ADDRESS = re.compile(
    r"[.:/@\\]\w|www|http|\b(?:wa|tg|vx|wechat|whatsapp|telegram|line)\b|微信|薇信|加v", re.I
)


def sayable(name: str) -> str | None:
    """A viewer's name as it may be said and shown; None when it had better only be counted.

    Args:
        name: as the platform gives it, untrusted.

    Returns:
        Letters, digits and single spaces, 2 to 24 characters, at least one letter and at most four digits.
    """
    plain = unicodedata.normalize("NFKC", name[: 4 * _NAME_CHARS[1]])
    if _ADDRESS.search(plain):
        return None
    said = " ".join("".join(_kept(plain)).split())
    letters = sum(one.isalpha() for one in said)
    digits = sum(one.isnumeric() for one in said)
    fits = _NAME_CHARS[0] <= len(said) <= _NAME_CHARS[1] or (len(said) == 1 and not said.isascii())
    return said if fits and letters and digits <= _DIGITS else None


def _kept(plain: str) -> Iterator[str]:
    """Letters and digits; marks only on letters, so that what is left of an emoji goes with it."""
    before = " "
    for one in plain:
        kind = unicodedata.category(one)[0]
        before = one if kind in "LN" or (kind == "M" and before != " ") else " "
        yield before


@dataclass(slots=True)
class Batch:
    """Whom to thank for one kind of thing.

    Attributes:
        names: the first that can be said, no one twice.
        viewers: how many in all.
    """

    names: list[str] = field(default_factory=list)
    viewers: int = 0


class Thanks:
    """Who is to be thanked, and when.

    Args:
        state: what `state()` gave.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self._last_ms: int | None = known.get("last_ms")
        self._batches = {
            kind: Batch(list(names), int(viewers))
            for kind, (names, viewers) in known.get("batches", {}).items()
        }

    def add(self, social: Social) -> None:
        """Note it; likes and shares are not thanked for."""
        if social.kind not in _KEYS:
            return
        batch = self._batches.setdefault(social.kind, Batch())
        batch.viewers += 1
        name = sayable(social.viewer_name)
        if name is not None and name not in batch.names and len(batch.names) < _NAMES:
            batch.names.append(name)

    def due(self, now: Moment) -> str | None:
        """The kind to be thanked for now; a batch without a name that can be said waits for one."""
        if self._last_ms is not None and now.ms - self._last_ms < _EVERY_MS:
            return None
        return next((kind for kind in _KEYS if kind in self._batches and self._batches[kind].names), None)

    def take(self, kind: str, now: Moment) -> tuple[Batch, int | None]:
        """Take a batch out; with `put_back` it is as if nothing had been."""
        before, self._last_ms = self._last_ms, now.ms
        return self._batches.pop(kind), before

    def put_back(self, kind: str, taken: tuple[Batch, int | None]) -> None:
        """The thanks were not heard: who came since is thanked together with them."""
        batch, self._last_ms = taken
        later = self._batches.get(kind, Batch())
        names = list(dict.fromkeys([*batch.names, *later.names]))[:_NAMES]
        self._batches[kind] = Batch(names, batch.viewers + later.viewers)

    @staticmethod
    def worded(kind: str, batch: Batch, language: str) -> tuple[str, dict[str, object]]:
        """Key and values of the thanks: `names` as a list of the language, `count` of the others."""
        names = format_list(batch.names, locale=_locale(language))
        return _KEYS[kind], {"names": names, "count": max(0, batch.viewers - len(batch.names))}

    def state(self) -> dict[str, Any]:
        """Plain data."""
        batches = {kind: [list(batch.names), batch.viewers] for kind, batch in self._batches.items()}
        return {"last_ms": self._last_ms, "batches": batches}

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        if self._last_ms is not None:
            self._last_ms += delta_ms


def _locale(language: str) -> Locale:
    return Locale.parse(locale_name(language)) if language else Locale.parse("en")
