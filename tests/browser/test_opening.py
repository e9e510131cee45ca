"""Opening, asking and closing, with a mouse, with a keyboard, on a phone and on a foreign page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Visit
from tests.browser.product import question, rest_answer, texts
from tests.browser.shopper import Shopper
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


def _open_other_shop(shopper: Shopper, address: str, *, page: str, script: str) -> None:
    """Go to a shop's page that is not ours: bare HTML with the one script tag."""
    html = (
        f'<!doctype html><html lang="{page}"><title>A shop</title><link rel="icon" href="data:,"><p>…</p>'
        f"<script {script} data-storecast async></script></html>"
    )

    def serve(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    # A page made up by the browser has no address, so Chromium asks before it may reach this machine.
    shopper.page.context.grant_permissions(["local-network-access"])
    shopper.page.route(address, serve)
    shopper.page.goto(address)


@pytest.mark.parametrize(
    ("page", "attributes", "language"),
    [
        pytest.param("ja", "", "ja", id="lang of the page"),
        pytest.param("ar", "", "ar", id="right to left"),
        pytest.param("en", 'data-language="fr"', "fr", id="attribute of the script"),
        pytest.param("de-AT", "", "de", id="region"),
        pytest.param("eu", "", "en", id="language without strings"),
    ],
)
def test_one_script_tag_brings_the_chat_to_any_page(
    visit: Visit, live_server: LiveServer, page: str, attributes: str, language: str
) -> None:
    shopper = visit()
    script = f'src="/widget/loader.js" {attributes}'
    _open_other_shop(shopper, f"{live_server.url}/other-shop", page=page, script=script)
    shopper.now_reads(language)
    shopper.open()

    expect(shopper.panel).to_have_attribute("lang", language)
    expect(shopper.panel).to_have_attribute("dir", shopper.source["direction"])
    shopper.converse(question(language, "plug_voltage"))
    expect(shopper.bubble(shopper.by_bot)).to_have_attribute("lang", language)


def test_a_page_that_may_not_use_the_chat_says_that_something_is_wrong(
    visit: Visit, live_server: LiveServer
) -> None:
    shopper = visit()
    elsewhere = live_server.url.replace("127.0.0.1", "localhost")
    script = f'src="{live_server.url}/widget/loader.js"'
    _open_other_shop(shopper, f"{elsewhere}/other-shop", page="en", script=script)

    shopper.open()

    expect(shopper.panel.get_by_role("status").filter(has_text=shopper.say("error"))).to_be_visible()
    assert shopper.welcomes == []
