"""The director in trouble: a voice that fails, sessions that forget, kill -9 at any moment."""

from __future__ import annotations

from collections import Counter

import pytest

from streaming.cues import (
    Ask,
)  # fmt: skip
from streaming.show import Show
from tests.fakes.live_room import LiveRoom, make_show, question_text, segment


def pitch_show() -> Show:
    return make_show(
        segment("one", "First sentence.", "Second sentence.", "Third sentence.", "Fourth sentence."),
        segment("two", "Fifth sentence.", "Sixth sentence."),
    )


@pytest.fixture
def room() -> LiveRoom:
    return LiveRoom(pitch_show())


def test_a_sentence_that_can_not_be_spoken_is_tried_three_times_and_then_left_out() -> None:
    room = LiveRoom(pitch_show(), voice_fails=lambda one: one.text.startswith("Second"))

    room.until_said("Third")

    assert Counter(room.texts_of("script")) == {
        "First sentence.": 1,
        "Second sentence.": 3,
        "Third sentence.": 1,
    }


def test_after_a_sentence_was_lost_viewers_hear_of_a_technical_hitch_once() -> None:
    room = LiveRoom(pitch_show(), voice_fails=lambda one: one.text.startswith(("Second", "Fifth")))

    room.run(seconds=100)

    assert Counter(one.source for one in room.said)["host:technical"] == 1


def test_an_answer_that_can_not_be_spoken_goes_to_staff() -> None:
    room = LiveRoom(pitch_show(), voice_fails=lambda one: one.source.startswith("faq:"))
    room.until_said("First")

    asked = room.comment(question_text(1))
    room.run(seconds=30)

    assert room.fate == {asked: "late"}


def test_a_voice_that_is_down_is_not_asked_in_a_loop() -> None:
    room = LiveRoom(pitch_show(), voice_fails=lambda _: True)

    room.run(seconds=60)

    assert 20 <= len(room.said) <= 150


def test_a_sentence_that_the_session_forgets_does_not_stop_the_show_for_ever(room: LiveRoom) -> None:
    room.until_said("Second")
    room.forget_the_sentence()

    room.run(seconds=200)

    assert "Third sentence." in room.texts


def test_after_a_crash_it_goes_on_with_the_next_sentence(room: LiveRoom) -> None:
    room.until_said("Second")

    room.crash()
    room.until_said("Third")

    assert room.texts_of("script") == ["First sentence.", "Second sentence.", "Third sentence."]
    assert Counter(one.source for one in room.said)["host:hello_shift"] == 1
    assert len({one.id for one in room.said}) == len(room.said)


def test_after_a_crash_a_question_is_asked_again_and_answered(room: LiveRoom) -> None:
    room.until_said("First")
    asked = room.comment(question_text(1))
    room.keep()

    room.crash()
    room.until_said("Second")

    assert [one.question.id for one in room.all_of(Ask)] == [asked, asked]
    assert room.fate == {asked: "answered"}


def test_an_answer_outlives_a_crash_while_it_is_said_who_asks(room: LiveRoom) -> None:
    room.until_said("First")
    asked = room.comment(question_text(1))
    room.run_until(lambda: room.said[-1].question_id == asked)

    room.crash()
    room.run_until(lambda: asked in room.fate)

    assert room.fate == {asked: "answered"}
    assert len(room.all_of(Ask)) == 1


def test_an_answer_that_a_crash_cuts_is_not_said_again_and_goes_to_staff(room: LiveRoom) -> None:
    room.until_said("First")
    asked = room.comment(question_text(1))
    room.until_said("Yes, that is so")

    room.crash()
    room.until_said("Second")

    assert room.fate == {asked: "late"}
    assert sum(text.startswith("Yes") for text in room.texts) == 1


def test_the_reminder_is_not_said_again_because_of_a_crash(room: LiveRoom) -> None:
    room.until_said("Second")

    room.crash(off_s=30)
    room.run(seconds=60)

    assert Counter(one.source for one in room.said)["host:ai_reminder"] == 1


def test_a_take_over_outlives_a_crash(room: LiveRoom) -> None:
    room.control("take_over")
    room.run(seconds=2)
    room.keep()

    room.crash()
    room.run(seconds=30)

    assert room.texts == []
    assert room.scene is not None
    assert room.scene.mode == "staff"


def test_the_state_stays_small_in_a_storm(room: LiveRoom) -> None:
    room.brain = lambda *_: None
    room.until_said("First")

    room.storm(150, every_s=2)

    assert room.state_bytes() < 60_000


def test_a_show_that_was_edited_meanwhile_is_picked_up_at_a_new_segment(room: LiveRoom) -> None:
    room.until_said("Second")
    room.show = make_show(segment("new", "Something new."))

    room.crash()
    room.until_said("Something new")

    assert room.texts_of("script") == ["First sentence.", "Second sentence.", "Something new."]
