"""Prices and stock written into a line as figures, where only the shop may say them.

Used by `check`. Finds figures, not words: "thirty-nine euros" is not seen. A price that the seller changes
later would be spoken wrong for as long as the line stands.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_currency_precision

from connectors.base import Money
from streaming.script.patterns import arguments

__all__ = ["written_price", "written_stock"]

# Signs and everyday words of the currencies of the larger markets; a number beside one is a price.
_SIGNS = "$€£¥￥₩₹₽₺₫฿₪₦₱₸₴₼₾৳"
_CODES = (
    "EUR USD GBP JPY CNY RMB KRW INR IDR BRL MXN RUB TRY VND THB PHP MYR SGD AED SAR CHF PLN CZK SEK NOK "
    "DKK HUF"
)
_LATIN = (
    "euros?|dollars?|pounds?|pesos?|d[oó]lar(?:es)?|libras?|reais|rupiah|rupees?|yen|yuan|ringgit|baht|"
    "francs?|franken|zł|złotych|kronor|kroner|Rp|Rs|R\\$|kr|TL|lira|đồng"
)
_OTHER = "元|块|塊|欧元|歐元|美元|人民币|円|ユーロ|원|유로|руб|рублей|евро|ريال|درهم|يورو|रुपये|रुपए|यूरो|บาท|ยูโร"
_UNIT = rf"(?:[{re.escape(_SIGNS)}]|\b(?:{_LATIN}|{_CODES.replace(' ', '|')})\b\.?|(?:{_OTHER}))"
_NUMBER = r"\d+(?:[.,’ \u00a0\u202f]?\d+)*"
_PRICE = re.compile(rf"{_UNIT}\s?{_NUMBER}|{_NUMBER}\s?(?:k|rb|ribu|juta|万|千)?\s?{_UNIT}", re.IGNORECASE)
# What stands before, and what stands behind, a number of pieces that are left.
_BEFORE = (
    r"\bquedan?\b|\btersisa\b|\bsisa\b|\bstok\b|\bstock:|\breste(?:nt)?\b|\brestam\b|\bnoch\b|"
    r"осталось|还剩|仅剩|只剩|剩下|库存|還剩|庫存|残り|在庫|재고|متبق|बचे|เหลือ"
)
_BEHIND = (
    r"left\b|in stock|remaining|unidades|en existencia|en stock|auf lager|übrig|restantes|em estoque|"
    r"в наличии|남았|बचे|باقی"
)
_STOCK = re.compile(rf"(?:{_BEFORE})\D{{0,10}}\d+|\d+\W{{0,2}}(?:\w+\W){{0,2}}(?:{_BEHIND})", re.IGNORECASE)
_WHOLE = re.compile(r"\d+(?:[.,]\d+)?")


def written_price(pattern: str, price: Money | None) -> str | None:
    """The price that stands in a line as figures, as written; None when there is none.

    Args:
        pattern: of the line.
        price: of the product that the line is about: a number equal to it counts without a currency too.
    """
    text = _bare(pattern)
    if found := _PRICE.search(text):
        return found[0].strip(" .")
    if price is None:
        return None
    amount = Decimal(price.amount).scaleb(-get_currency_precision(price.currency))
    return next((number for number in _WHOLE.findall(text) if _decimal(number) == amount), None)


def written_stock(pattern: str) -> str | None:
    """The number of pieces left that stands in a line as figures, with its words; None when there is none."""
    found = _STOCK.search(_bare(pattern))
    return found[0].strip() if found else None


def _bare(pattern: str) -> str:
    """The text around the arguments; the figures of plural forms are none of the line's."""
    bare, at = [], 0
    for argument in arguments(pattern):
        bare.append(pattern[at : argument.start])
        at = argument.end
    return "\n".join([*bare, pattern[at:]])


def _decimal(number: str) -> Decimal:
    digits = (c if c in ".," else str(unicodedata.digit(c)) for c in number)
    return Decimal("".join(digits).replace(",", "."))
