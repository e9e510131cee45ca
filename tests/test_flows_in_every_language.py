"""The flows of the chat in all languages, typed in the words of the buttons, against the running product.

What an answer must say is read from the locale file: the sentence of its key, with its values left open.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bot.wording import Phrasebook
from tests.conftest import LiveServer

BOOK = Phrasebook()
LANGUAGES = [code for code, _, _ in BOOK.languages()]
# As people type digits where the script has its own.
DIGITS = {
    "ar": "٠١٢٣٤٥٦٧٨٩", "fa": "۰۱۲۳۴۵۶۷۸۹", "ur": "۰۱۲۳۴۵۶۷۸۹", "hi": "०१२३४५६७८९", "mr": "०१२३४५६७८९",
    "bn": "০১২৩৪৫৬৭৮৯", "gu": "૦૧૨૩૪૫૬૭૮૯", "pa": "੦੧੨੩੪੫੬੭੮੯", "ta": "௦௧௨௩௪௫௬௭௮௯", "te": "౦౧౨౩౪౫౬౭౮౯",
    "kn": "೦೧೨೩೪೫೬೭೮೯", "ml": "൦൧൨൩൪൫൬൭൮൯", "th": "๐๑๒๓๔๕๖๗๘๙", "my": "၀၁၂၃၄၅၆၇၈၉", "km": "០១២៣៤៥៦៧៨៩",
    "ja": "０１２３４５６７８９", "zh": "０１２３４５６７８９",
}  # fmt: skip


class Chat:
    """A conversation on a page of a language."""

    def __init__(self, server: LiveServer, language: str) -> None:
        self._url, self._language = f"{server.url}/webhooks/rest/webhook", language
        self._sender = f"flow-{uuid4().hex}"

    def say(self, text: str) -> list[dict[str, Any]]:
        """Type something; returns the bubbles of the answer."""
        body = {"sender": self._sender, "message": text, "metadata": {"language": self._language}}
        answer = httpx.post(self._url, json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        bubbles: list[dict[str, Any]] = answer.json()
        return bubbles

    def tap(self, button: str) -> list[dict[str, Any]]:
        """Type the words of a button."""
        return self.say(self.words(f"bot.button.{button}"))

    def words(self, key: str) -> str:
        """The message of a key, as it stands in the locale file."""
        section, _, rest = key.partition(".")
        return BOOK.section(section, self._language)[rest]

    def says(self, bubbles: list[dict[str, Any]], key: str) -> bool:
        """Whether a bubble is the sentence of a key, in the language."""
        pattern = re.sub(r"\\\{[^{}]*\\\}", ".+", re.escape(self.words(key)))
        return any(re.search(pattern, _plain(bubble.get("text", ""))) for bubble in bubbles)


def _plain(text: str) -> str:
    return re.sub("[\u2068\u2069]", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_is_looked_up(live_server: LiveServer, language: str) -> None:
    chat = Chat(live_server, language)
    assert chat.says(chat.tap("track"), "bot.order.ask_number")
    number = "1042".translate(str.maketrans("0123456789", DIGITS.get(language, "0123456789")))
    assert chat.says(chat.say(number), "bot.order.ask_email")

    shown = chat.say("anna@example.com")

    assert chat.says(shown, "bot.order.status.shipped")
    assert shown[0]["metadata"]["language"] == language
    card = next(card for bubble in shown for card in bubble.get("custom", {}).get("cards", []))
    assert card["status_text"] == chat.words("bot.status_name.shipped")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_task_is_begun_and_broken_off(live_server: LiveServer, language: str) -> None:
    chat = Chat(live_server, language)
    assert chat.says(chat.tap("cancel"), "bot.order.ask_number")
    assert chat.says(chat.tap("stop"), "bot.stopped")
    assert chat.says(chat.tap("return"), "bot.order.ask_number")
    assert chat.says(chat.tap("stop"), "bot.stopped")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cancellation_is_asked_about_and_a_no_keeps_the_order(
    live_server: LiveServer, language: str
) -> None:
    chat = Chat(live_server, language)
    chat.tap("cancel")
    chat.say("NL-20391")
    assert chat.says(chat.say("jonas.weber@example.com"), "bot.cancel.confirm")

    assert chat.says(chat.tap("deny"), "bot.cancel.kept")


@pytest.mark.parametrize("language", LANGUAGES)
def test_goods_are_shown_and_a_person_is_called(live_server: LiveServer, language: str) -> None:
    chat = Chat(live_server, language)
    shown = chat.tap("products")
    cards = [card for bubble in shown for card in bubble.get("custom", {}).get("cards", [])]
    assert cards
    assert all(card["title"] and card["stock_text"] for card in cards)

    called = chat.tap("person")

    assert called[0]["metadata"]["action"] == "handoff"
    assert chat.says(called, "bot.handoff.requested")


LATIN = {
    "hi": ("order track karna hai", "return karna hai", "kisi insan se baat karni hai", "haan", "nahi"),
    "ar": ("fen talabi", "3ayez araga3 el montag", "3ayez akallem 7ad", "aywa", "la2"),
    "zh": ("wo de kuaidi dao nali le", "wo yao tuihuo", "zhuan rengong", "shi de", "bu yao"),
    "fil": (
        "san na po parcel ko",
        "mag-return ng item",
        "gusto kong makausap ang isang tao sa team ninyo",
        "oo",
        "hindi",
    ),
}


@pytest.mark.parametrize("language", LATIN)
def test_what_is_typed_in_latin_letters_is_understood(live_server: LiveServer, language: str) -> None:
    track, give_back, person, yes, no = LATIN[language]
    for command in (track, give_back):
        chat = Chat(live_server, language)
        assert chat.says(chat.say(command), "bot.order.ask_number")
    chat = Chat(live_server, language)
    chat.tap("cancel")
    chat.say("NL-20391")
    assert chat.says(chat.say("jonas.weber@example.com"), "bot.cancel.confirm")
    assert chat.says(chat.say(no), "bot.cancel.kept")
    assert chat.say(yes)[0]["metadata"]["intent"] == "affirm"
    assert chat.say(person)[0]["metadata"]["action"] == "handoff"
