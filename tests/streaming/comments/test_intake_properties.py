"""Whatever viewers and director do: nothing is lost, nothing grows without end, nobody waits for ever."""

from __future__ import annotations

import json
from collections import defaultdict

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from streaming.comments.comment_filter import CommentFilter
from streaming.comments.floods import FloodLimits
from streaming.comments.intake import Intake
from streaming.comments.priority import Weights, longest_lead_ms
from streaming.comments.verdicts import IntakeLimits
from streaming.cues import Moment, Question
from tests.fakes.viewers import NOON, comment, moment, reading

FILTER = CommentFilter()
FLOODS = FloodLimits(burst=10**6, repeat_ms=0)
WAITING, IN_HAND = 6, 4
LETTERS = "abcdefghijklmnopqrst"
_HELD = ("kept", "joined", "being_answered", "deferred")


def _text(about: int) -> str:
    return f"what of {LETTERS[about // 20 % 20]}{LETTERS[about % 20]}{LETTERS[about // 400]}?"


class Room(RuleBasedStateMachine):
    """Keeps its own books: who asks what, and where each question is."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = IntakeLimits(waiting=WAITING, in_hand=IN_HAND, in_hand_ms=10**12, comments=10**3)
        self.intake = self._new()
        self.ms = 0
        self.added = 0
        self.claims: dict[str, set[str]] = defaultdict(set)
        self.in_hand: list[Question] = []

    def _new(self) -> Intake:
        return Intake(comment_filter=FILTER, limits=self.limits, floods=FLOODS)

    @property
    def now(self) -> Moment:
        return moment(self.ms)

    def _settle(self, question: Question) -> None:
        """It left for good: all who asked it are on it, once."""
        askers = [one.viewer_id for one in question.comments]
        assert sorted(askers) == sorted(self.claims.pop(question.id))
        assert question.more == 0

    @rule(
        about=st.integers(0, 15),
        viewer=st.integers(0, 8),
        buying=st.floats(0, 1),
        urgent=st.booleans(),
        asks=st.sampled_from((0.1, 0.9)),
    )
    def write(self, about: int, viewer: int, buying: float, urgent: bool, asks: float) -> None:
        said = comment(_text(about), f"v{viewer}")
        verdict = self.intake.add(said, reading(about, buying=buying, urgent=urgent, asks=asks), self.now)
        self.added += 1
        if verdict.fate in _HELD:
            assert verdict.question_id is not None
            self.claims[verdict.question_id].add(said.viewer_id)
        if verdict.overflow is not None:
            self._settle(verdict.overflow)

    @precondition(lambda self: len(self.in_hand) < IN_HAND)
    @rule(urgent_only=st.booleans())
    def take(self, urgent_only: bool) -> None:
        question = self.intake.next(self.now, urgent_only=urgent_only)
        if question is not None:
            assert question.reading.urgent or not urgent_only
            self.in_hand.append(question)

    @precondition(lambda self: self.in_hand)
    @rule(place=st.integers(0, 50))
    def put_back(self, place: int) -> None:
        self.intake.put_back(self.in_hand.pop(place % len(self.in_hand)), self.now)

    @precondition(lambda self: self.in_hand)
    @rule(place=st.integers(0, 50))
    def let_go(self, place: int) -> None:
        self._settle(self.intake.let_go(self.in_hand.pop(place % len(self.in_hand)), self.now))

    @precondition(lambda self: self.in_hand)
    @rule(place=st.integers(0, 50))
    def answer(self, place: int) -> None:
        question = self.in_hand.pop(place % len(self.in_hand))
        self.intake.answered(question, self.now)
        assert {one.viewer_id for one in question.comments} <= self.claims.pop(question.id)

    @rule()
    def expire(self) -> None:
        for question in self.intake.expired(self.now):
            self._settle(question)

    @rule(ms=st.sampled_from((1, 5_000, 60_000, 400_000)))
    def wait(self, ms: int) -> None:
        self.ms += ms

    @rule()
    def restart(self) -> None:
        state = json.loads(json.dumps(self.intake.state()))
        counted = sum(self.intake.counts.values())
        self.added -= counted
        self.intake = Intake.restored(
            state, self.now, comment_filter=FILTER, limits=self.limits, floods=FLOODS
        )

    @invariant()
    def is_bounded(self) -> None:
        assert self.intake.waiting + len(self.in_hand) <= WAITING + IN_HAND

    @invariant()
    def every_question_is_somewhere(self) -> None:
        assert len(self.claims) == self.intake.waiting + len(self.in_hand)

    @invariant()
    def every_comment_has_one_fate(self) -> None:
        assert sum(self.intake.counts.values()) == self.added

    def teardown(self) -> None:
        for question in list(self.in_hand):
            self._settle(self.intake.let_go(question, self.now))
        self.ms += 10**9
        self.in_hand.clear()
        self.expire()
        assert not self.claims


Room.TestCase.settings = settings(max_examples=40, stateful_step_count=60, deadline=None, derandomize=True)
TestRoom = Room.TestCase


def _taken_before(intake: Intake, poor_id: str, storm: list[float]) -> list[int]:
    """When those were asked that are taken before a question: a new one every 20 s, a turn every 30 s."""
    asked_ms = {}
    taken = []
    for number, buying in enumerate(storm, start=1):
        ms = 20_000 * number
        verdict = intake.add(comment(_text(number)), reading(number, buying=buying), moment(ms))
        asked_ms[verdict.question_id] = ms
        question = intake.next(moment(ms)) if number % 3 else None
        if question is not None and question.id == poor_id:
            return taken
        if question is not None:
            intake.answered(question, moment(ms))
            taken.append(asked_ms[question.id])
    raise AssertionError("never taken")


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.lists(st.floats(0.5, 1), min_size=100, max_size=100))
def test_only_questions_asked_soon_after_it_go_before_one_however_good_they_are(storm: list[float]) -> None:
    limits = IntakeLimits(waiting=10**4, most_age_ms=10**9)
    intake = Intake(comment_filter=FILTER, limits=limits, floods=FLOODS)
    # Of a topic that no other has, so that nothing joins it.
    poor = intake.add(comment("and who are you?"), reading(0, asks=0.5, topic="poor"), moment(0))

    before = _taken_before(intake, str(poor.question_id), storm)

    assert before
    assert max(before) <= longest_lead_ms(Weights())


def _stormed(intake: Intake, comments: int) -> set[str]:
    """Distinct questions, one every 10 ms; returns those that had to go."""
    gone = set()
    for number in range(comments):
        buying = number % 7 / 7
        verdict = intake.add(
            comment(_text(number)), reading(number, buying=buying, topic=f"t{number}"), moment(10 * number)
        )
        if verdict.overflow is not None:
            gone.add(verdict.overflow.id)
    return gone


def test_in_a_storm_every_question_waits_or_went_to_staff() -> None:
    intake = Intake(comment_filter=FILTER, floods=FLOODS)

    gone = _stormed(intake, 600)

    assert intake.waiting == IntakeLimits().waiting
    assert len(gone) + intake.waiting == 600


def test_a_checkpoint_of_a_full_intake_is_no_larger_after_a_longer_storm() -> None:
    short, long = (Intake(comment_filter=FILTER, floods=FLOODS) for _ in range(2))
    _stormed(short, 500)
    _stormed(long, 1_000)

    sizes = [len(json.dumps(intake.state())) for intake in (short, long)]

    assert sizes[1] < 1.1 * sizes[0]
    assert NOON.isoformat() in json.dumps(long.state())
