"""Turns what the dialogue wants said into text, buttons and cards of one language.

Reads bot/locales once; every sentence a person can read comes from there or from the knowledge base. Called
by `turn` for replies and by the web edge for error sentences and the widget's strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from bot.messages import Action, Bubble, Button, Card, Metadata, OrderCard, ProductCard, Say, direction_of
from knowledge.facts import Facts, fill, render
from knowledge.locales import locale_of
from knowledge.search import KnowledgeBase

__all__ = ["Phrasebook", "Wording"]

_LOCALES = Path(__file__).resolve().parent / "locales"
# Sentences said together; of alternatives the first whose values are all known is taken.
_COMPOSED = {
    "bot.handoff.requested": (
        ("bot.handoff.requested", "bot.handoff.requested_no_hours"),
        ("bot.handoff.email_too",),
    )
}
# Below this many pieces a shopper should know that they may be gone soon.
_LOW_STOCK = 5


class Phrasebook:
    """All locale files.

    Args:
        folder: one YAML file a language; English must be there.
    """

    def __init__(self, folder: Path = _LOCALES) -> None:
        self._files = {path.stem: _load(path) for path in sorted(folder.glob("*.yml"))}
        self._messages = {language: _flat(data) for language, data in self._files.items()}

    def languages(self) -> tuple[tuple[str, str, Literal["ltr", "rtl"]], ...]:
        """Code, own name and direction of every language that has a file, by code."""
        return tuple((code, data["name"], direction_of(code)) for code, data in self._files.items())

    def nearest(self, language: str | None, fallback: str = "en") -> str:
        """The language with a file that serves this one best: itself, its base, a sibling, the fallback."""
        if language in self._files:
            return str(language)
        base = (language or "").partition("-")[0]
        siblings = [code for code in self._files if code == base or code.startswith(f"{base}-")]
        return siblings[0] if base and siblings else fallback if fallback in self._files else "en"

    def section(self, name: str, language: str) -> dict[str, str]:
        """The raw messages of `widget` or `store`, keys without the section's name."""
        prefix = f"{name}."
        messages = self._messages[self.nearest(language)]
        return {key.removeprefix(prefix): text for key, text in messages.items() if key.startswith(prefix)}

    def say(self, key: str, language: str, values: Mapping[str, Any]) -> str | None:
        """A sentence, filled. None when a value it needs is missing. Raises KeyError for an unknown key."""
        language = self.nearest(language)
        return fill(self._messages[language][key], dict(values), language)

    def first(self, keys: Sequence[str], language: str, values: Mapping[str, Any]) -> str | None:
        """The first message of which every value is known, unfilled; None when there is none."""
        messages = self._messages[self.nearest(language)]
        return next((messages[key] for key in keys if self.say(key, language, values) is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Says things in a language, with the shop's facts at hand.

    Attributes:
        asset_url: prefix for picture file names of the demo shop.
    """

    phrasebook: Phrasebook
    knowledge: KnowledgeBase
    asset_url: str = "/demo/images/"

    @property
    def facts(self) -> Facts:
        """Of the shop, as they are now."""
        return self.knowledge.facts

    @property
    def default_language(self) -> str:
        """The shop's own."""
        return str(self.facts.given.get("default_language") or "en")

    def say(self, key: str, language: str, **values: Any) -> str | None:
        """A sentence by its full key (`bot.greet`), with the shop's facts and the values given."""
        return self.phrasebook.say(key, language, self._values(language, values))

    def bubble(self, say: Say, language: str, *, intent: str | None) -> Bubble:
        """Word one thing to say.

        Args:
            say: what to say; an entry that is gone or has no sentence left is admitted as not known.
            language: answer language. The knowledge base may fall back to another and says so; a sentence
                without a translation comes in the nearest language, which the metadata then names.
            intent: for the metadata.
        """
        if say.faq is not None:
            if answered := self._answer(say, language, intent):
                return answered
            say = replace(say, faq=None) if say.key else Say(key="dont_know", action=Action.REFUSE)
        text = self._text(f"bot.{say.key}", language, say.values)
        buttons = [Button(self._title(key, language), payload) for key, payload in say.buttons]
        titles = (self.knowledge.title(choice, language) for choice in say.choices)
        buttons += [Button(title, title) for title in titles if title]
        cards = tuple(self._card(card, language) for card in say.cards)
        written = self.phrasebook.nearest(language)
        return Bubble(
            text=text, buttons=tuple(buttons), cards=cards, metadata=_metadata(say, written, intent)
        )

    def _answer(self, say: Say, language: str, intent: str | None) -> Bubble | None:
        answer = self.knowledge.answer(str(say.faq), language, fallback=(self.default_language, "en"))
        if answer is None:
            return None
        text = answer.text
        if answer.language.partition("-")[0] != language.partition("-")[0]:
            other = _language_name(answer.language, self.phrasebook.nearest(language))
            text = f"{self.say('bot.answer_in_other_language', language, answer_language=other)}\n{text}"
        buttons = tuple(Button(self._title(key, language), payload) for key, payload in say.buttons)
        return Bubble(text=text, buttons=buttons, metadata=_metadata(say, answer.language, intent))

    def _text(self, key: str, language: str, values: Mapping[str, Any]) -> str | None:
        if key not in _COMPOSED:
            return self.say(key, language, **values)
        known = self._values(language, values)
        said = [self.phrasebook.first(group, language, known) for group in _COMPOSED[key]]
        return (
            render([message for message in said if message], known, self.phrasebook.nearest(language)) or None
        )

    def _title(self, key: str, language: str) -> str:
        return self.say(f"bot.button.{key}", language) or key

    def _values(self, language: str, values: Mapping[str, Any]) -> dict[str, Any]:
        written = self.phrasebook.nearest(language)
        worded = dict(self.facts.values(written))
        for name, value in values.items():
            worded[name] = _date(value, written) if name == "date" else value
        return worded

    def _card(self, card: Mapping[str, Any], language: str) -> Card:
        return (
            self.product_card(card, language)
            if card["kind"] == "product"
            else self._order_card(card, language)
        )

    def product_card(self, product: Mapping[str, Any], language: str) -> ProductCard:
        """A product (fields of connectors.base.Product) as a card."""
        title = _in_language(product["titles"], language) or product["title"]
        stock, text = self.stock(product["stock"], language)
        buttons = (
            Button(self._title("ask_about", language), title),
            *((Button(self._title("view_product", language), product["url"]),) if product["url"] else ()),
        )
        return ProductCard(
            product_id=product["id"],
            title=title,
            description=_in_language(product["descriptions"], language) or product["description"],
            price=money(product["price"], language),
            image_url=self.picture(product["image_url"]),
            url=product["url"],
            stock=stock,
            stock_text=text,
            buttons=buttons,
        )

    def stock(self, count: int, language: str) -> tuple[Literal["in_stock", "low_stock", "sold_out"], str]:
        """How much is left of a product, and the words for it."""
        stock: Literal["in_stock", "low_stock", "sold_out"]
        stock = "sold_out" if count <= 0 else "low_stock" if count < _LOW_STOCK else "in_stock"
        return stock, self.say(f"bot.product.{stock}", language, count=count) or ""

    def _order_card(self, order: Mapping[str, Any], language: str) -> OrderCard:
        lines = order["lines"]
        count = sum(line["quantity"] for line in lines)
        named = [
            f"{line['quantity']} × {_in_language(line['titles'], language) or line['title']}"
            for line in lines
        ]
        return OrderCard(
            order_number=order["number"],
            title=self.say("bot.card.order", language, order_number=order["number"]) or order["number"],
            status=order["status"],
            status_text=self.say(f"bot.status_name.{order['status']}", language) or order["status"],
            placed_text=self.say("bot.card.placed", language, date=order["placed_at"]) or "",
            total=money(order["total"], language),
            items_text=self.say("bot.card.items", language, count=count) or "",
            lines=tuple(named),
            image_urls=tuple(filter(None, map(self.picture, order["image_urls"]))),
            tracking_url=order["tracking_url"],
            tracking_title=self._title("track_parcel", language) if order["tracking_url"] else None,
        )

    def picture(self, name: str | None) -> str | None:
        """Address of a product's picture, from what the shop gives."""
        return name if name is None or "://" in name or name.startswith("/") else self.asset_url + name


def money(amount: Mapping[str, Any], language: str) -> str:
    """Integer minor units as text of the language: `{'amount': 2400, 'currency': 'EUR'}` -> `€24.00`."""
    major = amount["amount"] / 10 ** get_currency_precision(amount["currency"])
    return str(format_currency(major, amount["currency"], locale=locale_of(language)))


def _language_name(code: str, language: str) -> str:
    """What a language is called in another: `('en', 'pt')` -> `inglês`."""
    return locale_of(code).get_language_name(locale_of(language)) or code


def _metadata(say: Say, language: str, intent: str | None) -> Metadata:
    sources = (say.faq,) if say.faq else say.choices
    score = round(say.score, 4) if say.score is not None else None
    return Metadata(
        language=language, intent=intent, action=say.action, faq=say.faq, score=score, sources=sources
    )


def _in_language(texts: Mapping[str, str], language: str) -> str | None:
    return texts.get(language) or texts.get(language.partition("-")[0])


def _date(value: str | date | datetime, language: str) -> str:
    day = datetime.fromisoformat(value).date() if isinstance(value, str) else value
    return str(format_date(day, format="long", locale=locale_of(language)))


def _load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return data


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: str(value)}
    return flat
