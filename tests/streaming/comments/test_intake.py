from __future__ import annotations

import json
from typing import Any

import pytest

from streaming.comments.comment_filter import CommentFilter
from streaming.comments.floods import FloodLimits
from streaming.comments.intake import Intake
from streaming.comments.verdicts import IntakeLimits, Verdict
from streaming.cues import Comment, Moment, Question, Reading
from tests.fakes.viewers import comment, moment, near, reading

FILTER = CommentFilter()
MANY = FloodLimits(burst=1_000)


def _intake(**limits: Any) -> Intake:
    return Intake(comment_filter=FILTER, limits=IntakeLimits(**limits), floods=MANY)


def _text(about: int) -> str:
    """A text of its own for each number below 100, without digits."""
    return f"question on {'abcdefghij'[about // 10]}{'klmnopqrst'[about % 10]}?"


def _asked(intake: Intake, about: int = 0, *, at: int = 0, text: str = "", **fields: Any) -> Verdict:
    """A question about something, by a viewer of its own unless one is named."""
    viewer = fields.pop("viewer", None)
    return intake.add(comment(text or _text(about), viewer), reading(about + 97, **fields), moment(at))


def _taken(intake: Intake, at: int = 0, **options: Any) -> Question:
    question = intake.next(moment(at), **options)
    assert question is not None
    return question


def _about(question: Question) -> int:
    """What `_asked` was given for it."""
    return question.reading.vector.index(1.0) - 97


# --- Comments in -----------------------------------------------------------------------------------------


def test_a_question_waits_and_is_taken_once() -> None:
    intake = _intake()
    said = comment("How much is the lamp?")

    verdict = intake.add(said, reading(), moment(0))

    assert (verdict.fate, verdict.question_id, intake.waiting) == ("kept", f"demo:{said.id}", 1)
    question = _taken(intake)
    assert (question.id, question.text, question.comments) == (f"demo:{said.id}", said.text, (said,))
    assert intake.next(moment(0)) is None


def test_equal_questions_are_taken_together() -> None:
    intake = _intake()
    first = intake.add(comment("do you ship to canada"), reading(1), moment(0))

    second = intake.add(comment("shipping to canada"), reading(vector=near(1, 0.9)), moment(5))

    assert (second.fate, second.question_id) == ("joined", first.question_id)
    assert _taken(intake).askers == 2


def test_a_viewer_who_asks_again_is_not_two() -> None:
    intake = _intake()
    _asked(intake, 1, viewer="ana")

    verdict = _asked(intake, 1, viewer="ana", text="question again?")

    assert verdict.fate == "joined"
    assert _taken(intake).askers == 1


def test_of_very_many_askers_the_first_are_kept_and_the_rest_counted() -> None:
    intake = _intake(comments=3)

    verdicts = [_asked(intake, 1) for _ in range(40)]

    question = _taken(intake)
    assert [one.id for one in question.comments] == [verdict.comment.id for verdict in verdicts[:3]]
    assert (question.more, question.askers) == (37, 40)


@pytest.mark.parametrize(
    ("text", "fields", "fate"),
    [
        ("love it", {"asks": 0.1}, "not_a_question"),
        ("❤️❤️❤️", {"asks": 0.2}, "not_a_question"),
        ("\u200b\u200b", {}, "not_a_question"),
        ("no sound", {"asks": 0.1, "urgent": True}, "kept"),
        ("you bitch, how much?", {}, "abuse"),
        ("cheaper at evil.com?", {}, "spam"),
    ],
)
def test_a_comment_is_judged_by_its_text_and_reading(text: str, fields: dict[str, Any], fate: str) -> None:
    assert _intake().add(comment(text), reading(**fields), moment(0)).fate == fate


@pytest.mark.parametrize("text", ["you bitch", "go to evil.com"])
def test_of_a_refused_comment_nothing_is_handed_on(text: str) -> None:
    verdict = _intake().add(comment(text, viewer_name="Evil"), reading(), moment(0))

    assert (verdict.comment.text, verdict.comment.viewer_name) == ("", "")
    assert verdict.refusal is not None


