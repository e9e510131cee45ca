"""The director, sentence by sentence: pitch, questions, resume, checkpoint. Virtual clock, real intake."""

from __future__ import annotations

from collections import Counter

import pytest

from streaming.cues import (
    Answer,
    Answered,
    Ask,
    CatalogueRead,
    Cut,
    Defer,
    Event,
    Question,
    Reply,
    Say,
    Spoken,
    Tick,
)  # fmt: skip
from streaming.show import Show, Variant
from tests.fakes.live_room import LiveRoom, line, make_show, question_text, segment, shift


def pitch_show() -> Show:
    return make_show(
        segment("one", "First sentence.", "Second sentence.", "Third sentence.", "Fourth sentence."),
        segment("two", "Fifth sentence.", "Sixth sentence."),
    )


@pytest.fixture
def room() -> LiveRoom:
    return LiveRoom(pitch_show())


def test_it_says_hello_reminds_of_the_ai_and_goes_through_the_script(room: LiveRoom) -> None:
    room.until_said("Sixth")

    assert [one.source for one in room.said[:2]] == ["host:hello_shift", "host:ai_reminder"]
    assert room.texts[2:] == [
        "First sentence.", "Second sentence.", "Third sentence.", "Fourth sentence.", "Fifth sentence.",
        "Sixth sentence.",
    ]  # fmt: skip


def test_a_question_is_answered_at_the_sentence_end_and_the_pitch_goes_on_with_the_next_sentence(
    room: LiveRoom,
) -> None:
    room.until_said("Second")

    asked = room.comment(question_text(1))
    room.until_said("Third")

    after = room.said[room.texts.index("Second sentence.") + 1 :]
    assert [one.purpose for one in after] == ["answer", "answer", "bridge", "script"]
    assert after[1].question_id == asked
    assert room.texts_of("script") == ["First sentence.", "Second sentence.", "Third sentence."]


def test_the_brain_is_asked_while_the_sentence_is_still_being_spoken(room: LiveRoom) -> None:
    room.until_said("Second")

    room.comment(question_text(1))

    assert len(room.all_of(Ask)) == 1
    assert room.saying is not None
    assert room.saying.text == "Second sentence."


def test_the_comment_being_answered_is_shown_and_gone_afterwards(room: LiveRoom) -> None:
    room.until_said("Second")
    room.comment(question_text(1), name="Ana")

    room.until_said("Yes, that is so")
    shown = room.scene and room.scene.highlight
    room.until_said("Third")

    assert shown == ("Ana", question_text(1), 0)
    assert room.scene is not None
    assert room.scene.highlight is None


def test_an_urgent_question_cuts_at_once_and_the_cut_sentence_is_spoken_again_after_a_bridge(
    room: LiveRoom,
) -> None:
    room.until_said("Third")
    cut_at = room.ms

    room.comment("Your microphone is off", urgent=True)
    room.until_said("Fourth")

    assert [ms for ms, cue in room.cues if isinstance(cue, Cut)] == [cut_at]
    assert [one.purpose for one in room.said[-5:]] == ["answer", "answer", "bridge", "script", "script"]
    assert room.texts_of("script")[-3:] == ["Third sentence.", "Third sentence.", "Fourth sentence."]


def test_a_storm_of_urgent_comments_cuts_the_show_once_in_twenty_seconds(room: LiveRoom) -> None:
    room.until_said("Third")

    room.storm(40, every_s=0.5, text="Wrong price on screen", urgent=True)

    assert len(room.all_of(Cut)) == 1


def test_the_ai_reminder_is_not_cut(room: LiveRoom) -> None:
    room.run_until(lambda: bool(room.said) and room.said[-1].source == "host:ai_reminder")

    room.comment("Your microphone is off", urgent=True)

    assert room.all_of(Cut) == []


