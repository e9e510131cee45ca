"""A live room on a virtual clock: carries the director's cues out as a session does, with shop, brain, voice.

Every sentence is checked when it begins: at most one is under way, its price is the shop's of the last two
seconds. What becomes of every question is kept, so that a test can ask whether one was lost.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from connectors.base import Money, Product
from streaming.comments.intake import Intake
from streaming.cues import (
    Answer,
    Answered,
    Ask,
    CatalogueRead,
    Comment,
    Control,
    ControlKind,
    Cue,
    Cut,
    Defer,
    Event,
    Heard,
    Look,
    Moment,
    Question,
    Reading,
    Say,
    Scene,
    Spoken,
    Tick,
    Utterance,
)
from streaming.director.host import Host
from streaming.director.product_truth import money
from streaming.director.profiles import Profile, load_profiles
from streaming.show import Line, Mark, Persona, Rule, Segment, Shift, Show, Variant
from tests.fakes.host_lines import DictLines

__all__ = [
    "EVERY_DAY",
    "LAMP",
    "MUG",
    "NOON",
    "LiveRoom",
    "line",
    "make_show",
    "persona",
    "question_text",
    "segment",
    "shift",
]

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
EVERY_DAY = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})
LAMP = Product(id="lamp", title="Lamp", price=Money(3900, "EUR"), stock=20, titles={"es": "Lámpara"})
MUG = Product(id="mug", title="Mug", price=Money(1200, "EUR"), stock=50)
_PROFILES = load_profiles()
_DIM = 16


def line(text: str, *marks: Mark, number: int = 1) -> Line:
    """A line with its marks at its beginning."""
    return Line(parts=(*marks, text), line=number)


def segment(name: str, *texts: str, kind: str = "pitch", **fields: Any) -> Segment:
    """A segment of one English variant; `es` gives the Spanish sentences, `variants` replaces all."""
    spanish = fields.pop("es", ())
    lines = {"en": tuple(line(text, number=at + 1) for at, text in enumerate(texts))}
    lines |= {"es": tuple(line(text, number=at + 1) for at, text in enumerate(spanish))} if spanish else {}
    variants = fields.pop("variants", (Variant(lines),))
    return Segment(id=name, kind=kind, variants=variants, **fields)  # type: ignore[arg-type]


def persona(name: str = "lina", **voices: str) -> Persona:
    """A presenter."""
    return Persona(id=name, name=name.capitalize(), presenter="lina", voices=voices)


def shift(name: str, *segments: str, **fields: Any) -> Shift:
    """A shift, the whole day in UTC and English unless told."""
    given = {
        "start": time(0),
        "end": time(0),
        "days": EVERY_DAY,
        "timezone": "UTC",
        "language": "en",
        "captions": None,
        "persona": "lina",
    }
    return Shift(id=name, segments=segments, **{**given, **fields})


def make_show(
    *segments: Segment,
    shifts: tuple[Shift, ...] = (),
    rules: tuple[Rule, ...] = (),
    voices: Mapping[str, str] | None = None,
) -> Show:
    """A show of one room; without shifts, of one shift that goes through all segments."""
    names = tuple(one.id for one in segments)
    return Show(
        room="main",
        title="Test",
        profile="world",
        personas={"lina": persona("lina", **(voices or {})), "omar": persona("omar")},
        segments={one.id: one for one in segments},
        shifts=shifts or (shift("day", *names),),
        rules=rules,
    )


def question_text(number: int) -> str:
    """Questions that no filter takes for copies of one another."""
    things = ("lamp", "mug", "cable", "shade", "switch", "box", "glass", "plug", "colour", "base")
    return f"Does the {things[number % 10]} number {number} come with a {things[(number // 10) % 10]}"


def _vector(number: int) -> tuple[float, ...]:
    drawn = random.Random(number)
    values = [drawn.gauss(0, 1) for _ in range(_DIM)]
    length = sum(value * value for value in values) ** 0.5
    return tuple(value / length for value in values)


def _no_answer(question: Question, language: str) -> Answer | None:
    return Answer(text=f"Yes, that is so: {question.text}.", language=language, source=f"faq:{question.id}")


class _Watched(Intake):
    """The intake, telling which questions were answered aloud: several can be answered by one sentence."""

    fate: dict[str, str]

    def answered(self, question: Question, now: Moment) -> None:
        self.fate[question.id] = "answered"
        super().answered(question, now)


@dataclass
class LiveRoom:
    """The room. `run` lets time pass; everything that happened is in the lists.

    Attributes:
        products: the shop's catalogue; None: the shop does not answer.
        brain: answers questions; `brain_ms` is how long it takes, None: for ever.
        voice_fails: whether the sentence can't be spoken.
        keeps: whether a checkpoint is taken with every sentence, which takes most of the time of a long run.
        cues: (ms, cue) of all that was emitted.
        said: utterances that were begun; `heard` those that were spoken to their end.
        scenes: the scene that each sentence began in, by its place in `said`.
        silences: milliseconds before each sentence, counted while the host was to speak.
        fate: question id -> `answered` or the reason of its `Defer`.
    """

    show: Show
    profile: Profile = field(default_factory=lambda: _PROFILES["world"])
    facts: Mapping[str, object] = field(default_factory=dict)
    spoken: tuple[str, ...] = ()
    products: dict[str, Product] | None = field(default_factory=lambda: {"lamp": LAMP, "mug": MUG})
    shop_ms: int = 40
    brain: Callable[[Question, str], Answer | None] = _no_answer
    brain_ms: int | None = 60
    voice_fails: Callable[[Utterance], bool] = lambda _: False
    wall: datetime = NOON
    ms: int = 1_000
    seed: int = 7
    tick_ms: int = 250
    chars_per_s: int = 15
    keeps: bool = True
    cues: list[tuple[int, Cue]] = field(default_factory=list)
    said: list[Utterance] = field(default_factory=list)
    heard: list[Utterance] = field(default_factory=list)
    scenes: dict[int, Scene] = field(default_factory=dict)
    silences: list[int] = field(default_factory=list)
    fate: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.intake: Intake = _Watched("en")
        self.intake.fate = self.fate
        self.host = self._host(None)
        self.saying: Utterance | None = None
        self.scene: Scene | None = None
        self.saved: tuple[str, str] | None = None
        self._queue: list[tuple[int, int, Event]] = []
        self._count = 0
        self._next_tick = self.ms
        self.asked: dict[str, Question] = {}
        self._prices: dict[str, list[tuple[int, Product | None]]] = {}
        self._run = 0
        self._silent_since = self.ms
        self.remember_prices()

    def _host(self, state: Mapping[str, Any] | None) -> Host:
        return Host(
            self.show,
            self.intake,
            DictLines(),
            self.profile,
            seed=self.seed,
            facts=lambda language: self.facts,
            spoken=self.spoken,
            state=state,
        )

    @property
    def now(self) -> Moment:
        return Moment(self.wall, self.ms)

    @property
    def texts(self) -> list[str]:
        """Of all sentences that were begun."""
        return [one.text for one in self.said]

    def texts_of(self, *purposes: str) -> list[str]:
        """Of those of a purpose."""
        return [one.text for one in self.said if one.purpose in purposes]

    def all_of(self, kind: type[Any]) -> list[Any]:
        """The cues of a kind, in their order."""
        return [cue for _, cue in self.cues if isinstance(cue, kind)]

    def set_product(self, product: Product) -> None:
        """The shop changes a product."""
        self.products = {**(self.products or {}), product.id: product}
        self.remember_prices()

    def remember_prices(self) -> None:
        """Keep what the shop says from now on, to check what is said against it."""
        for name, product in (self.products or {}).items():
            self._prices.setdefault(name, []).append((self.ms, product))
            del self._prices[name][:-8]

    # --- What happens -------------------------------------------------------------------------------------

    def comment(self, text: str, *, name: str = "Ana", number: int | None = None, **fields: Any) -> str:
        """A viewer writes; returns the id of the question that it begins."""
        self._count += 1
        reading_fields = {
            key: fields.pop(key) for key in ("asks", "buying", "personal", "urgent") if key in fields
        }
        language = fields.pop("language", "en")
        number = self._count if number is None else number
        comment = Comment(
            id=f"c{self._count}",
            source="ws",
            viewer_id=f"v{self._count}",
            viewer_name=name,
            text=text,
            at=self.wall,
            **fields,
        )
        reading = Reading(language=language, vector=_vector(number), **{"asks": 0.9, **reading_fields})
        self.feed(Heard(comment, reading))
        return f"ws:c{self._count}"

    def storm(self, comments: int, *, every_s: float = 0, text: str = "", **fields: Any) -> list[str]:
        """Many viewers write different things; returns the ids of their questions."""
        asked = []
        for number in range(comments):
            asked.append(self.comment(f"{text} {question_text(number)}".strip(), **fields))
            self.run(seconds=every_s)
        return asked

    def control(self, kind: ControlKind, **fields: Any) -> None:
        """Staff want something."""
        self.feed(Control(kind=kind, by="eva", **fields))

    def feed(self, event: Event) -> tuple[Cue, ...]:
        """Tell the director, and carry out what it wants."""
        cues = self.host.feed(event, self.now)
        for cue in cues:
            self.cues.append((self.ms, cue))
            self._carry_out(cue)
        if self.keeps and any(isinstance(cue, Say) for cue in cues):
            self.keep()
        return cues

    def keep(self) -> None:
        """Take a checkpoint."""
        self.saved = json.dumps(self.host.state()), json.dumps(self.intake.state())

    def state_bytes(self) -> int:
        """Size of the director's checkpoint."""
        return len(json.dumps(self.host.state()))

    def forget_the_sentence(self) -> None:
        """The session never tells how the sentence ended."""
        self._queue.clear()
        self.saying = None

    def run(self, *, seconds: float) -> None:
        """Let time pass."""
        end = self.ms + round(seconds * 1000)
        while True:
            at = min(self._next_tick, self._queue[0][0] if self._queue else self._next_tick)
            if at > end:
                break
            self._pass_to(at)
            if self._queue and self._queue[0][0] <= at:
                self._happen(heapq.heappop(self._queue)[2])
            else:
                self._next_tick = at + self.tick_ms
                self.feed(Tick())
        self._pass_to(end)

    def run_until(self, condition: Callable[[], bool], *, at_most_s: int = 600) -> None:
        """Let time pass until something holds; fails when it does not come about."""
        end = self.ms + at_most_s * 1000
        while not condition():
            assert self.ms < end, "it did not come about"
            self.run(seconds=0.05)

    def until_said(self, text: str) -> None:
        """Let time pass until a sentence with this text begins."""
        self.run_until(lambda: any(text in one for one in self.texts[-1:]))

    def jump(self, by: timedelta) -> None:
        """The wall clock is set."""
        self.wall += by

    def flap(self, by: timedelta, *, times: int, every_s: float) -> None:
        """The wall clock is set back and forth."""
        for step in range(times):
            self.jump(by if step % 2 else -by)
            self.run(seconds=every_s)

    def crash(self, *, off_s: int = 5) -> None:
        """kill -9, and a new process `off_s` later with what was kept at the last sentence."""
        self._queue.clear()
        self.saying = self.scene = None
        self.wall += timedelta(seconds=off_s)
        # The monotonic clock of another boot.
        shift_ms = self.ms - 500
        self.ms = self._next_tick = 500
        self._prices = {
            name: [(at - shift_ms, product) for at, product in known] for name, known in self._prices.items()
        }
        host_state, intake_state = self.saved or ("null", "{}")
        self.intake = _Watched.restored(json.loads(intake_state), self.now)
        self.intake.fate = self.fate  # type: ignore[attr-defined]
        self._forget_what_was_not_kept(host_state + intake_state)
        self.host = self._host(json.loads(host_state))

    def _forget_what_was_not_kept(self, kept: str) -> None:
        """Questions asked since the last checkpoint are gone with it."""
        self.asked = {
            name: one for name, one in self.asked.items() if name in self.fate or f'"{name}"' in kept
        }

    @property
    def lost(self) -> list[str]:
        """Questions that were taken, and neither ended anywhere nor are kept anywhere."""
        kept = json.dumps([self.host.state(), self.intake.state()["waiting"]])
        return [name for name in self.asked if name not in self.fate and f'"{name}"' not in kept]

    # --- Carrying out --------------------------------------------------------------------------------------

    def _pass_to(self, ms: int) -> None:
        self.wall += timedelta(milliseconds=ms - self.ms)
        self.ms = ms

    def _happen(self, event: Event) -> None:
        if isinstance(event, Spoken):
            said, self.saying = self.saying, None
            self._silent_since = self.ms
            assert said is not None and said.id == event.utterance_id
            if event.outcome == "done":
                self.heard.append(said)
        self.feed(event)

    def _later(self, in_ms: int, event: Event) -> None:
        self._run += 1
        heapq.heappush(self._queue, (self.ms + in_ms, self._run, event))

    def _carry_out(self, cue: Cue) -> None:
        match cue:
            case Say(utterance):
                self._speak(utterance)
            case Cut(name):
                self._silence(name)
            case Look(look_id, product_ids):
                self._look(look_id, product_ids)
            case Ask(question, language):
                self.asked[question.id] = question
                if self.brain_ms is not None:
                    self._later(
                        self.brain_ms,
                        Answered(question_id=question.id, answer=self.brain(question, language)),
                    )
            case Defer(question, reason):
                self.fate[question.id] = reason
            case Scene():
                was, self.scene = self.scene, cue
                if was is None or was.mode != cue.mode:
                    self._silent_since = self.ms

    def _speak(self, utterance: Utterance) -> None:
        assert self.saying is None, "two sentences at once"
        self._check_truth(utterance)
        self.saying = utterance
        self.said.append(utterance)
        if self.scene is not None:
            self.scenes[len(self.said) - 1] = self.scene
        self.silences.append(self.ms - self._silent_since)
        if self.voice_fails(utterance):
            self._later(30, Spoken(utterance_id=utterance.id, heard_ms=0, outcome="failed"))
            return
        duration_ms = 400 + len(utterance.text) * 1000 // self.chars_per_s
        self._later(duration_ms, Spoken(utterance_id=utterance.id, heard_ms=duration_ms, outcome="done"))

    def _silence(self, name: str) -> None:
        assert self.saying is not None and self.saying.id == name, "what is cut is not being said"
        self._queue = [one for one in self._queue if getattr(one[2], "utterance_id", None) != name]
        heapq.heapify(self._queue)
        self._later(20, Spoken(utterance_id=name, heard_ms=100, outcome="cut"))

    def _look(self, look_id: str, ids: tuple[str, ...]) -> None:
        known = (
            None
            if self.products is None
            else {name: self.products[name] for name in ids if name in self.products}
        )
        self._later(
            self.shop_ms if known is not None else 1_500, CatalogueRead(look_id=look_id, products=known)
        )

    def _check_truth(self, utterance: Utterance) -> None:
        """Prices stand in texts as `€39.00`: each must have been the shop's within the last two seconds."""
        for name, known in self._prices.items():
            prefix = f"[{name}:"
            if prefix not in utterance.text or utterance.purpose != "script":
                continue
            said = utterance.text.split(prefix, 1)[1].split("]", 1)[0]
            # Valid from its change until the next one, and then for two seconds and the shop's own time.
            ends = [at for at, _ in known[1:]] + [self.ms + 1]
            grace = 2_000 + self.shop_ms
            right = [
                " ".join(money(product.price, utterance.language).split())
                for (_, product), end in zip(known, ends, strict=True)
                if product is not None and end + grace >= self.ms
            ]
            assert said in right, f"{said} is none of {right}"
