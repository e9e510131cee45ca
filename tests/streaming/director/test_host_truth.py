"""The director and the shop: what is said of prices and stock is what the shop says, or is not said."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from connectors.base import Money
from streaming.cues import Answer, CatalogueRead, Look, Moment
from streaming.director.product_truth import ProductTruth, money
from streaming.show import Mark, Segment, Variant
from tests.fakes.live_room import LAMP, NOON, LiveRoom, line, make_show, segment

LAMP_TEXTS = ("This is the {title}.", "It costs [lamp:{price}].", "There are {stock} left.", "It shines.")


def lamp() -> Segment:
    return segment("lamp", *LAMP_TEXTS, product="lamp")


@pytest.fixture
def room() -> LiveRoom:
    return LiveRoom(make_show(lamp(), segment("talk", "Let us talk.", "And talk.")))


def test_values_come_from_the_shop(room: LiveRoom) -> None:
    room.until_said("Let us talk")

    assert room.texts_of("script") == [
        "This is the Lamp.", "It costs [lamp:€39.00].", "There are 20 left.", "It shines.", "Let us talk.",
    ]  # fmt: skip


def test_the_shop_is_asked_right_before_every_sentence_with_a_value(room: LiveRoom) -> None:
    room.until_said("left")

    asked = [ms for ms, cue in room.cues if isinstance(cue, Look)]
    begun = dict(zip(room.texts, (ms for ms, cue in room.cues if type(cue).__name__ == "Say"), strict=True))
    assert begun["It costs [lamp:€39.00]."] - room.shop_ms in asked
    assert begun["There are 20 left."] - room.shop_ms in asked


def test_a_price_that_changes_is_said_as_it_is_then_and_pointed_out(room: LiveRoom) -> None:
    room.until_said("It shines")
    room.set_product(replace(LAMP, price=Money(2500, "EUR")))

    room.until_said("[lamp:€25.00]")

    assert room.said[-2].source == "host:price_note"


def test_a_price_that_stays_is_not_pointed_out(room: LiveRoom) -> None:
    room.run(seconds=120)

    assert "host:price_note" not in [one.source for one in room.said]


def test_without_the_shop_sentences_with_values_are_left_out_and_others_said(room: LiveRoom) -> None:
    room.until_said("It shines")
    room.products = None

    room.run_until(lambda: room.texts[-1] == "It shines." and len(room.texts) > 6)

    assert room.texts_of("script")[4:] == ["Let us talk.", "And talk.", "This is the Lamp.", "It shines."]


def test_a_shop_that_never_answers_is_given_up(room: LiveRoom) -> None:
    room.shop_ms = 1_000_000

    room.until_said("It shines")

    assert room.texts_of("script") == ["It shines."]


def test_a_sold_out_product_is_announced_once_and_its_segment_skipped(room: LiveRoom) -> None:
    room.until_said("It costs")
    room.set_product(replace(LAMP, stock=0))

    room.run(seconds=90)

    assert Counter(one.source for one in room.said)["host:sold_out"] == 1
    assert Counter(room.texts_of("script"))["This is the Lamp."] == 1
    assert "There are 20 left." not in room.texts


def test_a_product_that_is_back_is_presented_again_and_announced_when_it_is_gone_again(
    room: LiveRoom,
) -> None:
    room.set_product(replace(LAMP, stock=0))
    room.run(seconds=30)

    room.set_product(LAMP)
    room.until_said("It shines")
    room.set_product(replace(LAMP, stock=0))
    room.run(seconds=30)

    assert Counter(one.source for one in room.said)["host:sold_out"] == 2


def test_a_product_that_the_shop_does_not_have_is_skipped_without_a_word(room: LiveRoom) -> None:
    room.products = {}

    room.run(seconds=60)

    assert set(room.texts_of("script")) == {"Let us talk.", "And talk."}
    assert "host:sold_out" not in [one.source for one in room.said]


def test_when_everything_is_sold_out_the_host_waits_and_does_not_spin() -> None:
    room = LiveRoom(make_show(lamp()))
    room.set_product(replace(LAMP, stock=0))

    room.run(seconds=120)
    looks = len(room.all_of(Look))
    room.set_product(LAMP)
    room.until_said("This is the Lamp.")

    assert looks < 60


def test_the_card_shows_the_product_while_it_is_presented(room: LiveRoom) -> None:
    room.until_said("It costs")
    shown = room.scene and room.scene.product
    room.until_said("Let us talk")

    assert shown == LAMP
    assert room.scene is not None
    assert room.scene.product is None


def test_a_card_with_marks_comes_and_goes_with_them() -> None:
    lines = (
        line("Look."), line("Here it is.", Mark("card")), line("Fine."), line("And away.", Mark("uncard")),
        line("Done."),
    )  # fmt: skip
    room = LiveRoom(make_show(segment("lamp", variants=(Variant({"en": lines}),), product="lamp")))

    room.until_said("Done")

    shown = {room.texts[at]: scene.product == LAMP for at, scene in room.scenes.items() if at > 1}
    assert shown == {"Look.": False, "Here it is.": True, "Fine.": True, "And away.": True, "Done.": False}


def test_an_answer_that_is_a_key_is_worded_with_what_the_shop_says_then() -> None:
    offer = Answer(text="", language="en", source="product:lamp", product_id="lamp", key="product_offer")
    room = LiveRoom(make_show(segment("talk", "One.", "Two.", "Three.")), brain=lambda *_: offer)
    room.until_said("One")
    room.comment("How much is the lamp")
    room.set_product(replace(LAMP, price=Money(1990, "EUR"), stock=1))

    room.until_said("€19.90")

    assert (room.said[-1].source, room.scene and room.scene.product) == (
        "product:lamp", replace(LAMP, price=Money(1990, "EUR"), stock=1),
    )  # fmt: skip


@pytest.mark.parametrize("answer_key", ["product_offer", "no_such_key"])
def test_an_answer_that_can_not_be_worded_goes_to_staff(answer_key: str) -> None:
    offer = Answer(text="", language="en", source="product:x", product_id="x", key=answer_key)
    room = LiveRoom(make_show(segment("talk", "One.", "Two.", "Three.")), brain=lambda *_: offer)
    room.until_said("One")

    asked = room.comment("How much is it")
    room.run(seconds=20)

    assert room.fate == {asked: "unknown"}


def test_a_value_is_fresh_for_two_seconds() -> None:
    truth = ProductTruth()
    look = truth.look(("lamp",), Moment(NOON, 0))
    assert look is not None
    truth.read(CatalogueRead(look_id=look.look_id, products={"lamp": LAMP}), Moment(NOON, 100))

    assert truth.values("lamp", "es", Moment(NOON, 2_100)) == {
        "title": "Lámpara",
        "price": "39,00\xa0€",
        "stock": 20,
    }
    assert truth.values("lamp", "es", Moment(NOON, 2_101)) == {"title": "Lámpara"}


@pytest.mark.parametrize(
    ("amount", "language", "text"),
    [
        (Money(2400, "EUR"), "en", "€24.00"),
        (Money(2400, "JPY"), "ja", "￥2,400"),
        (Money(5900000, "IDR"), "id", "Rp59.000,00"),
        (Money(2400, "EUR"), "zh", "€24.00"),
        (Money(2400, "EUR"), "xx", "€24.00"),
    ],
)
def test_prices_are_written_as_the_language_does(amount: Money, language: str, text: str) -> None:
    assert money(amount, language) == text
