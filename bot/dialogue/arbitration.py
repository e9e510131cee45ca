"""Who answers: a task, small talk, the knowledge base, or nobody. Pure; no Rasa.

The classifier knows tasks and small talk from training; the knowledge base knows what the shop wrote, also
what was added a second ago. Neither alone can tell a new question from an unrelated one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.context import KnowledgeHit

__all__ = ["FAQ_PREFIX", "Evidence", "decide", "word_count"]

FAQ_PREFIX = "faq."
"""What the classifier's classes for single topics of the FAQ begin with."""


_SMALL_TALK = frozenset({"greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop", "bot_challenge"})
_TASKS = frozenset({"track_order", "cancel_order", "return_item", "talk_to_human", "find_product"})
_HAN = re.compile(r"[\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
# Short replies are what small talk is made of; in a long message such a word is only its opening.
_SMALL_TALK_WORDS = 7
# How sure the classifier must be. Chosen on training phrases held out in turn (benchmarks/intents.py prints
# the table), not on any evaluation set.
_TASK_CONFIDENCE = 0.5
_SMALL_TALK_CONFIDENCE = 0.45
_CERTAIN = 0.8
_KNOWLEDGE_CERTAIN = 0.85
_PRODUCT_CERTAIN = 0.5
_ONLY_DETAILS_WORDS = 2
# With an order's details in the message, these entries are not asked about but meant.
_TASK_OF_ENTRY = {
    "cancel_order": "cancel_order",
    "how_to_return": "return_item",
    "contact_human": "talk_to_human",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known about a message when its intent is decided.

    Attributes:
        ranking: classifier's probability by intent, 0..1.
        best_hit: best entry of the knowledge base, None when it found nothing at all.
        outcome: whether the knowledge base would answer, ask back, or pass.
        product_score: 0..1, how well a product of the catalogue fits the words.
        details: which of `order_number` and `email` the message carries.
        expecting: the detail a form is asking for, else None.
        words: number of words, as `word_count` counts them.
    """

    ranking: dict[str, float]
    best_hit: KnowledgeHit | None = None
    outcome: Literal["answer", "clarify", "unknown"] = "unknown"
    product_score: float = 0.0
    details: frozenset[str] = field(default_factory=frozenset)
    expecting: str | None = None
    words: int = 1


def decide(evidence: Evidence) -> tuple[str, float]:
    """The intent that the rules act on, with a confidence 0..1."""
    ranking = _without_topics(evidence.ranking)
    intent, confidence = max(ranking.items(), key=lambda item: item[1], default=("ask_faq", 0.0))
    hit = evidence.best_hit if evidence.outcome != "unknown" else None
    if evidence.details:
        return _with_details(evidence, intent, confidence, hit)
    if intent in _SMALL_TALK and _is_small_talk(evidence, intent, confidence, hit):
        return intent, confidence
    if intent in _TASKS and confidence >= _TASK_CONFIDENCE and not _knowledge_wins(evidence, confidence):
        return intent, confidence
    if hit is not None:
        return "talk_to_human" if hit.entry_id == "contact_human" else "ask_faq", hit.score
    if intent == "out_of_scope" and confidence >= _CERTAIN:
        return intent, confidence
    if evidence.product_score >= _PRODUCT_CERTAIN:
        return "find_product", evidence.product_score
    if intent == "out_of_scope" and confidence >= _TASK_CONFIDENCE:
        return intent, confidence
    return "ask_faq", evidence.best_hit.score if evidence.best_hit else 0.0


def _without_topics(ranking: dict[str, float]) -> dict[str, float]:
    """The ranking with the classes of single topics added up as `ask_faq`."""
    plain: dict[str, float] = {}
    for intent, confidence in ranking.items():
        name = "ask_faq" if intent.startswith(FAQ_PREFIX) else intent
        plain[name] = plain.get(name, 0.0) + confidence
    return plain


def _with_details(
    evidence: Evidence, intent: str, confidence: float, hit: KnowledgeHit | None
) -> tuple[str, float]:
    """An order number or an address is there: it is given for something, or is all there is."""
    if intent in {"cancel_order", "return_item"} and confidence >= _TASK_CONFIDENCE:
        return intent, confidence
    if evidence.expecting is not None or evidence.words <= _ONLY_DETAILS_WORDS:
        return "inform", 1.0
    if intent in _TASKS and confidence >= _TASK_CONFIDENCE:
        return intent, confidence
    if hit is not None:
        return _TASK_OF_ENTRY.get(hit.entry_id, "ask_faq"), hit.score
    return "inform", confidence


def _is_small_talk(evidence: Evidence, intent: str, confidence: float, hit: KnowledgeHit | None) -> bool:
    if intent == "bot_challenge" or evidence.words <= _SMALL_TALK_WORDS:
        return confidence >= _SMALL_TALK_CONFIDENCE
    return confidence >= _CERTAIN and hit is None


def word_count(text: str) -> int:
    """Words between spaces; where a script does not space its words, two Han or three kana count as one."""
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    spaced = len(_KANA.sub(" ", _HAN.sub(" ", text)).split())
    return spaced + (han + 1) // 2 + (kana + 2) // 3


def _knowledge_wins(evidence: Evidence, confidence: float) -> bool:
    hit = evidence.best_hit
    if hit is None or evidence.outcome != "answer" or hit.entry_id in _TASK_OF_ENTRY:
        return False
    return hit.score >= _KNOWLEDGE_CERTAIN and confidence < _CERTAIN
