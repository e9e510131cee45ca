"""A shopper at the browser: what one can do in the shop and see of the chat.

Everything is found as a person finds it, by role and by the words of the language in use, or by attributes
that carry meaning (`data-seq`, `lang`, `dir`); never by how it looks.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import httpx
from playwright.sync_api import (
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    WebSocket,
    expect,
)

__all__ = ["Shopper"]

# The demo page has about thirty stops before the launcher.
_MOST_TABS = 80


@cache
def _widget_strings(url: str, language: str) -> dict[str, Any]:
    answer = httpx.get(f"{url}/widget/strings/{language}.json")
    answer.raise_for_status()
    strings: dict[str, Any] = answer.json()
    return strings


class Shopper:
    """One page in the browser.

    Args:
        page: fresh; what it reports is collected from now on.
        url: of the product, without a slash at the end.
        language: of the shop page.

    Attributes:
        problems: what the page complained about: errors, warnings of the console, dialogs.
        welcomes: `welcome` frames, oldest first.
    """

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.url = url
        self.language = language
        self.source = _widget_strings(url, language)
        self.welcomes: list[dict[str, Any]] = []
        self.sockets: list[WebSocket] = []
        self.problems: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("websocket", self._on_websocket)

    def say(self, key: str) -> str:
        """The widget's sentence `key` in the shopper's language, as in the locale file."""
        return str(self.source["strings"][key])

    def now_reads(self, language: str) -> None:
        """From now on, words are looked up in this language."""
        self.language = language
        self.source = _widget_strings(self.url, language)

    # --- doing ---------------------------------------------------------------------------------------

    def arrive(self) -> None:
        """Load the shop page; returns when it stands in the shopper's language, launcher included."""
        self.page.goto(f"{self.url}/?language={self.language}")
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        expect(self.launcher).to_be_visible()

    def open(self) -> None:
        """Open the chat with a click."""
        expect(self.launcher).to_have_accessible_name(self.say("open"))
        self.launcher.click()
        expect(self.field).to_be_focused()

    def close(self) -> None:
        """Close the chat with the button in its head."""
        self.panel.get_by_role("button", name=self.say("close"), exact=True).click()
        expect(self.panel).to_be_hidden()

    def ask(self, text: str) -> None:
        """Write something and send it with the Enter key; does not wait."""
        self.field.fill(text)
        self.field.press("Enter")

    def converse(self, *texts: str) -> None:
        """Ask one thing after the other; returns when the last is answered."""
        for text in texts:
            answered = self.by_bot.count()
            self.ask(text)
            expect(self.by_bot.nth(answered)).to_be_visible()

    def choose_language(self, code: str) -> None:
        """Pick a language in the head of the chat; returns when the chat stands in it."""
        self.panel.get_by_role("combobox", name=self.say("language")).select_option(code)
        self.now_reads(code)
        expect(self.panel).to_have_attribute("lang", code)

    def tab_to(self, target: Locator) -> None:
        """Press Tab until `target` has the focus, as far as a patient person would."""
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            if target.evaluate("element => element.getRootNode().activeElement === element"):
                return
        raise AssertionError(f"{_MOST_TABS} times Tab do not reach {target}")

    # --- seeing --------------------------------------------------------------------------------------

    @property
    def launcher(self) -> Locator:
        """The round button."""
        return self.page.locator("storecast-chat button[aria-expanded]")

    @property
    def panel(self) -> Locator:
        """The chat window; found while hidden, too."""
        return self.page.locator("storecast-chat [role=dialog]")

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.panel.get_by_role("textbox")

    @property
    def log(self) -> Locator:
        """The conversation, without typing dots and quick replies."""
        return self.panel.get_by_role("log")

    @property
    def rows(self) -> Locator:
        """Messages that the server has."""
        return self.log.locator("[data-seq]")

    @property
    def pending(self) -> Locator:
        """Messages that it has not confirmed."""
        return self.log.locator("[data-id]:not([data-seq])")

    @property
    def own(self) -> Locator:
        """The shopper's messages, confirmed or not."""
        return self.said_by(self.say("you"))

    @property
    def by_bot(self) -> Locator:
        """Answers of the assistant."""
        return self.said_by(self.say("assistant"))

    def said_by(self, who: str) -> Locator:
        """Messages that a screen reader announces as this speaker's."""
        return self.log.locator("[data-id]").filter(has_text=f"{who}: ")

    @staticmethod
    def bubble(row: Locator) -> Locator:
        """The words of a message: they carry their own language and direction."""
        return row.locator("[lang][dir]").first

    @property
    def dots(self) -> Locator:
        """The sign that the assistant is writing."""
        return self.panel.get_by_role("status").filter(has_text=self.say("typing"))

    @property
    def quick_replies(self) -> Locator:
        """The buttons below the newest answer."""
        return self.panel.get_by_role("group", name=self.say("quick_replies")).get_by_role("button")

    @property
    def conversation(self) -> str:
        """Id of the conversation, once the server has said welcome."""
        return str(self.welcomes[-1]["conversation"])

    def another_tab(self) -> Shopper:
        """The same shopper on a second page."""
        other = Shopper(self.page.context.new_page(), self.url, self.language)
        other.problems = self.problems
        return other

    def bot_message_arrives(self) -> AbstractContextManager[object]:
        """A `with` block that ends once the newest socket has brought a message of the assistant."""

        def is_one(payload: str | bytes) -> bool:
            frame = json.loads(payload)
            return bool(frame["type"] == "message" and frame["message"]["from"] == "bot")

        return self.sockets[-1].expect_event("framereceived", is_one)

    # --- listening -----------------------------------------------------------------------------------

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"{message.type}: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_websocket(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framereceived", self._on_frame)

    def _on_frame(self, payload: str | bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "welcome":
            self.welcomes.append(frame)
