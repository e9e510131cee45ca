"""Looks at a whole run of show before it goes on air: what a viewer would miss, hear wrong or hear too often.

Called by the command line (`storecast live check`) and when a room opens. Reads no file, clock or shop: they
are arguments. What one line or field has wrong is told by `script` already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from connectors.base import Product
from streaming.script.check_findings import Finding, hours, languages, rules, said, use
from streaming.script.estimate import variant_seconds
from streaming.script.schedule import timeline
from streaming.show import Segment, Shift, Show

__all__ = ["Finding", "Report", "SegmentLength", "ShiftLength", "check"]

# A viewer who stays as long as this should hear no pitch twice, even when nobody asks. Our own choice.
_AGAIN_MIN = 10.0
_ONCE = frozenset({"opening", "sign_off"})


@dataclass(frozen=True, slots=True)
class SegmentLength:
    """Estimated seconds of the shortest and the longest variant of a segment in a language."""

    segment: str
    language: str
    variants: int
    shortest_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class ShiftLength:
    """Estimates of a shift.

    Attributes:
        week_s: seconds on air in the week that was looked at.
        round_s: once through its segments, openings and sign-offs left out, when nobody asks anything.
        again_s: until the same pitch comes word for word again; None when the shift has no pitch.
    """

    shift: str
    language: str
    week_s: float
    round_s: float
    again_s: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, errors first, and the lengths."""

    title: str
    findings: tuple[Finding, ...]
    segments: tuple[SegmentLength, ...]
    shifts: tuple[ShiftLength, ...]

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What would be wrong on air."""
        return tuple(finding for finding in self.findings if finding.level == "error")


def check(
    show: Show,
    products: Mapping[str, Product] | None,
    *,
    week: datetime,
    reminder_most_min: float | None = None,
    again_min: float = _AGAIN_MIN,
) -> Report:
    """Look at a run of show.

    Args:
        show: as read from its file.
        products: the shop's catalogue by id; None when it can't be read: then products are not looked at.
        week: beginning of the seven days whose hours are looked at, aware.
        reminder_most_min: the longest time between two AI reminders that the profile allows; None: any, or
            the profile reminds by itself.
        again_min: minutes after which a pitch may come again word for word.
    """
    stretches = timeline(show, week, week + timedelta(days=7))
    on_air_s: dict[str, float] = {shift.id: 0.0 for shift in show.shifts}
    for begin, end, shift in stretches:
        if shift is not None:
            on_air_s[shift.id] += (end - begin).total_seconds()
    shifts = tuple(_shift_length(show, shift, on_air_s[shift.id]) for shift in show.shifts)
    findings = [
        *hours(stretches),
        *use(show, on_air_s),
        *chain.from_iterable(languages(show, segment) for segment in show.segments.values()),
        *rules(show, reminder_most_min),
        *_repeats(show, shifts, again_min),
        *chain.from_iterable(said(segment, products) for segment in show.segments.values()),
    ]
    findings.sort(key=lambda finding: (finding.level, finding.line, finding.code, finding.where))
    lengths = tuple(chain.from_iterable(_segment_lengths(segment) for segment in show.segments.values()))
    return Report(show.title, tuple(dict.fromkeys(findings)), lengths, shifts)


def _segment_lengths(segment: Segment) -> Iterator[SegmentLength]:
    for language in sorted({code for variant in segment.variants for code in variant.lines}):
        lengths = variant_seconds(segment, language)
        yield SegmentLength(segment.id, language, len(lengths), min(lengths), max(lengths))


def _shift_length(show: Show, shift: Shift, week_s: float) -> ShiftLength:
    pace = show.personas[shift.persona].pace
    round_s = 0.0
    again = []
    for key in shift.segments:
        segment = show.segments[key]
        lengths = variant_seconds(segment, shift.language, pace=pace)
        if segment.kind in _ONCE or not lengths:
            continue
        round_s += sum(lengths) / len(lengths)
        if segment.product:
            again.append(len(lengths) / shift.segments.count(key))
    return ShiftLength(shift.id, shift.language, week_s, round_s, min(again) * round_s if again else None)


def _repeats(show: Show, shifts: tuple[ShiftLength, ...], again_min: float) -> Iterator[Finding]:
    for shift, length in zip(show.shifts, shifts, strict=True):
        if length.again_s is not None and length.again_s < again_min * 60:
            what = (
                f"a viewer hears the same pitch again after {length.again_s / 60:.0f} minutes "
                f"(a round takes {length.round_s / 60:.0f}); add variants or segments"
            )
            yield Finding(
                level="warning", code="repeats", line=shift.line, where=f"shifts.{shift.id}", what=what
            )
