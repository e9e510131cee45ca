"""Who answers: a task, small talk, the knowledge base, or nobody. Pure; no Rasa.

The classifier knows tasks, small talk and the starter topics from training; the knowledge base knows what the
shop wrote, also what was added a second ago. Neither alone can tell a new question from an unrelated one, so
both are weighed, together with what the conversation is waiting for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.dialogue.context import KnowledgeHit

__all__ = ["FAQ_PREFIX", "Decision", "Evidence", "Knowing", "decide", "word_count"]

FAQ_PREFIX = "faq."
"""What the classifier's classes for single topics of the FAQ begin with."""

Knowing = Literal["answer", "clarify", "unknown"]

_SMALL_TALK = frozenset({"greet", "goodbye", "thanks", "ok", "affirm", "deny", "stop", "bot_challenge"})
_OPENINGS = frozenset({"greet", "thanks", "ok", "affirm", "deny"})
_TASKS = frozenset({"track_order", "cancel_order", "return_item", "talk_to_human", "find_product"})
_ORDER_TASKS = frozenset({"track_order", "cancel_order", "return_item"})
_HAN = re.compile(r"[\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
# Short replies are what small talk is made of; in a longer message such a word is only its opening.
_REPLY_WORDS = 3
_SMALL_TALK_WORDS = 7
_ONLY_DETAILS_WORDS = 2
_SHORT_REPLY_WORDS = 4
# With an order number in it, a message of so few words is about that order.
_SHORT_WORDS = 7
# How sure the classifier must be. Chosen by hand on held-out training phrases (benchmarks/intents.py prints
# the table) and while reading the conversations of tests/scenarios, which therefore flatter.
_TASK_CONFIDENCE = 0.5
_TASK_LIKELY = 0.3
_SMALL_TALK_CONFIDENCE = 0.45
_REPLY_LIKELY = 0.2
_HINTED = 0.12
_CERTAIN = 0.8
_KNOWLEDGE_CERTAIN = 0.85
_TOPIC_LIKELY = 0.4
_TOPIC_SURE = 0.6
_TOPIC_DENIED = 0.15
# What the knowledge base finds less likely than this no classifier talks it into.
_TOPIC_BELIEVED = 0.2
_ELSEWHERE = 0.25
_ABOUT_AN_ORDER = 0.3
_SURELY_AN_ORDER = 0.7
_PRODUCT_CERTAIN = 0.5
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
        ranking: classifier's probability by class, 0..1; `faq.<entry>` for single topics.
        hits: entries of the knowledge base, best first; empty when it found nothing at all.
        outcome: whether the knowledge base would answer with the best, ask back, or pass.
        product_score: 0..1, share of a product's title that was said; 0 when no word of its own was.
        details: which of `order_number` and `email` the message carries.
        expecting: the detail a form is asking for, else None.
        question: what a yes or no would answer, else None.
        words: number of words, as `word_count` counts them.
        known: what the message means by heart (`phrases`), else None.
    """

    ranking: dict[str, float]
    hits: tuple[KnowledgeHit, ...] = ()
    outcome: Knowing = "unknown"
    product_score: float = 0.0
    details: frozenset[str] = field(default_factory=frozenset)
    expecting: str | None = None
    question: str | None = None
    words: int = 1
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The intent that the rules act on, and what the knowledge base is then taken to know."""

    intent: str
    confidence: float
    hits: tuple[KnowledgeHit, ...]
    outcome: Knowing


def decide(evidence: Evidence) -> Decision:
    """Weigh the evidence."""
    evidence = _by_heart(evidence) if evidence.known else _second_opinion(evidence)
    intent, confidence = _intent(evidence)
    return Decision(intent, confidence, evidence.hits, evidence.outcome)


def word_count(text: str) -> int:
    """Words between spaces; where a script does not space its words, two Han or three kana count as one."""
    han, kana = len(_HAN.findall(text)), len(_KANA.findall(text))
    others = _KANA.sub(" ", _HAN.sub(" ", text)).split()
    spaced = sum(any(map(str.isalnum, other)) for other in others)
    return spaced + (han + 1) // 2 + (kana + 2) // 3


def _by_heart(evidence: Evidence) -> Evidence:
    """A message that is a known phrase, word for word, means just that, here or as a reply."""
    known = str(evidence.known)
    score = evidence.product_score if known in _TASKS else 0.0
    return replace(evidence, ranking={known: 1.0}, hits=(), outcome="unknown", product_score=score)


def _second_opinion(evidence: Evidence) -> Evidence:
    """Let the classifier's topics confirm, reorder or deny what the knowledge base found.

    Only entries that the classifier was trained on have a class; a shop's own entries are left as they are.
    """
    ranking = evidence.ranking

    def topic(hit: KnowledgeHit) -> float | None:
        name = "talk_to_human" if hit.entry_id == "contact_human" else FAQ_PREFIX + hit.entry_id
        return ranking.get(name)

    likely = max(evidence.hits[:3], key=lambda hit: topic(hit) or 0.0, default=None)
    if likely is None:
        return evidence
    enough = _TOPIC_LIKELY if evidence.outcome == "clarify" else _TOPIC_SURE
    share = topic(likely) or 0.0
    believed = likely.score >= _TOPIC_BELIEVED
    if evidence.outcome != "answer" and believed and share >= max(enough, _best(ranking)[1]):
        score = max(likely.score, share)
        others = tuple(hit for hit in evidence.hits if hit is not likely)
        return replace(evidence, hits=(KnowledgeHit(likely.entry_id, score), *others), outcome="answer")
    best = topic(evidence.hits[0])
    elsewhere = ranking.get("out_of_scope", 0.0) >= _ELSEWHERE
    denied = best is not None and best < _TOPIC_DENIED and elsewhere
    return replace(evidence, outcome="unknown") if denied else evidence


def _intent(evidence: Evidence) -> tuple[str, float]:
    ranking = _without_topics(evidence.ranking)
    hit = evidence.hits[0] if evidence.hits and evidence.outcome != "unknown" else None
    if evidence.details and (given := _with_details(evidence, ranking, hit)):
        return given
    if reply := _reply(evidence, ranking, hit):
        return reply
    intent, confidence = _best(ranking)
    if intent in _OPENINGS and evidence.words > _REPLY_WORDS:
        intent, confidence = _behind_the_opening(ranking, hit)
    if intent in _SMALL_TALK and _is_small_talk(evidence, intent, confidence, hit):
        return intent, confidence
    if intent == "talk_to_human" and ranking.get("bot_challenge", 0.0) >= _REPLY_LIKELY:
        return "bot_challenge", ranking["bot_challenge"]
    if intent in _TASKS and _is_task(evidence, intent, confidence, hit):
        return intent, confidence
    if _names_product(evidence, ranking):
        return "find_product", max(evidence.product_score, ranking.get("find_product", 0.0))
    if hit is not None:
        return "talk_to_human" if hit.entry_id == "contact_human" else "ask_faq", hit.score
    return _unknown(evidence, intent, confidence)


def _with_details(
    evidence: Evidence, ranking: dict[str, float], hit: KnowledgeHit | None
) -> tuple[str, float] | None:
    """An order number or an address is there: it is given for something, or is all there is.

    None when the message is about something else and its number is none of an order.
    """
    task, confidence = _best({name: ranking.get(name, 0.0) for name in _TASKS})
    # Who is asked for a detail gives it, or corrects it; another task must be said clearly.
    least = _REPLY_LIKELY if evidence.expecting is None else _TASK_CONFIDENCE
    wanted = confidence >= least and confidence * 2 >= ranking.get("ask_faq", 0.0)
    if wanted and task in {"cancel_order", "return_item"}:
        return task, confidence
    if evidence.expecting is not None or evidence.words <= _ONLY_DETAILS_WORDS:
        return "inform", 1.0
    if wanted:
        return task, confidence
    about = sum(ranking.get(name, 0.0) for name in ("inform", "track_order", *_TASK_OF_ENTRY.values()))
    # What the knowledge base only guesses at is no match for a message that is surely about an order.
    if hit is not None and (evidence.outcome == "answer" or about < _SURELY_AN_ORDER):
        near = [other.entry_id for other in evidence.hits[: 1 if evidence.outcome == "answer" else 2]]
        meant = next((_TASK_OF_ENTRY[name] for name in near if name in _TASK_OF_ENTRY), "ask_faq")
        guessed = meant == "ask_faq" and evidence.outcome != "answer"
        return ("inform", about) if guessed and evidence.words <= _SHORT_WORDS else (meant, hit.score)
    elsewhere = _best(ranking)[0] == "out_of_scope" and about < _ABOUT_AN_ORDER
    given = "email" in evidence.details or not elsewhere
    return ("inform", about) if given else None


def _reply(
    evidence: Evidence, ranking: dict[str, float], hit: KnowledgeHit | None
) -> tuple[str, float] | None:
    """A yes, a no or a stop to what was asked, when something was; such replies are short."""
    if evidence.words > _SMALL_TALK_WORDS:
        return None
    no = ranking.get("deny", 0.0) + ranking.get("stop", 0.0)
    yes = ranking.get("affirm", 0.0)
    if evidence.question is not None and max(no, yes) >= _HINTED:
        return ("deny", no) if no >= yes else ("affirm", yes)
    likely = _HINTED if evidence.words <= _SHORT_REPLY_WORDS else _TASK_LIKELY
    if evidence.expecting is not None and no >= likely and hit is None:
        return "stop", no
    return None


def _behind_the_opening(ranking: dict[str, float], hit: KnowledgeHit | None) -> tuple[str, float]:
    """“Hello, how can I pay?” is about paying: what is left when the opening is taken off."""
    opening, confidence = _best(ranking)
    rest = {name: share for name, share in ranking.items() if name not in _OPENINGS}
    intent, share = _best(rest)
    certain = share / max(sum(rest.values()), 1e-9)
    meant = hit is not None if intent == "ask_faq" else intent in _TASKS and certain >= _TASK_CONFIDENCE
    return (intent, certain) if meant else (opening, confidence)


def _is_small_talk(evidence: Evidence, intent: str, confidence: float, hit: KnowledgeHit | None) -> bool:
    if intent == "bot_challenge":
        return confidence >= _SMALL_TALK_CONFIDENCE
    if evidence.words <= _REPLY_WORDS:
        return confidence >= _SMALL_TALK_CONFIDENCE and not evidence.product_score
    if evidence.words <= _SMALL_TALK_WORDS:
        return confidence >= _TASK_CONFIDENCE and evidence.product_score < _PRODUCT_CERTAIN
    return confidence >= _CERTAIN and hit is None


def _is_task(evidence: Evidence, intent: str, confidence: float, hit: KnowledgeHit | None) -> bool:
    if evidence.outcome != "answer" or hit is None:
        # An order is asked about in few ways; products and people are what unrelated questions look like.
        return confidence >= (_TASK_LIKELY if intent in _ORDER_TASKS else _TASK_CONFIDENCE)
    if hit.score >= 1.0 and hit.entry_id not in _TASK_OF_ENTRY:
        return False  # in an entry's very words
    knows = hit.score >= _KNOWLEDGE_CERTAIN and hit.entry_id not in _TASK_OF_ENTRY
    return confidence >= (_CERTAIN if knows else _TASK_CONFIDENCE)


def _names_product(evidence: Evidence, ranking: dict[str, float]) -> bool:
    """A word of a title alone may be chance; with a hint of a product question it is not.

    Against an answer that the knowledge base is not certain of it takes both, or half of a title; where
    nothing else is known, a word is enough.
    """
    hinted = ranking.get("find_product", 0.0) >= _REPLY_LIKELY
    hinted |= evidence.outcome == "unknown" and ranking.get("out_of_scope", 0.0) < _ELSEWHERE
    if evidence.outcome == "answer":
        named = evidence.product_score >= _PRODUCT_CERTAIN or (hinted and evidence.product_score > 0.0)
        return named and evidence.hits[0].score < _KNOWLEDGE_CERTAIN
    return evidence.product_score >= _PRODUCT_CERTAIN or (evidence.product_score > 0.0 and hinted)


def _unknown(evidence: Evidence, intent: str, confidence: float) -> tuple[str, float]:
    """The knowledge base has nothing: another world, or an honest “I don't know”."""
    if intent == "out_of_scope" and confidence >= _TASK_CONFIDENCE:
        return intent, confidence
    return "ask_faq", evidence.hits[0].score if evidence.hits else 0.0


def _without_topics(ranking: dict[str, float]) -> dict[str, float]:
    """The ranking with the classes of single topics added up as `ask_faq`."""
    plain: dict[str, float] = {}
    for intent, confidence in ranking.items():
        name = "ask_faq" if intent.startswith(FAQ_PREFIX) else intent
        plain[name] = plain.get(name, 0.0) + confidence
    return plain


def _best(ranking: dict[str, float]) -> tuple[str, float]:
    return max(ranking.items(), key=lambda item: item[1], default=("ask_faq", 0.0))
