"""Nothing that anyone writes becomes markup, a script or a link that runs."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.product import question, staff_joins, staff_writes
from tests.browser.shopper import Shopper
from tests.conftest import LiveServer

_WATCH_POLICY = (
    "window.violations = [];"
    "document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective))"
)
EVIL = [
    pytest.param('<img src=x onerror="alert(1)">', id="picture"),
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><svg onload=alert(1)>', id="broken out of an attribute"),
    pytest.param("javascript:alert(1)", id="script address"),
    pytest.param("[press](javascript:alert(document.domain))", id="markdown"),
    pytest.param("\u202egnp.exe\u202c is safe", id="right-to-left override"),
]


def _watched(page: Page) -> None:
    page.add_init_script(_WATCH_POLICY)


def _nothing_ran(shopper: Shopper) -> None:
    expect(shopper.log.locator("img, script, iframe, object, [onload], [onerror]")).to_have_count(0)
    expect(shopper.log.locator("a")).to_have_count(0)
    assert shopper.page.evaluate("violations") == []


@pytest.mark.parametrize("text", EVIL)
def test_what_people_write_is_shown_as_written(visit: Visit, live_server: LiveServer, text: str) -> None:
    shopper = visit(before=_watched)
    shopper.open()

    shopper.converse(text)
    staff_joins(live_server, shopper.conversation, "Mara")
    staff_writes(live_server, shopper.conversation, text, name="<b>Mara</b>")

    expect(shopper.bubble(shopper.own)).to_have_text(text)
    expect(shopper.bubble(shopper.said_by("<b>Mara</b>"))).to_have_text(text)
    shopper.page.reload()
    expect(shopper.bubble(shopper.own)).to_have_text(text)
    _nothing_ran(shopper)


@pytest.fixture
def entry_with_markup(live_server: LiveServer) -> Iterator[dict[str, str]]:
    """An answer of the knowledge base as a careless or hostile editor could leave it."""
    entry = {
        "title": "Do you sell the little bronze quokka?",
        "answer": '<img src=x onerror="alert(1)"> <b>Quokka</b>.',
    }
    address = f"{live_server.url}/api/knowledge/entries/markup-probe"
    body = {
        "variants": {"en": {"title": entry["title"], "ask": [entry["title"]], "answer": [entry["answer"]]}}
    }
    httpx.put(address, headers=live_server.admin, json=body).raise_for_status()
    yield entry
    httpx.delete(address, headers=live_server.admin).raise_for_status()


def test_markup_in_an_answer_is_shown_as_written(visit: Visit, entry_with_markup: dict[str, str]) -> None:
    shopper = visit(before=_watched)
    shopper.open()

    shopper.converse(entry_with_markup["title"])

    expect(shopper.bubble(shopper.by_bot)).to_have_text(entry_with_markup["answer"])
    _nothing_ran(shopper)


def test_addresses_become_links_that_keep_the_page(visit: Visit, live_server: LiveServer) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(question("en", "shipping_time"))
    staff_joins(live_server, shopper.conversation, "Mara")

    text = "See https://shop.example/a?b=1&c=2, or write to help@shop.example."
    staff_writes(live_server, shopper.conversation, text, name="Mara")

    bubble = shopper.bubble(shopper.said_by("Mara"))
    expect(bubble).to_have_text(text)
    page, mail = bubble.get_by_role("link").all()
    expect(page).to_have_attribute("href", "https://shop.example/a?b=1&c=2")
    expect(page).to_have_attribute("target", "_blank")
    expect(page).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(mail).to_have_attribute("href", "mailto:help@shop.example")
