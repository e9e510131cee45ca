"""What stands on the stage, in the words of the room's language: a `Scene` becomes the `state` of the wire.

Called by the session whenever the director changes the scene. Pure: sentences, prices and stock are worded by
an injected `StageWords`, so that no text stands here. Everything that viewers or vendors wrote is cut to a
length that fits the stage and is plain text; links lead to https, http or this server, or are left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

from connectors.base import Money, Product
from streaming.cues import Moment, Scene
from streaming.show import Persona
from streaming.stage.wire import Direction, Frame

__all__ = ["StageExtras", "StageWords", "StockLevel", "Teleprompter", "stage_state"]

StockLevel = Literal["in_stock", "low_stock", "sold_out"]
# What fits the lower third of a portrait picture in two lines.
_NAME_CHARS = 40
_TEXT_CHARS = 200
_TITLE_CHARS = 120
_PERCENT = 100
# Embeddings, overrides and isolates (UAX #9, section 2) turn a whole line around; joiners and zero-width
# spaces are spelling and stay. The last one is a byte order mark, which means nothing inside a text.
_DROPPED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_NOBODY = Persona(id="", name="", presenter="")


class StageWords(Protocol):
    """Words of the stage in each language; fulfilled from the locale files."""

    def money(self, amount: Money, language: str) -> str:
        """A price as the language writes it."""
        ...

    def stock(self, count: int, language: str) -> tuple[StockLevel, str]:
        """How much is left, and the words for it; empty words where nothing needs saying."""
        ...

    def say(self, key: str, language: str, **values: object) -> str:
        """A sentence of the section `stage`: `label`, `countdown`, `coupon` {coupon}, `others` {count}."""
        ...

    def strings(self, language: str) -> Mapping[str, str]:
        """Words that the page itself sets (buttons, notices), by key."""
        ...

    def direction(self, language: str) -> Direction:
        """Writing direction."""
        ...

    def picture(self, name: str | None) -> str | None:
        """Address of a product's picture, from what the shop gives."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Teleprompter:
    """What a human presenter reads: the sentence now, the next one, an answer waiting; plain text."""

    now: str
    next: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExtras:
    """What the stage shows and the director's scene does not hold.

    Attributes:
        colour: of the shop, `#rrggbb`.
        was: price of the product on the card before the sale.
        code: short code by which the product is asked for; None where there is none.
        teleprompter: for `assist` only.
    """

    colour: str
    was: Money | None = None
    code: str | None = None
    teleprompter: Teleprompter | None = None


def stage_state(
    scene: Scene, *, words: StageWords, persona: Persona | None, now: Moment, extras: StageExtras
) -> Frame:
    """The `state` of `hello` and `scene` frames.

    Args:
        scene: from the director.
        words: of all languages.
        persona: who presents; None when nobody is on stage: its texts are empty then.
        now: `ms` of the show clock, to place the end of a countdown on it.
        extras: what else is shown.
    """
    language = scene.language
    presenter = persona or _NOBODY
    return {
        "mode": scene.mode,
        "label": {"shown": scene.label, "text": words.say("label", language)},
        "strings": dict(words.strings(language)),
        "language": language,
        "direction": words.direction(language),
        "captions": scene.captions,
        "persona": {
            "id": presenter.id,
            "name": _plain(presenter.name, _NAME_CHARS),
            "presenter": presenter.presenter,
        },
        "segment": scene.segment,
        "card": None if scene.product is None else _card(scene.product, words, language, extras),
        "countdown": _countdown(scene, words, now),
        "coupon": _coupon(scene.coupon, words, language),
        "highlight": _highlight(scene.highlight, words, language),
        "poll": _poll(scene.poll),
        "theme": {"colour": extras.colour},
        "teleprompter": _teleprompter(extras.teleprompter) if scene.mode == "assist" else None,
    }


def _card(product: Product, words: StageWords, language: str, extras: StageExtras) -> dict[str, Any]:
    title = product.titles.get(language) or product.titles.get(language.partition("-")[0]) or product.title
    level, text = words.stock(product.stock, language)
    card = {
        "id": product.id,
        "title": _plain(title, _TITLE_CHARS),
        "price": words.money(product.price, language),
        "stock": level,
        "stock_text": text,
        "image_url": _link(words.picture(product.image_url)),
        "url": _link(product.url),
        "code": _plain(extras.code, _NAME_CHARS) if extras.code else None,
    }
    return card if extras.was is None else {**card, "was": words.money(extras.was, language)}


def _countdown(scene: Scene, words: StageWords, now: Moment) -> dict[str, Any] | None:
    if scene.countdown_ends is None:
        return None
    left_ms = (scene.countdown_ends - now.wall) // timedelta(milliseconds=1)
    return {"ends_at_ms": now.ms + left_ms, "text": words.say("countdown", scene.language)}


def _coupon(code: str | None, words: StageWords, language: str) -> dict[str, str] | None:
    if code is None:
        return None
    shown = _plain(code, _NAME_CHARS)
    return {"code": shown, "text": words.say("coupon", language, coupon=shown)}


def _highlight(
    comment: tuple[str, str, int] | None, words: StageWords, language: str
) -> dict[str, Any] | None:
    if comment is None:
        return None
    name, text, others = comment
    return {
        "name": _plain(name, _NAME_CHARS),
        "text": _plain(text, _TEXT_CHARS),
        "others": others,
        "others_text": words.say("others", language, count=others) if others else "",
    }


def _poll(poll: tuple[str, tuple[tuple[str, int], ...]] | None) -> dict[str, Any] | None:
    if poll is None:
        return None
    question, options = poll
    shares = _percents([votes for _, votes in options])
    return {
        "question": _plain(question, _TEXT_CHARS),
        "options": [
            {"text": _plain(text, _TEXT_CHARS), "votes": votes, "percent": percent}
            for (text, votes), percent in zip(options, shares, strict=True)
        ],
    }


def _percents(counts: Sequence[int]) -> list[int]:
    """Whole percents that make 100 together (largest remainder); all 0 when nobody has voted."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    shares = [_PERCENT * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda at: -(_PERCENT * counts[at] % total))
    for at in by_remainder[: _PERCENT - sum(shares)]:
        shares[at] += 1
    return shares


def _teleprompter(lines: Teleprompter | None) -> dict[str, str | None] | None:
    return None if lines is None else {"now": lines.now, "next": lines.next, "answer": lines.answer}


def _plain(text: str, most_chars: int) -> str:
    """One line without control characters, cut with an ellipsis where it is too long."""
    # Four times as much as is shown holds what is dropped in any text that means something.
    start = text[: 4 * most_chars]
    kept = "".join(" " if _is_control(one) else one for one in start if one not in _DROPPED)
    line = " ".join(kept.split())
    return line if len(line) <= most_chars else f"{line[: most_chars - 1].rstrip()}…"


def _is_control(one: str) -> bool:
    return unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"}


def _link(url: str | None) -> str | None:
    """An address that a page may load or open; None for any other scheme (`javascript:`, `data:` …)."""
    if url is None or not url.isprintable() or "\\" in url:
        return None
    own = url.startswith("/") and not url.startswith("//")
    return url if own or url.lower().startswith(("https://", "http://")) else None
