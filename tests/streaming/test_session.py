"""A room running on virtual time: the real director, intake and hub; voice, shop and brain are stand-ins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Money, Product
from streaming.comments.intake import Intake
from streaming.cues import Answer, Comment, Control, Moment, Question, Reading, Scene, Utterance
from streaming.director.host import Host
from streaming.director.profiles import load_profiles
from streaming.script.reading import read_show
from streaming.session import Session
from streaming.session_ports import Parts, Record
from streaming.show import Mark
from streaming.speech import Speech, VoiceError
from streaming.stage.audio_store import AudioStore
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Hub
from streaming.voices.silent import silent_speech
from tests.fakes.host_lines import ENGLISH, DictLines
from tests.fakes.virtual_time import VirtualTime

SHOW = """
room: main
title: Trial
profile: {profile}
personas:
  lina: {{name: Lina, presenter: lina}}
shifts:
  always: {{hours: 00:00-24:00, timezone: UTC, language: en, persona: lina, segments: [{segments}]}}
rules:
  honest: {{kind: ai_reminder, every_min: 10}}
segments:
  which:
    kind: poll
    poll: {{question: {{en: "Which one?"}}, options: [{{en: Coffee}}, {{en: Tea}}], open_s: 60}}
    variants:
      - en: |
          There is something I would like to know from you.
          Tea or coffee, that is the question.
          Write the number of what you like.
  mug:
    kind: pitch
    product: mug
    variants:
      - en: |
          <card/> This is a mug that keeps your tea warm for an hour.
          It costs {{price}} today.
          The handle is wide enough for four fingers.
          You find it behind the card on your screen.
"""
MUG = Product(id="mug", title="Hygge mug", price=Money(1900, "EUR"), stock=5)


@dataclass
class Room:
    """Everything around a session, and what came of it."""

    time: VirtualTime = field(default_factory=VirtualTime)
    voice_fails: bool = False
    shop_answers: bool = True
    price: int = 1900
    saves: bool = True
    profile: str = "eu"
    segments: str = "mug"
    polls: list[Any] = field(default_factory=list)
    saved: list[tuple[Mapping[str, Any], Sequence[Record]]] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    name: str = "fake"

    def __post_init__(self) -> None:
        """Open the stage."""
        self.clock = ShowClock(monotonic_ns=self.time.monotonic_ns)
        self.hub = Hub("main", clock=self.clock, state={})
        self.spoken: list[tuple[int, int, str]] = []

    def session(self, state: Mapping[str, Any] | None = None) -> Session:
        """A session from a state."""
        known = state or {}
        show = read_show(SHOW.format(profile=self.profile, segments=self.segments), source="show.yml")
        now = Moment(self.time.wall(), self.clock.now_ms())
        intake = Intake.restored(known.get("intake", {}), now)
        host = Host(
            show, intake, DictLines({"en": ENGLISH}), load_profiles()[self.profile], seed=1,
            facts=lambda language: {}, state=known.get("host"),
        )  # fmt: skip
        parts = Parts(
            host=host, intake=intake, voice=self, hub=self.hub, stage=self, audio=AudioStore(), brain=self,
            catalogue=self, journal=self, replies=self, voices={}, paces={},
            assist_speech=lambda one: silent_speech(one.parts, one.language),
            wall=self.time.wall, sleep_s=self.time.sleep,
        )  # fmt: skip
        return Session(parts, state=known)

    # The voice.

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As long as it takes to read."""
        if self.voice_fails:
            raise VoiceError("unavailable", "switched off")
        return silent_speech(parts, language)

    async def close(self) -> None:
        """Nothing to close."""

    # The stage.

    def show(self, scene: Scene, prompt: str | None) -> None:
        """What stands there."""
        self.polls += [scene.poll[1]] if scene.poll else []
        card = f"{scene.product.price.amount}" if scene.product else None
        self.hub.show({"mode": scene.mode, "card": card, "prompt": prompt})

    def say(self, utterance: Utterance, speech: Speech, digest: str | None) -> int:
        """Speak it."""
        starts_ms = self.hub.say(utterance, speech, direction="ltr", audio_url=None)
        self.spoken.append((starts_ms, starts_ms + speech.duration_ms, utterance.text))
        return starts_ms

    # Brain, shop, journal, replies.

    async def awake(self) -> None:
        """Always."""

    def read(self, text: str, *, room_language: str, card: str | None) -> Reading:
        """Every text its own direction; told apart by its first word."""
        if text == "poison":
            raise RuntimeError("a bug next door")
        vector = tuple(float(text.startswith(word)) for word in ("How", "Where", "No", "Is"))
        return Reading(
            language="en", vector=vector, asks=1.0, personal=text.startswith("Where"),
            urgent=text.startswith("No"),
        )  # fmt: skip

    async def answer(
        self, question: Question, *, language: str, captions: str | None = None
    ) -> Answer | None:
        """What the test has prepared."""
        return self.answers.get(question.text)

    async def products(self, ids: Sequence[str]) -> Mapping[str, Product] | None:
        """The mug at its price."""
        mug = Product(id="mug", title="Hygge mug", price=Money(self.price, "EUR"), stock=5)
        return {"mug": mug} if self.shop_answers else None

    async def save(self, state: Mapping[str, Any], records: Sequence[Record]) -> bool:
        """Kept as JSON would keep it."""
        if self.saves:
            self.saved.append((json.loads(json.dumps(state)), tuple(records)))
        return self.saves

    def write(self, comment: Comment, text: str, language: str) -> None:
        """A written reply."""
        self.replies.append(text)

    @property
    def texts(self) -> list[str]:
        """All that was said."""
        return [text for _, _, text in self.spoken]

    def comment(self, text: str, viewer: str = "v1") -> Comment:
        """A viewer writes."""
        name = f"{viewer}-{text}-{self.time.monotonic_ns()}"
        return Comment(
            id=name, source="rest", viewer_id=viewer, viewer_name="Ana", text=text, at=self.time.wall(),
            can_reply=True,
        )  # fmt: skip


