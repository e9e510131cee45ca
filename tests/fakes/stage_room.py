"""A live room as the doors see it, on a real hub and audio store: what is handed to it is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.web.live_ports import ControlRefused, DeferredQuestion, LiveRoom, RoomSnapshot, Verdict
from connectors.base import Money, Product
from streaming.cues import Comment, Control, Moment, Scene, Social, Utterance
from streaming.show import Mark, Persona
from streaming.speech import Speech, TimedMark, Viseme, Word
from streaming.stage.audio_store import AudioStore
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Hub
from streaming.stage.page_frames import Progress
from streaming.stage.wire import Direction, Frame
from streaming.stage.words import StageExtras, StockLevel, stage_state
from tests.fakes.house import NOON

__all__ = [
    "INGEST_KEY",
    "LINA",
    "MUG",
    "FakeNow",
    "FixedStageWords",
    "OneRoom",
    "Rooms",
    "a_speech",
    "a_state",
    "an_utterance",
]

INGEST_KEY = "a-key-for-tests"
LINA = Persona(id="host", name="Lina", presenter="lina")
MUG = Product(
    id="mug",
    title="Mug",
    titles={"de": "Becher"},
    price=Money(1290, "EUR"),
    stock=3,
    image_url="mug.svg",
    url="https://shop.example/mug",
)


class FakeNow:
    """A monotonic clock in nanoseconds that stands still until it is moved."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns

    def move(self, ms: float) -> None:
        self.ns += int(ms * 1_000_000)


class FixedStageWords:
    """Words that show what they were made from."""

    def money(self, amount: Money, language: str) -> str:
        return f"{amount.amount} {amount.currency} ({language})"

    def stock(self, count: int, language: str) -> tuple[StockLevel, str]:
        return ("sold_out", "gone") if count <= 0 else ("low_stock", f"{count} left")

    def say(self, key: str, language: str, **values: object) -> str:
        return " ".join([key, language, *(f"{name}={value}" for name, value in values.items())])

    def strings(self, language: str) -> Mapping[str, str]:
        return {"tap_for_sound": f"sound ({language})"}

    def direction(self, language: str) -> Direction:
        return "rtl" if language == "ar" else "ltr"

    def picture(self, name: str | None) -> str | None:
        return name and f"/demo/images/{name}"


def a_state(**scene: object) -> Frame:
    """A state as the session makes it; `scene` are fields of the Scene."""
    return stage_state(
        Scene(**{"persona": "host", **scene}),  # type: ignore[arg-type]  # fields of one test each
        words=FixedStageWords(),
        persona=LINA,
        now=Moment(wall=NOON, ms=1000),
        extras=StageExtras(colour="#0B6B74"),
    )


def an_utterance(utterance_id: str = "u1", text: str = "Hello there") -> Utterance:
    return Utterance(
        id=utterance_id,
        parts=(text, Mark("gesture", "wave")),
        language="en",
        persona="host",
        purpose="script",
        source="script:3",
        captions={"de": "Hallo"},
        segment="opening",
    )


def a_speech(*, duration_ms: int = 1000, pcm: bytes = b"\x01\x00\x02\x00") -> Speech:
    return Speech(
        pcm=pcm,
        rate=22050,
        duration_ms=duration_ms,
        words=(Word(0, 5, 0, 400), Word(6, 5, 400, 900)),
        visemes=(Viseme("sil", 0, 0.0), Viseme("E", 40, 0.87654), Viseme("sil", 950, 0.0)),
        marks=(TimedMark(Mark("gesture", "wave"), 900),),
        voice="fake",
    )


@dataclass
class OneRoom:
    """A room called `main`."""

    now: FakeNow = field(default_factory=FakeNow)
    ingest_key: SecretStr | None = field(default_factory=lambda: SecretStr(INGEST_KEY))
    name: str = "main"
    places: int = 1000
    offered: list[Comment | Social] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    deferred: tuple[DeferredQuestion, ...] = ()
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self.hub = Hub(self.name, clock=ShowClock(monotonic_ns=self.now, epoch="e1"), state=a_state())
        self.store = AudioStore()

    def say(self, utterance_id: str = "u1", *, text: str = "Hello there", duration_ms: int = 1000) -> int:
        speech = a_speech(duration_ms=duration_ms)
        return self.hub.say(an_utterance(utterance_id, text), speech, direction="ltr", audio_url="/a.wav")

    def offer(self, event: Comment | Social) -> Verdict:
        if len(self.offered) >= self.places:
            return "full"
        self.offered.append(event)
        return "taken"

    async def control(self, control: Control) -> None:
        if self.failure is not None:
            raise self.failure
        if control.question_id == "gone":
            raise ControlRefused("question_id", "it was answered already")
        self.controls.append(control)

    def progressed(self, progress: Progress) -> None:
        self.progress.append(progress)

    def snapshot(self) -> RoomSnapshot:
        return RoomSnapshot(
            state=self.hub.state,
            utterance=self.hub.utterance,
            queues={"inbox": len(self.offered)},
            deferred=self.deferred,
        )

    async def audio(self, digest: str) -> bytes | None:
        return self.store.get(digest)


class Rooms:
    """Rooms by name."""

    def __init__(self, *rooms: LiveRoom) -> None:
        self._rooms = {room.name: room for room in rooms}

    def room(self, name: str) -> LiveRoom | None:
        return self._rooms.get(name)

    def names(self) -> Sequence[str]:
        return list(self._rooms)
