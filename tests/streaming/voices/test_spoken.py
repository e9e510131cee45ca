from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.show import Mark
from streaming.voices.espeak_text import adapted
from streaming.voices.process import ROOT
from streaming.voices.spoken import Piece, caption_of, spoken

LANGUAGES = sorted(path.stem for path in (ROOT / "knowledge" / "packs").glob("*.yml"))


def said(text: str, language: str) -> str:
    """What is spoken, spaces as one."""
    pieces = spoken((text,), language)
    return " ".join("".join(piece.text for piece in pieces if isinstance(piece, Piece)).split())


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("am", "20% ቅናሽ", "20 ፐርሰንት ቅናሽ"),
        ("ar", "٣٩٫٥٠ ر.س", "39 ريال سعودي 50"),
        ("bg", "25 лв.", "25 лева"),
        ("bn", "মাত্র ৳৯৯৯", "মাত্র 999 টাকা"),
        ("cs", "1 290 Kč", "1290 korun"),
        ("da", "2.999 kr.", "2999 kroner"),
        ("de", "1.980,50 €", "1980 Euro 50"),
        ("el", "39,90 €", "39 ευρώ 90"),
        ("en", "$1,299.00", "1299 dollars"),
        ("en", "$5.05", "5 dollars 05"),
        ("en", "KWD 1.250", "1.250 Kuwaiti dinar"),
        ("es", "1.299,99 €", "1299 euros 99"),
        ("et", "5 €", "5 eurot"),
        ("fa", "۱۲۰٬۰۰۰ ریال", "120000 ریال"),
        ("fi", "39,90 €", "39 euroa 90"),
        ("fil", "₱1,299.00", "1299 piso"),
        ("fr", "1 299,50 €", "1299 euros 50"),
        ("he", "₪199", "199 שקלים"),
        ("hi", "₹१,००,०००", "100000 रुपए"),
        ("hr", "19,99 €", "19 eura 99"),
        ("hu", "12 990 Ft", "12990 forint"),
        ("id", "Rp 59.000", "59000 Rupiah"),
        ("it", "9,90€", "9 euro 90"),
        ("ja", "今だけ¥1,980", "今だけ1980円"),
        ("ka", "45 ₾", "45 ლარი"),
        ("kk", "12 990 ₸", "12990 теңге"),
        ("ko", "₩39,900", "39900원"),
        ("mr", "₹२५०", "250 रुपये"),
        ("ms", "RM 49.90", "49 Ringgit 90"),
        ("nb", "349 kr", "349 kroner"),
        ("nl", "€ 12,50", "12 euro 50"),
        ("pl", "129,99 zł", "129 złotych 99"),
        ("pt", "R$ 1.259,90", "1259 Reais 90"),
        ("ru", "1 990 ₽", "1990 рублей"),
        ("ru", "2 ₽", "2 рубля"),
        ("sv", "1 299 kr", "1299 kronor"),
        ("ta", "₹499", "499 ரூபாய்கள்"),
        ("th", "฿๑,๒๙๐", "1290 บาท"),
        ("tr", "1.250 ₺", "1250 lira"),
        ("uk", "499,50 ₴", "499 гривень 50"),
        ("ur", "₹500", "500 بھارتی روپے"),
        ("uz", "59 000 soʻm", "59000 so‘m"),
        ("vi", "199.000₫", "199000 đồng"),
        ("zh", "只要¥39.90", "只要39.9元"),
        ("zh-TW", "NT$1,290", "1290元"),
    ],
)
def test_a_price_is_said_in_the_words_of_the_language(language: str, written: str, expected: str) -> None:
    assert said(written, language) == expected


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("ar", "خصم ٢٠٪", "خصم 20 بالمئة"),
        ("de", "20 % Rabatt", "20 Prozent Rabatt"),
        ("fa", "۴۵ cm", "45 سانتی‌متر"),
        ("ko", "20% 할인", "20퍼센트 할인"),
        ("sw", "20%", "asilimia 20"),
        ("vi", "giảm 20%", "giảm 20 phần trăm"),
        ("zh", "45 cm", "45厘米"),
        ("en", "30×40 cm, 1.5 kg", "30 by 40 centimeters, 1.5 kilograms"),
        ("en", "-5 °C", "-5 degrees Celsius"),
        ("en", "1 kg", "1 kilogram"),
        ("fr", "65 W", "65 watts"),
        ("hi", "४५ cm", "45 सेंटीमीटर"),
        ("it", "3,5 kg", "3,5 chilogrammi"),
        ("ja", "30%オフ", "30 パーセントオフ"),
        ("mt", "20%", "20 fil-mija"),
        ("ru", "2 кг", "2 килограмма"),
        ("ru", "5 см", "5 сантиметров"),
        ("te", "20%", "20 శాతం"),
        ("th", "ลด ๒๐%", "ลด 20 เปอร์เซ็นต์"),
        ("tr", "%20 indirim", "yüzde 20 indirim"),
        ("zh", "减20%", "减百分之20"),
    ],
)
def test_a_measure_is_said_in_the_words_of_the_language(language: str, written: str, expected: str) -> None:
    assert said(written, language) == expected