def test_personal_data_and_unfit_names_never_leave() -> None:
    intake = _intake()
    said = comment("size chart to ana@example.com?", viewer_name="visit evil.com")

    verdict = intake.add(said, reading(), moment(0))

    question = _taken(intake)
    assert verdict.masked == {"email"}
    assert (question.text, question.comments[0].text) == ("size chart to …?", "size chart to …?")
    assert question.comments[0].viewer_name == ""


def test_the_same_comment_delivered_twice_counts_once() -> None:
    intake = _intake()
    said = comment()
    intake.add(said, reading(), moment(0))

    assert intake.add(said, reading(), moment(1)).fate == "duplicate"
    assert _taken(intake).askers == 1


def test_two_sources_may_use_the_same_ids() -> None:
    intake = _intake()
    intake.add(comment(id="1", source="rest"), reading(1), moment(0))

    assert intake.add(comment("other?", id="1", source="ws"), reading(9), moment(0)).fate == "kept"


def test_an_id_that_comes_back_after_thousands_pushes_no_question_out() -> None:
    intake = Intake(comment_filter=FILTER, floods=FloodLimits(ids=1))
    intake.add(comment("one?", id="1"), reading(1), moment(0))
    intake.add(comment("two?", id="2"), reading(20), moment(0))

    intake.add(comment("three?", id="1"), reading(40), moment(7))

    assert intake.waiting == 3


def test_a_viewer_who_floods_is_not_heard() -> None:
    intake = Intake(comment_filter=FILTER, floods=FloodLimits(burst=2))

    fates = [_asked(intake, about, viewer="ana").fate for about in (1, 20, 40)]

    assert fates == ["kept", "kept", "flood"]


def test_a_viewer_who_repeats_a_comment_is_heard_once() -> None:
    intake = _intake()
    _asked(intake, 1, viewer="ana", text="price?")

    assert _asked(intake, 1, viewer="ana", text="PRICE?").fate == "repeated"


def test_a_text_that_a_crowd_pastes_does_not_grow_its_question() -> None:
    intake = _intake()
    pasted = "why is this shop so much more expensive than the other one"

    fates = [_asked(intake, 1, text=pasted).fate for _ in range(8)]

    assert fates == ["kept", "joined", "joined", "joined", "copied", "copied", "copied", "copied"]
    assert _taken(intake).askers == 4


def test_fates_are_counted() -> None:
    intake = _intake()
    _asked(intake, 1)
    _asked(intake, 1)
    _asked(intake, 30, asks=0.0)

    assert dict(intake.counts) == {"kept": 1, "joined": 1, "not_a_question": 1}


# --- Who speaks for all ----------------------------------------------------------------------------------


def test_the_clearest_wording_stands_for_all() -> None:
    intake = _intake()
    intake.add(comment("precio??"), reading(1, language="es", topic="price"), moment(0))
    intake.add(comment("price"), reading(9, topic="price"), moment(0))
    intake.add(comment("how much is the lamp in total?"), reading(17, topic="price"), moment(0))
    intake.add(
        comment("cuánto cuesta la lámpara en total?"), reading(25, language="es", topic="price"), moment(0)
    )

    question = _taken(intake)

    assert (question.text, question.language) == ("how much is the lamp in total?", "en")
    assert question.reading.vector == reading(17).vector


def test_another_room_language_prefers_other_wordings() -> None:
    intake = _intake()
    intake.prefer("es")
    intake.add(comment("how much is the lamp in total?"), reading(17, topic="price"), moment(0))
    intake.add(
        comment("cuánto cuesta la lámpara en total?"), reading(25, language="es-MX", topic="price"), moment(0)
    )

    assert _taken(intake).language == "es-MX"


