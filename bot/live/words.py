"""The show's words from the locale files: the host's own lines, and what is written on the stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Literal

from bot.messages import direction_of
from bot.wording import Wording, money
from connectors.base import Money
from streaming.cues import Moment, Scene, Utterance
from streaming.show import Show
from streaming.speech import Speech
from streaming.stage.hub import Hub
from streaming.stage.wire import Frame
from streaming.stage.words import StageExtras, StockLevel, Teleprompter, stage_state

__all__ = ["HostTexts", "RoomStage", "StageTexts"]

# Of a shop that has chosen none: what the widget takes, too.
_COLOUR = "#0B6B74"
# Worded by the server with their values; the page sets the others itself.
_SERVER_SIDE = ("label.", "countdown", "coupon", "others")


class HostTexts:
    """Fulfils `streaming.director.lines.Lines`: section `host` of the locale files."""

    def __init__(self, wording: Wording) -> None:
        """Take the product's wording."""
        self._book = wording.phrasebook

    def variants(self, key: str, language: str) -> Sequence[str]:
        """Patterns of a key, in the order of the file."""
        section = self._book.section("host", language)
        return [text for name, text in section.items() if name.startswith(f"{key}.")]


class StageTexts:
    """Fulfils `streaming.stage.words.StageWords`.

    Args:
        wording: of the product.
        label: key of the profile's label.
    """

    def __init__(self, wording: Wording, *, label: str) -> None:
        self._wording, self._label = wording, label

    def money(self, amount: Money, language: str) -> str:
        """A price as the language writes it."""
        return money(asdict(amount), language)

    def stock(self, count: int, language: str) -> tuple[StockLevel, str]:
        """How much is left, and the words for it."""
        return self._wording.stock(count, language)

    def say(self, key: str, language: str, **values: object) -> str:
        """A sentence of the section `stage`."""
        full = f"stage.label.{self._label}" if key == "label" else f"stage.{key}"
        return self._wording.say(full, language, **values) or ""

    def strings(self, language: str) -> Mapping[str, str]:
        """Words that the page itself sets."""
        section = self._wording.phrasebook.section("stage", language)
        return {key: text for key, text in section.items() if not key.startswith(_SERVER_SIDE)}

    def direction(self, language: str) -> Literal["ltr", "rtl"]:
        """Writing direction."""
        return direction_of(language)

    def picture(self, name: str | None) -> str | None:
        """Address of a product's picture."""
        return self._wording.picture(name)


class RoomStage:
    """Fulfils `streaming.session_ports.Stage` with the hub of a room; call `open` first.

    Args:
        show: for its personas.
        words: of the stage.
        colour: of the shop, as it is now.
        now: this moment.
    """

    def __init__(
        self,
        show: Show,
        words: StageTexts,
        *,
        colour: Callable[[], str | None],
        now: Callable[[], Moment],
    ) -> None:
        self._show, self._words, self._colour, self._now = show, words, colour, now
        self._hub: Hub

    def open(self, hub: Hub) -> None:
        """Show everything there."""
        self._hub = hub

    def empty(self) -> Frame:
        """What stands there before the show."""
        return self._state(Scene(mode="slate", language=self._show.shifts[0].language), None)

    def show(self, scene: Scene, prompt: str | None) -> None:
        """Change what stands on the stage."""
        self._hub.show(self._state(scene, prompt))

    def say(self, utterance: Utterance, speech: Speech, digest: str | None) -> int:
        """Have every page speak."""
        url = f"/live/{self._hub.room}/audio/{digest}.wav" if digest else None
        direction = direction_of(utterance.language)
        return self._hub.say(utterance, speech, direction=direction, audio_url=url)

    def _state(self, scene: Scene, prompt: str | None) -> Frame:
        prompter = Teleprompter(now=prompt) if prompt else None
        extras = StageExtras(colour=self._colour() or _COLOUR, was=scene.before, teleprompter=prompter)
        persona = self._show.personas.get(scene.persona)
        return stage_state(scene, words=self._words, persona=persona, now=self._now(), extras=extras)
