"""One Chromium for the folder, one fresh shopper a test; says what is missing instead of passing silently."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.config import ROOT
from tests.browser.shopper import Shopper
from tests.conftest import LiveServer

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Long enough for a loaded build machine; a test that passes never waits for it.
_PATIENCE_MS = 10_000
_BUILT = (
    ROOT / "web" / "widget" / "dist" / "loader.js",
    ROOT / "web" / "widget" / "dist" / "widget.js",
    ROOT / "web" / "demo" / "dist" / "index.html",
    ROOT / "web" / "console" / "dist" / "index.html",
    ROOT / "web" / "stage" / "dist" / "index.html",
)

Visit = Callable[..., Shopper]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    named = os.environ.get("STORECAST_CHROMIUM")
    for name in (named,) if named else _CHROMIUM_NAMES:
        if found := shutil.which(name):
            return found
    missing = (
        f"No Chromium for the browser tests ({named or ', '.join(_CHROMIUM_NAMES)} not found). Install it "
        "(Debian: apt-get install chromium), or set STORECAST_CHROMIUM=/path/to/chromium. "
        "STORECAST_ALLOW_NO_BROWSER=1 skips these tests."
    )
    if os.environ.get("STORECAST_ALLOW_NO_BROWSER") == "1":
        # Only who says so goes without; the message stands in the summary.
        pytest.skip(f"BROWSER TESTS NOT RUN. {missing}")
    pytest.fail(missing)


@pytest.fixture(scope="session")
def built_pages() -> Path:
    """The folder with the built pages."""
    if missing := [str(path.relative_to(ROOT)) for path in _BUILT if not path.exists()]:
        pytest.fail(f"{', '.join(missing)} not built. Run: cd web && npm ci && npm run build")
    return ROOT / "web"


@pytest.fixture(scope="session")
def axe(built_pages: Path) -> str:
    """The source of axe-core (https://github.com/dequelabs/axe-core)."""
    source = built_pages / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        pytest.fail("axe-core is not installed. Run: cd web && npm ci")
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, without a window."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(built_pages: Path, chromium: str, live_server: LiveServer, browser: Browser) -> Iterator[Visit]:
    """Lets a new shopper in: `visit(language="en", before=…, **options of the browser context)`.

    `before` gets the page before anything is loaded. When the test ends, no page may have complained.
    """
    shoppers: list[Shopper] = []

    def enter(
        language: str = "en", *, before: Callable[[Page], object] | None = None, **options: object
    ) -> Shopper:
        context = browser.new_context(
            **{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}  # type: ignore[arg-type]  # Playwright's options are not a TypedDict
        )
        context.set_default_timeout(_PATIENCE_MS)
        shopper = Shopper(context.new_page(), live_server.url, language)
        shoppers.append(shopper)
        if before:
            before(shopper.page)
        shopper.arrive()
        return shopper

    yield enter
    problems = [problem for shopper in shoppers for problem in shopper.problems]
    for shopper in shoppers:
        shopper.page.context.close()
    assert problems == []
