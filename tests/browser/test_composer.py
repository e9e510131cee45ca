"""Writing: lines, input methods, limits."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.product import question, texts
from tests.conftest import LiveServer

DELIVERY = question("en", "shipping_time")
LIMIT = 4000


def test_shift_enter_begins_a_line_and_enter_sends(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    keyboard = shopper.page.keyboard

    keyboard.type("Two questions.")
    keyboard.press("Shift+Enter")
    keyboard.type(DELIVERY)
    expect(shopper.field).to_have_value(f"Two questions.\n{DELIVERY}")
    keyboard.press("Enter")

    expect(shopper.by_bot).to_be_visible()
    assert shopper.bubble(shopper.own).inner_text() == f"Two questions.\n{DELIVERY}"
    assert texts(live_server, shopper.conversation, "shopper") == [f"Two questions.\n{DELIVERY}"]


@pytest.mark.parametrize(
    "reported_as",
    [
        pytest.param("isComposing: true", id="while composing"),
        # Safari ends the composition first (https://bugs.webkit.org/show_bug.cgi?id=165004, read 2026-11-22).
        pytest.param("keyCode: 229", id="after composing, as a key of the input method"),
    ],
)
def test_enter_that_ends_a_word_of_an_input_method_does_not_send(
    visit: Visit, live_server: LiveServer, reported_as: str
) -> None:
    shopper = visit("ja")
    shopper.open()
    browser = shopper.page.context.new_cdp_session(shopper.page)
    browser.send("Input.imeSetComposition", {"text": "はいたつ", "selectionStart": 4, "selectionEnd": 4})
    expect(shopper.field).to_have_value("はいたつ")

    # An event of our own, for an input method takes the key before the page's text can get a line end.
    shopper.field.evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown', "
        f"{{key: 'Enter', bubbles: true, cancelable: true, {reported_as}}}))"
    )
    expect(shopper.own).to_have_count(0)
    browser.send("Input.insertText", {"text": "配達"})
    expect(shopper.field).to_have_value("配達")
    shopper.field.press("Enter")

    expect(shopper.by_bot).to_be_visible()
    assert texts(live_server, shopper.conversation, "shopper") == ["配達"]


def test_nothing_but_space_is_not_sent(visit: Visit) -> None:
    shopper = visit()
    shopper.open()

    shopper.ask("  \n ")
    shopper.converse(DELIVERY)

    expect(shopper.own).to_have_count(1)


def test_too_long_a_message_says_by_how_much_and_stays(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()

    shopper.field.fill("é" * (LIMIT + 2))
    expect(shopper.panel.get_by_text("2 characters too many")).to_be_visible()
    expect(shopper.field).to_have_attribute("aria-invalid", "true")
    shopper.field.press("Enter")
    shopper.panel.get_by_role("button", name=shopper.say("send")).click(force=True)
    expect(shopper.own).to_have_count(0)
    shopper.field.press("Backspace")
    shopper.field.press("Backspace")
    expect(shopper.panel.get_by_text("4,000 / 4,000")).to_be_visible()
    shopper.field.press("Enter")

    expect(shopper.by_bot).to_be_visible()
    assert texts(live_server, shopper.conversation, "shopper") == ["é" * LIMIT]


def test_characters_are_counted_as_the_server_counts_them(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()

    shopper.converse("🦊" * LIMIT)

    assert texts(live_server, shopper.conversation, "shopper") == ["🦊" * LIMIT]
