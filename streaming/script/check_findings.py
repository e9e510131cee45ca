"""What can be wrong with a run of show as a whole, one function a kind. Pure.

Used by `check`, which puts the findings together. Messages are English and end with what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.base import Product
from streaming.script.check_figures import written_price, written_stock
from streaming.script.estimate import line_seconds, variant_seconds
from streaming.script.marks import LONG_LINE_S
from streaming.show import Line, Mark, Segment, Shift, Show

__all__ = ["Finding", "Level", "hours", "languages", "rules", "said", "use"]

Level = Literal["error", "warning"]
# A language with less of a variant than this part of the fullest one is probably unfinished. Our own choice.
_FEWER = 2 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to mend.

    Attributes:
        level: `error` is wrong on air; `warning` may be meant.
        code: `no_lines`, `fewer_variants`, `fewer_lines`, `captions`, `unknown_product`, `sold_out`,
            `price_written`, `stock_written`, `nobody`, `hidden`, `unused`, `repeats`,
            `long_line`, `reminder`.
        line: of the file, from 1; 0 for the whole show.
        where: what it is about: `segments.lamp`.
        what: what is wrong and what to do, in English.
    """

    level: Level
    code: str
    line: int
    where: str
    what: str


def hours(stretches: tuple[tuple[datetime, datetime, Shift | None], ...]) -> Iterator[Finding]:
    """Stretches in which nobody presents."""
    for begin, end, shift in stretches:
        if shift is None:
            hours = (end - begin).total_seconds() / 3600
            what = f"nobody presents from {begin:%a %H:%M} to {end:%a %H:%M} UTC ({hours:.1f} h); add a shift"
            yield Finding(level="warning", code="nobody", line=0, where="shifts", what=what)


def use(show: Show, on_air_s: Mapping[str, float]) -> Iterator[Finding]:
    """Shifts and segments that nobody ever sees."""
    for shift in show.shifts:
        if not on_air_s[shift.id]:
            what = (
                "is never on air: earlier shifts of the file have all its hours; move it up or leave it out"
            )
            yield Finding(
                level="warning", code="hidden", line=shift.line, where=f"shifts.{shift.id}", what=what
            )
    used = {key for shift in show.shifts for key in shift.segments}
    for segment in show.segments.values():
        if segment.id not in used:
            what = "is in no shift; add it to the segments of one or leave it out"
            yield _about(segment, "warning", "unused", what)


def languages(show: Show, segment: Segment) -> Iterator[Finding]:
    """What a segment lacks in the languages that its shifts speak or show."""
    shifts = [shift for shift in show.shifts if segment.id in shift.segments]
    most = max(len(variant_seconds(segment, code)) for variant in segment.variants for code in variant.lines)
    for language in sorted({shift.language for shift in shifts}):
        count = len(variant_seconds(segment, language))
        if not count:
            what = (
                f"has no lines in {language}, and a shift speaks it; write them or take it out of the shift"
            )
            yield _about(segment, "error", "no_lines", what)
        elif count < most:
            what = f"has {count} variants in {language} and {most} in another language; write the others too"
            yield _about(segment, "warning", "fewer_variants", what)
        if segment.poll is not None and language not in segment.poll.question:
            yield _about(segment, "error", "no_lines", f"its poll is not there in {language}; write it")
    for number, variant in enumerate(segment.variants, 1):
        fullest = max(len(lines) for lines in variant.lines.values())
        for language in sorted({shift.language for shift in shifts} & set(variant.lines)):
            lines = variant.lines[language]
            if len(lines) < fullest * _FEWER:
                what = (
                    f"variant {number} has {len(lines)} lines in {language} and {fullest} in another language"
                )
                yield _about(segment, "warning", "fewer_lines", what, line=lines[0].line)
        yield from _captions(segment, number, {(shift.language, shift.captions) for shift in shifts})