def test_a_masked_wording_stands_back() -> None:
    intake = _intake()
    intake.add(comment("is there a size chart, ana@example.com?"), reading(1, topic="size"), moment(0))
    intake.add(comment("is there a size chart for the scarf?"), reading(9, topic="size"), moment(0))

    assert _taken(intake).text == "is there a size chart for the scarf?"


def test_the_strongest_wish_to_buy_and_the_greatest_urgency_count_for_all() -> None:
    intake = _intake()
    _asked(intake, 1, buying=0.2, topic="t")
    _asked(intake, 20, buying=0.9, urgent=True, topic="t", text="q")

    question = _taken(intake)

    assert (question.reading.buying, question.reading.urgent) == (0.9, True)


# --- Questions out ---------------------------------------------------------------------------------------


def test_buyers_come_first_and_the_urgent_before_all() -> None:
    intake = _intake()
    _asked(intake, 1)
    _asked(intake, 20, buying=1.0)
    _asked(intake, 40, urgent=True, asks=0.0)

    taken = [_taken(intake).reading for _ in range(3)]

    assert [(one.urgent, one.buying) for one in taken] == [(True, 0.0), (False, 1.0), (False, 0.0)]


def test_only_urgent_ones_are_taken_when_asked_for() -> None:
    intake = _intake()
    _asked(intake, 1, buying=1.0)

    assert intake.next(moment(0), urgent_only=True) is None
    _asked(intake, 20, urgent=True)
    assert _taken(intake, urgent_only=True).reading.urgent


def test_a_viewer_who_had_an_answer_stands_behind_one_who_had_none() -> None:
    intake = _intake()
    _asked(intake, 1, viewer="ana")
    intake.answered(_taken(intake), moment(10))
    _asked(intake, 20, viewer="ana", at=20, buying=0.9)
    _asked(intake, 40, viewer="ben", at=30, buying=0.1)

    assert [_taken(intake, 40).comments[0].viewer_id for _ in range(2)] == ["ben", "ana"]


def test_what_was_answered_lately_is_not_taken_again_for_a_while() -> None:
    intake = _intake(answered_ms=1_000)
    first = _asked(intake, 1)
    intake.answered(_taken(intake), moment(0))

    verdict = _asked(intake, 1, at=999)

    assert (verdict.fate, verdict.question_id) == ("answered_lately", first.question_id)
    assert intake.waiting == 0
    assert _asked(intake, 1, at=1_000).fate == "kept"


def test_what_was_urgent_is_heard_again_sooner() -> None:
    intake = _intake(answered_ms=9_000, urgent_ms=1_000)
    _asked(intake, 1, urgent=True)
    intake.answered(_taken(intake), moment(0))

    assert _asked(intake, 1, urgent=True, at=1_000).fate == "kept"


def test_who_asks_while_it_is_being_answered_is_answered_with_it() -> None:
    intake = _intake()
    _asked(intake, 1)
    question = _taken(intake)

    verdict = _asked(intake, 1, viewer="late")

    assert (verdict.fate, verdict.question_id) == ("being_answered", question.id)
    intake.answered(question, moment(5))
    assert intake.waiting == 0
    _asked(intake, 20, viewer="late", at=6, buying=1.0)
    _asked(intake, 40, viewer="new", at=6)
    assert _taken(intake, 6).comments[0].viewer_id == "new"


def test_a_question_put_back_waits_with_those_who_asked_meanwhile_and_keeps_its_age() -> None:
    intake = _intake(most_age_ms=1_000)
    _asked(intake, 1)
    question = _taken(intake)
    _asked(intake, 1, at=500)

    intake.put_back(question, moment(900))

    again = _taken(intake, 1_000)
    assert (again.id, again.askers) == (question.id, 2)
    intake.put_back(again, moment(1_001))
    assert intake.next(moment(1_001)) is None
    assert [one.id for one in intake.expired(moment(1_001))] == [question.id]


