"""Engines in order: the first that can speaks, the next steps in, at last the sentence is shown in silence.

Called by the session; its engines are mostly `CachedVoice`s. An engine that fails again and again is left
alone for a while. Never raises: a live room always gets a `Speech`, and it says when it is silent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import structlog

from streaming.show import Mark
from streaming.speech import Speech, Voice, VoiceError
from streaming.voices.silent import silent_speech

__all__ = ["EngineState", "VoiceStack"]

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class EngineState:
    """How an engine is doing: for health and metrics.

    Attributes:
        failures: in a row.
        resting_until: on the stack's clock; not asked before, except once at that moment.
        spoken, failed: since the start.
        last: category of the last failure.
    """

    failures: int = 0
    resting_until: float = float("-inf")
    spoken: int = 0
    failed: int = 0
    last: str | None = None


class VoiceStack:
    """Several engines as one. Call `close()`.

    Args:
        engines: in order of preference, names unique.
        by_language: language -> names of engines in its own order; others are not asked for it.
        budget_s: for a sentence, over all engines. Each gets two thirds of what is left, the last one all.
        failures_allowed: in a row, before an engine rests.
        rest_s: for how long.
        clock: seconds, monotonic.
    """

    name = "stack"

    def __init__(
        self,
        engines: Sequence[Voice],
        *,
        by_language: Mapping[str, Sequence[str]] = MappingProxyType({}),
        budget_s: float = 4.0,
        failures_allowed: int = 3,
        rest_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engines = {engine.name: engine for engine in engines}
        if len(self._engines) != len(engines):
            raise ValueError("two engines have the same name")
        unknown = {name for names in by_language.values() for name in names} - set(self._engines)
        if unknown:
            raise ValueError(f"no such engine: {', '.join(sorted(unknown))}")
        self._by_language = {language: tuple(names) for language, names in by_language.items()}
        self._budget_s, self._failures_allowed, self._rest_s = budget_s, failures_allowed, rest_s
        self._clock = clock
        self.states = {name: EngineState() for name in self._engines}

    async def close(self) -> None:
        """Close all engines, even when one of them fails to."""
        results = await asyncio.gather(
            *(engine.close() for engine in self._engines.values()), return_exceptions=True
        )
        for name, result in zip(self._engines, results, strict=True):
            if isinstance(result, BaseException):
                _log.warning("voice_not_closed", engine=name, reason=type(result).__name__)

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`, and never raises VoiceError.

        Args:
            parts: texts and marks.
            language: decides the order of the engines.
            voice: `engine:voice` for one of them, the others take their default; a plain name is for the
                first engine.
            pace: as of a voice.
        """
        ends_at = self._clock() + self._budget_s
        names = self._by_language.get(language, tuple(self._engines))
        ready = [name for name in names if self.states[name].resting_until <= self._clock()]
        for index, name in enumerate(ready):
            left_s = ends_at - self._clock()
            if left_s <= 0:
                break
            # All that is left for the last one; the others leave a third for those behind them.
            within_s = left_s if index == len(ready) - 1 else left_s * 2 / 3
            own = _voice_for(name, names[0], voice)
            speech = await self._try(name, parts, language, own, pace, within_s)
            if speech is not None and not speech.silent:
                return speech
        _log.info("voice_silent", language=language, asked=len(ready))
        return silent_speech(parts, language, pace=pace)

    async def _try(
        self,
        name: str,
        parts: tuple[str | Mark, ...],
        language: str,
        voice: str | None,
        pace: float,
        within_s: float,
    ) -> Speech | None:
        state = self.states[name]
        try:
            async with asyncio.timeout(within_s):
                speech = await self._engines[name].speak(parts, language=language, voice=voice, pace=pace)
        except TimeoutError:
            self._note(name, "timeout")
            return None
        except VoiceError as error:
            self._note(name, error.category)
            return None
        state.failures = 0
        state.spoken += not speech.silent
        return speech

    def _note(self, name: str, category: str) -> None:
        state = self.states[name]
        state.failed += 1
        state.last = category
        _log.warning("voice_failed", engine=name, category=category)
        # Refused is about this sentence or voice: the engine itself is well.
        if category == "refused":
            return
        state.failures += 1
        if state.failures >= self._failures_allowed:
            state.resting_until = self._clock() + self._rest_s
            # The first sentence after the rest is a trial: one more failure, and it rests again.
            state.failures = self._failures_allowed - 1
            _log.warning("voice_rests", engine=name, seconds=self._rest_s)


def _voice_for(engine: str, first: str, voice: str | None) -> str | None:
    if voice is None:
        return None
    named, colon, rest = voice.partition(":")
    if colon:
        return rest if named == engine else None
    return voice if engine == first else None
