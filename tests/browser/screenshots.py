"""Renews the README's pictures from a running demo: `python -m tests.browser.screenshots [FOLDER] [--url …]`.

Run by hand; starts nothing. The pictures show real answers, each in a fresh conversation.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

_CHROMIUM = os.environ.get("STORECAST_CHROMIUM", "/usr/bin/chromium")
DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


@dataclass(frozen=True)
class Picture:
    """One picture: what the shopper says before it is taken."""

    name: str
    language: str
    phone: bool
    dark: bool
    says: tuple[str, ...]


PICTURES = (
    Picture("storefront-desktop", "en", False, False, ("Do you have a lamp?",)),
    Picture("chat-desktop-de-dark", "de", False, True, ("Wo ist meine Bestellung 1042?", "anna@example.com")),
    Picture("chat-phone-ar", "ar", True, False, ("أين طلبي ١٠٤٢؟", "anna@example.com")),
    Picture("chat-phone-ja", "ja", True, False, ("配送にはどのくらいかかりますか？", "ありがとう")),
    Picture("chat-phone-de-dark", "de", True, True, ("Welche Zahlungsarten gibt es?", "Hallo")),
    Picture("chat-phone-en", "en", True, False, ()),
)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> Path:
    """Talk on a fresh page and keep what it looks like then."""
    context = browser.new_context(
        viewport=PHONE if picture.phone else DESKTOP,
        device_scale_factor=2 if picture.phone else 1,
        is_mobile=picture.phone,
        has_touch=picture.phone,
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{url}/?language={picture.language}")
    page.locator("storecast-chat button[aria-expanded]").click()
    for text in picture.says:
        _say(page, text)
    page.mouse.move(0, 0)
    page.wait_for_load_state("networkidle")
    path = folder / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def _say(page: Page, text: str) -> None:
    """Ask, and wait until the answer has come and the dots are gone."""
    said = page.locator("storecast-chat [role=log] [data-seq]")
    before = said.count()
    field = page.locator("storecast-chat textarea")
    field.fill(text)
    field.press("Enter")
    expect(said.nth(before + 1)).to_be_visible()
    expect(page.locator("storecast-chat .typing")).to_be_hidden()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description="Renews the pictures of the README.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs/images"))
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="a running demo")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        for picture in PICTURES:
            print(take(browser, given.url, picture, given.folder), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
