"""Who presents when, and what comes next: shifts by the wall clock, variants in rotation. Pure.

Called by the director. Reads no clock: the moment is an argument. Keeps nothing but the rotation's small
state, which is plain data and survives a restart.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, get_args
from zoneinfo import ZoneInfo

from streaming.show import Segment, Shift, Show, Weekday

__all__ = ["Rotation", "next_shift", "shift_at", "shift_end", "timeline"]

_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
# Every week is like the next but for the clocks' changes; two weeks and a day hold any shift's next start.
_LOOK_AHEAD_DAYS = 15
# A shift is a day long at most. Clock changes move its ends by hours; whole days were left out where the
# date line moved, so one more day is looked back at.
_LOOK_BACK_DAYS = 2


def shift_at(show: Show, wall: datetime) -> Shift | None:
    """The shift on air at a moment: of several that fit, the first of the file; None when nobody presents.

    Args:
        show: the run of show.
        wall: aware.
    """
    moment = _utc(wall)
    return next((shift for shift in show.shifts if _is_on(shift, moment)), None)


def next_shift(show: Show, wall: datetime) -> tuple[datetime, Shift] | None:
    """When the next shift goes on air after a moment, and which.

    Returns:
        Aware UTC and the shift; the same shift again when nobody presents in between. None when the one on
        air goes on for ever, or there is none for two weeks.
    """
    on_air = shift_at(show, wall)
    for moment in _changes(show, wall):
        shift = shift_at(show, moment)
        if shift is not None and shift != on_air:
            return moment, shift
        on_air = shift
    return None


def shift_end(show: Show, wall: datetime) -> datetime | None:
    """When the shift on air ends or another takes over, aware UTC; None when none is, or it never ends."""
    on_air = shift_at(show, wall)
    if on_air is None:
        return None
    return next((moment for moment in _changes(show, wall) if shift_at(show, moment) != on_air), None)


def timeline(
    show: Show, begin: datetime, end: datetime
) -> tuple[tuple[datetime, datetime, Shift | None], ...]:
    """Who presents from one moment to another, at most two weeks later.

    Returns:
        Stretches without a gap between them, in UTC: from, to, shift; None where nobody presents.
    """
    last = _utc(end)
    moments = [_utc(begin), *(moment for moment in _changes(show, begin) if moment < last), last]
    stretches: list[tuple[datetime, datetime, Shift | None]] = []
    for start, stop in pairwise(moments):
        shift = shift_at(show, start)
        if stretches and stretches[-1][2] == shift:
            start = stretches.pop()[0]
        stretches.append((start, stop, shift))
    return tuple(stretches)


class Rotation:
    """Which segment and which of its variants comes next.

    The variant said longest ago comes first, so every variant is said before any comes again, in whatever
    stretch of time; the seed decides the order of the first time through. Counted by segment and language.

    Args:
        seed: the same seed gives the same order.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._said: dict[str, list[int]] = {}
        self._shift = ""
        self._place = -1
        self._round = 0

    def next(
        self,
        show: Show,
        shift: Shift,
        after: tuple[Any, ...] | None = None,
        *,
        skip: Collection[str] = (),
        closing: bool = False,
    ) -> tuple[Segment, int] | None:
        """Choose what comes next and note it as said.

        An `opening` is shown in the first round of a shift only, a `sign_off` only when the shift is about to
        end; all others go round in the order of the shift.

        Args:
            show: the run of show.
            shift: on air.
            after: None when the shift begins; else what was chosen last, whose first field is the segment or
                its id. It is looked at only when this rotation was not the one that chose it.
            skip: ids of segments not to be shown now (sold out).
            closing: the shift is about to end: its sign-off, if it has one.

        Returns:
            The segment and the number of its variant; None when nothing can be said in the shift's language.
        """
        if after is None:
            self._shift, self._place, self._round = shift.id, -1, 0
        elif self._shift != shift.id:
            last = after[0].id if isinstance(after[0], Segment) else after[0]
            place = shift.segments.index(last) if last in shift.segments else -1
            self._shift, self._place, self._round = shift.id, place, 1
        for place in self._places(shift):
            wraps = place <= self._place
            segment = show.segments[shift.segments[place]]
            if segment.id in skip or not _is_due(
                segment, first=self._round == 0 and not wraps, closing=closing
            ):
                continue
            variant = self._variant(segment, shift.language)
            if variant is None:
                continue
            if not closing:
                self._place, self._round = place, self._round + wraps
            return segment, variant
        return None

    def state(self) -> dict[str, Any]:
        """What to keep, as JSON data; a few bytes a variant."""
        said = {key: list(variants) for key, variants in self._said.items()}
        return {
            "seed": self._seed,
            "said": said,
            "shift": self._shift,
            "place": self._place,
            "round": self._round,
        }

    @classmethod
    def restored(cls, state: Mapping[str, Any]) -> Rotation:
        """A rotation that goes on where `state` was taken; the show may have been edited since."""
        rotation = cls(state["seed"])
        rotation._said = {key: list(variants) for key, variants in state["said"].items()}
        rotation._shift, rotation._place, rotation._round = state["shift"], state["place"], state["round"]
        return rotation

    def _places(self, shift: Shift) -> list[int]:
        count = len(shift.segments)
        # The list may have been shortened since the place was kept.
        last = min(self._place, count - 1)
        return [(last + step) % count for step in range(1, count + 1)]

    def _variant(self, segment: Segment, language: str) -> int | None:
        able = [place for place, variant in enumerate(segment.variants) if variant.lines.get(language)]
        if not able:
            return None
        key = f"{segment.id}/{language}"
        said = [variant for variant in self._said.get(key, []) if variant in able]
        fresh = [variant for variant in able if variant not in said]
        chosen = _drawn(fresh, f"{self._seed}/{key}") if fresh else said[0]
        self._said[key] = [*(variant for variant in said if variant != chosen), chosen]
        return chosen


