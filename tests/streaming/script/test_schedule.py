"""Which shift is on at a moment, and which variant comes next: clocks, time zones, fair turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.script.schedule import Rotation, next_shift, shift_at, shift_end, timeline
from streaming.show import Line, Persona, Segment, SegmentKind, Shift, Show, Variant, Weekday

ALL: frozenset[Weekday] = frozenset(get_args(Weekday))
BERLIN = ZoneInfo("Europe/Berlin")
# With and without daylight saving time, half hours, a change at midnight, a change of half an hour.
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Asia/Kolkata", "America/Santiago",
    "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Auckland",
]  # fmt: skip


def shift(
    start: str = "00:00",
    end: str = "00:00",
    zone: str = "Europe/Berlin",
    *,
    name: str = "one",
    days: frozenset[Weekday] = ALL,
    segments: tuple[str, ...] = (),
) -> Shift:
    return Shift(
        id=name,
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        days=days,
        timezone=zone,
        language="en",
        captions=None,
        persona="ann",
        segments=segments,
    )


def segment(name: str, variants: int = 1, kind: SegmentKind = "recap", language: str = "en") -> Segment:
    return Segment(id=name, kind=kind, variants=(Variant({language: (Line(("Hi.",), 1),)}),) * variants)


def show(*shifts: Shift, segments: tuple[Segment, ...] = ()) -> Show:
    return Show(
        room="room",
        title="Room",
        profile="eu",
        personas={"ann": Persona(id="ann", name="Ann", presenter="lina")},
        segments={one.id: one for one in segments},
        shifts=shifts,
        rules=(),
    )


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)


def on_air(plan: Show, wall: datetime) -> str | None:
    """Id of the shift at a moment."""
    found = shift_at(plan, wall)
    return found.id if found else None


@pytest.mark.parametrize(
    ("start", "end", "hour", "on"),
    [
        ("08:00", "14:00", (7, 59), None),
        ("08:00", "14:00", (8, 0), "one"),
        ("08:00", "14:00", (13, 59), "one"),
        ("08:00", "14:00", (14, 0), None),
        ("22:00", "06:00", (23, 30), "one"),
        ("22:00", "06:00", (5, 59), "one"),
        ("22:00", "06:00", (6, 0), None),
        ("08:00", "08:00", (7, 59), "one"),
        ("00:00", "00:00", (12, 0), "one"),
    ],
)
def test_a_shift_is_on_from_its_start_to_its_end(
    start: str, end: str, hour: tuple[int, int], on: str | None
) -> None:
    assert on_air(show(shift(start, end)), berlin(2026, 11, 25, *hour)) == on


def test_the_day_of_a_night_shift_is_the_day_it_starts_on() -> None:
    plan = show(shift("22:00", "06:00", days=frozenset({"mon"})))

    assert on_air(plan, berlin(2026, 11, 24, 5)) == "one"
    assert on_air(plan, berlin(2026, 11, 24, 22)) is None


def test_the_moment_may_be_given_in_any_time_zone() -> None:
    plan = show(shift("08:00", "09:00", "Asia/Shanghai"))

    assert on_air(plan, datetime(2026, 11, 25, 0, 30, tzinfo=UTC)) == "one"
    assert on_air(plan, berlin(2026, 11, 25, 1, 30)) == "one"


def test_of_two_shifts_that_fit_the_earlier_in_the_file_is_on() -> None:
    plan = show(shift("10:00", "12:00", name="noon"), shift(name="rest"))

    assert [on_air(plan, berlin(2026, 11, 25, hour)) for hour in (9, 10, 12)] == ["rest", "noon", "rest"]


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        shift_at(show(shift()), datetime(2026, 11, 25))  # noqa: DTZ001 -- what is refused


def test_a_time_that_the_clocks_leave_out_is_as_much_later() -> None:
    plan = show(shift("02:30", "05:00", name="night"), shift("20:00", "02:30", name="evening"))

    assert on_air(plan, datetime(2026, 3, 29, 1, 29, tzinfo=UTC)) == "evening"
    assert on_air(plan, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == "night"


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    plan = show(shift("02:30", "05:00", name="night"), shift("20:00", "02:30", name="evening"))

    assert on_air(plan, berlin(2026, 10, 25, 2, 29, fold=0)) == "evening"
    assert on_air(plan, berlin(2026, 10, 25, 2, 30, fold=0)) == "night"
    assert on_air(plan, berlin(2026, 10, 25, 2, 0, fold=1)) == "night"


def test_a_shift_that_lies_in_the_hour_left_out_ends_before_it_begins_and_is_not_on() -> None:
    plan = show(shift("02:30", "03:10"))

    assert on_air(plan, datetime(2026, 3, 29, 1, 20, tzinfo=UTC)) is None
    assert on_air(plan, datetime(2026, 3, 30, 0, 35, tzinfo=UTC)) == "one"


def test_the_next_shift_is_told_with_its_moment() -> None:
    plan = show(shift("08:00", "14:00", name="day"), shift("14:00", "20:00", name="late"))

    assert next_shift(plan, berlin(2026, 11, 25, 3)) == (berlin(2026, 11, 25, 8), plan.shifts[0])
    assert next_shift(plan, berlin(2026, 11, 25, 8)) == (berlin(2026, 11, 25, 14), plan.shifts[1])
    assert next_shift(plan, berlin(2026, 11, 25, 14)) == (berlin(2026, 11, 26, 8), plan.shifts[0])


def test_the_next_shift_of_a_lonely_weekly_one_is_itself_a_week_later() -> None:
    plan = show(shift("08:00", "09:00", days=frozenset({"wed"})))

    assert next_shift(plan, berlin(2026, 11, 25, 8, 30)) == (berlin(2026, 12, 2, 8), plan.shifts[0])


def test_a_shift_around_the_clock_has_no_next_and_no_end() -> None:
    plan = show(shift())

    assert next_shift(plan, berlin(2026, 11, 25)) is None
    assert shift_end(plan, berlin(2026, 11, 25)) is None


def test_a_show_without_shifts_has_none_now_and_none_later() -> None:
    assert (on_air(show(), berlin(2026, 11, 25)), next_shift(show(), berlin(2026, 11, 25))) == (None, None)
    assert shift_end(show(), berlin(2026, 11, 25)) is None


def test_a_shift_ends_where_an_earlier_one_of_the_file_takes_over() -> None:
    plan = show(shift("10:00", "12:00", name="noon"), shift("08:00", "20:00", name="day"))

    assert shift_end(plan, berlin(2026, 11, 25, 9)) == berlin(2026, 11, 25, 10)
    assert shift_end(plan, berlin(2026, 11, 25, 11)) == berlin(2026, 11, 25, 12)
    assert shift_end(plan, berlin(2026, 11, 25, 21)) is None


def test_a_timeline_has_every_change_and_every_gap() -> None:
    plan = show(shift("08:00", "10:00"))
    day, end = berlin(2026, 11, 25), berlin(2026, 11, 26)

    stretches = timeline(plan, day, end)

    eight, ten = berlin(2026, 11, 25, 8), berlin(2026, 11, 25, 10)
    assert stretches == ((day, eight, None), (eight, ten, plan.shifts[0]), (ten, end, None))


moments = st.datetimes(
    datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001 -- bounds are naive
)  # fmt: skip
times = st.times().map(lambda one: one.replace(second=0, microsecond=0).isoformat())
shifts = st.builds(
    shift,
    times,
    times,
    st.sampled_from(ZONES),
    name=st.sampled_from("abc"),
    days=st.frozensets(st.sampled_from(get_args(Weekday)), min_size=1),
)


@given(moments, times, st.sampled_from(ZONES))
def test_two_shifts_that_share_the_day_leave_no_moment_out(moment: datetime, noon: str, zone: str) -> None:
    plan = show(shift("00:00", noon, zone, name="first"), shift(noon, "00:00", zone, name="second"))

    assert on_air(plan, moment) in {"first", "second"}


@given(moments, st.lists(shifts, min_size=1, max_size=4))
def test_until_the_next_shift_nothing_else_comes_on(moment: datetime, several: list[Shift]) -> None:
    plan = show(*several)
    now = shift_at(plan, moment)

    following = next_shift(plan, moment)

    between = [] if following is None else timeline(plan, moment, following[0])
    assert all(one in {now, None} for _, _, one in between)
    assert following is None or (following[0] > moment and shift_at(plan, following[0]) == following[1])


@given(moments, st.lists(shifts, min_size=1, max_size=4))
def test_a_shift_is_on_until_its_end_and_not_at_it(moment: datetime, several: list[Shift]) -> None:
    plan = show(*several)
    now, end = shift_at(plan, moment), shift_end(plan, moment)

    assert end is None or shift_at(plan, end - timedelta(seconds=1)) == now
    assert end is None or shift_at(plan, end) != now


@given(moments, st.lists(shifts, max_size=4))
def test_a_timeline_covers_its_time_without_overlap(moment: datetime, several: list[Shift]) -> None:
    plan = show(*several)
    end = moment + timedelta(days=7)

    stretches = timeline(plan, moment, end)

    assert [begin for begin, _, _ in stretches] + [end] == [moment] + [stop for _, stop, _ in stretches]
    assert all(shift_at(plan, begin) == one for begin, _, one in stretches)


# --- What comes next ---------------------------------------------------------------------------------------


def said(rotation: Rotation, plan: Show, count: int, *, after: tuple[str, int] | None = None) -> list[str]:
    """What a rotation chooses, one after the other, as `segment` and number."""
    return list(_said(rotation, plan, count, after))


def _said(
    rotation: Rotation, plan: Show, count: int, after: tuple[str, int] | None
) -> Iterator[str]:  # fmt: skip
    for _ in range(count):
        chosen = rotation.next(plan, plan.shifts[0], after)
        assert chosen is not None
        after = (chosen[0].id, chosen[1])
        yield f"{after[0]}{after[1]}"


def plan_of(*segments: Segment, order: str) -> Show:
    return show(shift(segments=tuple(order)), segments=segments)


def test_segments_go_round_in_the_order_of_the_shift() -> None:
    plan = plan_of(segment("a"), segment("b"), order="abb")

    assert said(Rotation(), plan, 7) == ["a0", "b0", "b0", "a0", "b0", "b0", "a0"]


def test_an_opening_is_shown_once_and_a_sign_off_only_at_the_end() -> None:
    plan = plan_of(segment("o", kind="opening"), segment("a"), segment("z", kind="sign_off"), order="oaz")
    rotation = Rotation()

    assert said(rotation, plan, 4) == ["o0", "a0", "a0", "a0"]
    closing = rotation.next(plan, plan.shifts[0], ("a", 0), closing=True)
    assert closing == (plan.segments["z"], 0)
    assert said(rotation, plan, 2) == ["o0", "a0"]


def test_a_shift_without_a_sign_off_has_nothing_to_close_with() -> None:
    plan = plan_of(segment("a"), order="a")

    assert Rotation().next(plan, plan.shifts[0], closing=True) is None


def test_a_segment_to_be_skipped_is_left_out_this_time_only() -> None:
    plan = plan_of(segment("a"), segment("b"), order="ab")
    rotation = Rotation()
    first = rotation.next(plan, plan.shifts[0])

    skipped = rotation.next(plan, plan.shifts[0], first, skip={"b"})

    assert skipped == (plan.segments["a"], 0)
    assert said(rotation, plan, 1, after=("a", 0)) == ["b0"]


def test_when_nothing_is_there_in_the_language_nothing_is_said() -> None:
    plan = plan_of(segment("a", language="de"), order="a")

    assert Rotation().next(plan, plan.shifts[0]) is None


def test_variants_without_the_language_are_left_out() -> None:
    english, german = segment("a").variants[0], segment("a", language="de").variants[0]
    plan = plan_of(Segment(id="a", kind="recap", variants=(german, english, german)), order="a")

    assert said(Rotation(), plan, 3) == ["a1", "a1", "a1"]


@given(st.integers(), st.integers(1, 5), st.integers(0, 60))
def test_no_variant_comes_again_while_others_are_left(seed: int, variants: int, start: int) -> None:
    plan = plan_of(segment("a", variants), order="a")

    spoken = said(Rotation(seed), plan, start + variants)

    assert len(set(spoken[start:])) == variants


def test_the_seed_decides_the_order() -> None:
    plan = plan_of(segment("a", 6), order="a")

    assert said(Rotation(7), plan, 12) == said(Rotation(7), plan, 12)
    assert len({tuple(said(Rotation(seed), plan, 6)) for seed in range(20)}) > 5


@given(st.integers(), st.integers(0, 20))
def test_a_restored_rotation_goes_on_where_it_was(seed: int, before: int) -> None:
    plan = plan_of(segment("o", kind="opening"), segment("a", 3), segment("b", 2), order="oaba")
    rotation = Rotation(seed)
    spoken = said(rotation, plan, before + 1)
    last = (spoken[-1][0], int(spoken[-1][1]))

    restored = Rotation.restored(json.loads(json.dumps(rotation.state())))

    assert said(restored, plan, 12, after=last) == said(rotation, plan, 12, after=last)


def test_a_restored_rotation_copes_with_a_show_that_became_shorter() -> None:
    long = plan_of(segment("a", 3), segment("b", 4), order="abab")
    rotation = Rotation()
    said(rotation, long, 8)
    short = plan_of(segment("a", 1), order="a")

    restored = Rotation.restored(rotation.state())

    assert said(restored, short, 2, after=("b", 3)) == ["a0", "a0"]


def test_a_rotation_that_lost_its_state_goes_on_after_what_was_shown_last() -> None:
    plan = plan_of(segment("o", kind="opening"), segment("a"), segment("b"), order="oab")

    assert said(Rotation(), plan, 2, after=("a", 0)) == ["b0", "a0"]
    assert said(Rotation(), plan, 2, after=("gone", 0)) == ["a0", "b0"]
