"""What an answer can bring: the disclosure, dots, quick replies, cards, a person."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.line import Line
from tests.browser.product import messages, question, texts
from tests.conftest import LiveServer

DELIVERY = question("en", "shipping_time")


def test_the_first_answer_says_that_it_is_an_ai_and_later_ones_do_not(
    visit: Visit, live_server: LiveServer
) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY, question("en", "plug_voltage"))

    said = [said for said in messages(live_server, shopper.conversation) if said["from"] == "bot"]
    disclosure = said[0]["metadata"]["disclosure"]

    notice = shopper.log.get_by_text(disclosure, exact=True)
    expect(notice).to_have_count(1)
    after = notice.evaluate(
        "(notice, first) => notice.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING",
        shopper.by_bot.first.element_handle(),
    )
    assert after, "the disclosure stands before the first answer"
    assert "disclosure" not in said[1]["metadata"]


def test_a_hebrew_disclosure_on_an_english_page_runs_from_right_to_left(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(question("he", "shipping_time"))

    direction = "element => getComputedStyle(element).direction"
    assert shopper.log.locator(".disclosure").evaluate(direction) == "rtl"
    assert shopper.by_bot.first.locator("[lang=he]").first.evaluate(direction) == "rtl"


def test_dots_show_while_the_answer_is_on_its_way(visit: Visit) -> None:
    line = Line()
    shopper = visit(before=line.attach)
    shopper.open()
    expect(shopper.dots).to_be_hidden()

    line.hold(typing=True)
    shopper.ask(DELIVERY)
    expect(shopper.dots).to_be_visible()
    expect(shopper.by_bot).to_have_count(0)
    line.release()

    expect(shopper.by_bot).to_be_visible()
    expect(shopper.dots).to_be_hidden()


def test_a_quick_reply_is_said_and_then_gone(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse("hello")
    offered = messages(live_server, shopper.conversation)[-1]["buttons"]
    expect(shopper.quick_replies).to_have_text([button["title"] for button in offered])

    shopper.quick_replies.first.click()

    expect(shopper.bubble(shopper.own.last)).to_have_text(offered[0]["title"])
    expect(shopper.by_bot).to_have_count(2)
    expect(shopper.quick_replies).to_have_count(0)
    expect(shopper.field).to_be_focused()
    assert texts(live_server, shopper.conversation, "shopper") == ["hello", offered[0]["title"]]


def test_quick_replies_are_offered_again_after_a_reload(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse("hello")
    offered = shopper.quick_replies.all_inner_texts()

    shopper.page.reload()

    expect(shopper.quick_replies).to_have_text(offered)


def test_products_come_as_cards_with_picture_price_and_stock(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()

    shopper.panel.get_by_role("button", name="Show me products").click()

    lamp = shopper.log.get_by_role("article").filter(has_text="Aurora desk lamp")
    expect(lamp).to_contain_text("€49.00")
    expect(lamp).to_contain_text("In stock")
    expect(lamp.get_by_role("heading")).to_have_text("Aurora desk lamp")
    picture = lamp.get_by_role("img", name="Picture of Aurora desk lamp")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    cards = messages(live_server, shopper.conversation)[-1]["cards"]
    expect(shopper.log.get_by_role("article")).to_have_count(len(cards))


def test_a_button_of_a_card_is_said(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.panel.get_by_role("button", name="Show me products").click()
    lamp = shopper.log.get_by_role("article").filter(has_text="Aurora desk lamp")

    lamp.get_by_role("button").first.click()

    expect(shopper.own).to_have_count(2)
    expect(shopper.by_bot).to_have_count(2)


def test_an_order_comes_as_a_card_with_status_and_total(visit: Visit) -> None:
    shopper = visit()
    shopper.open()

    shopper.panel.get_by_role("button", name="Track my order").click()
    expect(shopper.by_bot).to_have_count(1)
    shopper.converse("1042", "anna@example.com")

    order = shopper.log.get_by_role("article")
    expect(order.get_by_role("heading")).to_have_text("Order 1042")
    expect(order).to_contain_text("On its way")
    expect(order).to_contain_text("€81.00")
    expect(order.get_by_role("listitem")).to_have_text(["1 × Aurora desk lamp", "2 × Lagoon blue mug"])
    tracking = order.get_by_role("link", name="Track parcel")
    expect(tracking).to_have_attribute("href", "https://tracking.example.com/00340434161094015902")
    expect(tracking).to_have_attribute("rel", re.compile("noopener"))


def test_a_person_is_called_with_one_button_by_keyboard(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)
    button = shopper.panel.get_by_role("button", name=shopper.say("person"), exact=True)

    shopper.tab_to(button)
    button.press("Enter")

    expect(shopper.by_bot).to_have_count(2)
    assert messages(live_server, shopper.conversation)[-1]["metadata"]["action"] == "handoff"
    waiting = httpx.get(
        f"{live_server.url}/api/conversations", params={"status": "waiting"}, headers=live_server.admin
    ).json()["conversations"]
    assert shopper.conversation in [found["id"] for found in waiting]