def test_no_more_than_two_answers_come_in_a_row_in_a_storm(room: LiveRoom) -> None:
    room.until_said("First")

    room.storm(60)
    room.run(seconds=300)

    kinds = "".join(
        "a" if one.source.startswith("faq:") else "s" * (one.purpose == "script") for one in room.said
    )
    assert max(len(run) for run in kinds.split("s")) == 2
    assert "asa" not in kinds
    assert kinds.count("a") > 10


def test_the_same_answer_is_not_given_twice_within_three_minutes() -> None:
    room = LiveRoom(pitch_show(), brain=lambda question, language: _same_answer(language))
    room.until_said("First")

    room.storm(8, every_s=12)
    answers = [one for one in room.said if one.source == "faq:shipping"]
    room.run(seconds=240)
    later = [one for one in room.said if one.source == "faq:shipping"]

    assert len(answers) == 1
    assert len(later) == 2
    assert room.lost == []
    assert set(room.fate.values()) == {"answered"}


def _same_answer(language: str) -> Answer:
    return Answer(text="It ships tomorrow.", language=language, source="faq:shipping")


def test_a_question_that_nobody_can_answer_goes_to_staff_and_viewers_hear_so_once() -> None:
    room = LiveRoom(pitch_show(), brain=lambda *_: None)
    room.until_said("First")

    asked = room.storm(4)
    room.run(seconds=60)

    assert {name: room.fate[name] for name in asked} == dict.fromkeys(asked, "unknown")
    assert Counter(one.source for one in room.said)["host:deferred"] == 1


def test_an_answer_that_is_not_there_soon_after_the_sentence_end_is_too_late() -> None:
    room = LiveRoom(pitch_show(), brain_ms=None)
    room.until_said("First")

    asked = room.comment(question_text(1))
    room.run_until(lambda: asked in room.fate)

    assert room.fate == {asked: "late"}
    assert 1_500 <= room.silences[-1] <= 1_750


def test_an_answer_that_comes_after_it_was_deferred_is_not_spoken() -> None:
    room = LiveRoom(pitch_show(), brain_ms=9_000)
    room.until_said("First")

    asked = room.comment(question_text(1))
    room.run(seconds=30)

    assert room.fate == {asked: "late"}
    assert room.texts_of("answer") == []


def test_a_personal_question_gets_a_line_without_detail_a_reply_and_staff(room: LiveRoom) -> None:
    room.until_said("First")

    asked = room.comment("Where is my order 12345678", personal=True, can_reply=True, language="es")
    room.run(seconds=20)

    assert room.fate == {asked: "personal"}
    assert [one.text for one in room.all_of(Reply)] == ["Los pedidos los vemos por mensaje privado."]
    assert [one.source for one in room.said if "private" in one.source] == ["host:private"]
    assert not any("12345678" in text for text in room.texts)
    assert room.all_of(Ask) == []


def test_many_personal_questions_get_one_line_a_minute(room: LiveRoom) -> None:
    room.until_said("First")

    room.storm(20, every_s=2, text="Where is my parcel,", personal=True)

    assert Counter(one.source for one in room.said)["host:private"] == 1
    assert set(room.fate.values()) == {"personal"}


@pytest.mark.parametrize(
    ("voices", "spoken", "language"),
    [({}, (), "en"), ({"es": "eva"}, (), "es"), ({}, ("es",), "es")],
)
def test_a_viewer_is_answered_in_the_own_language_where_it_may_be_spoken(
    voices: dict[str, str], spoken: tuple[str, ...], language: str
) -> None:
    room = LiveRoom(make_show(segment("one", "First.", "Second.", "Third."), voices=voices), spoken=spoken)
    room.until_said("First")

    room.comment(question_text(1), language="es")
    room.until_said("Yes")

    assert room.said[-1].language == language
    assert room.said[-2].language == language


