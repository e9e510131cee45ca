"""Who answers: a task, small talk, the knowledge base, or nobody. Pure; no Rasa.

The classifier knows tasks and small talk from training; the knowledge base knows what the shop wrote, also
what was added a second ago. Neither alone can tell a new question from an unrelated one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.context import KnowledgeHit

__all__ = ["Evidence", "decide", "word_count"]

_SMALL_TALK = frozenset({"greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop", "bot_challenge"})
_TASKS = frozenset({"track_order", "cancel_order", "return_item", "talk_to_human", "find_product"})
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Short replies are what small talk is made of; in a long message such a word is only its opening.
_SMALL_TALK_WORDS = 7
# How sure the classifier must be. Chosen on the training phrases left out one language file at a time
# (benchmarks/intents.py prints the table), not on any evaluation set.
_TASK_CONFIDENCE = 0.5
_SMALL_TALK_CONFIDENCE = 0.45
_OVERRULES_KNOWLEDGE = 0.8
_KNOWLEDGE_CERTAIN = 0.85
_PRODUCT_CERTAIN = 0.6


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
    intent, confidence = max(evidence.ranking.items(), key=lambda item: item[1], default=("ask_faq", 0.0))
    if evidence.expecting in evidence.details and intent not in {"cancel_order", "return_item"}:
        return "inform", 1.0
    if intent in _SMALL_TALK and confidence >= _SMALL_TALK_CONFIDENCE and evidence.words <= _SMALL_TALK_WORDS:
        return intent, confidence
    knows = evidence.outcome != "unknown" and evidence.best_hit is not None
    if intent in _TASKS and confidence >= _TASK_CONFIDENCE and not _knowledge_wins(evidence, confidence):
        return intent, confidence
    if evidence.details and not knows and intent in _TASKS | {"inform", "out_of_scope", "ask_faq"}:
        return (intent if intent in _TASKS else "inform"), confidence
    if knows and evidence.best_hit is not None:
        return _entry_intent(evidence.best_hit.entry_id), evidence.best_hit.score
    if evidence.product_score >= _PRODUCT_CERTAIN:
        return "find_product", evidence.product_score
    if intent == "out_of_scope" and confidence >= _TASK_CONFIDENCE:
        return "out_of_scope", confidence
    return "ask_faq", evidence.best_hit.score if evidence.best_hit else 0.0


def word_count(text: str) -> int:
    """Words between spaces; where a script does not space its words, one for every two characters."""
    unspaced = len(_UNSPACED.findall(text))
    return len(_UNSPACED.sub(" ", text).split()) + (unspaced + 1) // 2


def _knowledge_wins(evidence: Evidence, confidence: float) -> bool:
    hit = evidence.best_hit
    if hit is None or evidence.outcome != "answer" or evidence.details:
        return False
    return hit.score >= _KNOWLEDGE_CERTAIN and confidence < _OVERRULES_KNOWLEDGE


def _entry_intent(entry_id: str) -> str:
    return "talk_to_human" if entry_id == "contact_human" else "ask_faq"