@asynccontextmanager
async def running(room: Room, state: Mapping[str, Any] | None = None) -> AsyncIterator[Session]:
    session = room.session(state)
    task = asyncio.create_task(session.run())
    await room.time.pass_s(0)
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_sentences_follow_one_another_and_never_overlap() -> None:
    room = Room()

    async with running(room):
        await room.time.pass_s(120)

    ends_and_starts = [
        (first[1], second[0]) for first, second in zip(room.spoken, room.spoken[1:], strict=False)
    ]
    assert len(room.spoken) > 20
    assert [start > end for end, start in ends_and_starts] == [True] * len(ends_and_starts)
    assert max(start - end for end, start in ends_and_starts) < 1000


async def test_the_price_is_the_one_the_shop_has_when_it_is_spoken() -> None:
    room = Room()

    async with running(room):
        await room.time.pass_s(30)
        room.price = 1500
        await room.time.pass_s(60)

    prices = [text for text in room.texts if "costs" in text]
    assert prices[0] == "It costs €19.00 today."
    assert prices[-1] == "It costs €15.00 today."


async def test_without_the_shop_no_price_is_spoken_and_the_rest_is() -> None:
    room = Room(shop_answers=False)

    async with running(room):
        await room.time.pass_s(60)

    assert [text for text in room.texts if "costs" in text] == []
    assert "The handle is wide enough for four fingers." in room.texts


async def test_a_question_is_answered_after_the_sentence_and_the_pitch_goes_on_where_it_was() -> None:
    room = Room()
    room.answers["How heavy is it"] = Answer(text="It weighs a pound.", language="en", source="faq:weight")

    async with running(room) as session:
        await room.time.pass_s(9)
        said_before = len(room.spoken)
        session.offer(room.comment("How heavy is it"))
        await room.time.pass_s(40)

    place = room.texts.index("It weighs a pound.")
    pitch = [text for text in room.texts if text in _PITCH]
    before = [text for text in room.texts[:place] if text in _PITCH]
    assert place - said_before <= 2
    assert pitch[len(before)] == _PITCH[len(before) % len(_PITCH)]
    assert ("spoken", "faq:weight") in [(kind, data.get("source")) for kind, data in _records(room)]


_PITCH = [
    "This is a mug that keeps your tea warm for an hour.",
    "It costs €19.00 today.",
    "The handle is wide enough for four fingers.",
    "You find it behind the card on your screen.",
]


def _records(room: Room) -> list[Record]:
    return [record for _, records in room.saved for record in records]


async def test_while_a_poll_is_open_numbers_and_options_are_votes_and_not_comments() -> None:
    room = Room(segments="which")

    async with running(room) as session:
        await room.time.pass_s(10)
        for viewer, text in enumerate(["1", "２", " tea ", "2", "7", "coffee please"]):
            session.offer(room.comment(text, viewer=f"v{viewer}"))
        await room.time.pass_s(1)
        poll = room.polls[-1]

    assert poll == (("Coffee", 1), ("Tea", 3))
    assert session.counts["votes"] == 4


async def test_a_comment_that_breaks_the_brain_costs_neither_the_show_nor_the_next_comment() -> None:
    room = Room()
    room.answers["How heavy is it"] = Answer(text="It weighs a pound.", language="en", source="faq:weight")

    async with running(room) as session:
        await room.time.pass_s(8)
        session.offer(room.comment("poison"))
        session.offer(room.comment("How heavy is it"))
        await room.time.pass_s(30)

    assert session.counts["failed.read"] == 1
    assert "It weighs a pound." in room.texts


