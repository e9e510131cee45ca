"""For everyone: axe finds nothing, what arrives is announced, nothing moves for those who asked for calm."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.line import Line
from tests.browser.product import question
from tests.browser.shopper import Shopper

DELIVERY = question("en", "shipping_time")
_MOVING = (
    "[document, document.querySelector('storecast-chat').shadowRoot]"
    ".flatMap(root => root.getAnimations()).filter(animation => animation.playState === 'running').length"
)


def _violations(shopper: Shopper) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shopper.page.evaluate(
        "async () => (await axe.run(document)).violations.map(({id, nodes}) =>"
        " ({id, nodes: nodes.map(({target, failureSummary}) => [target.flat(), failureSummary])}))"
    )
    return found


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing(visit: Visit, axe: str, colours: str, language: str) -> None:
    def with_axe(page: Page) -> None:
        page.add_init_script(axe)

    shopper = visit(language, before=with_axe, color_scheme=colours, reduced_motion="reduce")
    found = {"page, chat closed": _violations(shopper)}
    shopper.open()
    found["chat open, nothing said"] = _violations(shopper)
    shopper.panel.get_by_role("button", name=shopper.source["starters"][0]["title"]).click()
    expect(shopper.by_bot).to_have_count(1)
    shopper.converse("1042", "anna@example.com")
    expect(shopper.log.get_by_role("article")).to_have_count(1)
    found["order card"] = _violations(shopper)

    assert found == {state: [] for state in found}


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_products_and_quick_replies(visit: Visit, axe: str, colours: str) -> None:
    def with_axe(page: Page) -> None:
        page.add_init_script(axe)

    shopper = visit(before=with_axe, color_scheme=colours, reduced_motion="reduce")
    shopper.open()

    shopper.panel.get_by_role("button", name="Show me products").click()
    expect(shopper.log.get_by_role("article").first).to_be_visible()
    shopper.converse("hello")
    expect(shopper.quick_replies.first).to_be_visible()
    shopper.ask("\u0007")
    expect(shopper.pending.get_by_role("button")).to_be_visible()

    assert _violations(shopper) == []


def test_axe_finds_nothing_on_a_phone(visit: Visit, axe: str) -> None:
    def with_axe(page: Page) -> None:
        page.add_init_script(axe)

    shopper = visit(before=with_axe, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    shopper.open()
    shopper.converse(DELIVERY)

    assert _violations(shopper) == []


def test_new_messages_are_announced_and_old_ones_are_not(visit: Visit) -> None:
    shopper = visit()
    shopper.open()
    shopper.converse(DELIVERY)

    expect(shopper.log).to_have_attribute("aria-live", "polite")
    expect(shopper.log).to_have_accessible_name(shopper.say("messages"))
    expect(shopper.panel).to_have_accessible_name("Chat with Nordlicht")
    expect(shopper.by_bot).to_contain_text(f"{shopper.say('assistant')}: ")


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_those_who_asked_for_calm(visit: Visit, motion: str, moves: bool) -> None:
    line = Line()
    shopper = visit(before=line.attach, reduced_motion=motion)
    shopper.open()
    line.hold(typing=True)
    expect(shopper.dots).to_be_visible()

    assert (shopper.page.evaluate(_MOVING) > 0) is moves
