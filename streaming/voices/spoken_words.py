"""What a language says for numbers, money, units, dates and times: CLDR's words, and the few that it lacks.

Used by `streaming.voices.spoken`. CLDR comes through Babel; what it lacks stands in `spoken_words.yml`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, get_date_format
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol
from babel.units import format_unit

__all__ = ["CJK", "UNITS", "Number", "currencies", "date_order", "long_date", "money", "unit", "words"]

# Written without spaces, the unit right behind the number and no minor unit named apart.
CJK = frozenset({"ja", "ko", "zh", "zh-TW"})
_FILE = Path(__file__).with_suffix(".yml")
# What shops trade in. CLDR gives each one's sign in the language; ISO codes are understood everywhere.
_TRADED = (
    "USD EUR GBP JPY CNY KRW INR IDR THB VND PHP MYR SGD HKD TWD AUD NZD CAD CHF SEK NOK DKK ISK PLN CZK HUF "
    "RON BGN TRY UAH RUB KZT UZS AZN AMD GEL ILS AED SAR QAR KWD BHD OMR EGP JOD PKR BDT LKR MMK KHR LAK MNT "
    "BRL MXN ARS CLP COP PEN ZAR KES TZS NGN ETB IRR ALL MKD RSD"
).split()
# Signs that are seen in any language, whatever CLDR has for that one.
_SIGNS = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₩": "KRW", "₹": "INR",
    "Rp": "IDR", "ر.س": "SAR", "د.إ": "AED", "ج.م": "EGP", "د.ك": "KWD", "TL": "TRY", "грн": "UAH",
    "฿": "THB", "₫": "VND", "đ": "VND", "₱": "PHP", "RM": "MYR", "S$": "SGD", "HK$": "HKD", "NT$": "TWD",
    "A$": "AUD", "C$": "CAD", "R$": "BRL", "MX$": "MXN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "₺": "TRY",
    "₴": "UAH", "₽": "RUB", "₸": "KZT", "₼": "AZN", "֏": "AMD", "₾": "GEL", "₪": "ILS", "৳": "BDT",
}  # fmt: skip
_IN_CHINESE = {"¥": "CNY", "￥": "CNY"}
# As written behind a number -> CLDR's name of the unit. Case counts: `m` and `M` differ.
UNITS = MappingProxyType({
    "%": "concentr-percent", "٪": "concentr-percent", "％": "concentr-percent", "mm": "length-millimeter",
    "cm": "length-centimeter", "m": "length-meter", "km": "length-kilometer", "mg": "mass-milligram",
    "g": "mass-gram", "kg": "mass-kilogram", "ml": "volume-milliliter", "mL": "volume-milliliter",
    "cl": "volume-centiliter", "l": "volume-liter", "L": "volume-liter", "W": "power-watt",
    "kW": "power-kilowatt", "V": "electric-volt", "mA": "electric-milliampere", "A": "electric-ampere",
    "Hz": "frequency-hertz", "GHz": "frequency-gigahertz", "kWh": "energy-kilowatt-hour",
    "GB": "digital-gigabyte", "MB": "digital-megabyte", "TB": "digital-terabyte",
    "°C": "temperature-celsius", "℃": "temperature-celsius", "°F": "temperature-fahrenheit",
    "oz": "mass-ounce", "lb": "mass-pound", "lbs": "mass-pound", "ft": "length-foot",
    "см": "length-centimeter", "мм": "length-millimeter", "кг": "mass-kilogram", "мл": "volume-milliliter",
    "Вт": "power-watt", "سم": "length-centimeter", "كجم": "mass-kilogram",
})  # fmt: skip
# CLDR's long dates end with an abbreviated "year" that is not said after a day and a month.
_YEAR_SIGNS = (" г.", " р.", " ж.", " m.", " ค.ศ.")


class Number(NamedTuple):
    """A number as read: ASCII digits of the whole, and of the fraction (empty without one)."""

    whole: str
    fraction: str = ""

    def said(self, language: str) -> str:
        """Digits as engines read them right, with the decimal word where a sign is not heard."""
        if not self.fraction:
            return self.whole
        between = str(words(language)["decimal"])
        if between in ".,":
            return f"{self.whole}{between}{self.fraction}"
        return f"{self.whole} {between} {' '.join(self.fraction)}"


@cache
def _all_words() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return data


def words(language: str) -> dict[str, Any]:
    """The entry of `spoken_words.yml`; English for a language that has none."""
    return _all_words().get(language) or _all_words()["en"]


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse("zh_Hant_TW" if language == "zh-TW" else language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@cache
def currencies(language: str) -> dict[str, str]:
    """Signs and ISO codes that stand for a currency in the language -> ISO code."""
    locale = _locale(language)
    known = {code: code for code in _TRADED}
    known |= {get_currency_symbol(code, locale): code for code in reversed(_TRADED)}
    known |= {sign: code for sign, code in _SIGNS.items() if sign not in known}
    return known | _IN_CHINESE if language.startswith("zh") else known


def money(number: Number, code: str, language: str) -> str:
    """An amount in words of the language, digits left as digits: `39 euros 90`."""
    name = _currency_name(code, int(number.whole), language)
    if language in CJK:
        number = Number(number.whole, number.fraction.rstrip("0"))
    if language in CJK or len(number.fraction) > 2:
        return number.said(language) + ("" if language in CJK else " ") + name
    minor = (number.fraction + "00")[:2] if number.fraction.strip("0") else ""
    return f"{number.whole} {name}" + (f" {minor}" if minor else "")


def _currency_name(code: str, count: int, language: str) -> str:
    name: str = get_currency_name(code, count, _locale(language))
    left = words(language).get("home", {}).get(code)
    match left:
        case None:
            return name
        case "first":
            return name.split()[0]
        case "last":
            return name.split()[-1]
        case _:
            return str(left)


def unit(number: Number, sign: str, language: str) -> str | None:
    """A measure in words of the language; None when CLDR has no words for it there."""
    if UNITS[sign] == "concentr-percent" and "percent" in words(language):
        return str(words(language)["percent"]).replace("{n}", number.said(language))
    if own := words(language).get("units", {}).get(sign):
        return f"{number.said(language)}{'' if language in CJK else ' '}{own}"
    locale = _locale(language)
    value = Decimal(f"{number.whole}.{number.fraction or 0}") if number.fraction else int(number.whole)
    written = format_decimal(value, locale=locale, decimal_quantization=False)
    try:
        text = format_unit(value, UNITS[sign], "long", locale=locale)
    except (KeyError, ValueError):
        return None
    # Babel puts the unit's own id, or CLDR the sign, where there is no word.
    if UNITS[sign] in text or text.rstrip().endswith(("%", "٪", sign)) or written not in text:
        return None
    return text.replace(written, number.said(language)).replace("\u00a0", " ")


def long_date(day: date, language: str) -> str:
    """A date as it is said: `22. November 2026`."""
    text = format_date(day, "long", locale=_locale(language)).replace("\u00a0", " ")
    for sign in _YEAR_SIGNS:
        text = text.removesuffix(sign) if text.endswith(sign) else text.replace(f"{sign} ", " ")
    return text


@cache
def date_order(language: str) -> str:
    """In which order the language writes day, month and year in digits: `dmy`, `mdy` or `ymd`."""
    pattern = str(get_date_format("short", _locale(language)).pattern).lower()
    return "".join(sorted("dmy", key=pattern.index))
