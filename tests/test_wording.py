"""Sentences, cards and answers in the languages that are hard to word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.messages import Action, OrderCard, ProductCard, Say
from bot.wording import Phrasebook, Wording
from connectors.base import Money, Order, OrderLine, Product
from knowledge.encoder import make_encoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

ROOT = Path(__file__).resolve().parent.parent
FACTS = {"name": "Nordlicht", "currency": "EUR", "return_days": 30, "support_email": "hi@nordlicht.example"}
LANGUAGES = ["ar", "de", "en", "es", "fr", "hi", "id", "ja", "ko", "pt", "ru", "zh"]


@pytest.fixture(scope="module")
def wording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wording]:
    packs = {
        key: entry
        for key, entry in load_packs(ROOT / "knowledge/packs", LANGUAGES).items()
        if key.startswith("return")
    }
    facts = Facts(FACTS)
    knowledge = KnowledgeBase.open(tmp_path_factory.mktemp("index"), make_encoder("builtin"), packs, facts)
    yield Wording(phrasebook=Phrasebook(), knowledge=knowledge)


def _product(**fields: Any) -> dict[str, Any]:
    product = Product(
        id="lamp", title="Lamp", price=Money(4900, "EUR"), stock=3, titles={"ja": "ランプ"}, **fields
    )
    return {"kind": "product", **asdict(product)}


def _order() -> dict[str, Any]:
    line = OrderLine(
        product_id="lamp", title="Lamp", quantity=2, price=Money(4900, "EUR"), titles={"de": "Lampe"}
    )
    order = Order(
        number="1042",
        status="shipped",
        placed_at=datetime(2026, 11, 20, tzinfo=UTC),
        total=Money(9800, "EUR"),
        lines=(line,),
        tracking_url="https://dhl.example/77",
    )
    return {"kind": "order", **asdict(order)} | {
        "placed_at": order.placed_at.isoformat(),
        "image_urls": ["lamp.webp", "https://shop.example/lamp.webp"],
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_response_of_the_domain_has_a_sentence(wording: Wording, language: str) -> None:
    domain = yaml.safe_load((ROOT / "bot/dialogue/domain.yml").read_text(encoding="utf-8"))
    keys = [variants[0]["text"] for variants in domain["responses"].values()]

    assert all(wording.say(f"bot.{key}", language) for key in keys)


@pytest.mark.parametrize(
    ("language", "price"), [("en", "€49.00"), ("de", "49,00\xa0€"), ("ja", "€49.00"), ("fr", "49,00\xa0€")]
)
def test_prices_are_written_as_the_language_does(wording: Wording, language: str, price: str) -> None:
    assert wording.product_card(_product(), language).price == price


def test_a_product_is_shown_in_the_shoppers_language_or_else_the_shops(wording: Wording) -> None:
    assert wording.product_card(_product(), "ja").title == "ランプ"
    assert wording.product_card(_product(), "ko").title == "Lamp"


@pytest.mark.parametrize(("stock", "kind"), [(0, "sold_out"), (3, "low_stock"), (50, "in_stock")])
def test_stock_is_told_in_three_steps(wording: Wording, stock: int, kind: str) -> None:
    card = wording.product_card(_product() | {"stock": stock}, "en")

    assert card.stock == kind
    assert card.stock_text


def test_an_order_card_carries_what_the_shopper_looks_for(wording: Wording) -> None:
    say = Say(
        key="order.status.shipped",
        action=Action.ORDER_STATUS,
        values={"order_number": "1042"},
        cards=(_order(),),
    )

    card = wording.bubble(say, "de", intent="track_order").cards[0]

    assert isinstance(card, OrderCard)
    assert (card.total, card.lines, card.placed_text) == (
        "98,00\xa0€",
        ("2 × Lampe",),
        "Bestellt am 20. November 2026",
    )
    assert card.image_urls == ("/demo/images/lamp.webp", "https://shop.example/lamp.webp")


def test_an_answer_comes_from_the_entry_with_the_facts_filled_in(wording: Wording) -> None:
    bubble = wording.bubble(Say(faq="return_policy", action=Action.FAQ, score=0.9), "en", intent="ask_faq")

    assert "30 days" in (bubble.text or "")
    assert (bubble.metadata.faq, bubble.metadata.sources, bubble.metadata.score) == (
        "return_policy",
        ("return_policy",),
        0.9,
    )


def test_an_answer_in_another_language_says_so(wording: Wording) -> None:
    bubble = wording.bubble(Say(faq="return_policy", action=Action.FAQ), "sv", intent="ask_faq")

    assert bubble.metadata.language == "en"
    assert (bubble.text or "").splitlines()[0].endswith("på engelska:")


def test_support_hours_that_nobody_gave_are_not_promised(wording: Wording) -> None:
    bubble = wording.bubble(Say(key="handoff.requested", action=Action.HANDOFF), "en", intent="talk_to_human")

    assert "They are here" not in (bubble.text or "")
    assert "hi@nordlicht.example" in (bubble.text or "")


def test_an_entry_that_is_gone_is_admitted(wording: Wording) -> None:
    bubble = wording.bubble(Say(faq="removed_yesterday", action=Action.FAQ), "en", intent="ask_faq")

    assert (bubble.metadata.faq, bubble.metadata.action) == (None, Action.REFUSE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_product_cards_are_complete_in_every_language(wording: Wording, language: str) -> None:
    card = wording.product_card(_product(), language)

    assert isinstance(card, ProductCard)
    assert all((card.title, card.price, card.stock_text, card.buttons))


def test_a_sentence_without_a_translation_names_the_language_it_is_written_in(wording: Wording) -> None:
    bubble = wording.bubble(Say(key="greet", action=Action.CHAT), "eu", intent="greet")

    assert (bubble.text, bubble.metadata.language) == (wording.say("bot.greet", "en"), "en")
