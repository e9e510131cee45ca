"""Finds products of the catalogue by what a shopper calls them, and recommends when nothing is named.

`ProductFinder` keeps an index of title words in every language the catalogue has; its owner refreshes it and
every turn reads it, so a look-up costs microseconds.
"""

from __future__ import annotations

import asyncio
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING

from bot.messages import Action, Say, SkillResult
from connectors.base import Product, Shop
from connectors.errors import ConnectorError

if TYPE_CHECKING:
    from bot.skills.orders import Request

__all__ = ["ProductFinder", "ProductHit", "find_product"]

_SHOWN = 3
# A tag (“kitchen”) says less than a title.
_TAG_SHARE = 0.5
# What titles without a language are mostly written in.
_OWN = "en"
# Endings differ (lamp, lamps, Lampe, лампу): words agree when this much of the longer one does.
_SAME_START = 0.7
_SHORTEST_START = 4
_KEY = 2
# Vowel signs of Indic and South-East Asian scripts are part of a word, which `\w` alone does not know.
_WORD = re.compile(r"[\w\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
_ACCENT = re.compile(r"[\u0300-\u036f\u064b-\u065f]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_SYLLABLES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LETTERS_A_PIECE = 5
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class ProductHit:
    """A product with its score: the share of its title, by weight of words, that was named; 0..1.

    Attributes:
        named: a word was said that belongs to this product alone.
    """

    product: Product
    score: float
    named: bool


@dataclass(frozen=True, slots=True)
class _Title:
    product: int
    words: tuple[str, ...]
    worth: float


class ProductFinder:
    """Looks for title words in messages: those of the shop's own titles, and of the message's language."""

    def __init__(self, ordinary: Callable[[str], Iterable[str]] = lambda language: ()) -> None:
        """`ordinary` tells the words of a language that name nothing (“with”, “my”), in a title or not."""
        self._ordinary = ordinary
        self._products: tuple[Product, ...] = ()
        self._words: dict[str, _Words] = {}
        self._folded: dict[str, frozenset[str]] = {}

    async def refresh(self, shop: Shop, *, timeout_s: float) -> None:
        """Read the catalogue. Raises ConnectorError or TimeoutError; the old catalogue then stays."""
        async with asyncio.timeout(timeout_s):
            self._index(await shop.products())

    @property
    def products(self) -> tuple[Product, ...]:
        """The catalogue as last read."""
        return self._products

    def find(self, text: str, language: str = "", k: int = _SHOWN) -> tuple[ProductHit, ...]:
        """Products whose titles share words with the message, best first; empty when none does.

        Args:
            text: the message.
            language: of the message; words of titles in other languages may be any word of this one.
            k: at most this many.
        """
        best: dict[int, tuple[float, bool]] = {}
        for code in dict.fromkeys(("", language, language.partition("-")[0])):
            for number, (score, named) in self._words[code].heard(text) if code in self._words else ():
                before = best.get(number, (0.0, False))
                best[number] = (max(before[0], score), before[1] or named)
        ranked = sorted(best.items(), key=lambda item: (not item[1][1], -item[1][0], item[0]))[:k]
        return tuple(ProductHit(self._products[number], score, named) for number, (score, named) in ranked)

    def _index(self, products: tuple[Product, ...]) -> None:
        titles: dict[str, list[_Title]] = defaultdict(list)
        for number, product in enumerate(products):
            own = [("", product.title, 1.0), *(("", tag, _TAG_SHARE) for tag in product.tags)]
            for code, text, worth in (*own, *((code, text, 1.0) for code, text in product.titles.items())):
                ordinary = self._ordinary_words(code or _OWN)
                if words := tuple(dict.fromkeys(word for word in _words(text) if word not in ordinary)):
                    titles[code].append(_Title(number, words, worth))
        self._words = {code: _Words(of, len(products)) for code, of in titles.items()}
        self._products = products

    def _ordinary_words(self, language: str) -> frozenset[str]:
        if language not in self._folded:
            words = (word for word in self._ordinary(language) if not _UNSPACED.search(word))
            self._folded[language] = frozenset(chain.from_iterable(map(_words, words)))
        return self._folded[language]


class _Words:
    """The titles of one language by their words."""

    def __init__(self, titles: list[_Title], products: int) -> None:
        owners: dict[str, set[int]] = defaultdict(set)
        for title in titles:
            for word in title.words:
                owners[word].add(title.product)
        self._titles, self._owners = titles, dict(owners)
        self._weights = {word: math.log(1 + products / len(having)) for word, having in owners.items()}
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for word in owners:
            self._by_start[word[:_KEY]].append(word)

    def heard(self, text: str) -> Iterator[tuple[int, tuple[float, bool]]]:
        """Products with the share of their title that was said, and whether by a word of their own."""
        said = {
            known
            for word in _words(text)
            for known in self._by_start.get(word[:_KEY], ())
            if _agree(word, known)
        }
        for title in self._titles:
            if heard := [word for word in title.words if word in said]:
                total = sum(self._weights[word] for word in title.words)
                score = title.worth * sum(self._weights[word] for word in heard) / total
                own = title.worth == 1.0 and any(len(self._owners[word]) == 1 for word in heard)
                yield title.product, (score, own)


async def find_product(request: Request) -> SkillResult:
    """Show the products that were named, or a few that are in stock."""
    if not request.products.products:
        try:
            await request.products.refresh(request.shop, timeout_s=request.timeout_s)
        except (ConnectorError, TimeoutError):
            return SkillResult(says=(Say(key="shop_unavailable", action=Action.UNAVAILABLE),))
    hits = request.products.find(request.text, request.language)
    named = [hit for hit in hits if hit.named]
    if named:
        cards, score = tuple(_card(hit.product) for hit in named), round(named[0].score, 3)
        return SkillResult(
            says=(Say(key="product.found", action=Action.PRODUCT_INFO, score=score, cards=cards),)
        )
    in_stock = [product for product in request.products.products if product.stock > 0][:_SHOWN]
    if not in_stock:
        return SkillResult(says=(Say(key="product.none", action=Action.REFUSE),))
    cards = tuple(_card(product) for product in in_stock)
    return SkillResult(says=(Say(key="product.recommend", action=Action.RECOMMEND, cards=cards),))


def _card(product: Product) -> dict[str, object]:
    return {"kind": "product", **asdict(product)}


def _words(text: str) -> list[str]:
    """Folded words; short runs of characters where a script does not put spaces between words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", _ACCENT.sub("", folded))):
        words += _pieces(word) if _UNSPACED.search(word) else [_bare(word)]
    return words


def _bare(word: str) -> str:
    """Without the Arabic article and the Indonesian possessive, which stand fast to the word."""
    word = word.removeprefix("ال") if len(word) > 4 else word
    return word.removesuffix("nya") if len(word) > 6 else word


def _pieces(word: str) -> Iterable[str]:
    """Runs of signs: two where each is a syllable or a word, more where they are letters."""
    size = 2 if _SYLLABLES.search(word) else _LETTERS_A_PIECE
    return list(dict.fromkeys(word[i : i + size] for i in range(max(1, len(word) - size + 1))))


def _agree(said: str, known: str) -> bool:
    if said == known:
        return True
    if _HANGUL.match(known) and len(known) >= 2 and said.startswith(known):
        return True  # particles follow the noun without a space
    pairs = enumerate(zip(said, known, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(said), len(known)))
    return same >= _SHORTEST_START and same >= _SAME_START * max(len(said), len(known))
