"""Babel's locales for our language codes, with a defect of Babel mended.

Babel 2.18 writes what it resolves for one locale into data that locales share: once Swahili weekdays were
looked up, the Tamil ones are Swahili (python-babel/babel#1234). Here nothing is written back. Import this
before Babel formats anything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError, localedata

from knowledge.messages import icu_locale

__all__ = ["locale_of"]


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale:
    """Babel's locale of a language; one that it lacks is formatted as in English."""
    try:
        return Locale.parse(icu_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def _resolved(self: localedata.LocaleDataDict, key: Any) -> Any:
    """As `LocaleDataDict.__getitem__`, and keeps nothing."""
    value = _whole(self._data[key], self.base)
    return localedata.LocaleDataDict(value, base=self.base) if isinstance(value, dict) else value


def _whole(value: Any, base: Any) -> Any:
    """Data with what it takes over from elsewhere, and its own beside that."""
    alias, own = value if isinstance(value, tuple) else (value, {})
    if not isinstance(alias, localedata.Alias):
        return value
    found = base
    for key in alias.keys:
        found = _whole(found[key], base)
    if own:
        found = dict(found)
        localedata.merge(found, own)
    return found


localedata.LocaleDataDict.__getitem__ = _resolved  # type: ignore[method-assign]
