"""Read the parallel corpus: `<source>.tsv.zst`, one line a pair: language, English, translation, source.

The corpus is not part of the repository. Needs the `zstd` program.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LANGUAGES", "PERMISSIVE", "SHOP", "SOURCES", "Pairs", "read_pairs"]

LANGUAGES = tuple(
    "en zh zh-TW ja ko vi th id ms fil my km hi bn ur ta te mr gu kn ml pa mn kk uz az hy ka he ar fa tr"
    " ru uk bg sr hr sl mk sq cs sk pl hu ro el de nl fr es ca pt it da sv nb is fi et lv lt ga mt sw am"
    " af".split()
)
# What a source weighs in sampling: what reads like a shopper or a shop counts more than word lists.
_SHOP = dict.fromkeys(
    ("spree", "solidus", "sylius", "bagisto", "oscar", "vendure", "saleor", "shopware", "aimeos", "ospos"),
    2.0,
)
_ACCOUNT = dict.fromkeys(
    (
        "bitwarden",
        "relay",
        "vpn",
        "rcrn",
        "rclc",
        "laravel",
        "larattr",
        "allauth",
        "devise",
        "donation",
        "www",
    ),
    1.5,
)
_SENTENCES = {"tatoeba": 3.0, "ntrex": 1.0, "tico": 0.7, "indian": 0.3, "mwext": 1.0, "wikiandroid": 1.0}
_OTHER = {
    "smooth": 1.0, "thunder": 1.0, "odoo": 0.8, "erpnext": 0.5, "frappe": 0.6, "matomo": 0.7,
    "ticoterms": 0.2, "railsi18n": 0.5, "cldr": 0.1, "omw": 0.3,
}  # fmt: skip
SOURCES = _SHOP | _ACCOUNT | _SENTENCES | _OTHER
SHOP = frozenset(_SHOP)
# Sources under MIT, BSD, Apache, CC0, CC BY or the Unicode licence.
PERMISSIVE = frozenset(
    "frappe spree solidus sylius bagisto oscar saleor shopware ospos larattr laravel allauth devise railsi18n"
    " smooth rcrn rclc wikiandroid thunder tico ticoterms cldr tatoeba".split()
)

_MAX_ENGLISH = 128
_MAX_OTHER = 200
# The corpus names Traditional Chinese by script, the product by region.
_RENAMED = {"zh-Hant": "zh-TW"}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Translation pairs of one source.

    Attributes:
        language: of the translations, one a pair.
        english: one a pair.
        other: the translations.
    """

    source: str
    language: Sequence[str]
    english: Sequence[str]
    other: Sequence[str]


def read_pairs(folder: Path, languages: frozenset[str], *, permissive: bool = False) -> Iterator[Pairs]:
    """Sources in the order of `SOURCES`, short pairs in the wanted languages only.

    Args:
        folder: holds `<source>.tsv.zst`.
        languages: codes as the product writes them.
        permissive: only sources under permissive licences.

    Raises:
        subprocess.CalledProcessError: a file can't be unpacked.
    """
    for source in SOURCES:
        path = folder / f"{source}.tsv.zst"
        if not path.exists() or (permissive and source not in PERMISSIVE):
            continue
        text = _unpacked(path)
        rows = []
        for line in text.split("\n"):
            parts = line.split("\t")
            if len(parts) != 4 or len(parts[1]) > _MAX_ENGLISH or len(parts[2]) > _MAX_OTHER:
                continue
            language = _RENAMED.get(parts[0], parts[0])
            if language in languages:
                rows.append((language, parts[1], parts[2]))
        if rows:
            yield Pairs(source, *(list(column) for column in zip(*rows, strict=True)))


def _unpacked(path: Path) -> str:
    command = ["zstd", "-dc", str(path)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # a fixed program, no shell
    return done.stdout.decode()