def test_a_question_let_go_goes_with_those_who_asked_meanwhile_and_later_ones_count_there() -> None:
    intake = _intake()
    _asked(intake, 1)
    question = _taken(intake)
    _asked(intake, 1)

    gone = intake.let_go(question, moment(5))

    assert (gone.id, gone.askers) == (question.id, 2)
    verdict = _asked(intake, 1, at=6)
    assert (verdict.fate, verdict.question_id) == ("deferred_lately", question.id)


def test_what_waited_too_long_is_handed_out_the_oldest_first_and_once() -> None:
    intake = _intake(most_age_ms=1_000)
    second = _asked(intake, 20, at=5)
    first = _asked(intake, 1, at=0)
    _asked(intake, 40, at=500)

    old = intake.expired(moment(1_006))

    assert [one.id for one in old] == [first.question_id, second.question_id]
    assert intake.expired(moment(1_006)) == ()
    assert intake.waiting == 1
    assert _asked(intake, 1, at=1_007).fate == "deferred_lately"


def test_when_full_the_least_valuable_question_goes_to_staff() -> None:
    intake = _intake(waiting=2)
    _asked(intake, 1, buying=0.9)
    least = _asked(intake, 20, buying=0.1)

    verdict = _asked(intake, 40, buying=0.5)

    assert verdict.fate == "kept"
    assert verdict.overflow is not None
    assert verdict.overflow.id == least.question_id
    assert intake.waiting == 2


def test_when_full_a_new_question_of_less_value_goes_to_staff_itself() -> None:
    intake = _intake(waiting=1)
    _asked(intake, 1, buying=0.9)

    verdict = _asked(intake, 20, buying=0.1)

    assert verdict.fate == "deferred"
    assert verdict.overflow is not None
    assert verdict.overflow.comments == (verdict.comment,)


def test_who_asks_a_question_that_the_director_forgot_waits_anew() -> None:
    intake = _intake(in_hand_ms=1_000)
    _asked(intake, 1)
    forgotten = _taken(intake)
    late = _asked(intake, 1, at=900, viewer="late")

    intake.expired(moment(1_001))

    question = _taken(intake, 1_001)
    assert late.fate == "being_answered"
    assert question.id != forgotten.id
    assert [one.viewer_id for one in question.comments] == ["late"]


def test_more_questions_in_hand_than_may_be_are_let_fall_the_oldest_first() -> None:
    intake = _intake(in_hand=1)
    _asked(intake, 1)
    _asked(intake, 20)
    forgotten = _taken(intake)
    _asked(intake, _about(forgotten))

    _taken(intake)

    assert intake.waiting == 1


@pytest.mark.parametrize("ending", ["put_back", "answered", "let_go"])
def test_a_question_of_before_a_restart_finds_its_end(ending: str) -> None:
    taken = _intake()
    _asked(taken, 1)
    question = _taken(taken)
    intake = _intake()

    getattr(intake, ending)(question, moment(3))

    fates = {"put_back": "joined", "answered": "answered_lately", "let_go": "deferred_lately"}
    assert _asked(intake, 1, at=4).fate == fates[ending]


@pytest.mark.parametrize("ending", ["put_back", "answered", "let_go"])
def test_an_end_told_twice_changes_nothing(ending: str) -> None:
    intake = _intake()
    _asked(intake, 1)
    question = _taken(intake)

    getattr(intake, ending)(question, moment(3))
    getattr(intake, ending)(question, moment(4))

    assert intake.waiting == (ending == "put_back")


def test_a_waiting_question_that_staff_answer_waits_no_more() -> None:
    intake = _intake()
    _asked(intake, 1)
    question = _taken(intake)
    intake.put_back(question, moment(1))

    intake.answered(question, moment(2))

    assert intake.waiting == 0


def test_of_finished_questions_only_the_latest_are_remembered() -> None:
    intake = _intake(recent=1)
    _asked(intake, 1)
    intake.answered(_taken(intake), moment(0))
    _asked(intake, 20)
    intake.answered(_taken(intake), moment(1))

    assert (_asked(intake, 20, at=2).fate, _asked(intake, 1, at=2).fate) == ("answered_lately", "kept")