async def test_what_is_urgent_silences_the_host_within_200_ms() -> None:
    room = Room()
    room.answers["No sound at all"] = Answer(
        text="We are looking into it.", language="en", source="faq:sound"
    )

    async with running(room) as session:
        await room.time.pass_s(11.5)
        before = room.hub.utterance
        session.offer(room.comment("No sound at all"))
        await room.time.pass_s(0.2)
        after = room.hub.utterance
        await room.time.pass_s(10)

    cut = next(data for kind, data in _records(room) if kind == "cut")
    assert before is not None
    assert cut["id"] == before["id"]
    assert after is None or after["id"] != before["id"]
    assert "We are looking into it." in room.texts


async def test_a_question_nobody_can_answer_goes_to_staff_and_their_answer_is_spoken() -> None:
    room = Room()

    async with running(room) as session:
        await room.time.pass_s(8)
        session.offer(room.comment("Is it from Norway"))
        await room.time.pass_s(30)
        waiting = session.deferred
        done = session.control(
            Control(kind="answer", by="mia", text="Yes, from Bergen.", question_id=waiting[0].question.id)
        )
        await room.time.pass_s(30)

    assert [(one.question.text, one.reason) for one in waiting] == [("Is it from Norway", "unknown")]
    assert done
    assert "Yes, from Bergen." in room.texts
    assert session.deferred == ()


async def test_a_question_that_does_not_wait_for_staff_can_not_be_answered() -> None:
    room = Room()

    async with running(room) as session:
        done = session.control(Control(kind="answer", by="mia", text="Yes.", question_id="nobody asked"))

    assert not done


async def test_a_personal_question_is_never_repeated_aloud_and_gets_a_reply() -> None:
    room = Room()

    async with running(room) as session:
        await room.time.pass_s(8)
        session.offer(room.comment("Where is my order"))
        await room.time.pass_s(30)

    assert room.replies
    assert [text for text in room.texts if "order" in text] == [
        text for text in room.texts if text in ENGLISH["private"]
    ]


async def test_the_show_goes_on_when_the_voice_comes_back() -> None:
    room = Room(voice_fails=True)

    async with running(room):
        await room.time.pass_s(60)
        silent = len(room.spoken)
        room.voice_fails = False
        await room.time.pass_s(60)

    assert silent == 0
    assert len(room.spoken) > 8


async def test_a_room_taken_up_again_says_the_next_sentence() -> None:
    room = Room()
    async with running(room):
        await room.time.pass_s(10.5)
    state = next(state for state, _ in reversed(room.saved))
    said = list(room.texts)

    async with running(room, state):
        await room.time.pass_s(5)

    pitch = [text for text in said if text in _PITCH]
    after = [text for text in room.texts[len(said) :] if text in _PITCH]
    assert after[0] == _PITCH[len(pitch) % len(_PITCH)]


async def test_what_could_not_be_saved_is_saved_later_with_nothing_left_out() -> None:
    room = Room(saves=False)

    async with running(room):
        await room.time.pass_s(30)
        room.saves = True
        await room.time.pass_s(10)
        spoken = [data["text"] for kind, data in _records(room) if kind == "spoken"]

    assert spoken == room.texts[: len(spoken)]
    assert len(spoken) >= len(room.texts) - 1


async def test_a_wall_clock_set_by_a_day_neither_stops_nor_floods_the_show() -> None:
    room = Room()

    async with running(room):
        await room.time.pass_s(30)
        before = len(room.spoken)
        room.time.jump(timedelta(days=1))
        await room.time.pass_s(30)
        room.time.jump(timedelta(days=-2))
        await room.time.pass_s(30)

    assert before <= len(room.spoken) - before <= 3 * before


async def test_a_crowd_that_is_too_large_is_told_to_come_again() -> None:
    room = Room()
    session = room.session()

    taken = [session.offer(room.comment(f"How {n}", viewer=f"v{n}")) for n in range(6000)]

    assert taken.count(True) == 5000
    assert session.counts["refused"] == 1000


async def test_where_no_synthetic_voice_may_speak_a_person_reads_the_lines() -> None:
    room = Room(profile="us-tiktok", voice_fails=True)

    async with running(room):
        await room.time.pass_s(20)
        state = room.hub.state

    assert state["mode"] == "assist"
    assert state["prompt"] == room.texts[-1]


@pytest.mark.parametrize("kind", ["slate", "take_over"])
async def test_the_host_is_silent_at_once_when_staff_say_so(kind: Any) -> None:
    room = Room()

    async with running(room) as session:
        await room.time.pass_s(10.5)
        session.control(Control(kind=kind, by="mia"))
        await room.time.pass_s(0.1)
        utterance = room.hub.utterance
        said = len(room.spoken)
        await room.time.pass_s(30)

    assert utterance is None
    assert len(room.spoken) == said
