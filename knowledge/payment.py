"""Ways to pay that are no brand, in the shopper's language. Used by `facts`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

__all__ = ["payment_method"]

_FILE = Path(__file__).with_name("payment_methods.yml")


def payment_method(item: str, language: str) -> str:
    """A way to pay as it stands in a list; a brand, or one that is not known, stays as it is.

    Args:
        item: `bank_transfer`, or what one of our languages calls it (`Überweisung`).
        language: to say it in.
    """
    names = _names()
    key = item.strip().casefold().replace(" ", "_")
    known = names.get(key if key in names else _keys().get(item.strip().casefold(), ""), {})
    return known.get(language, item)


@cache
def _names() -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return names


@cache
def _keys() -> dict[str, str]:
    """What any language calls a way to pay -> its key; a name of two of them is none."""
    found: dict[str, set[str]] = {}
    for key, by_language in _names().items():
        for name in by_language.values():
            found.setdefault(name.casefold(), set()).add(key)
    return {name: next(iter(keys)) for name, keys in found.items() if len(keys) == 1}
