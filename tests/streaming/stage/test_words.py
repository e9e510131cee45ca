"""A scene as the stage shows it: worded, and safe whatever viewers and vendors wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Money
from streaming.cues import Moment, Scene
from streaming.show import Persona
from streaming.stage.words import StageExtras, Teleprompter, stage_state
from tests.fakes.house import NOON
from tests.fakes.stage_room import LINA, MUG, FixedStageWords

EXTRAS = StageExtras(colour="#0B6B74")
NOW = Moment(wall=NOON, ms=5000)


def state_of(scene: Scene, *, persona: Persona | None = LINA, extras: StageExtras = EXTRAS) -> dict[str, Any]:
    return dict(stage_state(scene, words=FixedStageWords(), persona=persona, now=NOW, extras=extras))


def test_an_empty_stage_has_every_key() -> None:
    assert state_of(Scene(persona="host")) == {
        "mode": "live",
        "label": {"shown": True, "text": "label en"},
        "strings": {"tap_for_sound": "sound (en)"},
        "language": "en",
        "direction": "ltr",
        "captions": None,
        "persona": {"id": "host", "name": "Lina", "presenter": "lina"},
        "segment": None,
        "card": None,
        "countdown": None,
        "coupon": None,
        "highlight": None,
        "poll": None,
        "theme": {"colour": "#0B6B74"},
        "teleprompter": None,
    }


def test_everything_is_worded_in_the_language_of_the_room() -> None:
    scene = Scene(
        language="ar",
        captions="en",
        product=MUG,
        countdown_ends=NOON + timedelta(seconds=90),
        coupon="TEA10",
        highlight=("Omar", "How much?", 3),
    )

    state = state_of(scene)

    assert (state["direction"], state["captions"], state["label"]["text"]) == ("rtl", "en", "label ar")
    assert state["card"]["price"] == "1290 EUR (ar)"
    assert state["countdown"] == {"ends_at_ms": 95_000, "text": "countdown ar"}
    assert state["coupon"] == {"code": "TEA10", "text": "coupon ar coupon=TEA10"}
    assert state["highlight"] == {
        "name": "Omar", "text": "How much?", "others": 3, "others_text": "others ar count=3",
    }  # fmt: skip


def test_nobody_on_stage_has_empty_names() -> None:
    state = state_of(Scene(mode="slate"), persona=None)

    assert state["persona"] == {"id": "", "name": "", "presenter": ""}


def test_a_comment_of_one_viewer_counts_no_others() -> None:
    assert state_of(Scene(highlight=("Omar", "Hi", 0)))["highlight"]["others_text"] == ""


# --- the card --------------------------------------------------------------------------------------------


def test_a_card_has_what_a_buyer_needs() -> None:
    assert state_of(Scene(product=MUG))["card"] == {
        "id": "mug",
        "title": "Mug",
        "price": "1290 EUR (en)",
        "stock": "low_stock",
        "stock_text": "3 left",
        "image_url": "/demo/images/mug.svg",
        "url": "https://shop.example/mug",
        "code": None,
    }


def test_a_sale_shows_the_price_before_it() -> None:
    card = state_of(Scene(product=MUG), extras=replace(EXTRAS, was=Money(1990, "EUR"), code="7"))["card"]

    assert (card["was"], card["code"]) == ("1990 EUR (en)", "7")


@pytest.mark.parametrize(("language", "title"), [("de", "Becher"), ("de-AT", "Becher"), ("fr", "Mug")])
def test_a_title_comes_in_the_nearest_language(language: str, title: str) -> None:
    assert state_of(Scene(product=MUG, language=language))["card"]["title"] == title


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "/\\evil.example",
        "ftp://shop.example",
        "java\nscript:alert(1)",
        " https://shop.example",
        "mug",
        None,
    ],
)
def test_a_link_that_leads_elsewhere_is_left_out(url: str | None) -> None:
    assert state_of(Scene(product=replace(MUG, url=url)))["card"]["url"] is None


@pytest.mark.parametrize("url", ["https://shop.example/é", "http://shop.example", "/products/mug?x=1"])
def test_a_good_link_stays(url: str) -> None:
    assert state_of(Scene(product=replace(MUG, url=url)))["card"]["url"] == url


# --- texts of strangers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>hi</b> {price}", "<b>hi</b> {price}"),
        ("two\nlines\tand \x00 more", "two lines and more"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("half \ud83d one", "half one"),
        ("x" * 201, "x" * 199 + "…"),
        ("x" * 200, "x" * 200),
        ("word " * 100_000, ("word " * 40)[:199].rstrip() + "…"),
    ],
)
def test_a_comment_is_one_plain_line_that_fits(text: str, shown: str) -> None:
    assert state_of(Scene(highlight=("Omar", text, 0)))["highlight"]["text"] == shown


# --- the poll --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "percents"),
    [
        ((0, 0), [0, 0]),
        ((1, 1, 1), [34, 33, 33]),
        ((2, 1), [67, 33]),
        ((1, 199), [1, 99]),
        ((5, 0), [100, 0]),
    ],
)
def test_percents_of_a_poll_make_a_hundred(votes: tuple[int, ...], percents: list[int]) -> None:
    scene = Scene(poll=("Which?", tuple((f"option {number}", count) for number, count in enumerate(votes))))

    poll = state_of(scene)["poll"]

    assert poll["question"] == "Which?"
    assert [option["percent"] for option in poll["options"]] == percents
    assert tuple(option["votes"] for option in poll["options"]) == votes


# --- the teleprompter ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "shown"), [("assist", {"now": "Hi", "next": "Bye", "answer": None}), ("live", None)]
)
def test_only_a_human_presenter_reads_a_teleprompter(mode: Any, shown: object) -> None:
    extras = replace(EXTRAS, teleprompter=Teleprompter(now="Hi", next="Bye"))

    assert state_of(Scene(mode=mode), extras=extras)["teleprompter"] == shown
