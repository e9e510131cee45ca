"""What stays: after a reload, while the chat is closed, on a second tab; and who has written."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.line import Line
from tests.browser.product import messages, question, staff_joins, staff_writes, texts
from tests.conftest import LiveServer

DELIVERY = question("en", "shipping_time")
PLUGS = question("en", "plug_voltage")


def test_a_reload_keeps_the_chat_open_and_its_history(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY, PLUGS)
    shown = [shopper.bubble(row).inner_text() for row in shopper.rows.all()]

    shopper.page.reload()

    expect(shopper.panel).to_be_visible()
    expect(shopper.rows).to_have_count(4)
    assert [shopper.bubble(row).inner_text() for row in shopper.rows.all()] == shown
    shopper.converse(question("en", "warranty"))
    expect(shopper.rows).to_have_count(6)


def test_a_chat_that_was_closed_stays_closed_and_can_be_read_again(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)
    shopper.close()

    shopper.page.reload()
    shopper.open()

    expect(shopper.rows).to_have_count(2)


def test_a_message_that_comes_while_the_chat_is_closed_is_counted(
    visit: Visit, live_server: LiveServer
) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)
    shopper.close()

    staff_joins(live_server, shopper.conversation, "Mara")
    staff_writes(live_server, shopper.conversation, "Hello, I am looking into it.", name="Mara")

    expect(shopper.launcher).to_have_accessible_name("Open chat, 2 new messages")
    expect(shopper.launcher).to_contain_text("2")
    shopper.page.reload()
    expect(shopper.launcher).to_have_accessible_name("Open chat, 2 new messages")

    shopper.launcher.click()
    expect(shopper.log.get_by_text("Hello, I am looking into it.")).to_be_visible()
    shopper.close()
    expect(shopper.launcher).to_have_accessible_name("Open chat")


def test_an_agents_message_shows_the_name(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)

    staff_joins(live_server, shopper.conversation, "Mara")
    notice = messages(live_server, shopper.conversation)[-1]
    expect(shopper.log.get_by_text(notice["text"])).to_be_visible()
    staff_writes(live_server, shopper.conversation, "Hello, I am looking into it.", name="Mara")

    row = shopper.said_by("Mara")
    expect(shopper.bubble(row)).to_have_text("Hello, I am looking into it.")
    expect(row.get_by_text("Mara").first).to_be_visible()


def test_while_staff_answer_the_bot_is_silent(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)
    staff_joins(live_server, shopper.conversation, "Mara")

    shopper.ask(PLUGS)
    expect(shopper.rows).to_have_count(3)
    staff_writes(live_server, shopper.conversation, "It works in every country.", name="Mara")

    expect(shopper.said_by("Mara")).to_have_count(1)
    expect(shopper.by_bot).to_have_count(1)
    expect(shopper.pending).to_have_count(0)


def test_two_tabs_show_one_conversation(visit: Visit, live_server: LiveServer) -> None:
    first = visit()
    first.open()
    first.converse(DELIVERY)
    second = first.another_tab()
    second.arrive()
    second.open()
    expect(second.rows).to_have_count(2)

    second.converse(PLUGS)
    expect(first.rows).to_have_count(4)
    first.converse(question("en", "warranty"))
    expect(second.rows).to_have_count(6)

    expect(first.pending).to_have_count(0)
    expect(second.pending).to_have_count(0)
    assert second.conversation == first.conversation
    assert len(texts(live_server, first.conversation, "shopper")) == 3


def test_two_tabs_opened_before_the_first_word_share_one_conversation(
    visit: Visit, live_server: LiveServer
) -> None:
    first = visit()
    second = first.another_tab()
    second.arrive()
    first.open()
    second.open()

    first.converse(DELIVERY)
    expect(second.rows).to_have_count(2)
    second.converse(PLUGS)

    expect(first.rows).to_have_count(4)
    expect(second.rows).to_have_count(4)
    assert texts(live_server, first.conversation, "shopper") == [DELIVERY, PLUGS]


def test_a_late_word_of_another_tab_shows_nothing_twice(visit: Visit) -> None:
    line = Line()
    first = visit(before=line.attach)
    first.open()
    first.converse(DELIVERY)
    second = first.another_tab()
    # Tabs may live in processes of their own: what one keeps can reach the other after the server's word.
    second.page.add_init_script(
        "window.late = [];"
        "window.addEventListener('storage', event => {"
        "  if (!event.isTrusted) return;"
        "  event.stopImmediatePropagation();"
        "  if (event.newValue !== null) late.push([event.key, event.newValue]);"
        "}, true)"
    )
    second.arrive()
    second.open()
    expect(second.rows).to_have_count(2)

    line.hold()
    first.ask(PLUGS)
    expect(second.rows).to_have_count(4)
    second.page.evaluate(
        "late.forEach(([key, value]) => {"
        "  localStorage.setItem(key, value);"
        "  dispatchEvent(new StorageEvent('storage', {key, newValue: value}));"
        "})"
    )

    assert second.page.evaluate("late.length") > 0
    expect(second.rows).to_have_count(4)
    expect(second.pending).to_have_count(0)


def test_a_token_the_server_does_not_know_begins_a_new_chat(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)
    gone = shopper.conversation
    shopper.page.evaluate(
        "Object.keys(localStorage).filter(key => key.endsWith(':token'))"
        ".forEach(key => localStorage.setItem(key, localStorage.getItem(key) + 'x'))"
    )

    shopper.page.reload()
    shopper.converse(PLUGS)

    expect(shopper.rows).to_have_count(2)
    assert shopper.conversation != gone
    # The first page, the page with the old token; no third try.
    assert len(shopper.welcomes) == 2
