"""The page of shop facts: from the access key to shoppers being answered with what was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.product import rest_answer
from tests.conftest import LiveServer, start_server, stop_server

PHONE = {"width": 390, "height": 844}
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def server(trained_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A product of its own: its facts are changed."""
    started = start_server(tmp_path_factory.mktemp("console"), trained_model)
    yield started
    stop_server(started)


@pytest.fixture
def enter(built_pages: Path, browser: Browser, server: LiveServer) -> Iterator[Enter]:
    """`enter(language="en", signed_in=True, **options of the context)`; no page may have complained."""
    pages: list[Page] = []
    problems: list[str] = []

    def open_console(language: str = "en", *, signed_in: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            **{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        )
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{server.url}/console/?language={language}")
        if signed_in:
            page.locator("#token").fill(server.admin_token)
            page.locator("#token").press("Enter")
            expect(page.locator(".answer").first).to_be_visible()
        return page

    yield open_console
    for page in pages:
        page.context.close()
    assert problems == []


def _row(page: Page, fact: str) -> Any:
    return page.locator(f'[data-fact="{fact}"]')


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.", exact=False)).to_be_visible()


def test_a_wrong_access_key_lets_nobody_in(enter: Enter) -> None:
    page = enter(signed_in=False)

    page.get_by_label("Access key").fill("guess")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_have_text("That access key is not right.")
    expect(page.locator(".row")).to_have_count(0)


def test_what_is_saved_is_answered_in_every_language(enter: Enter, server: LiveServer) -> None:
    page = enter()
    page.get_by_label("Time for returns").fill("17")

    expect(page.get_by_text("answers change")).to_be_visible()
    changed = page.locator(".answer.is-changed").first
    expect(changed).to_contain_text("17 days")
    changed.get_by_text("Until now").click()
    expect(changed).to_contain_text("30 days")
    _save(page)

    assert "17 Tage" in rest_answer(server, "Wie lange kann ich etwas zurückgeben?", language="de")["text"]
    page.reload()
    expect(page.get_by_label("Time for returns")).to_have_value("17")


def test_a_fact_taken_back_is_not_said_and_named_as_missing(enter: Enter) -> None:
    page = enter()
    page.get_by_label("Warranty").fill("")

    expect(page.get_by_role("button", name="Warranty")).to_be_visible()
    expect(page.get_by_text("1 answer is shorter than it could be")).to_be_visible()
    page.get_by_role("button", name="Discard changes").click()
    expect(page.get_by_role("button", name="Warranty")).to_have_count(0)


def test_a_wrong_value_is_told_at_its_field_and_the_rest_is_still_shown(
    enter: Enter, server: LiveServer
) -> None:
    page = enter()
    page.get_by_label("Shipping fee").fill("about five")
    page.get_by_label("Time until a refund arrives").fill("9")

    expect(_row(page, "shipping_fee")).to_contain_text("Please write an amount")
    expect(page.locator(".answer.is-changed").first).to_contain_text("9 ")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Shipping fee")).to_be_focused()
    facts = httpx.get(f"{server.url}/api/shop/facts", headers=server.admin).json()["fields"]
    assert next(field["value"] for field in facts if field["name"] == "refund_days") == 5


def test_two_people_do_not_overwrite_each_other(enter: Enter) -> None:
    one, other = enter(), enter()
    one.get_by_label("Time until dispatch").fill("4")
    _save(one)
    other.get_by_label("Express fee").fill("21.5")

    other.get_by_role("button", name="Save", exact=True).click()

    expect(other.get_by_role("status").filter(has_text="Somebody else")).to_be_visible()
    expect(other.get_by_label("Time until dispatch")).to_have_value("4")
    expect(other.get_by_label("Express fee")).to_have_value("21.50")
    _save(other)


def test_lists_countries_hours_and_choices_can_be_edited(enter: Enter, server: LiveServer) -> None:
    page = enter()
    page.get_by_label("Payment methods").fill("iDEAL, MB WAY")
    page.get_by_label("Payment methods").press("Enter")
    page.get_by_role("button", name="Remove Klarna").click()
    page.get_by_label("Countries you ship to").select_option("NO")
    _row(page, "support_hours").get_by_label("Sat").check()
    _row(page, "free_returns").get_by_label("Not stated").check()
    _save(page)

    fields = httpx.get(f"{server.url}/api/shop/facts", headers=server.admin).json()["fields"]
    values = {field["name"]: field["value"] for field in fields}
    assert values["payment_methods"][-2:] == ["iDEAL", "MB WAY"]
    assert "Klarna" not in values["payment_methods"]
    assert values["ships_to"][-1] == "NO"
    assert values["support_hours"]["days"] == ["mon", "sat"]
    assert values["free_returns"] is None


def test_the_preview_reads_in_any_language_and_direction(enter: Enter) -> None:
    page = enter("ja")
    expect(page.locator("html")).to_have_attribute("lang", "ja")

    page.locator(".preview select").select_option("ar")

    expect(page.locator(".answers")).to_have_attribute("dir", "rtl")
    expect(page.locator(".answers")).to_contain_text("التوصيل")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_the_page(enter: Enter, axe: str, colours: str, language: str) -> None:
    page = enter(language, color_scheme=colours)
    page.locator("#fact-shipping_fee").fill("x")
    expect(page.locator(".row.is-wrong")).to_have_count(1)
    page.locator("#fact-return_days").fill("3")
    expect(page.locator(".answer.is-changed").first).to_be_visible()

    page.evaluate(axe)
    found = page.evaluate(
        "async () => (await axe.run(document)).violations.map(({id, nodes}) =>"
        " [id, nodes.map(({target, failureSummary}) => [target.flat(), failureSummary])])"
    )

    assert found == []


@pytest.mark.parametrize("language", ["en", "de", "ar", "ta"])
def test_nothing_sticks_out_on_a_phone(enter: Enter, language: str) -> None:
    page = enter(language, viewport=PHONE)

    wide = page.evaluate(
        "[...document.querySelectorAll('#page *')].filter(e => {const r = e.getBoundingClientRect();"
        " return r.width && (r.right > innerWidth + 1 || r.left < -1)}).map(e => e.outerHTML.slice(0, 80))"
    )

    assert wide == []
