"""What a viewer's comment is about: a question or talk, near to buying, an affair of the viewer's own.

By the words that are known by heart, the catalogue's names, and the learned head of the knowledge base with
the dialogue's small talk beside it. Used by `bot.live.brain`; a millisecond a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import yaml

from bot.dialogue.details import find_emails, find_order_numbers
from bot.dialogue.phrases import Phrases
from bot.language import LanguageDetector, choose_language
from bot.skills import ProductFinder
from knowledge.encoder import Vectors
from knowledge.head import Head
from knowledge.search import KnowledgeBase
from streaming.cues import Reading

__all__ = ["CommentReader"]

_INTENTS = Path(__file__).with_name("intents.yml")
_KINDS = ("buying", "personal", "chatter")
# Small talk of the dialogue, of which the head has no intents: shoppers type it, nobody answers it there.
_TALK = ("greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop")
_OWN_AFFAIRS = frozenset({"track_order", "cancel_order", "return_item", "talk_to_human"})
# Lines of a class beyond these tell the head no more.
_LINES = 10.0
# How far apart log-likelihood ratios must lie to tell intents apart, and the share of intents that makes a
# comment a personal one: `python -m benchmarks.live_reading` prints what other values give.
_TEMPERATURE = 2.0
_PERSONAL = 0.4
_NAMED = 0.8
# Cosine to one of the lines that are urgent, or ask for price or stock of whatever is on the card.
_URGENT = 0.8
_OF_CARD = 0.8
_ASKS_AT_LEAST = 0.6
_QUESTION_MARKS = "?？؟;՞"


class CommentReader:
    """Reads comments of a room.

    Args:
        knowledge: encodes.
        head: of its encoder; without one every comment that is no known phrase counts as a question.
        detector: of languages.
        phrases: known by heart.
        products: the catalogue's words.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        head: Head | None,
        *,
        detector: LanguageDetector,
        phrases: Phrases,
        products: ProductFinder,
    ) -> None:
        self._knowledge, self._detector = knowledge, detector
        self._phrases, self._products = phrases, products
        data: Mapping[str, list[str]] = yaml.safe_load(_INTENTS.read_text(encoding="utf-8"))
        self._lines = {name: knowledge.encode_all(data[name]) for name in ("urgent", "price", "stock")}
        self._kinds = _Kinds(head, knowledge, phrases, data) if head else None

    def read(self, text: str, *, room_language: str, card: str | None) -> Reading:
        """What a comment is about.

        Args:
            text: as the viewer wrote it.
            room_language: of the show; of comments that say nothing about theirs.
            card: product shown now: "how much is it?" means that one.
        """
        language = choose_language(
            self._detector, text, conversation=None, page=room_language, default=room_language
        )
        vector = self._knowledge.encode(text)
        known = self._phrases.intent(text, language)
        hits = self._products.find(text, language, 1)
        product = hits[0].product.id if hits and hits[0].named else None
        shares = self._kinds.shares(vector) if self._kinds else dict.fromkeys(_KINDS, 0.0)
        own = known in _OWN_AFFAIRS or _is_own(text) or (not known and shares["personal"] >= _PERSONAL)
        of_goods = None if own or known in _TALK else self._of_goods(vector)
        product = product or (card if of_goods else None)
        sure = bool(known or own or product)
        asks = 0.0 if known in _TALK else _asks(text, shares["chatter"], sure=sure)
        topic = of_goods if of_goods and product else None
        return Reading(
            language=language,
            vector=tuple(vector.tolist()),
            asks=asks,
            buying=max(shares["buying"], _NAMED if product and not own else 0.0),
            personal=own,
            urgent=not own and self._near("urgent", vector) >= _URGENT,
            product_id=product,
            topic=topic or (self._topic(text, language, vector) if asks > 0 and not own else None),
        )

    def _of_goods(self, vector: Vectors) -> str | None:
        """`price` or `stock` for what asks for that."""
        near, name = max((self._near(name, vector), name) for name in ("price", "stock"))
        return name if near >= _OF_CARD else None

    def _near(self, name: str, vector: Vectors) -> float:
        return float((self._lines[name] @ vector).max())

    def _topic(self, text: str, language: str, vector: Vectors) -> str | None:
        """The entry that answers it, where the knowledge base is sure."""
        found = self._knowledge.search(text, vector=vector, language=language, k=1)
        return f"faq:{found.hits[0].entry_id}" if found.outcome == "answer" else None


class _Kinds:
    """Shares of the kinds of intents that a vector could be of."""

    def __init__(
        self, head: Head, knowledge: KnowledgeBase, phrases: Phrases, data: Mapping[str, list[str]]
    ) -> None:
        self._head = head
        said = [phrases.saying(intent) for intent in _TALK]
        talk = [head.place(knowledge.encode_all(texts)).mean(axis=0) for texts in said]
        means = np.vstack([head.means, *talk]).astype(np.float32)
        self._terms = head.terms(means, np.full(len(means), _LINES, dtype=np.float32))
        names = [*head.names, *_TALK]
        self._rows = {kind: np.isin(names, [*data[kind]]) for kind in _KINDS}

    def shares(self, vector: Vectors) -> dict[str, float]:
        ratios = self._head.ratios(self._head.place(vector[None])[0], self._terms)
        weights = np.exp((ratios - ratios.max()) / _TEMPERATURE)
        total = float(weights.sum())
        return {kind: float(weights[rows].sum()) / total for kind, rows in self._rows.items()}


def _asks(text: str, chatter: float, *, sure: bool) -> float:
    if sure:
        return 1.0
    asked = _ASKS_AT_LEAST if text.rstrip().endswith(tuple(_QUESTION_MARKS)) else 0.0
    return max(1.0 - chatter, asked)


def _is_own(text: str) -> bool:
    """An order number or an e-mail address is the viewer's own affair, whatever is asked about it."""
    return bool(find_emails(text) or find_order_numbers(text, bare=False))