def test_a_forgotten_question_that_nobody_asked_meanwhile_is_asked_anew() -> None:
    intake = _intake(in_hand_ms=1_000)
    _asked(intake, 1)
    _taken(intake)

    assert _asked(intake, 1, at=1_001).fate == "kept"


def test_of_viewers_who_were_answered_only_the_latest_are_remembered() -> None:
    intake = _intake(served=1)
    _asked(intake, 1, viewer="ana")
    intake.answered(_taken(intake), moment(0))
    _asked(intake, 20, viewer="ben")
    intake.answered(_taken(intake), moment(0))
    _asked(intake, 40, viewer="ben", buying=0.5)
    _asked(intake, 60, viewer="ana")

    assert [_taken(intake).comments[0].viewer_id for _ in range(2)] == ["ana", "ben"]


# --- Checkpoints -----------------------------------------------------------------------------------------


def _busy() -> Intake:
    """One question waiting that two ask, one in hand with a late asker, one answered, one let go; at 2 s."""
    intake = _intake()
    for about, at in ((1, 0), (20, 0), (40, 0), (60, 0)):
        _asked(intake, about, at=at, buying=1 - about / 100, viewer=f"v{about}")
    intake.answered(_taken(intake, 500), moment(1_000))
    intake.let_go(_taken(intake, 1_000), moment(1_000))
    _taken(intake, 1_500)
    _asked(intake, 40, at=1_600)
    _asked(intake, 60, at=2_000)
    return intake


def _restarted(intake: Intake, now: Moment) -> Intake:
    state = json.loads(json.dumps(intake.state()))
    return Intake.restored(state, now, comment_filter=FILTER, floods=MANY)


@pytest.mark.parametrize(
    ("about", "fate"),
    [(1, "answered_lately"), (20, "deferred_lately"), (40, "being_answered"), (60, "joined")],
)
def test_a_restart_forgets_no_question(about: int, fate: str) -> None:
    later = Moment(moment(5_000).wall, 70)

    restored = _restarted(_busy(), later)

    verdict = restored.add(comment(_text(about)), reading(about + 97), later)
    assert verdict.fate == fate


def test_a_question_is_the_same_after_a_restart() -> None:
    intake = _busy()
    restored = _restarted(intake, Moment(moment(2_000).wall, 70))

    assert restored.next(Moment(moment(2_000).wall, 70)) == intake.next(moment(2_000))


def test_the_time_of_a_restart_counts_as_waiting() -> None:
    wall = moment(2_000 + 299_000).wall

    restored = _restarted(_busy(), Moment(wall, 70))

    assert [one.askers for one in restored.expired(Moment(wall, 70))] == [2]


def test_a_wall_clock_set_back_makes_no_question_younger() -> None:
    wall = moment(-86_400_000).wall
    restored = _restarted(_busy(), Moment(wall, 70))

    assert restored.expired(Moment(wall, 70 + 298_000)) == ()
    assert len(restored.expired(Moment(wall, 70 + 298_001))) == 1


def test_an_empty_state_is_an_empty_intake() -> None:
    assert Intake.restored(_intake().state(), moment(0), comment_filter=FILTER).waiting == 0


def test_a_comment_of_before_the_restart_is_known() -> None:
    intake = _intake()
    said = comment()
    intake.add(said, reading(), moment(0))

    assert _restarted(intake, moment(1)).add(said, reading(), moment(1)).fate == "duplicate"


def test_a_state_of_another_version_is_refused() -> None:
    state = _busy().state() | {"v": 99}

    with pytest.raises(ValueError, match="version 99"):
        Intake.restored(state, moment(0), comment_filter=FILTER)


def test_the_types_of_a_room_are_those_of_its_vocabulary() -> None:
    question = _taken(_busy(), 2_000)

    assert isinstance(question.reading, Reading)
    assert {type(one) for one in question.comments} == {Comment}