def _is_due(segment: Segment, *, first: bool, closing: bool) -> bool:
    if closing or segment.kind == "sign_off":
        return closing and segment.kind == "sign_off"
    return segment.kind != "opening" or first


def _drawn(variants: list[int], seed: str) -> int:
    """One of them by lot; text seeds give the same draw on every machine."""
    return random.Random(seed).choice(variants)  # noqa: S311 -- an order, no secret


def _utc(wall: datetime) -> datetime:
    if wall.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return wall.astimezone(UTC)


def _is_on(shift: Shift, moment: datetime) -> bool:
    local = moment.astimezone(ZoneInfo(shift.timezone)).date()
    return any(
        begin <= moment < end
        for back in range(_LOOK_BACK_DAYS + 1)
        for begin, end in _on_air(shift, local - timedelta(days=back))
    )


def _changes(show: Show, wall: datetime) -> list[datetime]:
    """Every moment after this one at which a shift begins or ends, in order."""
    moment = _utc(wall)
    first = moment.date() - timedelta(days=_LOOK_BACK_DAYS)
    ends = {
        end
        for shift in show.shifts
        for ahead in range(_LOOK_AHEAD_DAYS + _LOOK_BACK_DAYS)
        for stretch in _on_air(shift, first + timedelta(days=ahead))
        for end in stretch
    }
    return sorted(end for end in ends if end > moment)


@lru_cache(maxsize=4096)
def _on_air(shift: Shift, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The stretch of a shift that begins on a local day, in UTC; none on other weekdays.

    A time that the clocks leave out is as much later as they jump; of one that comes twice the first counts
    (RFC 5545, section 3.3.5). A shift that lies wholly in such a jump may vanish, its neighbours meet.
    """
    if _WEEKDAYS[day.weekday()] not in shift.days:
        return ()
    zone = ZoneInfo(shift.timezone)
    last = day if shift.end > shift.start else day + timedelta(days=1)
    begin = datetime.combine(day, shift.start, zone).astimezone(UTC)
    end = datetime.combine(last, shift.end, zone).astimezone(UTC)
    return ((begin, end),) if begin < end else ()
