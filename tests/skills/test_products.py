"""Products of the demo shop, asked for in every language it has titles in."""

from __future__ import annotations

import pytest

from bot.config import load_settings
from bot.dialogue.phrases import Phrases
from bot.messages import Action
from bot.skills import ProductFinder
from bot.skills.products import find_product
from bot.wording import Phrasebook
from connectors.demo import create
from tests.skills.test_orders import request

BOOK = Phrasebook()


@pytest.fixture
async def finder() -> ProductFinder:
    finder = ProductFinder(Phrases().ordinary)
    await finder.refresh(create(load_settings().connectors.demo), timeout_s=5)
    return finder


@pytest.mark.parametrize(
    ("text", "language", "product"),
    [
        ("how much is the teapot?", "en", "teapot"),
        ("do you have lamps", "de", "desk-lamp"),
        ("Haben Sie eine Schreibtischlampe?", "de", "desk-lamp"),
        ("有没有台灯", "zh", "desk-lamp"),
        ("هل عندكم مصباح مكتب", "ar", "desk-lamp"),
        ("настольную лампу ищу", "ru", "desk-lamp"),
        ("デスクランプはありますか", "ja", "desk-lamp"),
        ("책상 조명 있나요", "ko", "desk-lamp"),
        ("डेस्क लैंप चाहिए", "hi", "desk-lamp"),
        ("vous avez des écharpes ?", "fr", "scarf"),
        ("tenéis mochilas", "es", "backpack"),
        ("рюкзаки есть?", "ru", "backpack"),
        ("목도리도 있어요?", "ko", "scarf"),
        ("茶壶多少钱", "zh", "teapot"),
        ("マフラーはありますか", "ja", "scarf"),
        ("กาน้ำชาราคาเท่าไหร่คะ", "th", "teapot"),
        ("هل لديكم إبريق الشاي", "ar", "teapot"),
    ],
)
async def test_a_named_product_is_found(
    finder: ProductFinder, text: str, language: str, product: str
) -> None:
    assert finder.find(text, language)[0].product.id == product


@pytest.mark.parametrize("text", ["where is my order", "how do I return an item", "ok", "", "退货", "1042"])
async def test_other_messages_name_no_product(finder: ProductFinder, text: str) -> None:
    assert [hit for hit in finder.find(text, "en") if hit.named] == []


@pytest.mark.parametrize("language", [code for code, _, _ in BOOK.languages()])
async def test_asking_for_goods_or_people_names_no_product(finder: ProductFinder, language: str) -> None:
    buttons = ("products", "person", "track", "return", "cancel", "shipping")
    asked = [BOOK.section("bot", language)[f"button.{button}"] for button in buttons]

    assert [text for text in asked for hit in finder.find(text, language) if hit.named] == []


@pytest.mark.parametrize(("text", "language"), [("thanks so much", "en"), ("parfait, merci à vous", "fr")])
async def test_a_word_of_another_languages_title_names_nothing(
    finder: ProductFinder, text: str, language: str
) -> None:
    assert [hit for hit in finder.find(text, language) if hit.named] == []


async def test_without_a_name_products_in_stock_are_recommended(finder: ProductFinder) -> None:
    shop = create(load_settings().connectors.demo)
    asked = request(shop, "")

    result = await find_product(
        type(asked)(
            **{name: getattr(asked, name) for name in asked.__slots__}
            | {"products": finder, "text": "show me"}
        )
    )

    assert result.says[0].action is Action.RECOMMEND
    assert all(card["stock"] > 0 for card in result.says[0].cards)
