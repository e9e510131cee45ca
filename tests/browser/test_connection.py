"""A line that breaks: nothing is lost, nothing comes twice, and the shopper is told."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.line import Line
from tests.browser.product import messages, question, staff_joins, staff_writes, texts
from tests.browser.shopper import Shopper
from tests.conftest import LiveServer

DELIVERY = question("en", "shipping_time")
PLUGS = question("en", "plug_voltage")


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def shopper(visit: Visit, line: Line) -> Shopper:
    """In a chat with one question answered, over a line that the test can break."""
    shopper = visit(before=line.attach)
    shopper.open()
    shopper.converse(DELIVERY)
    return shopper


def _line_is_back(page: Page) -> None:
    """What a browser tells a page when the network returns: try at once instead of when back-off ends."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def _everything_once(shopper: Shopper, server: LiveServer) -> None:
    stored = [said["text"] for said in messages(server, shopper.conversation)]
    expect(shopper.rows).to_have_count(len(stored))
    assert [shopper.bubble(row).inner_text() for row in shopper.rows.all()] == stored
    expect(shopper.pending).to_have_count(0)


def test_a_message_written_offline_is_sent_once_when_the_line_is_back(
    visit: Visit, live_server: LiveServer
) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)

    shopper.page.context.set_offline(True)
    expect(shopper.panel.get_by_text(shopper.say("offline"))).to_be_visible()
    shopper.ask(PLUGS)
    expect(shopper.bubble(shopper.pending)).to_have_text(PLUGS)
    shopper.page.context.set_offline(False)

    expect(shopper.by_bot).to_have_count(2)
    expect(shopper.panel.get_by_text(shopper.say("offline"))).to_have_count(0)
    _everything_once(shopper, live_server)
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY, PLUGS]


def test_an_answer_lost_with_the_line_comes_when_it_is_back(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    line.hold()
    with shopper.bot_message_arrives():
        shopper.ask(PLUGS)
    line.cut()

    expect(shopper.by_bot).to_have_count(2)
    _everything_once(shopper, live_server)
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY, PLUGS]


def test_a_message_lost_with_the_line_is_sent_again(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    line.swallowing = True
    shopper.ask(PLUGS)
    expect(shopper.pending).to_have_count(1)
    line.swallowing = False
    line.cut()

    expect(shopper.by_bot).to_have_count(2)
    _everything_once(shopper, live_server)
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY, PLUGS]


def test_many_messages_written_without_a_line_arrive_in_their_order(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    topics = ["warranty", "invoice", "restock", "size_guide", "gift_wrap", "coupon_problem", "live_deal"]
    topics += ["wrong_item", "bulk_order", "authenticity", "customs_duties"]
    asked = [question("en", topic) for topic in topics]
    line.down = True
    line.cut()

    for text in asked:
        shopper.ask(text)
    expect(shopper.pending).to_have_count(len(asked))
    line.down = False
    _line_is_back(shopper.page)

    expect(shopper.by_bot).to_have_count(1 + len(asked))
    _everything_once(shopper, live_server)
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY, *asked]


def test_what_staff_wrote_meanwhile_is_there_when_the_line_is_back(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    line.down = True
    line.cut()
    staff_joins(live_server, shopper.conversation, "Mara")
    staff_writes(live_server, shopper.conversation, "I have found your parcel.", name="Mara")
    expect(shopper.panel.get_by_text(shopper.say("reconnecting"))).to_be_visible()

    line.down = False
    _line_is_back(shopper.page)

    expect(shopper.bubble(shopper.said_by("Mara"))).to_have_text("I have found your parcel.")
    expect(shopper.said_by("Mara")).to_have_count(1)
    expect(shopper.panel.get_by_text(shopper.say("reconnecting"))).to_have_count(0)


def test_a_frame_lost_without_a_word_is_noticed_with_the_next(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    line.losing = True
    with shopper.bot_message_arrives():
        shopper.ask(PLUGS)
    line.losing = False
    shopper.ask(question("en", "warranty"))

    expect(shopper.by_bot).to_have_count(3)
    _everything_once(shopper, live_server)


def test_a_page_left_before_the_answer_finds_it_when_it_is_back(
    shopper: Shopper, line: Line, live_server: LiveServer
) -> None:
    line.swallowing = True
    shopper.ask(PLUGS)
    expect(shopper.pending).to_have_count(1)
    line.swallowing = False

    shopper.page.reload()

    expect(shopper.by_bot).to_have_count(2)
    _everything_once(shopper, live_server)


def test_a_message_without_an_answer_offers_to_try_again_and_keeps_its_words(
    visit: Visit, line: Line, live_server: LiveServer
) -> None:
    def slow_line_and_a_clock(page: Page) -> None:
        line.attach(page)
        page.clock.install()

    shopper = visit(before=slow_line_and_a_clock)
    shopper.open()
    shopper.converse(DELIVERY)
    line.swallowing = True
    shopper.ask(PLUGS)
    expect(shopper.pending).to_have_count(1)
    again = shopper.pending.get_by_role("button", name=shopper.say("retry"))
    expect(again).to_have_count(0)

    shopper.page.clock.fast_forward(16_000)

    expect(shopper.pending).to_contain_text(shopper.say("failed"))
    expect(shopper.bubble(shopper.pending)).to_have_text(PLUGS)
    line.swallowing = False
    again.click()
    expect(shopper.by_bot).to_have_count(2)
    _everything_once(shopper, live_server)


def test_a_refused_message_says_why_and_keeps_its_words(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)

    # A bell character: something to this page, nothing to the server.
    shopper.ask("\u0007")

    expect(shopper.pending).to_contain_text("The message is empty.")
    expect(shopper.pending.get_by_role("button", name=shopper.say("retry"))).to_be_visible()
    shopper.converse(PLUGS)
    shopper.page.reload()
    expect(shopper.rows).to_have_count(4)
    expect(shopper.pending).to_have_count(0)
    assert texts(live_server, shopper.conversation, "shopper") == [DELIVERY, PLUGS]
