from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.comments.plain_text import essence, folded, lookalike, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ｗｅＣｈａｔ ①", "weChat 1"),
        ("b\u200bad\u200d \u202eword\u2066", "bad word"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("so goooooooood!!!!!!!!!", "so goood!!!"),
        ("hahahahahahaha", "hahaha"),
        ("❤️❤️❤️❤️❤️", "❤️❤️❤️"),
        ("Rp 1000000", "Rp 1000000"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("Z" + "\u0335" * 40 + "algo", "Z\u0335\u0335algo"),
        ("Đèn này đẹp", "Đèn này đẹp"),
        (" \u200b\u2060 ", ""),
    ],
)
def test_text_is_shown_without_what_hides_or_floods(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_text_is_cut() -> None:
    assert len(plain("word " * 1_000)) <= 300


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(codec=None), max_size=400))
def test_any_text_becomes_one_short_line_that_can_be_sent(text: str) -> None:
    shown = plain(text)

    shown.encode("utf-8")
    assert len(shown) <= 300
    assert shown == " ".join(shown.split())


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("SCHEISSE", "scheiße"),
        ("Çığ", "cig"),
        ("أهلا مـــرحبا", "اهلا مرحبا"),
        ("٣٥ و ۴۲", "35 و 42"),
        ("w\u200bord", "word"),
        ("ṕŕìçé", "price"),
    ],
)
def test_texts_that_differ_in_case_accents_and_digits_fold_alike(text: str, same: str) -> None:
    assert folded(text) == folded(same)


@pytest.mark.parametrize(
    ("text", "latin"),
    [("ТЕLЕGRАМ", "telegram"), ("ρауραl", "paypal"), ("fυck", "fuck"), ("price", "price"), ("价格", "价格")],
)
def test_borrowed_letters_are_read_as_the_latin_ones_they_look_like(text: str, latin: str) -> None:
    assert lookalike(folded(text)) == latin


def test_texts_that_differ_in_punctuation_have_one_essence() -> None:
    assert essence("¿how much, is it?") == essence("how much is it")


def test_vowel_signs_belong_to_the_essence() -> None:
    assert essence("कि") != essence("की")
