"""Values come into a line, marks stay where they are, and what a shop says is never markup."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.script.fill import fill, fill_text
from streaming.script.marks import parse
from streaming.show import Line, Mark

CARD = Mark("card")


def line(text: str) -> Line:
    return Line(parse(text), 1)


@pytest.mark.parametrize(
    ("text", "values", "language", "filled"),
    [
        ("Hello.", {}, "en", ("Hello.",)),
        ("It's <card/> {title}.", {"title": "a mug"}, "en", ("It's ", CARD, "a mug.")),
        ("L'{title}", {"title": "anello"}, "it", ("L'anello",)),
        ("{n, plural, one {# piece} other {# pieces}}", {"n": 1}, "en", ("1 piece",)),
        ("{n, plural, one {# штука} few {# штуки} other {# штук}}", {"n": 3}, "ru", ("3 штуки",)),
        ("<card/>{n} ok", {"n": 3}, "bn", (CARD, "৩ ok")),
        ("{n} <card/> of {m}.", {"n": 1234, "m": 2}, "de", ("1.234 ", CARD, "of 2.")),
        ("{free, select, true {Free.} other {{fee}.}}", {"free": True}, "en", ("Free.",)),
        ("{free, select, true {Free.} other {{fee}.}}", {"free": False, "fee": "€2"}, "en", ("€2.",)),
        ("{n} left", {"n": Decimal("2.5")}, "en", ("2.5 left",)),
    ],
)
def test_a_line_is_filled_in_its_language(
    text: str, values: dict[str, object], language: str, filled: tuple[str | Mark, ...]
) -> None:
    assert fill(line(text), values, language) == filled


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It costs {price}.", {}),
        ("It costs {price}.", {"price": None}),
        ("{n, plural, one {#} other {# of {m}}}", {"n": 1}),
        ("{free, select, true {Free.} other {{fee}.}}", {"free": False}),
        ("{free, select, true {Free.} other {No.}}", {}),
        ("{n, plural, other {#}}", {"n": "many"}),
    ],
)
def test_a_line_whose_value_is_missing_or_does_not_fit_is_not_spoken(
    text: str, values: dict[str, object]
) -> None:
    assert fill(line(text), values, "en") is None


def test_a_left_to_right_name_is_set_apart_in_right_to_left_text() -> None:
    filled = fill(line("هذا {title} {word}"), {"title": "Aurora", "word": "أزرق"}, "ar")

    assert filled == ("هذا \u2068Aurora\u2069 أزرق",)


def test_a_selector_is_not_set_apart() -> None:
    assert fill(line("{free, select, true {مجاني} other {لا}}"), {"free": "true"}, "ar") == ("مجاني",)


@given(st.text(), st.text())
def test_whatever_the_shop_calls_its_products_marks_and_words_stay_in_place(title: str, price: str) -> None:
    filled = fill(line("A {title} <card/> for {price}<uncard/>."), {"title": title, "price": price}, "en")

    clean = [" ".join(value.replace("\ufdd0", "").split()) for value in (title, price)]
    assert filled == (f"A {clean[0]} ", CARD, f"for {clean[1]}", Mark("uncard"), ".")


def test_a_value_is_no_pattern() -> None:
    assert fill(line("{title}!"), {"title": "{price} '<card/>'"}, "en") == ("{price} '<card/>'!",)


def test_a_text_without_marks_is_filled_too() -> None:
    assert fill_text("What's {title}?", {"title": "it"}, "en") == "What's it?"
    assert fill_text("What's {title}?", {}, "en") is None
