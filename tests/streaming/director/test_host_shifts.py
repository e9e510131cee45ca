"""The director and the clock: shifts, still picture, sales and polls over time, clocks that jump."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from connectors.base import Money
from streaming.cues import Vote
from streaming.show import Poll, Show
from tests.fakes.live_room import LAMP, NOON, LiveRoom, make_show, segment, shift

TALK = segment("talk", "One.", "Two.", "Three.", es=("Uno.", "Dos."))


def two_shifts() -> Show:
    return make_show(
        TALK,
        shifts=(
            shift("day", "talk", start=time(8), end=time(12, 5)),
            shift(
                "late", "talk", start=time(12, 5), end=time(14), language="es", captions="en", persona="omar"
            ),
        ),
    )


def test_the_next_shift_takes_over_with_goodbye_hello_language_persona_and_captions() -> None:
    room = LiveRoom(two_shifts(), wall=NOON + timedelta(minutes=3))

    room.until_said("Uno")

    at = [one.source for one in room.said].index("host:bye_shift")
    assert [(one.source, one.language, one.persona) for one in room.said[at : at + 3]] == [
        ("host:bye_shift", "en", "lina"),
        ("host:hello_shift", "es", "omar"),
        ("host:ai_reminder", "es", "omar"),
    ]
    assert room.scene is not None
    assert (room.scene.language, room.scene.captions, room.scene.persona) == ("es", "en", "omar")


def test_a_shift_ends_at_the_end_of_its_segment() -> None:
    room = LiveRoom(two_shifts(), wall=NOON + timedelta(minutes=3))

    room.run_until(lambda: room.texts[-1:] != [] and room.said[-1].source == "host:bye_shift")

    assert room.texts[-2] == "Three."


def test_a_sign_off_of_the_script_takes_the_place_of_the_goodbye() -> None:
    ending = segment("end", "Thank you all.", kind="sign_off")
    show = make_show(TALK, ending, shifts=(shift("day", "talk", "end", start=time(8), end=time(12, 5)),))
    room = LiveRoom(show, wall=NOON + timedelta(minutes=3))

    room.until_said("Thank you all")
    room.run(seconds=20)

    assert "host:bye_shift" not in [one.source for one in room.said]
    assert room.texts[-1] == "Thank you all."
    assert room.scene is not None
    assert room.scene.mode == "slate"


def test_nobody_presents_between_shifts_until_the_next_one() -> None:
    room = LiveRoom(two_shifts(), wall=NOON + timedelta(hours=1, minutes=58))
    room.run(seconds=300)
    silent = len(room.said), room.scene and room.scene.mode, room.scene and room.scene.language

    room.jump(timedelta(hours=18))
    room.run(seconds=5)

    assert silent[1:] == ("slate", "en")
    assert len(room.said) > silent[0]
    assert room.scene is not None
    assert room.scene.mode == "live"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_a_day_neither_stalls_nor_floods(days: int) -> None:
    show = make_show(TALK, shifts=(shift("day", "talk"),))
    room = LiveRoom(show, wall=NOON)
    room.run(seconds=60)
    said = len(room.said)

    room.jump(timedelta(days=days))
    room.run(seconds=60)

    assert abs(len(room.said) - 2 * said) <= 12
    assert Counter(one.source for one in room.said)["host:hello_shift"] == 1


def test_a_clock_that_flaps_about_makes_no_flood_of_greetings() -> None:
    room = LiveRoom(two_shifts(), wall=NOON + timedelta(minutes=4, seconds=30))

    room.flap(timedelta(minutes=1), times=40, every_s=5)

    assert Counter(one.source for one in room.said)["host:hello_shift"] <= 4


# --- Sales and polls ------------------------------------------------------------------------------


def sale_show() -> Show:
    sale = segment(
        "sale",
        "Now [lamp:{price}].",
        "Before it was {before}.",
        "Only {minutes} minutes.",
        kind="flash_sale",
        product="lamp",
        countdown_s=240,
    )
    return make_show(segment("lamp", "It costs [lamp:{price}].", product="lamp"), sale, TALK)


def test_a_flash_sale_opens_counts_down_and_closes() -> None:
    room = LiveRoom(sale_show())
    room.until_said("It costs")
    room.set_product(replace(LAMP, price=Money(2900, "EUR")))

    room.until_said("Now [lamp")
    opened = room.scene and room.scene.countdown_ends
    shown = room.scene and room.scene.before
    room.run(seconds=260)

    sources = [one.source for one in room.said]
    assert opened is not None
    assert shown == Money(3900, "EUR")
    assert room.scene is not None
    assert room.scene.before is None
    assert timedelta(seconds=225) < opened - NOON < timedelta(seconds=265)
    assert (
        sources.index("host:sale_opens") < sources.index("host:sale_left") < sources.index("host:sale_over")
    )
    assert "Before it was €39.00." in room.texts
    assert "Only 4 minutes." in room.texts


def test_a_price_before_the_sale_that_nobody_was_told_is_not_named() -> None:
    room = LiveRoom(sale_show())

    room.until_said("Only 4")

    assert not any("Before" in text for text in room.texts)


def test_a_sale_ends_when_its_time_is_over_whatever_the_wall_clock_does() -> None:
    room = LiveRoom(sale_show())
    room.until_said("Now [lamp")
    before = room.scene and room.scene.countdown_ends

    room.jump(timedelta(hours=3))
    room.run(seconds=1)
    after = room.scene and room.scene.countdown_ends
    room.run(seconds=120)
    still = room.scene and room.scene.countdown_ends
    room.run(seconds=130)

    assert before is not None
    assert after is not None
    assert abs(after - before - timedelta(hours=3)) < timedelta(seconds=1)
    assert still is not None
    assert "host:sale_over" in [one.source for one in room.said]


def test_a_sale_outlives_a_crash_and_the_time_between_counts() -> None:
    room = LiveRoom(sale_show())
    room.until_said("Now [lamp")
    ends = room.scene and room.scene.countdown_ends

    room.crash(off_s=60)
    room.run(seconds=1)
    after = room.scene and room.scene.countdown_ends
    room.run_until(lambda: "host:sale_over" in [one.source for one in room.said], at_most_s=190)

    assert after == ends
    assert ends is not None
    assert timedelta(0) <= room.wall - ends < timedelta(seconds=10)


def test_a_sale_of_a_product_that_sells_out_is_closed() -> None:
    room = LiveRoom(sale_show())
    room.until_said("Now [lamp")

    room.set_product(replace(LAMP, stock=0))
    room.run(seconds=20)

    assert room.scene is not None
    assert room.scene.countdown_ends is None
    assert "host:sold_out" in [one.source for one in room.said]


def test_no_sale_opens_while_the_shop_can_not_say_the_price() -> None:
    room = LiveRoom(sale_show(), products=None)

    room.run(seconds=60)

    assert "host:sale_opens" not in [one.source for one in room.said]
    assert room.scene is not None
    assert room.scene.countdown_ends is None


def poll_room() -> LiveRoom:
    poll = Poll(
        question={"en": "Colour?"}, options=({"en": "Blue"}, {"en": "Red"}, {"en": "Green"}), open_s=30
    )
    room = LiveRoom(make_show(segment("vote", "Please vote.", kind="poll", poll=poll), TALK))
    room.until_said("Please vote")
    return room


def vote(room: LiveRoom, *options: int, start: int = 0) -> None:
    for viewer, option in enumerate(options, start):
        room.feed(Vote(viewer_id=f"v{viewer}", option=option))


def test_a_poll_counts_each_viewer_once_the_last_choice() -> None:
    room = poll_room()

    vote(room, 0, 1, 1, 7, -1)
    vote(room, 1)
    room.run(seconds=1.5)

    assert room.scene is not None
    assert room.scene.poll == ("Colour?", (("Blue", 0), ("Red", 3), ("Green", 0)))


def test_the_result_of_a_poll_is_told_when_its_time_is_over() -> None:
    room = poll_room()

    vote(room, 0, 1, 1, 1)
    room.run(seconds=40)

    results = [one.text for one in room.said if one.source == "host:poll_result"]
    assert len(results) == 1
    assert "Red" in results[0]
    assert "75" in results[0]


@pytest.mark.parametrize("votes", [(), (0, 1, 2)])
def test_a_poll_without_a_winner_ends_without_a_word(votes: tuple[int, ...]) -> None:
    room = poll_room()

    vote(room, *votes)
    room.run(seconds=35)

    assert "host:poll_result" not in [one.source for one in room.said]


def test_votes_outlive_a_crash_and_still_count_once() -> None:
    room = poll_room()
    vote(room, 0, 1, 1)
    room.keep()

    room.crash()
    vote(room, 2, 1)
    room.run(seconds=1.5)

    assert room.scene is not None
    assert room.scene.poll == ("Colour?", (("Blue", 0), ("Red", 2), ("Green", 1)))


def test_a_storm_of_votes_changes_the_scene_once_a_second() -> None:
    room = poll_room()
    scenes = len(room.all_of(type(room.scene)))

    vote(room, *[1] * 500)

    assert len(room.all_of(type(room.scene))) - scenes <= 1
