"""ICU messages: needed values, filling, isolation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.messages import check, fill, names, plain

DAYS = "{days, plural, one {# day} other {# days}}"


def test_plural_and_value_are_filled() -> None:
    text = fill(f"Within {DAYS}, write to {{email}}.", {"days": 1, "email": "a@b.example"}, "en")

    assert text == "Within 1 day, write to a@b.example."


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1, "1 рабочий день"), (3, "3 рабочих дня"), (5, "5 рабочих дней"), (21, "21 рабочий день")],
)
def test_russian_plurals_follow_the_number(days: int, expected: str) -> None:
    message = "{days, plural, one {# рабочий день} few {# рабочих дня} other {# рабочих дней}}"

    assert fill(message, {"days": days}, "ru") == expected


def test_missing_value_gives_none() -> None:
    assert fill("Write to {email}.", {}, "en") is None


def test_missing_selector_gives_none() -> None:
    assert fill("{free, select, true {Yes.} other {No.}}", {}, "en") is None


def test_value_of_a_branch_not_chosen_is_not_needed() -> None:
    message = "{free, select, true {It is free.} other {It costs {fee}.}}"

    assert fill(message, {"free": "true"}, "en") == "It is free."
    assert fill(message, {"free": "false"}, "en") is None
    assert fill(message, {"free": "false", "fee": "€4.90"}, "en") == "It costs €4.90."


def test_value_inside_a_plural_is_needed() -> None:
    message = "{n, plural, one {# at {shop}} other {# in {shop}}}"

    assert fill(message, {"n": 2}, "en") is None
    assert fill(message, {"n": 2, "shop": "Nord"}, "en") == "2 in Nord"


def test_quoted_braces_are_text() -> None:
    assert names("Type '{code}' at {place}.") == {"place"}
    assert (
        fill("Type '{code}' at {place}, don't wait.", {"place": "home"}, "en")
        == "Type {code} at home, don't wait."
    )


def test_left_to_right_values_are_isolated_in_right_to_left_text() -> None:
    text = fill("راسلنا على {email}", {"email": "a@b.example"}, "ar")

    assert text == "راسلنا على \u2068a@b.example\u2069"


def test_selectors_and_right_to_left_values_are_not_isolated() -> None:
    message = "{free, select, true {مجاني} other {{fee}}} {name}"

    assert fill(message, {"free": "true", "fee": "x", "name": "متجر"}, "ar") == "مجاني متجر"


@pytest.mark.parametrize(
    "message", ["{", "{a", "{a, plural, one {x}", "}", "{}", "{n, plural, one {x}}", "{a{b}}"]
)
def test_malformed_messages_are_named(message: str) -> None:
    assert check(message, "en")


def test_plain_keeps_the_words_of_every_branch() -> None:
    message = (
        "{free, select, true {Free.} other {Costs {fee} per order.}} Within {n, plural, other {# days}}."
    )

    assert plain(message) == "Free. Costs per order. Within days ."


@given(st.text(alphabet="ab{},'# plurselcoth\n", max_size=40))
def test_any_text_is_either_refused_or_filled(message: str) -> None:
    values = dict.fromkeys(names(message), 1) if check(message, "en") is None else None

    assert values is None or isinstance(fill(message, values, "en"), str)
