"""Which locale a page or a caller means."""

from __future__ import annotations

import pytest

from bot.web.languages import Languages

KNOWN = Languages(["ar", "de", "en", "he", "id", "pt", "zh", "zh-TW"], lambda: "de")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", "de"), ("DE", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("zh-Hans-CN", "zh"),
        ("zh-Hant", "zh-TW"),
        ("zh-HK", "zh-TW"), ("zh-tw", "zh-TW"), ("iw", "he"), ("in", "id"), ("en-x-1", "en"),
        ("fr", None), ("", None), ("english", None), ("de; DROP", None), ("e", None), (None, None), (7, None),
        ("a" * 10_000, None),
    ],
)  # fmt: skip
def test_a_tag_finds_its_locale(tag: object, expected: str | None) -> None:
    assert KNOWN.match(tag) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "de"), ("", "de"), ("*", "de"), ("fr", "de"), ("en", "en"), ("fr, en;q=0.5, ar;q=0.8", "ar"),
        ("en;q=0, ar", "ar"), ("en;q=x, ar;q=0.1", "ar"), ("en-GB,en;q=0.9", "en"), (",,,;;q==,", "de"),
        ("ar;q=nan, en", "en"),
    ],
)  # fmt: skip
def test_a_header_finds_its_locale(header: str | None, expected: str) -> None:
    assert KNOWN.of_header(header) == expected


def test_the_first_wish_that_can_be_met_counts() -> None:
    assert KNOWN.best(None, "xx", "ar", "en") == "ar"


def test_a_default_without_locale_is_replaced() -> None:
    assert Languages(["en", "de"], lambda: "sv").default == "en"
