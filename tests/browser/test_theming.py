"""One colour of the shop becomes the whole widget, readable whatever the shop chose."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit

# WCAG 2.2, 1.4.3, for text below 24 px.
_READABLE = 4.5
_PAIRS = [
    ("--on-accent", "--accent"),
    ("--accent-text", "--surface"),
    ("--accent-text", "--paper"),
    ("--accent-text", "--tint"),
    ("--ink", "--tint"),
]


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrasts(page: Page) -> dict[tuple[str, str], float]:
    """Contrast of each pair of colours, as the browser resolves them."""
    resolve = """(host, name) => {
        const probe = host.shadowRoot.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const colour = getComputedStyle(probe).color;
        probe.remove();
        return colour;
    }"""
    host = page.locator("storecast-chat")
    found = {}
    for pair in _PAIRS:
        low, high = sorted(_luminance(host.evaluate(resolve, name)) for name in pair)
        found[pair] = (high + 0.05) / (low + 0.05)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "colour", ["#0B6B74", "#E8483D", "#FFD400", "#FFFFFF", "#000000", "#777777", "#0000FF"]
)
def test_every_colour_of_a_shop_gives_readable_text(visit: Visit, colour: str, scheme: str) -> None:
    shopper = visit(color_scheme=scheme)

    shopper.page.locator("storecast-chat").evaluate("(host, value) => host.dataset.colour = value", colour)

    assert {pair: ratio for pair, ratio in _contrasts(shopper.page).items() if ratio < _READABLE} == {}


def test_a_page_can_ask_for_dark_on_a_light_device(visit: Visit) -> None:
    shopper = visit(color_scheme="light")
    host = shopper.page.locator("storecast-chat")

    host.evaluate("host => host.dataset.theme = 'dark'")

    assert host.evaluate("host => getComputedStyle(host).colorScheme") == "dark"
