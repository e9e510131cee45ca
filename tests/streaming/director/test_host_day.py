"""Long random runs of the director: nothing is lost, nothing untrue is said, it never falls silent.

`LiveRoom` checks with every sentence that it is the only one and that its price is the shop's.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from statistics import median

import pytest

from connectors.base import Money
from streaming.cues import Answer, Question, Say, Social, SocialKind, Vote
from streaming.director.profiles import load_profiles
from streaming.show import Poll, Rule, Show
from tests.fakes.live_room import LAMP, MUG, LiveRoom, make_show, question_text, segment, shift

ROUND = ("open", "lamp", "qa", "mug", "sale", "poll", "recap")


def busy_show() -> Show:
    """All kinds of segments, two shifts in two languages, a break of an hour, rules."""
    texts = {
        "open": segment(
            "open", "Welcome to the show.", "We have a lot for you.", kind="opening", es=("Bienvenidos.",)
        ),
        "lamp": segment(
            "lamp",
            "This is the {title}.",
            "It is [lamp:{price}] today.",
            "There are {stock} left.",
            "It shines well.",
            "Again [lamp:{price}].",
            product="lamp",
            es=("La {title}.", "Cuesta [lamp:{price}]."),
        ),
        "qa": segment("qa", "Ask me anything.", kind="qa", most_s=60, es=("Preguntad.",)),
        "mug": segment(
            "mug",
            "This is the {title}.",
            "Only [mug:{price}].",
            "It holds a lot.",
            product="mug",
            kind="demo",
            es=("Mirad la taza.", "Cuesta [mug:{price}]."),
        ),
        "sale": segment(
            "sale",
            "Now [lamp:{price}], for {minutes} minutes.",
            "It was {before}.",
            product="lamp",
            kind="flash_sale",
            countdown_s=240,
            es=("Ahora [lamp:{price}].",),
        ),
        "poll": segment(
            "poll",
            "Which colour do you like.",
            kind="poll",
            es=("Votad.",),
            poll=Poll(question={"en": "Colour?"}, options=({"en": "Blue"}, {"en": "Red"}), open_s=60),
        ),
        "recap": segment("recap", "That was our round.", kind="recap", es=("Eso es todo.",)),
    }
    shifts = (
        shift("day", *ROUND, start=time(6), end=time(18)),
        shift("night", *ROUND, start=time(19), end=time(6), language="es", captions="en", persona="omar"),
    )
    rules = (
        Rule(id="code", kind="coupon", every_min=7),
        Rule(id="follow", kind="follow_call", every_min=11),
        Rule(id="ai", kind="ai_reminder", every_min=15),
    )
    return make_show(*texts.values(), shifts=shifts, rules=rules)


def sometimes_knows(draw: random.Random) -> Callable[[Question, str], Answer | None]:
    def brain(question: Question, language: str) -> Answer | None:
        kind = draw.random()
        if kind < 0.2:
            return None
        if kind < 0.35:
            return Answer(
                text="", language=language, source="product:lamp", product_id="lamp", key="product_offer"
            )
        source = f"faq:{draw.randrange(30)}"
        return Answer(text=f"The answer {source}.", language=language, source=source)

    return brain


class Weather:
    """Everything that can happen to a room, drawn by lot."""

    def __init__(self, seed: int, *, crashes: bool, jumps: bool) -> None:
        self.draw = random.Random(seed)
        self.failing = False
        self.room = LiveRoom(
            busy_show(),
            profile=load_profiles()["eu"],
            facts={"name": "Nordlicht", "live_coupon": "AURORA10"},
            spoken=("es",),
            tick_ms=2_000 - 1_500 * crashes,
            keeps=crashes,
            chars_per_s=4,
            brain=sometimes_knows(self.draw),
            voice_fails=lambda _: self.failing and self.draw.random() < 0.7,
        )
        rare = [self.shop_down, self.voice, self.sold_out, self.slow_brain, self.staff, self.urgent]
        rare += [self.crash] if crashes else []
        rare += [self.jump] if jumps else []
        self.events = [self.question] * 12 + [self.social] * 6 + [self.price] * 2 + [self.vote] * 3 + rare

    def blow(self, *, hours: float, mean_s: float) -> None:
        """Let things happen, one every `mean_s` seconds."""
        spent_s = 0.0
        while spent_s < hours * 3600:
            pause_s = self.draw.expovariate(1 / mean_s)
            spent_s += pause_s
            self.room.run(seconds=pause_s)
            self.draw.choice(self.events)()
        self.calm()

    def calm(self) -> None:
        """All is well again; what is pending comes to its end."""
        self.failing = False
        self.room.brain_ms = 60
        self.room.set_product(LAMP)
        self.room.set_product(MUG)
        self.room.control("hand_back")
        self.room.control("unslate")
        self.room.control("resume")
        self.room.run(seconds=900)
        self.room.run_until(lambda: self.room.saying is None or self.room.saying.question_id is None)

    def question(self) -> None:
        self.room.comment(
            question_text(self.draw.randrange(10_000)),
            name=self.draw.choice(["Ana", "李", "www.spam.com", "x" * 90, "Zoë 7"]),
            personal=self.draw.random() < 0.1,
            language=self.draw.choice(["en", "es", "de"]),
            buying=self.draw.random(),
            can_reply=self.draw.random() < 0.5,
        )

    def urgent(self) -> None:
        self.room.comment(f"Your microphone is off {self.draw.randrange(10_000)}", urgent=True)

    def social(self) -> None:
        kinds: list[SocialKind] = ["follow", "gift", "join", "like", "order"]
        kind, name = self.draw.choice(kinds), self.draw.choice(["Ben", "@bad.com"])
        self.room.feed(Social(kind=kind, viewer_id="x", viewer_name=name, at=self.room.wall))

    def vote(self) -> None:
        self.room.feed(Vote(viewer_id=f"v{self.draw.randrange(50)}", option=self.draw.randrange(4) - 1))

    def price(self) -> None:
        product = self.draw.choice([LAMP, MUG])
        if self.room.products is not None:
            self.room.set_product(replace(product, price=Money(self.draw.randrange(500, 9000), "EUR")))

    def sold_out(self) -> None:
        if self.room.products is not None:
            self.room.set_product(replace(LAMP, stock=self.draw.choice([0, 0, 9])))

    def shop_down(self) -> None:
        self.room.products = None if self.room.products is not None else {"lamp": LAMP, "mug": MUG}
        self.room.remember_prices()

    def voice(self) -> None:
        self.failing = not self.failing

    def slow_brain(self) -> None:
        self.room.brain_ms = self.draw.choice([60, 60, 900, 6_000, None])

    def staff(self) -> None:
        kind = self.draw.choice(
            [
                "pause",
                "resume",
                "resume",
                "skip",
                "say",
                "take_over",
                "hand_back",
                "hand_back",
                "slate",
                "unslate",
                "answer",
                "dismiss",
            ]
        )
        known = list(self.room.fate) or ["none"]
        self.room.control(
            kind,
            text="A word from the team.",
            question_id=self.draw.choice(known[-5:]),
            urgent=self.draw.random() < 0.3,
        )

    def crash(self) -> None:
        self.room.crash(off_s=self.draw.choice([0, 5, 400]))

    def jump(self) -> None:
        self.room.jump(timedelta(hours=self.draw.choice([-24, -3, 3, 24])))


@pytest.mark.parametrize("seed", range(3))
def test_no_question_is_lost_whatever_happens(seed: int) -> None:
    weather = Weather(seed, crashes=True, jumps=True)

    weather.blow(hours=0.75, mean_s=6)

    assert weather.room.lost == []
    assert len(weather.room.asked) > 20


@pytest.fixture(scope="module")
def day() -> LiveRoom:
    """A day in which the shop changes, viewers write, and nobody touches anything."""
    weather = Weather(99, crashes=False, jumps=False)
    busy = {weather.staff, weather.voice, weather.slow_brain}
    weather.events = [event for event in weather.events if event not in busy]
    weather.blow(hours=24, mean_s=40)
    return weather.room


def test_in_a_day_every_question_ends_somewhere(day: LiveRoom) -> None:
    assert day.lost == []
    fates = Counter(day.fate.values())
    assert set(fates) == {"answered", "unknown", "personal", "late"}
    # Those that came in the break of an hour.
    assert fates["late"] < 0.06 * fates.total()
    assert fates["answered"] > 500


def test_in_a_day_all_that_a_show_consists_of_is_said(day: LiveRoom) -> None:
    sources = {one.source for one in day.said}

    told = {"sold_out", "price_note", "sale_opens", "sale_left", "sale_over", "poll_opens", "poll_result"}
    told |= {"coupon", "follow_call", "ai_reminder", "hello_shift", "bye_shift", "private", "deferred"}
    told |= {"welcome", "thanks_follow", "thanks_gift", "thanks_order", "back_to_pitch", "back_plain"}
    assert {f"host:{key}" for key in told} <= sources
    assert {one.language for one in day.said} == {"en", "es"}


def test_in_a_day_the_host_is_never_silent_for_long(day: LiveRoom) -> None:
    assert max(day.silences) <= 10_000
    assert median(day.silences) <= 100


def test_in_a_day_viewers_are_reminded_in_time_that_an_ai_speaks(day: LiveRoom) -> None:
    said = [ms for ms, cue in day.cues if isinstance(cue, Say) and cue.utterance.source == "host:ai_reminder"]

    gaps_ms = [later - earlier for earlier, later in pairwise(said)]

    # The break of an hour between the shifts is the one long gap.
    assert sum(gap > 15.5 * 60_000 for gap in gaps_ms) == 1
    assert min(gaps_ms) > 60_000


def test_in_a_day_the_script_is_not_drowned_by_answers(day: LiveRoom) -> None:
    kinds = [one.purpose for one in day.said]

    assert kinds.count("script") > len(kinds) / 2
    assert len({one.id for one in day.said}) == len(day.said)
