from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.comments.comment_filter import CommentFilter
from streaming.comments.sources.demo import Saying, load_sayings

PACKS = Path(__file__).resolve().parents[3] / "knowledge" / "packs"
FILTER = CommentFilter(own_hosts=["www.nordlicht.example"], blocked=["BudgetBags"])
SAYINGS = [
    saying for kinds in load_sayings().lines.values() for sayings in kinds.values() for saying in sayings
]


def _pack(language: str) -> list[str]:
    data: dict[str, Any] = yaml.load(
        (PACKS / f"{language}.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return [text for entry in data["entries"].values() for text in entry["ask"]]


def _refusals(sayings: list[Saying]) -> dict[str, str | None]:
    return {one.text: FILTER.clean(one.text, language=one.language).refusal for one in sayings}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("sh1t lamp", "en"),
        ("f u c k you", "en"),
        ("f.u.c.k", "en"),
        ("fuuuuuuck", "en"),
        ("fυck this", "en"),
        ("f\u200buck", "en"),
        ("Scheisse", "de"),
        ("SCHEIẞE", "de"),
        ("傻逼主播", "zh"),
        ("вы суки", "ru"),
        ("tú, hijo de puta", "es"),
        ("retard", "en"),
        ("lồn", "vi"),
        ("budgetbags are better", "en"),
    ],
)
def test_abuse_is_refused_however_it_is_spelt(text: str, language: str) -> None:
    assert FILTER.clean(text, language=language).refusal == "abuse"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("y a-t-il du retard de livraison ?", "fr"),
        ("är den slut?", "sv"),
        ("soạn lộn hàng rồi", "vi"),
        ("got it, classic assorted cocktail glasses", "en"),
    ],
)
def test_ordinary_words_that_look_like_abuse_elsewhere_are_let_through(text: str, language: str) -> None:
    assert FILTER.clean(text, language=language).refusal is None


@pytest.mark.parametrize(
    "text",
    [
        "加微信 abc123456",
        "微信：shop888",
        "vx shop8888 cheaper",
        "Т.е.l.е.g.r.а.m @bags_cheap",
        "whatsapp me 0812 3456 7890",
        "slot gacor hari ini",
        "work from home and earn",
    ],
)
def test_who_leads_viewers_away_is_refused(text: str) -> None:
    assert FILTER.clean(text).refusal == "advert"


@pytest.mark.parametrize(
    "text", ["do you have wechat?", "can I order by whatsapp?", "line: 3m long?", "works with signal 5ghz?"]
)
def test_naming_a_messenger_is_no_advertisement(text: str) -> None:
    assert FILTER.clean(text).refusal is None


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.co/x",
        "go to evil-shop.com",
        "evil-shop (dot) com",
        "evil . com",
        "ｅｖｉｌ．ｃｏｍ",
        "加我abc.com领取",
        "t.me/xyz",
        "https://nordlicht.example.evil.net",
        "https://user@evil.net",
    ],
)
def test_links_are_refused(text: str) -> None:
    assert FILTER.clean(text).refusal == "link"


@pytest.mark.parametrize(
    "text",
    [
        "is it https://nordlicht.example/lamp ?",
        "https://shop.nordlicht.example/lamp",
        "very nice.is it new?",
        "ok.so when",
        "costs 10.50 or v1.2",
    ],
)
def test_the_shops_own_links_and_missing_spaces_are_let_through(text: str) -> None:
    assert FILTER.clean(text).refusal is None


@pytest.mark.parametrize("text", ["a" * 200, "❤️" * 100, "！" * 80])
def test_a_flood_of_one_sign_is_refused(text: str) -> None:
    assert FILTER.clean(text).refusal == "characters"


def test_a_question_with_many_question_marks_is_a_question() -> None:
    cleaned = FILTER.clean("How much" + "?" * 30)

    assert (cleaned.text, cleaned.refusal) == ("How much???", None)


def test_a_masked_comment_is_kept_and_compared_without_the_data() -> None:
    cleaned = FILTER.clean("Mail ANA@example.com the size chart?")

    assert cleaned.refusal is None
    assert cleaned.masked == {"email"}
    assert "ana" not in cleaned.folded


@pytest.mark.parametrize(
    "language", ["en", "zh", "es", "id", "de", "ar", "fr", "pt", "ja", "ko", "vi", "hi", "sv"]
)
def test_no_question_of_the_starter_faq_is_refused_or_masked(language: str) -> None:
    cleaned = [FILTER.clean(text, language=language) for text in _pack(language)]

    assert [one for one in cleaned if one.refusal or one.masked] == []


def test_every_advertisement_of_the_demo_room_is_refused() -> None:
    refusals = _refusals([one for one in SAYINGS if one.kind == "spam"])

    assert {text for text, refusal in refusals.items() if refusal not in {"advert", "link"}} == set()


def test_every_insult_of_the_demo_room_is_refused() -> None:
    refusals = _refusals([one for one in SAYINGS if one.kind == "abuse"])

    assert set(refusals.values()) == {"abuse"}


def test_nothing_else_of_the_demo_room_is_refused() -> None:
    refusals = _refusals([one for one in SAYINGS if one.kind not in {"spam", "abuse"}])

    assert {text for text, refusal in refusals.items() if refusal} == set()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana María", "Ana María"),
        ("xX_Killer_Xx", "xX Killer Xx"),
        ("小明❤️", "小明"),
        ("राहुल", "राहुल"),
        ("O'Neil", "O'Neil"),
        ("<b>Bob</b>", "b Bob b"),
        ("{name}, plural", "name plural"),
        ("a\u202eb", "ab"),
        ("x" * 30, "xxx"),
        ("Maximilian Alexander von Hohenstein", "Maximilian Alexander von"),
        ("buy at evil.com", ""),
        ("fuck you", ""),
        ("138 1234 5678", ""),
        ("❤️❤️", ""),
        ("", ""),
    ],
)
def test_a_name_is_shown_only_as_a_name(name: str, shown: str) -> None:
    assert FILTER.name(name) == shown


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=120))
def test_no_name_carries_markup_a_pattern_or_a_line_break(name: str) -> None:
    shown = FILTER.name(name)

    assert len(shown) <= 24
    assert not set(shown) & set('<>{}#$%&@/\\\n\r"_*`|')
