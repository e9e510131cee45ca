"""Opening, asking and closing, with a mouse, with a keyboard, on a phone and on a foreign page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.product import question, rest_answer, texts
from tests.conftest import LiveServer

DELIVERY = question("en", "shipping_time")
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    # What is measured must not be on its way.
    "reduced_motion": "reduce",
}


def test_a_shopper_opens_asks_and_closes_with_the_mouse(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()

    shopper.open()
    shopper.field.fill(DELIVERY)
    shopper.panel.get_by_role("button", name=shopper.say("send")).click()

    answer = rest_answer(live_server, DELIVERY, language="en")
    expect(shopper.bubble(shopper.by_bot)).to_have_text(answer["text"])
    expect(shopper.field).to_have_value("")
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY]

    shopper.close()
    expect(shopper.launcher).to_be_focused()
    expect(shopper.launcher).to_have_attribute("aria-expanded", "false")


def test_a_shopper_needs_nothing_but_the_keyboard(visit: Visit) -> None:
    shopper = visit()
    keyboard = shopper.page.keyboard

    shopper.tab_to(shopper.launcher)
    keyboard.press("Enter")
    expect(shopper.field).to_be_focused()
    keyboard.type(DELIVERY)
    keyboard.press("Enter")
    expect(shopper.by_bot).to_be_visible()
    keyboard.press("Escape")

    expect(shopper.panel).to_be_hidden()
    expect(shopper.launcher).to_be_focused()


def test_the_launcher_opens_and_closes(visit: Visit) -> None:
    shopper = visit()

    shopper.open()
    expect(shopper.launcher).to_have_accessible_name(shopper.say("close"))
    expect(shopper.launcher).to_have_attribute("aria-expanded", "true")
    shopper.launcher.click()

    expect(shopper.panel).to_be_hidden()
    expect(shopper.launcher).to_have_accessible_name(shopper.say("open"))


def test_a_question_on_the_page_opens_the_chat_and_is_asked(visit: Visit) -> None:
    shopper = visit()
    chip = shopper.page.get_by_role("main").get_by_role("button", name=DELIVERY)

    chip.click()

    expect(shopper.bubble(shopper.own)).to_have_text(DELIVERY)
    expect(shopper.by_bot).to_be_visible()


def test_on_a_phone_the_panel_fills_the_screen(visit: Visit) -> None:
    shopper = visit(**PHONE)

    shopper.open()
    expect(shopper.panel).to_have_attribute("aria-modal", "true")

    assert shopper.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


@pytest.mark.parametrize("height", [844, 430], ids=["whole screen", "keyboard out"])
def test_on_a_phone_the_composer_is_never_covered(visit: Visit, height: int) -> None:
    shopper = visit(**PHONE)
    shopper.open()
    shopper.converse(DELIVERY, question("en", "warranty"), question("en", "invoice"))

    shopper.page.set_viewport_size({"width": 390, "height": height})
    expect(shopper.panel).to_have_js_property("offsetHeight", height)

    expect(shopper.field).to_be_in_viewport(ratio=1)
    box = shopper.field.bounding_box()
    visible = shopper.page.evaluate("visualViewport.offsetTop + visualViewport.height")
    assert box is not None
    assert box["y"] + box["height"] <= visible


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 800)], ids=str)
def test_nothing_in_the_chat_is_wider_than_the_chat(visit: Visit, size: tuple[int, int]) -> None:
    shopper = visit(viewport={"width": size[0], "height": size[1]})
    shopper.open()
    shopper.converse("w" * 300)

    overflow = shopper.log.evaluate("log => log.scrollWidth - log.clientWidth")
    page_overflow = shopper.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )

    assert overflow <= 0
    assert page_overflow <= 0


@pytest.mark.parametrize(
    ("page", "attributes", "language"),
    [
        ("ja", "", "ja"),
        ("ar", "", "ar"),
        ("en", 'data-language="fr"', "fr"),
        ("de-AT", "", "de"),
        ("sv", "", "en"),
    ],
    ids=[
        "lang of the page",
        "right to left",
        "attribute of the script",
        "region",
        "language without strings",
    ],
)
def test_one_script_tag_brings_the_chat_to_any_page(
    visit: Visit, live_server: LiveServer, page: str, attributes: str, language: str
) -> None:
    html = (
        f'<!doctype html><html lang="{page}"><title>A shop</title><link rel="icon" href="data:,"><p>…</p>'
        f'<script src="/widget/loader.js" data-storecast async {attributes}></script></html>'
    )
    shopper = visit()
    # A page made up by the browser has no address, so Chromium asks before it may reach this machine.
    shopper.page.context.grant_permissions(["local-network-access"])

    def serve(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    other_shop: Page = shopper.page
    other_shop.route("**/other-shop", serve)
    other_shop.goto(f"{live_server.url}/other-shop")
    shopper.now_reads(language)
    shopper.open()

    expect(shopper.panel).to_have_attribute("lang", language)
    expect(shopper.panel).to_have_attribute("dir", shopper.source["direction"])
    shopper.converse(question(language, "plug_voltage"))
    expect(shopper.bubble(shopper.by_bot)).to_have_attribute("lang", language)
