from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.details import find_emails, find_order_numbers, plain_digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1042", "1042"),
        ("１０４２", "1042"),
        ("١٠٤٢", "1042"),
        ("۱۰۴۲", "1042"),
        ("१०४२", "1042"),
        ("১০৪২", "1042"),
        ("๑๐๔๒", "1042"),
        ("#1042", "1042"),
        ("№ 1042", "1042"),
        ("10 42", "1042"),
        ("order 1042 please", "1042"),
        ("my number is NL-20391.", "NL-20391"),
        ("nl20391", "NL20391"),
        ("NL 20391", "NL-20391"),
        ("订单号1042", "1042"),
        ("注文番号は1042です", "1042"),
        ("주문번호 1042번이에요", "1042"),
        ("0042", "0042"),
        ("№0042", "0042"),
        ("Nr1042", "1042"),
        ("Nº 1042", "1042"),
        ("no. 1042", "1042"),
    ],
)
def test_an_order_number_is_read_in_any_script(text: str, expected: str) -> None:
    assert find_order_numbers(text, bare=True) == (expected,)


@pytest.mark.parametrize(
    "text",
    [
        "36 months",
        "100元",
        "€1042",
        "im 175 cm",
        "110 volts",
        "12",
        "+4915112345678",
        "joe1042@mail.com",
        "3.141",
        "",
    ],
)
def test_amounts_and_other_numbers_are_no_order_numbers(text: str) -> None:
    assert find_order_numbers(text, bare=True) == ()


def test_a_bare_number_counts_only_when_one_is_expected() -> None:
    assert find_order_numbers("better price for 1000 lamps", bare=False) == ()
    assert find_order_numbers("what about #1042", bare=False) == ("1042",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna@example.com", "anna@example.com"),
        ("My mail: Anna.Berg+shop@Example.CO.UK!", "anna.berg+shop@example.co.uk"),
        ("邮箱是anna@example.com", "anna@example.com"),
        ("メールはtaro@example.jpです", "taro@example.jp"),
        ("joe (at) mail dot com", "joe@mail.com"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna@example.com"),
    ],
)
def test_an_address_is_read_as_people_type_it(text: str, expected: str) -> None:
    assert find_emails(text) == (expected,)


@pytest.mark.parametrize("text", ["anna@", "@example.com", "anna at home", "a@b", "meet me at 5 dot"])
def test_what_is_no_address_is_left_alone(text: str) -> None:
    assert find_emails(text) == ()


@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_search(text: str) -> None:
    found = (*find_emails(text), *find_order_numbers(text, bare=True))

    assert all(isinstance(value, str) for value in found)


@given(
    st.integers(min_value=0, max_value=10**9),
    st.sampled_from([0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10]),
)
def test_digits_of_every_script_are_the_same_number(number: int, zero: int) -> None:
    written = "".join(chr(zero + int(digit)) for digit in str(number))

    assert plain_digits(written) == str(number)
