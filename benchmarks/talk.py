"""What simulated shoppers say: endless, repeatable conversations in every language that has texts.

Used by `chat`; pure but for reading the starter packs, the phrases and the demo shop's orders. A conversation
is made of whole exchanges: a question to the knowledge base, small talk, a search for a product, or an order
tracked in three messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import yaml

__all__ = ["MARKS", "MARK_WIDTH", "Phrases", "conversation", "load_phrases", "marked_conversation"]

_ROOT = Path(__file__).resolve().parent.parent
_SEED = 20261122
# Shares of a conversation's exchanges; an order takes three messages, so nearly a third of all are in a form.
_QUESTION, _SMALL_TALK, _PRODUCT = 0.60, 0.75, 0.87
_SMALL_TALK_INTENTS = ("greet", "thanks", "ok", "bot_challenge")
# Its answer calls a person, after which a conversation is no longer an ordinary one.
_LEFT_OUT = "contact_human"
_MARK_TOPICS = ("shipping_time", "return_policy", "payment_methods", "shipping_cost", "warranty")
MARKS = (1, 50, 100, 200)
MARK_WIDTH = len(_MARK_TOPICS)

Exchange = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What can be said in one language; `orders` are pairs (number, e-mail address) that belong together."""

    language: str
    questions: tuple[str, ...]
    small_talk: tuple[str, ...]
    products: tuple[str, ...]
    tracking: tuple[str, ...]
    orders: tuple[tuple[str, str], ...]
    marks: tuple[str, ...]


def load_phrases() -> tuple[Phrases, ...]:
    """The phrases of each language that has both a starter pack and a phrase file, by language code."""
    orders = tuple(
        (str(order["number"]), str(order["customer"]))
        for order in _load(_ROOT / "connectors" / "demo" / "shop.yml")["orders"]
    )
    files = sorted((_ROOT / "bot" / "dialogue" / "nlu").glob("*.yml"))
    return tuple(
        _phrases(file, pack, orders)
        for file in files
        if (pack := _ROOT / "knowledge" / "packs" / file.name).exists()
    )


def _phrases(file: Path, pack: Path, orders: tuple[tuple[str, str], ...]) -> Phrases:
    intents, entries = _load(file)["intents"], _load(pack)["entries"]
    return Phrases(
        language=file.stem,
        questions=tuple(
            ask for topic, entry in entries.items() if topic != _LEFT_OUT for ask in entry["ask"]
        ),
        small_talk=tuple(chain.from_iterable(intents[intent] for intent in _SMALL_TALK_INTENTS)),
        products=tuple(intents["find_product"]),
        tracking=tuple(intents["track_order"]),
        orders=orders,
        marks=tuple(entries[topic]["title"] for topic in _MARK_TOPICS),
    )


def conversation(phrases: tuple[Phrases, ...], number: int) -> Iterator[str]:
    """The messages of one simulated shopper, without end; the same number says the same every time."""
    chance = Random(f"{_SEED}:{number}")
    return chain.from_iterable(_exchanges(phrases[number % len(phrases)], chance))


def marked_conversation(phrases: tuple[Phrases, ...], number: int) -> list[str]:
    """A conversation that asks the same questions again at each of `MARKS`.

    Returns:
        Messages up to the last mark's questions. Those of mark 1 are the first `MARK_WIDTH`, those of another
        mark n are centred on message n. No order form is open when they come.
    """
    own, chance = phrases[number % len(phrases)], Random(f"{_SEED}:marked:{number}")
    exchanges, said = _exchanges(own, chance), list(own.marks)
    for mark in MARKS[1:]:
        begin = mark - 1 - MARK_WIDTH // 2
        while len(said) < begin:
            exchange = next(exchanges)
            fits = len(said) + len(exchange) <= begin
            said.extend(exchange if fits else (chance.choice(own.questions),))
        said.extend(own.marks)
    return said


def _exchanges(own: Phrases, chance: Random) -> Iterator[Exchange]:
    yield (chance.choice(own.small_talk),)
    while True:
        kind = chance.random()
        if kind < _QUESTION:
            yield (chance.choice(own.questions),)
        elif kind < _SMALL_TALK:
            yield (chance.choice(own.small_talk),)
        elif kind < _PRODUCT:
            yield (chance.choice(own.products),)
        else:
            yield (chance.choice(own.tracking), *chance.choice(own.orders))


def _load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data
