"""Renews the README's pictures from a running demo: `python -m tests.browser.screenshots [URL] [FOLDER]`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

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
    Picture("storefront-desktop", "en", False, False, ("Do you have lamps?",)),
    Picture(
        "chat-desktop-de-dark", "de", False, True, ("Wo ist meine Bestellung?", "1042", "anna@example.com")
    ),
    Picture("chat-phone-ar", "ar", True, False, ("أين طلبي؟", "١٠٤٢", "anna@example.com")),
    Picture("chat-phone-ja", "ja", True, False, ("配送にはどのくらいかかりますか？", "ありがとう")),
    Picture("chat-phone-en", "en", True, False, ()),
)


def take(browser: Browser, url: str, picture: Picture, folder: Path) -> None:
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
    page.goto(f"{url}/?language={picture.language}", wait_until="networkidle")
    page.locator("storecast-chat button").first.click()
    page.locator("storecast-chat textarea").wait_for()
    for number, text in enumerate(picture.says, start=1):
        _say(page, text, number)
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{picture.name}.png")
    context.close()


def _say(page: Page, text: str, answers: int) -> None:
    field = page.locator("storecast-chat textarea")
    field.fill(text)
    field.press("Enter")
    page.wait_for_timeout(1200)


def main() -> None:
    """Take all pictures."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/images")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        for picture in PICTURES:
            take(browser, url, picture, folder)
            print(folder / f"{picture.name}.png", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