@pytest.mark.parametrize("sign", ["%", "cm", "kg", "ml", "W", "°C"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_measures_of_a_shop_have_words_in_every_language(language: str, sign: str) -> None:
    heard = said(f"20{sign}", language)

    assert "20" in heard
    assert sign not in heard.split()
    assert not heard.endswith(sign)


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("de", "am 22.11.2026", "am 22. November 2026"),
        ("de", "um 14:30", "um 14 Uhr 30"),
        ("de", "ab 9:00 Uhr", "ab 9 Uhr"),
        ("en", "11/22/2026", "November 22, 2026"),
        ("en", "2026-11-22", "November 22, 2026"),
        ("en", "9:00 am", "9 am"),
        ("en", "at 9:00", "at 9 o'clock"),
        ("en", "16:9", "16:9"),
        ("en", "24/7", "24/7"),
        ("es", "a las 14:30", "a las 14 30"),
        ("fr", "à 14h30", "à 14 heures 30"),
        ("gu", "22/11/2026", "22 નવેમ્બર, 2026"),
        ("ja", "2026-11-22", "2026年11月22日"),
        ("ko", "14:30", "14시 30분"),
        ("zh", "14:30", "14点30分"),
    ],
)
def test_dates_and_times_are_said_as_people_say_them(language: str, written: str, expected: str) -> None:
    assert said(written, language) == expected


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("en", "3–7 days", "3 to 7 days"),
        ("de", "3-7 Tage", "3 bis 7 Tage"),
        ("en", "$5-$10", "5 dollars to 10 dollars"),
        ("en", "3-in-1, model-3", "3-in-1, model-3"),
        ("sv", "4,5 dl", "4 komma 5 dl"),
        ("en", "1,00,000 likes", "100000 likes"),
        ("de", "1.250", "1250"),
        ("en", "1.250", "1.250"),
        ("de", "1,250", "1,250"),
        ("fr", "1 250", "1250"),
        ("en", "version 1.2.3", "version 1.2.3"),
        ("en", "007", "007"),
    ],
)
def test_numbers_and_ranges_are_read_as_the_language_writes_them(
    language: str, written: str, expected: str
) -> None:
    assert said(written, language) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("order #1001", "order 1 0 0 1"),
        ("SAVE10", "save 10"),
        ("SKU-1042", "S K U 1 0 4 2"),
        ("IP67", "I P 67"),
        ("5G, A4, USB-C", "5G, A4, USB-C"),
        ("0800 123 4567", "0 8 0 0, 1 2 3, 4 5 6 7"),
        ("8412345678905", "8 4 1 2 3 4 5 6 7 8 9 0 5"),
        ("help@shop.example", "help at shop dot example"),
        ("https://www.shop.example/sale", "shop dot example slash sale"),
    ],
)
def test_codes_numbers_to_dial_and_addresses_are_spelt(written: str, expected: str) -> None:
    assert said(written, "en") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("wow 🎉🎉 great", "wow great"),
        ("1️⃣ kilo", "1 kilo"),
        ("**Sale** ~now~ ❤️", "Sale now"),
        ("a\u200bb\u202e c\x07d", "a b c d"),
        ("👩🏽‍💻👍🏿", ""),
        ("… !!!", ""),
    ],
)
def test_emoji_decoration_and_invisible_signs_are_not_said(written: str, expected: str) -> None:
    assert said(written, "en") == expected


@pytest.mark.parametrize(
    "written",
    ["9" * 4400 + " €", "1" + ",000" * 1500 + " kg", "1." * 2000, "A1-" * 1300, "a.a." * 1000, "0(" * 2000],
)
@pytest.mark.parametrize("language", ["en", "de", "ja", "fil", "uz"])
def test_what_is_far_too_long_is_no_error(written: str, language: str) -> None:
    assert adapted(spoken((written,), language), language)


def test_each_piece_knows_its_place_in_the_caption() -> None:
    caption = "Nur ３９,90 € 🎉 heute"

    pieces = [piece for piece in spoken((caption,), "de") if isinstance(piece, Piece)]

    assert [(piece.text.strip(), caption[piece.at : piece.at + piece.length]) for piece in pieces] == [
        ("Nur", "Nur "),
        ("39 Euro 90", "３９,90 €"),
        ("", " "),
        ("heute", " heute"),
    ]


def test_a_mark_inside_something_said_as_one_stands_before_it() -> None:
    pieces = spoken(("Only €3", Mark("card", "x"), "9.90 now", Mark("mood", "happy")), "en")

    assert [piece if isinstance(piece, Mark) else piece.text for piece in pieces] == [
        "Only ",
        Mark("card", "x"),
        "39 euros 90",
        " now",
        Mark("mood", "happy"),
    ]


_PARTS = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["€39.90", "3–7", "20%", "2026-11-22", "SAVE10", "🎉", "١٢٣", "¥1,980", "a@b.example"]
        ),
        st.builds(Mark, st.sampled_from(["card", "pause"]), st.text(max_size=5)),
    ),
    max_size=8,
)


@given(parts=_PARTS, language=st.sampled_from(["en", "de", "ar", "ja", "zh", "hi", "th", "ru", "fil"]))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_no_mark_is_lost_and_no_place_is_outside(
    parts: list[str | Mark], language: str
) -> None:
    pieces = spoken(tuple(parts), language)

    length = len(caption_of(tuple(parts)))
    spans = [piece for piece in pieces if isinstance(piece, Piece)]
    assert [piece for piece in pieces if isinstance(piece, Mark)] == [p for p in parts if isinstance(p, Mark)]
    assert all(0 <= piece.at and piece.at + piece.length <= length for piece in spans)
    assert [piece.at for piece in spans] == sorted(piece.at for piece in spans)
    assert all(len(piece.text) == piece.length for piece in spans if piece.exact)
