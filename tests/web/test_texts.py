"""What people type, made clean."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.errors import ApiError
from bot.web.texts import clean_id, clean_line, clean_text


def refused(text: object, *, max_chars: int = 100) -> str:
    with pytest.raises(ApiError) as refusal:
        clean_text(text, max_chars=max_chars)
    return refusal.value.code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Hi", "Hi"),
        ("  Hi \n", "Hi"),
        ("a\r\nb\rc\td", "a\nb\nc\td"),
        ("a\0b\x07c\x9fd", "abcd"),
        ("\ufeffHi", "Hi"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("क्\u200dष", "क्\u200dष"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_text_is_normalised_and_loses_control_characters(typed: str, expected: str) -> None:
    assert clean_text(typed, max_chars=100) == expected


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", "\0\0", "\u200b\u200d", "\u3000", "\u200e"])
def test_a_text_without_anything_visible_is_empty(nothing: str) -> None:
    assert refused(nothing) == "message_empty"


@pytest.mark.parametrize("thing", [None, 1, True, ["a"], {"a": 1}, "a\ud800", "\udfff"])
def test_what_is_not_text_is_refused(thing: object) -> None:
    assert refused(thing) == "not_text"


@pytest.mark.parametrize("long", ["x" * 101, "ж" * 101, "x" * 100_000, "e\u0301" * 101])
def test_a_text_that_is_too_long_is_refused(long: str) -> None:
    assert refused(long) == "message_too_long"


def test_length_counts_after_normalisation() -> None:
    assert clean_text("e\u0301" * 100, max_chars=100) == "é" * 100


def test_a_tower_of_marks_is_cut_to_what_languages_use() -> None:
    tower = "a" + "\u0323\u0301" * 8000

    clean = clean_text(tower, max_chars=16_000)

    assert len(clean) <= 31


@given(st.text(max_size=300))
def test_a_clean_text_stays_as_it_is(typed: str) -> None:
    try:
        once = clean_text(typed, max_chars=200)
    except ApiError:
        return
    assert clean_text(once, max_chars=200) == once
    assert unicodedata.is_normalized("NFC", once)
    assert 1 <= len(once) <= 200


@pytest.mark.parametrize("value", ["a", "x" * 100, "日本", "a b", "a/b:c"])
def test_an_id_stays_as_it_came(value: str) -> None:
    assert clean_id(value, field="id") == value


@pytest.mark.parametrize("value", ["", "x" * 101, "a\nb", "a\0", "\ud800", None, 7, "\u202e"])
def test_an_id_that_can_not_be_compared_is_refused(value: object) -> None:
    with pytest.raises(ApiError) as refusal:
        clean_id(value, field="message_id")
    assert (refusal.value.code, refusal.value.field) == ("invalid", "message_id")


def test_a_name_stands_on_one_line() -> None:
    assert clean_line(" Ada\n Lovelace ", field="name", max_chars=60) == "Ada Lovelace"


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "\ud800"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ApiError) as refusal:
        clean_line(name, field="name", max_chars=60)
    assert refusal.value.code == "invalid"
