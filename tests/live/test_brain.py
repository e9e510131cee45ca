"""What the brain reads in comments and says to questions: real knowledge base, catalogue and words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any

import pytest

from bot.config import ROOT, load_settings
from bot.dialogue.phrases import Phrases
from bot.language import LanguageDetector
from bot.live.brain import LiveBrain
from bot.live.reading import CommentReader
from bot.skills import ProductFinder
from bot.wording import Phrasebook, Wording
from connectors.demo import create as create_demo_shop
from knowledge.encoder import BUILTIN_MODEL, BuiltinEncoder
from knowledge.entries import load_packs
from knowledge.facts import Facts
from knowledge.head import load_head
from knowledge.languages import LanguageModel
from knowledge.search import KnowledgeBase
from streaming.cues import Comment, Question, Reading


class NoState:
    """A shop that remembers nothing."""

    async def load(self) -> dict[str, Any] | None:
        """Nothing was saved."""
        return None

    async def save(self, data: Mapping[str, Any], *, once: str) -> dict[str, Any]:
        """As if it were kept."""
        return dict(data)


@pytest.fixture(scope="module")
def brain(tmp_path_factory: pytest.TempPathFactory) -> LiveBrain:
    shop = create_demo_shop(load_settings().connectors.demo, NoState())
    facts = asyncio.run(shop.facts())
    packs = load_packs(ROOT / "knowledge" / "packs", ["en", "de", "es", "zh", "id"])
    knowledge = KnowledgeBase.open(
        tmp_path_factory.mktemp("index"), BuiltinEncoder(), packs, Facts(facts), patience_s=inf
    )
    phrases = Phrases()
    products = ProductFinder(phrases.ordinary)
    asyncio.run(products.refresh(shop, timeout_s=5))
    detector = LanguageDetector(LanguageModel.load(), knowledge.coverage())
    head = load_head(BUILTIN_MODEL, knowledge.encoder)

    def make_reader() -> CommentReader:
        return CommentReader(knowledge, head, detector=detector, phrases=phrases, products=products)

    wording = Wording(phrasebook=Phrasebook(), knowledge=knowledge)
    brain = LiveBrain(make_reader=make_reader, knowledge=knowledge, wording=wording, phrases=phrases)
    asyncio.run(brain.awake())
    return brain


def read(brain: LiveBrain, text: str, *, card: str | None = None) -> Reading:
    return brain.read(text, room_language="en", card=card)


def question(text: str, reading: Reading) -> Question:
    comment = Comment(
        id="1",
        source="rest",
        viewer_id="v",
        viewer_name="Ana",
        text=text,
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return Question(id="q", text=text, language=reading.language, comments=(comment,), reading=reading)


@pytest.mark.parametrize("text", ["hi everyone", "love this 😍", "lol", "谢谢", "hola a todos", "👏👏👏"])
def test_talk_is_no_question(brain: LiveBrain, text: str) -> None:
    assert read(brain, text).asks < 0.5


@pytest.mark.parametrize(
    ("text", "topic", "language"),
    [
        ("do you ship to Brazil", "faq:ship_to_country", "en"),
        ("can I pay with paypal", "faq:payment_methods", "en"),
        ("hacen envíos a México?", "faq:ship_to_country", "es"),
        ("能寄到台湾吗", "faq:ship_to_country", "zh"),
        ("bisa cod?", "faq:cash_on_delivery", "id"),
    ],
)
def test_a_question_is_read_with_what_answers_it(
    brain: LiveBrain, text: str, topic: str, language: str
) -> None:
    reading = read(brain, text)

    assert reading.asks >= 0.5
    assert (reading.topic, reading.language, reading.personal) == (topic, language, False)


@pytest.mark.parametrize(
    "text", ["Where is my order 1042?", "我的快递到哪了", "my email is a@b.com", "¿dónde está mi pedido?"]
)
def test_an_affair_of_the_viewers_own_is_personal(brain: LiveBrain, text: str) -> None:
    assert read(brain, text).personal


@pytest.mark.parametrize("text", ["no sound!!", "wrong price on the screen", "没有声音", "no se oye nada"])
def test_what_is_wrong_with_the_show_is_urgent(brain: LiveBrain, text: str) -> None:
    assert read(brain, text).urgent


@pytest.mark.parametrize("text", ["do you ship to Brazil", "hi everyone", "how much is it"])
def test_nothing_else_is_urgent(brain: LiveBrain, text: str) -> None:
    assert not read(brain, text).urgent


@pytest.mark.parametrize("text", ["how much is it??", "多少钱啊", "cuánto cuesta", "harganya berapa kak"])
def test_a_price_is_asked_of_what_is_on_the_card(brain: LiveBrain, text: str) -> None:
    reading = read(brain, text, card="mug")

    assert (reading.topic, reading.product_id) == ("price", "mug")
    assert reading.buying > 0.5


def test_without_a_card_nobody_knows_which_price_is_asked(brain: LiveBrain) -> None:
    assert read(brain, "how much is it??").product_id is None


def test_a_named_product_goes_before_the_one_on_the_card(brain: LiveBrain) -> None:
    assert read(brain, "how much is the backpack", card="mug").product_id == "backpack"


def test_equal_questions_in_two_languages_lie_nearer_than_different_ones(brain: LiveBrain) -> None:
    english, spanish, other = (
        read(brain, text).vector
        for text in ("How long does delivery take?", "¿Cuánto tarda el envío?", "Can I return it?")
    )

    near = sum(a * b for a, b in zip(english, spanish, strict=True))
    far = sum(a * b for a, b in zip(english, other, strict=True))

    assert near > far


async def test_a_known_question_is_answered_from_the_knowledge_base(brain: LiveBrain) -> None:
    text = "How long does delivery take?"

    answer = await brain.answer(question(text, read(brain, text)), language="en")

    assert answer is not None
    assert answer.source == "faq:shipping_time"
    assert "3" in answer.text


async def test_an_answer_comes_with_itself_in_the_language_of_the_captions(brain: LiveBrain) -> None:
    text = "How long does delivery take?"

    answer = await brain.answer(question(text, read(brain, text)), language="en", captions="es")
    without = await brain.answer(question(text, read(brain, text)), language="en", captions="fr")

    assert answer is not None
    assert without is not None
    assert list(answer.captions) == ["es"]
    assert "días" in answer.captions["es"]
    assert without.captions == {}


async def test_a_question_about_a_product_is_left_to_be_worded_when_spoken(brain: LiveBrain) -> None:
    text = "how much is the backpack"

    answer = await brain.answer(question(text, read(brain, text)), language="en")

    assert answer is not None
    assert (answer.key, answer.product_id, answer.text) == ("product_offer", "backpack", "")


async def test_what_nobody_knows_is_not_answered(brain: LiveBrain) -> None:
    text = "which studio designed this handle"

    assert await brain.answer(question(text, read(brain, text)), language="en") is None


async def test_who_asks_what_the_host_is_is_told_that_it_is_an_ai(brain: LiveBrain) -> None:
    text = "are you a robot?"

    answer = await brain.answer(question(text, read(brain, text)), language="en")

    assert answer is not None
    assert answer.key == "ai_reminder"


async def test_a_long_answer_is_spoken_as_far_as_a_crowd_listens(brain: LiveBrain) -> None:
    text = "do you ship to Brazil"

    answer = await brain.answer(question(text, read(brain, text)), language="en")

    assert answer is not None
    assert answer.text.endswith(".")
    assert answer.text.count(".") < 3
