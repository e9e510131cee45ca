"""Twelve languages, both directions, and changing one's mind in mid-chat."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.product import LANGUAGES, question, rest_answer
from tests.conftest import LiveServer


def _centre(target: Locator) -> float:
    box = target.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shopper_is_answered_in_the_language_of_the_page(
    visit: Visit, live_server: LiveServer, language: str
) -> None:
    asked = question(language, "shipping_time")
    answer = rest_answer(live_server, asked, language=language)
    shopper = visit(language)

    shopper.open()
    expect(shopper.panel).to_have_attribute("lang", language)
    expect(shopper.panel).to_have_attribute("dir", shopper.source["direction"])
    shopper.ask(asked)

    bubble = shopper.bubble(shopper.by_bot)
    expect(bubble).to_have_text(answer["text"])
    expect(bubble).to_have_attribute("lang", language)
    expect(bubble).to_have_attribute("dir", shopper.source["direction"])
    assert answer["metadata"]["language"] == language
    assert answer["metadata"]["faq"] == "shipping_time"


@pytest.mark.parametrize(("language", "mirrored"), [("en", False), ("ar", True)])
def test_right_to_left_mirrors_launcher_and_bubbles(visit: Visit, language: str, mirrored: bool) -> None:
    shopper = visit(language)
    shopper.open()
    shopper.converse(question(language, "shipping_time"))
    page_middle, panel_middle = 1280 / 2, _centre(shopper.panel)

    assert (_centre(shopper.launcher) < page_middle) is mirrored
    assert (panel_middle < page_middle) is mirrored
    assert (_centre(shopper.bubble(shopper.own)) < panel_middle) is mirrored
    assert (_centre(shopper.bubble(shopper.by_bot)) > panel_middle) is mirrored


def test_a_switch_in_mid_chat_keeps_history_and_changes_the_rest(visit: Visit) -> None:
    shopper = visit("en")
    shopper.open()
    shopper.converse(question("en", "shipping_time"))
    said = shopper.bubble(shopper.by_bot).inner_text()

    shopper.choose_language("ar")

    expect(shopper.panel).to_have_attribute("dir", "rtl")
    expect(shopper.field).to_have_attribute("placeholder", shopper.say("placeholder"))
    expect(shopper.launcher).to_have_accessible_name(shopper.say("close"))
    old = shopper.bubble(shopper.rows.nth(1))
    expect(old).to_have_text(said)
    expect(old).to_have_attribute("lang", "en")
    expect(old).to_have_attribute("dir", "ltr")

    shopper.ask(question("ar", "plug_voltage"))

    new = shopper.bubble(shopper.rows.nth(3))
    expect(new).to_have_attribute("lang", "ar")
    expect(new).to_have_attribute("dir", "rtl")
    expect(shopper.rows).to_have_count(4)


def test_a_language_chosen_by_hand_wins_over_the_language_written(visit: Visit) -> None:
    shopper = visit("en")
    shopper.open()

    shopper.choose_language("de")
    shopper.ask(question("en", "plug_voltage"))

    expect(shopper.bubble(shopper.by_bot)).to_have_attribute("lang", "de")


@pytest.mark.parametrize("page", ["en", "de"])
def test_a_language_chosen_by_hand_outlives_a_reload(visit: Visit, page: str) -> None:
    shopper = visit(page)
    shopper.open()
    shopper.converse(question(page, "plug_voltage"))
    shopper.choose_language("fr")

    shopper.page.reload()

    expect(shopper.rows).to_have_count(2)
    expect(shopper.page.locator("html")).to_have_attribute("lang", page)
    expect(shopper.page.locator("#page")).not_to_have_attribute("aria-busy", "true")
    expect(shopper.panel).to_have_attribute("lang", "fr")


def test_the_switch_of_the_page_moves_the_chat_with_it(visit: Visit) -> None:
    shopper = visit("en")
    shopper.open()
    shopper.converse(question("en", "plug_voltage"))

    shopper.page.locator("#page select").select_option("ar")
    shopper.now_reads("ar")

    expect(shopper.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(shopper.panel).to_have_attribute("dir", "rtl")
    expect(shopper.field).to_have_attribute("placeholder", shopper.say("placeholder"))
    expect(shopper.rows).to_have_count(2)
    shopper.ask(question("ar", "plug_voltage"))
    expect(shopper.bubble(shopper.rows.nth(3))).to_have_attribute("lang", "ar")


def test_every_language_of_the_shop_can_be_chosen(visit: Visit) -> None:
    shopper = visit("en")
    shopper.open()

    options = shopper.panel.get_by_role("combobox", name=shopper.say("language")).locator("option")

    assert {option.get_attribute("value") for option in options.all()} >= set(LANGUAGES)