def test_the_room_reads_in_its_own_language_what_is_answered_in_another() -> None:
    show = make_show(segment("one", "First.", "Second.", "Third."))

    def brain(question: Question, language: str) -> Answer | None:
        captions = {"en": "Yes, it does."}
        return Answer(text="Sí, lo hace.", language=language, source="faq:one", captions=captions)

    room = LiveRoom(show, spoken=("es",), brain=brain)
    room.until_said("First")

    room.comment(question_text(1), language="es")
    room.until_said("Sí")

    introduction, answer = room.said[-2:]
    assert answer.captions == {"en": "Yes, it does."}
    assert introduction.captions["en"]


def test_whoever_asks_again_soon_gets_the_answer_in_writing(room: LiveRoom) -> None:
    room.until_said("First")
    room.comment(question_text(1), number=1)
    room.until_said("Yes")
    room.run(seconds=10)

    room.comment(question_text(1), number=1, can_reply=True)

    assert [one.text for one in room.all_of(Reply)] == [f"Yes, that is so: {question_text(1)}."]


def test_an_urgent_question_that_comes_between_two_sentences_cuts_nothing(room: LiveRoom) -> None:
    room.until_said("Second")
    room.control("pause")
    room.run(seconds=5)
    asked = room.comment("Your microphone is off", urgent=True)

    room.control("resume")
    room.run_until(lambda: asked in room.fate)

    assert room.fate == {asked: "answered"}
    assert room.all_of(Cut) == []


def test_questions_without_room_in_the_intake_go_to_staff(room: LiveRoom) -> None:
    room.until_said("First")
    room.control("pause")

    room.storm(230)

    assert set(room.fate.values()) == {"late"}
    assert room.intake.waiting + len(room.fate) == 230


def test_captions_come_from_the_same_sentence_where_the_languages_have_as_many() -> None:
    same = segment("same", "One.", "Two.", es=("Uno.", "Dos."))
    fewer = segment("fewer", "Three.", "Four.", es=("Tres.",))
    room = LiveRoom(make_show(same, fewer, shifts=(shift("day", "same", "fewer", captions="es"),)))

    room.until_said("Four")

    captions = {one.text: dict(one.captions) for one in room.said if one.purpose == "script"}
    assert captions == {"One.": {"es": "Uno."}, "Two.": {"es": "Dos."}, "Three.": {}, "Four.": {}}
    assert room.said[0].captions == {"es": "Hola, soy Lina, vuestra presentadora de IA."}


def test_a_variant_is_not_said_again_while_others_are_left() -> None:
    variants = tuple(Variant({"en": (line(f"Way {name}."),)}) for name in "abcd")
    room = LiveRoom(make_show(segment("one", variants=variants)))

    room.run_until(lambda: len(room.texts_of("script")) == 8)

    first, second = room.texts_of("script")[:4], room.texts_of("script")[4:]
    assert sorted(first) == ["Way a.", "Way b.", "Way c.", "Way d."]
    assert sorted(second) == sorted(first)


def test_the_scene_that_goes_with_a_sentence_comes_before_it(room: LiveRoom) -> None:
    room.until_said("First")

    kinds = [type(cue).__name__ for _, cue in room.cues]
    assert kinds[0] == "Scene"
    assert kinds[1] == "Say"


def test_equal_seeds_and_events_give_equal_cues() -> None:
    one, other = LiveRoom(pitch_show()), LiveRoom(pitch_show())

    one.storm(20, every_s=6)
    other.storm(20, every_s=6)

    assert one.cues == other.cues


def test_what_is_not_known_any_more_does_no_harm(room: LiveRoom) -> None:
    room.until_said("First")

    stale: list[Event] = [
        Spoken(utterance_id="none", heard_ms=0, outcome="done"),
        CatalogueRead(look_id="none", products={}),
        Answered(question_id="none", answer=None),
        Tick(),
    ]

    assert [room.feed(event) for event in stale] == [(), (), (), ()]


def test_nothing_is_said_without_a_sentence_that_can_be_said() -> None:
    room = LiveRoom(make_show(segment("one", "It is {nothing}.")))

    room.run(seconds=60)

    assert room.texts_of("script") == []
    assert len(room.all_of(Say)) == 2
    assert room.all_of(Defer) == []
