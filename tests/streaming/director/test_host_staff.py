"""The director and staff: say, pause, take over, slate, answers to deferred questions, assist mode."""

from __future__ import annotations

import pytest

from streaming.cues import (
    Cut,
    Reply,
)  # fmt: skip
from streaming.director.profiles import load_profiles
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


def test_staff_answer_a_deferred_question_aloud_and_in_writing() -> None:
    room = LiveRoom(pitch_show(), brain=lambda *_: None)
    room.until_said("First")
    asked = room.comment(question_text(1), can_reply=True)
    room.run_until(lambda: asked in room.fate)

    room.control("answer", question_id=asked, text="It  comes with\na box.")
    room.until_said("It comes with a box.")

    assert (room.said[-1].source, room.said[-1].question_id) == ("staff:eva", asked)
    assert [one.text for one in room.all_of(Reply)] == ["It comes with a box."]


def test_a_dismissed_question_is_gone_and_a_later_answer_to_it_is_said_as_staff_words() -> None:
    room = LiveRoom(pitch_show(), brain=lambda *_: None)
    room.until_said("First")
    asked = room.comment(question_text(1))
    room.run_until(lambda: asked in room.fate)

    room.control("dismiss", question_id=asked)
    room.control("answer", question_id=asked, text="Never mind.")
    room.until_said("Never mind.")

    assert (room.said[-1].purpose, room.said[-1].question_id) == ("staff", None)


def test_staff_words_come_at_the_sentence_end_or_cut_in_when_urgent(room: LiveRoom) -> None:
    room.until_said("Second")
    room.control("say", text="A word.")
    room.until_said("A word.")
    room.until_said("Third")

    room.control("say", text="Now.", urgent=True)
    room.until_said("Now.")

    assert [one.text for one in room.heard if one.purpose in {"script", "staff"}] == [
        "First sentence.", "Second sentence.", "A word.",
    ]  # fmt: skip
    assert len(room.all_of(Cut)) == 1


def test_pause_waits_for_the_sentence_end_and_resume_goes_on_with_the_next(room: LiveRoom) -> None:
    room.until_said("Second")

    room.control("pause")
    room.run(seconds=30)
    paused = room.texts[-1], room.scene and room.scene.mode
    room.control("resume")
    room.until_said("Third")

    assert paused == ("Second sentence.", "paused")
    assert room.all_of(Cut) == []
    assert room.said[-2].purpose == "bridge"


@pytest.mark.parametrize(
    ("begin", "end", "mode"), [("take_over", "hand_back", "staff"), ("slate", "unslate", "slate")]
)
def test_taking_over_silences_at_once_and_the_cut_sentence_is_said_again_afterwards(
    room: LiveRoom, begin: str, end: str, mode: str
) -> None:
    room.until_said("Second")

    room.control(begin)  # type: ignore[arg-type]
    room.comment(question_text(1))
    room.run(seconds=120)
    silent = room.texts[-1], room.scene and room.scene.mode, len(room.all_of(Cut))
    room.control(end)  # type: ignore[arg-type]
    room.until_said("Third")

    assert silent == ("Second sentence.", mode, 1)
    assert room.texts_of("script") == [
        "First sentence.",
        "Second sentence.",
        "Second sentence.",
        "Third sentence.",
    ]


def test_questions_that_wait_for_their_answer_go_back_to_the_intake_when_staff_take_over() -> None:
    room = LiveRoom(pitch_show(), brain_ms=1_500)
    room.until_said("Second")
    asked = room.comment(question_text(1))

    room.control("take_over")
    room.run(seconds=5)
    waiting = room.intake.waiting
    room.control("hand_back")
    room.run_until(lambda: asked in room.fate)

    assert waiting == 1
    assert room.fate == {asked: "answered"}


def test_skip_goes_to_the_next_segment(room: LiveRoom) -> None:
    room.until_said("Second")

    room.control("skip")
    room.until_said("Fifth")

    assert room.texts_of("script") == ["First sentence.", "Second sentence.", "Fifth sentence."]


def test_where_a_person_presents_skip_goes_to_the_next_sentence() -> None:
    room = LiveRoom(pitch_show(), profile=load_profiles()["us-tiktok"])
    room.until_said("Second")

    room.control("skip")
    room.run(seconds=0.1)

    assert room.texts[-1] == "Third sentence."
    assert room.scene is not None
    assert room.scene.mode == "assist"
    assert "host:ai_reminder" not in [one.source for one in room.said]


@pytest.mark.parametrize("kind", ["answer", "say"])
def test_empty_words_of_staff_are_not_said(room: LiveRoom, kind: str) -> None:
    room.until_said("First")

    room.control(kind, text=" \n\x00 ", question_id="none")  # type: ignore[arg-type]
    room.run(seconds=10)

    assert room.texts_of("staff") == []


def test_who_asks_what_staff_have_gets_their_answer_too() -> None:
    room = LiveRoom(pitch_show(), brain=lambda *_: None)
    room.until_said("First")
    asked = room.comment(question_text(1), number=1)
    room.run_until(lambda: asked in room.fate)

    room.comment(question_text(1), number=1, can_reply=True, name="Ben")
    room.control("answer", question_id=asked, text="It does.")

    assert [(one.comment.viewer_name, one.text) for one in room.all_of(Reply)] == [("Ben", "It does.")]
