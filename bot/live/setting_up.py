"""Sets up one live room: show, director, voice, stage, record. Called by `bot.live.rooms`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import structlog

from bot.config import Settings
from bot.dialogue.phrases import Phrases
from bot.language import LanguageDetector
from bot.live.brain import LiveBrain
from bot.live.catalogue import LiveCatalogue
from bot.live.reading import CommentReader
from bot.live.room import Journal, Room
from bot.live.voices import spoken_languages
from bot.live.words import HostTexts, RoomStage, StageTexts
from bot.skills import ProductFinder
from bot.store import Store
from bot.wording import Wording
from connectors.base import Shop
from knowledge.encoder import BUILTIN_MODEL
from knowledge.head import load_head
from knowledge.search import KnowledgeBase
from streaming.comments.intake import Intake
from streaming.cues import Comment, Moment, Utterance
from streaming.director.host import Host
from streaming.director.profiles import Profile
from streaming.session import Session
from streaming.session_ports import Parts
from streaming.show import Show
from streaming.speech import Speech, Voice
from streaming.stage.audio_store import AudioStore
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Hub
from streaming.voices.silent import silent_speech

__all__ = ["Neighbours", "make_room"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The parts of the product that rooms use."""

    store: Store
    shop: Shop
    knowledge: KnowledgeBase
    wording: Wording
    detector: LanguageDetector
    phrases: Phrases
    products: ProductFinder

    def brain(self) -> LiveBrain:
        """One for all rooms."""
        knowledge, phrases = self.knowledge, self.phrases

        def make_reader() -> CommentReader:
            knowledge.wait()
            head = load_head(BUILTIN_MODEL, knowledge.encoder)
            return CommentReader(
                knowledge, head, detector=self.detector, phrases=phrases, products=self.products
            )

        return LiveBrain(make_reader=make_reader, knowledge=knowledge, wording=self.wording, phrases=phrases)


def make_room(
    show: Show,
    profile: Profile,
    settings: Settings,
    neighbours: Neighbours,
    *,
    brain: LiveBrain,
    clock: ShowClock,
    voice: Voice,
) -> Room:
    """A room for a show; it runs when its `run` does.

    Args:
        show: the run of show; its name is the room's.
        profile: the show's.
        settings: `streaming` and `connectors` are read.
        neighbours: the parts of the product.
        brain: of all rooms.
        clock: of all rooms.
        voice: of all rooms.
    """

    def now() -> Moment:
        return clock.moment(datetime.now(UTC))

    words = StageTexts(neighbours.wording, label=profile.label)
    stage = RoomStage(show, words, colour=lambda: neighbours.wording.facts.given.get("colour"), now=now)
    hub = Hub(show.room, clock=clock, state=stage.empty(), lead_ms=settings.streaming.lead_ms)
    stage.open(hub)
    audio, journal = AudioStore(), Journal(neighbours.store, show.room)
    catalogue = LiveCatalogue(neighbours.shop)

    def session(state: Mapping[str, Any]) -> Session:
        intake = Intake.restored(state.get("intake", {}), now(), language=show.shifts[0].language)
        host = _host(show, profile, intake, settings, neighbours, state.get("host"))
        parts = Parts(
            host=host,
            intake=intake,
            voice=voice,
            hub=hub,
            stage=stage,
            audio=audio,
            brain=brain,
            catalogue=catalogue,
            journal=journal,
            replies=_Nowhere(),
            voices={name: persona.voices for name, persona in show.personas.items()},
            paces={name: persona.pace for name, persona in show.personas.items()},
            assist_speech=_read_out,
            wall=lambda: datetime.now(UTC),
            answer_s=settings.streaming.answer_timeout_s,
            look_s=settings.connectors.timeout_s,
        )
        return Session(parts, state=state)

    def make(state: Mapping[str, Any]) -> Session:
        try:
            return session(state)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            # Of another version, or damaged: the show begins anew rather than not at all.
            _log.warning("live.state_not_read", room=show.room, reason=type(error).__name__)
            return session({})

    return Room(hub, audio, journal, make, ingest_key=settings.live_ingest_key)


def _host(
    show: Show,
    profile: Profile,
    intake: Intake,
    settings: Settings,
    neighbours: Neighbours,
    state: Mapping[str, Any] | None,
) -> Host:
    # A crowd follows what its show is in, whatever else the voice could speak.
    of_show = {shift.language for shift in show.shifts} | {shift.captions for shift in show.shifts}
    return Host(
        show,
        intake,
        HostTexts(neighbours.wording),
        profile,
        seed=crc32(show.room.encode()),
        facts=lambda language: neighbours.wording.facts.values(language),
        spoken=spoken_languages(settings) & of_show,
        state=state,
    )


def _read_out(utterance: Utterance) -> Speech:
    """What a person says: shown for as long as it takes to read."""
    return silent_speech(utterance.parts, utterance.language)


class _Nowhere:
    """Written replies have nowhere to go until a connector carries them."""

    def write(self, comment: Comment, text: str, language: str) -> None:
        """No source of ours can carry a reply yet; `can_reply` is never set."""
        _log.warning("live.reply_not_carried", source=comment.source)
