"""All languages in turn, on the shop page, in the chat, in the console: nothing stays English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from bot.config import ROOT
from bot.wording import Phrasebook
from tests.browser.shopper import Shopper
from tests.conftest import LiveServer

LANGUAGES = [code for code, _, _ in Phrasebook().languages() if code != "en"]
# Everything that a person sees or hears of a page: its text, and the names that screen readers say.
_SHOWN = """() => {
    const texts = [];
    const walk = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (['SCRIPT', 'STYLE', 'OPTION', 'CODE'].includes(element.tagName)) continue;
            for (const node of element.childNodes) if (node.nodeType === 3) texts.push(node.data);
            for (const name of ['aria-label', 'placeholder', 'alt', 'title'])
                if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
            if (element.shadowRoot) walk(element.shadowRoot);
        }
    };
    walk(document);
    return [...new Set([document.title, ...texts].map(text => text.trim()).filter(Boolean))];
}"""


@cache
def _texts(language: str) -> frozenset[str]:
    """All texts of a language: sentences, labels, questions and goods."""

    def leaves(tree: Any) -> Iterator[str]:
        if isinstance(tree, str):
            yield tree
        else:
            for branch in tree.values():
                yield from leaves(branch)

    locale, pack, shop = (
        yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in (
            f"bot/locales/{language}.yml", f"knowledge/packs/{language}.yml", "connectors/demo/shop.yml",
        )
    )  # fmt: skip
    goods = [part for product in shop["products"] for part in (product["titles"], product["descriptions"])]
    titles = [entry["title"] for entry in pack["entries"].values()]
    sections = (locale[name] for name in ("bot", "widget", "store", "facts"))
    return frozenset({text for section in sections for text in leaves(section)} | set(titles)) | {
        texts[language] for texts in goods if language in texts
    }


def _left_in_english(shown: list[str], language: str) -> list[str]:
    """What is shown that is an English text and none of the language's own."""
    own = _texts(language)
    english = [text for text in _texts("en") - own if any(map(str.isalpha, text))]
    patterns = [re.compile(_pattern(text)) for text in english]
    ours = [re.compile(_pattern(text)) for text in own]
    return [
        text
        for text in shown
        if any(pattern.fullmatch(text) for pattern in patterns)
        and not any(pattern.fullmatch(text) for pattern in ours)
    ]


def _pattern(message: str) -> str:
    """A message with anything in the place of its values; of several branches the first."""
    parts = re.split(r"(\{[^{}]*\}|\{\w+, plural,.*\}\}?)", message)
    return "".join(".+" if part.startswith("{") else re.escape(part) for part in parts)


@pytest.fixture(scope="module")
def shopper(live_server: LiveServer, browser: Browser, built_pages: object) -> Iterator[Shopper]:
    """One browser, in which a new shopper comes in each language."""
    page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
    visitor = Shopper(page, live_server.url, "en")
    visitor.arrive()
    yield visitor
    page.context.close()
    assert visitor.problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_shop_and_chat_are_whole_in_the_language(shopper: Shopper, language: str) -> None:
    shopper.page.evaluate("localStorage.clear()")
    shopper.now_reads(language)
    shopper.arrive()
    shopper.open()
    first = shopper.page.evaluate(_SHOWN)
    shopper.ask(shopper.source["starters"][3]["title"])

    answered = shopper.by_bot.first
    expect(answered).to_be_visible()
    expect(shopper.bubble(answered)).to_have_attribute("lang", language)
    expect(shopper.log.get_by_role("article").first).to_be_visible()
    assert _left_in_english([*first, *shopper.page.evaluate(_SHOWN)], language) == []


@pytest.fixture(scope="module")
def console(live_server: LiveServer, browser: Browser, built_pages: object) -> Iterator[Page]:
    """A member of staff at the page of shop facts."""
    page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{live_server.url}/console/?language=en")
    page.locator("#token").fill(live_server.admin_token)
    page.locator("#token").press("Enter")
    expect(page.locator(".answer").first).to_be_visible()
    yield page
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_console_is_whole_in_the_language(console: Page, language: str) -> None:
    console.locator(".top select").select_option(language)
    expect(console.locator("html")).to_have_attribute("lang", language)
    console.locator(".preview select").select_option(language)
    expect(console.locator(f'.answers[lang="{language}"]')).to_be_visible()
    expect(console.locator(".answers h3").first).not_to_have_text("How long does delivery take?")

    assert _left_in_english(console.evaluate(_SHOWN), language) == []