def _captions(segment: Segment, number: int, pairs: set[tuple[str, str | None]]) -> Iterator[Finding]:
    """Second captions stand under a line only where both languages have as many lines."""
    lines = segment.variants[number - 1].lines
    for spoken, captions in sorted((spoken, captions) for spoken, captions in pairs if captions):
        if spoken in lines and len(lines.get(captions, ())) != len(lines[spoken]):
            what = (
                f"variant {number} has {len(lines[spoken])} lines in {spoken} and "
                f"{len(lines.get(captions, ()))} in {captions}: no captions there; write as many, in step"
            )
            yield _about(segment, "warning", "captions", what, line=lines[spoken][0].line)


def rules(show: Show, reminder_most_min: float | None) -> Iterator[Finding]:
    """Rules without words in a language, and the reminder that a profile asks for."""
    languages = sorted({shift.language for shift in show.shifts})
    for rule in show.rules:
        for language in languages if rule.kind == "line" else ():
            if not rule.lines.get(language):
                what = f"has no lines in {language}, and a shift speaks it; write them"
                yield Finding(
                    level="error", code="no_lines", line=rule.line, where=f"rules.{rule.id}", what=what
                )
    if reminder_most_min is None:
        return
    reminders = [rule for rule in show.rules if rule.kind == "ai_reminder"]
    if not reminders:
        wanted = f"{{kind: ai_reminder, every_min: {reminder_most_min:g}}}"
        what = (
            f"profile {show.profile} asks for a spoken reminder that the host is an AI; add a rule {wanted}"
        )
        yield Finding(level="error", code="reminder", line=0, where="rules", what=what)
    elif min(rule.every_min for rule in reminders) > reminder_most_min:
        what = f"profile {show.profile} asks for it every {reminder_most_min:g} minutes at least"
        line, where = reminders[0].line, f"rules.{reminders[0].id}"
        yield Finding(level="error", code="reminder", line=line, where=where, what=what)


def said(segment: Segment, products: Mapping[str, Product] | None) -> Iterator[Finding]:
    """What the lines of a segment say that only the shop may say, or can't be shown."""
    product = products.get(segment.product or "") if products is not None else None
    if segment.product and products is not None and product is None:
        what = f"the shop has no product {segment.product}; look up its id in the shop"
        yield _about(segment, "error", "unknown_product", what)
    if product is not None and product.stock <= 0:
        yield _about(segment, "warning", "sold_out", f"{product.id} is sold out now and will be left out")
    for variant in segment.variants:
        for language, lines in variant.lines.items():
            for line in lines:
                yield from _line(segment, line, language, products)


def _line(
    segment: Segment, line: Line, language: str, products: Mapping[str, Product] | None
) -> Iterator[Finding]:
    product = (products or {}).get(segment.product or "")
    if price := written_price(line.text, product.price if product else None):
        what = f"“{price}” is a price written as figures; write {{price}}, which is always the shop's"
        yield _about(segment, "error", "price_written", what, line=line.line)
    if stock := written_stock(line.text):
        what = f"“{stock}” is stock written as figures; write {{stock}}, which is always the shop's"
        yield _about(segment, "error", "stock_written", what, line=line.line)
    if line_seconds(line, language) > LONG_LINE_S:
        what = f"takes about {line_seconds(line, language):.0f} s without a sentence end; make it two lines"
        yield _about(segment, "warning", "long_line", what, line=line.line)
    for part in line.parts:
        if not isinstance(part, Mark) or part.name != "card" or not part.value or products is None:
            continue
        if part.value not in products:
            what = f"the shop has no product {part.value} to show; look up its id in the shop"
            yield _about(segment, "error", "unknown_product", what, line=line.line)


def _about(segment: Segment, level: Level, code: str, what: str, *, line: int = 0) -> Finding:
    return Finding(
        level=level, code=code, line=line or segment.line, where=f"segments.{segment.id}", what=what
    )
