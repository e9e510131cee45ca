from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.comments.filter_words import load_words
from streaming.comments.personal_data import MASK, Masker

MASKER = Masker(load_words().streets)


@pytest.mark.parametrize(
    ("text", "masked", "kind"),
    [
        ("write to ana.b@example.com please", f"write to {MASK} please", "email"),
        ("邮箱abc@qq.com谢谢", f"邮箱{MASK}谢谢", "email"),
        ("ana (at) example (dot) com", MASK, "email"),
        ("ana at gmail dot com", MASK, "email"),
        ("call 138 1234 5678", f"call {MASK}", "phone"),
        ("+49 170 1234567 ruf an", f"{MASK} ruf an", "phone"),
        ("wa 0812-3456-7890 ya", f"wa {MASK} ya", "phone"),
        ("رقمي ٠٥٠١٢٣٤٥٦٧", f"رقمي {MASK}", "phone"),
        ("4111 1111 1111 1111 is my card", f"{MASK} is my card", "card"),
        ("4111-1111-1111-1111", MASK, "card"),
        ("身份证110101199003078515", f"身份证{MASK}", "number"),
        ("I live at 12 Baker Street London", f"I live at {MASK} London", "address"),
        ("Hauptstraße 5 in Köln", f"{MASK} in Köln", "address"),
        ("vivo en calle Mayor 12", f"vivo en {MASK}", "address"),
        ("ул. Ленина 5", MASK, "address"),
        ("شارع التحرير رقم 12", MASK, "address"),
        ("jl. Sudirman No. 12 ya", f"{MASK} ya", "address"),
        ("12 bis rue de la Paix", MASK, "address"),
        ("建国路88号3栋", MASK, "address"),
        ("神南1丁目2-3", MASK, "address"),
        ("서울 강남구 테헤란로 123", f"서울 {MASK}", "address"),
        ("to SW1A 1AA?", f"to {MASK}?", "address"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str, kind: str) -> None:
    shown, kinds = MASKER.mask(text)

    assert shown == masked
    assert kind in kinds


@pytest.mark.parametrize(
    "text",
    [
        "is it 1.500.000 or 1500000?",
        "Rp 150.000, ongkir 20000",
        "from 2026-11-22 on",
        "I am 170 cm and 60 kg, 90-60-90",
        "waited 3 days on the road",
        "auf dem Weg 3 Stunden",
        "택배로 3일 걸려요",
        "does it hold a 15.6 inch laptop",
        "look at that. nice",
        "ordre str. 38",
    ],
)
def test_prices_sizes_and_dates_are_left_as_they_are(text: str) -> None:
    assert MASKER.mask(text) == (text, frozenset())


def test_every_number_is_masked_in_a_text_of_little_else() -> None:
    shown, kinds = MASKER.mask("4 1 1 1 " * 15)

    assert kinds == {"number"}
    assert not any(sign.isdigit() for sign in shown)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60), st.integers(10**15, 10**16 - 1), st.text(max_size=60))
def test_no_sixteen_digits_in_a_row_ever_come_through(before: str, number: int, after: str) -> None:
    shown, _ = MASKER.mask(f"{before}{number}{after}")

    assert str(number) not in shown
