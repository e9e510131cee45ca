"""Eight hours of the demo show in minutes: `python -m benchmarks.live_hours [--hours 8] [--json FILE]`.

The real director, intake, session, hub and built-in voice on virtual time: what waits is skipped, what works
is done. An hour at a time: how far from the beginning of each silence in a sentence the mouth closes, whether
a sentence ever began before the last one was over, memory of this process and of the voice's. Made-up viewers
write all the while. One clock a sentence means that nothing can add up; this is to see that nothing does.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from benchmarks.machine import Cores, describe_machine
from benchmarks.voices import closing_offsets_ms
from bot.config import ROOT
from bot.wording import Phrasebook
from connectors.base import Money, Product
from knowledge.facts import KNOWN_VALUES, Facts
from streaming.comments.intake import Intake
from streaming.comments.sources.demo import demo_room, load_sayings
from streaming.cues import Answer, Comment, Moment, Question, Reading, Scene, Utterance
from streaming.director.host import Host
from streaming.director.profiles import load_profiles
from streaming.script.reading import load_show
from streaming.session import Session
from streaming.session_ports import Parts, Record
from streaming.show import Mark
from streaming.speech import Speech
from streaming.stage.audio_store import AudioStore
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Hub
from streaming.voices.espeak import EspeakVoice
from streaming.voices.silent import silent_speech
from tests.fakes.virtual_time import VirtualTime

SHOP = yaml.safe_load((ROOT / "connectors/demo/shop.yml").read_text(encoding="utf-8"))


class Room:
    """Everything around the session that is not measured, and the measurements."""

    def __init__(self) -> None:
        self.working = 0
        self.time = VirtualTime(busy=lambda: self.working > 0)
        self.clock = ShowClock(monotonic_ns=self.time.monotonic_ns)
        self.hub = Hub("hours", clock=self.clock, state={})
        self.voice, self.name = EspeakVoice(), "espeak"
        self.closing: list[float] = []
        self.sentences = 0
        self.late: list[float] = []
        self.due_ms: int | None = None
        self.book, self.facts = Phrasebook(), Facts(SHOP["facts"])
        currency = SHOP["facts"]["currency"]
        self.goods = {
            one["id"]: Product(
                id=one["id"], title=one["title"], titles=one.get("titles", {}),
                price=Money(round(float(one["price"]) * 100), currency), stock=int(one["stock"]),
            )
            for one in SHOP["products"]
        }  # fmt: skip

    async def speak(self, parts: tuple[str | Mark, ...], **how: Any) -> Speech:
        """By the real voice; virtual time stands still meanwhile."""
        self.working += 1
        try:
            speech = await self.voice.speak(parts, **how)
        finally:
            self.working -= 1
        if speech.pcm:
            self.closing += closing_offsets_ms(speech)
            self.sentences += 1
        return speech

    async def close(self) -> None:
        """End the voice."""
        await self.voice.close()

    def show(self, scene: Scene, prompt: str | None) -> None:
        """What stands on the stage."""
        self.hub.show({"mode": scene.mode, "segment": scene.segment})

    def say(self, utterance: Utterance, speech: Speech, digest: str | None) -> int:
        """Told to the pages; the one before must be over."""
        starts_ms = self.hub.say(utterance, speech, direction="ltr", audio_url=None)
        if self.due_ms is not None:
            self.late.append(min(0, starts_ms - self.due_ms))
        self.due_ms = starts_ms + speech.duration_ms
        return starts_ms

    async def awake(self) -> None:
        """Always."""

    def read(self, text: str, *, room_language: str, card: str | None) -> Reading:
        """Every comment is a question of its own."""
        numbers = np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(16)
        return Reading(
            language=room_language, vector=tuple((numbers / np.linalg.norm(numbers)).tolist()), asks=1.0
        )

    async def answer(
        self, question: Question, *, language: str, captions: str | None = None
    ) -> Answer | None:
        """A sentence of the room's language."""
        return Answer(
            text=self.book.say("bot.goodbye", language, {}) or "", language=language, source="faq:none"
        )

    async def products(self, ids: Sequence[str]) -> Mapping[str, Product] | None:
        """The demo shop's."""
        return {key: self.goods[key] for key in ids if key in self.goods}

    async def save(self, state: Mapping[str, Any], records: Sequence[Record]) -> bool:
        """As large as it would be."""
        json.dumps(state)
        return True

    def write(self, comment: Comment, text: str, language: str) -> None:
        """To nobody."""

    def variants(self, key: str, language: str) -> Sequence[str]:
        """The host's own lines."""
        section = self.book.section("host", language)
        return [text for name, text in section.items() if name.startswith(f"{key}.")]

    def session(self) -> Session:
        """The demo show, on air."""
        profiles = load_profiles()
        codes = [code for code, _, _ in self.book.languages()]
        file = ROOT / "streaming/shows/demo.yml"
        show = load_show(file, facts=KNOWN_VALUES, languages=codes, profiles=list(profiles))
        intake = Intake.restored({}, Moment(self.time.wall(), self.clock.now_ms()))
        host = Host(
            show, intake, self, profiles[show.profile], seed=1, facts=self.facts.values,
            spoken=frozenset(codes),
        )  # fmt: skip
        return Session(Parts(
            host=host, intake=intake, voice=self, hub=self.hub, stage=self, audio=AudioStore(), brain=self,
            catalogue=self, journal=self, replies=self,
            voices={name: one.voices for name, one in show.personas.items()}, paces={},
            assist_speech=lambda one: silent_speech(one.parts, one.language), wall=self.time.wall,
            sleep_s=self.time.sleep,
        ))  # fmt: skip


async def run(hours: int) -> list[dict[str, float]]:
    """An hour a row."""
    room = Room()
    session = room.session()
    show = asyncio.create_task(session.run())
    crowd = asyncio.create_task(_crowd(room, session))
    rows = []
    try:
        for hour in range(1, hours + 1):
            room.sentences, before = 0, len(room.closing)
            await room.time.pass_s(3600)
            rows.append(_row(room, session, hour, before))
            print(rows[-1], flush=True)
    finally:
        for task in (crowd, show):
            task.cancel()
        await asyncio.gather(crowd, show, return_exceptions=True)
        await room.close()
    return rows


async def _crowd(room: Room, session: Session) -> None:
    async for event in demo_room(
        load_sayings(), seed=1, per_minute=20, now=room.time.wall, sleep=room.time.sleep
    ):
        session.offer(event)


def _row(room: Room, session: Session, hour: int, before: int) -> dict[str, float]:
    gc.collect()
    process = psutil.Process()
    closing = np.abs(room.closing[before:])
    children = sum(child.memory_info().rss for child in process.children(recursive=True))
    return {
        "hour": hour,
        "sentences": room.sentences,
        "mouth_to_sound_p50_ms": round(float(np.percentile(closing, 50)), 1),
        "mouth_to_sound_p95_ms": round(float(np.percentile(closing, 95)), 1),
        "overlap_ms": -min(room.late, default=0),
        "memory_mb": round(process.memory_info().rss / 2**20, 1),
        "voice_mb": round(children / 2**20, 1),
        "questions_waiting": session.waiting["questions"],
    }


def main() -> None:
    """Print a row an hour; write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks/results/live_hours.json")
    options = parser.parse_args()
    about = describe_machine(Cores.choose())
    rows = asyncio.run(run(options.hours))
    options.json.write_text(json.dumps({"machine": about, "hours": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
