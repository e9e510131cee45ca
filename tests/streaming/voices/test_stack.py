from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import pytest

from streaming.show import Mark
from streaming.speech import Speech, Viseme, VoiceError
from streaming.voices.silent import silent_speech
from streaming.voices.stack import VoiceStack


def said_by(name: str) -> Speech:
    return Speech(
        pcm=b"\0\0", rate=22050, duration_ms=1, words=(), visemes=(Viseme("sil", 0),), marks=(), voice=name
    )


class Scripted:
    """An engine that does what it is told, one thing a sentence; the last one for ever."""

    def __init__(self, name: str, *does: Literal["speaks", "silent", "hangs"] | VoiceError) -> None:
        self.name, self._does = name, list(does) or ["speaks"]
        self.asked: list[str | None] = []
        self.closed = False

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        self.asked.append(voice)
        action = self._does.pop(0) if len(self._does) > 1 else self._does[0]
        match action:
            case VoiceError():
                raise action
            case "hangs":
                await asyncio.Event().wait()
            case "silent":
                return silent_speech(parts, language)
        return said_by(self.name)

    async def close(self) -> None:
        self.closed = True


DOWN = VoiceError("unavailable", "down")


async def voices_of(stack: VoiceStack, count: int, language: str = "en") -> list[str]:
    return [(await stack.speak(("Hello",), language=language)).voice for _ in range(count)]


async def test_the_first_engine_speaks() -> None:
    first, second = Scripted("first"), Scripted("second")

    assert await voices_of(VoiceStack([first, second]), 1) == ["first"]
    assert second.asked == []


@pytest.mark.parametrize(
    "does",
    [DOWN, VoiceError("refused", "x"), VoiceError("protocol", "x"), VoiceError("timeout", "x"), "silent"],
)
async def test_the_next_engine_steps_in(does: Literal["silent"] | VoiceError) -> None:
    stack = VoiceStack([Scripted("first", does), Scripted("second")])

    assert await voices_of(stack, 1) == ["second"]


async def test_an_engine_that_hangs_leaves_time_for_the_next_one() -> None:
    stack = VoiceStack([Scripted("first", "hangs"), Scripted("second")], budget_s=0.15)

    assert await voices_of(stack, 1) == ["second"]
    assert stack.states["first"].last == "timeout"


async def test_when_none_can_the_sentence_is_shown_and_says_that_it_is_silent() -> None:
    stack = VoiceStack([Scripted("first", DOWN), Scripted("second", "silent")])

    speech = await stack.speak(("Hello", Mark("card", "lamp")), language="en")

    assert speech.silent
    assert [mark.mark for mark in speech.marks] == [Mark("card", "lamp")]


async def test_a_stack_of_none_is_silent() -> None:
    assert (await VoiceStack([]).speak(("Hello",), language="en")).silent


async def test_a_language_may_have_an_order_of_its_own() -> None:
    stack = VoiceStack([Scripted("first"), Scripted("second")], by_language={"th": ("second",)})

    assert await voices_of(stack, 1, "th") == ["second"]
    assert await voices_of(stack, 1, "en") == ["first"]


async def test_an_engine_that_fails_again_and_again_rests_and_is_tried_once_after_that() -> None:
    now = [0.0]
    first = Scripted("first", DOWN)
    stack = VoiceStack([first, Scripted("second")], failures_allowed=2, rest_s=30, clock=lambda: now[0])

    await voices_of(stack, 4)
    asked_before_rest = len(first.asked)
    now[0] = 31.0
    await voices_of(stack, 3)

    assert asked_before_rest == 2
    assert len(first.asked) == 3


async def test_an_engine_that_is_well_again_speaks_again() -> None:
    now = [0.0]
    first = Scripted("first", DOWN, "speaks")
    stack = VoiceStack([first, Scripted("second")], failures_allowed=1, rest_s=30, clock=lambda: now[0])

    during = await voices_of(stack, 2)
    now[0] = 31.0
    after = await voices_of(stack, 2)

    assert during == ["second", "second"]
    assert after == ["first", "first"]
    assert stack.states["first"].failures == 0


async def test_refused_sentences_do_not_put_an_engine_to_rest() -> None:
    first = Scripted("first", VoiceError("refused", "x"))
    stack = VoiceStack([first, Scripted("second")], failures_allowed=1)

    await voices_of(stack, 5)

    assert len(first.asked) == 5


@pytest.mark.parametrize(
    ("voice", "asked"),
    [
        ("nova", ("nova", None)),
        ("second:de+f2", (None, "de+f2")),
        ("first:a:b", ("a:b", None)),
        (None, (None, None)),
    ],
)
async def test_a_voice_is_for_the_engine_that_it_names(
    voice: str | None, asked: tuple[str | None, str | None]
) -> None:
    first, second = Scripted("first", DOWN), Scripted("second")

    await VoiceStack([first, second]).speak(("Hello",), language="en", voice=voice)

    assert (first.asked[0], second.asked[0]) == asked


async def test_closing_closes_all_engines() -> None:
    engines = [Scripted("first"), Scripted("second")]

    await VoiceStack(engines).close()

    assert [engine.closed for engine in engines] == [True, True]


@pytest.mark.parametrize(
    "make",
    [
        lambda: VoiceStack([Scripted("one"), Scripted("one")]),
        lambda: VoiceStack([Scripted("one")], by_language={"en": ("two",)}),
    ],
)
def test_a_stack_that_makes_no_sense_is_refused(make: Callable[[], VoiceStack]) -> None:
    with pytest.raises(ValueError, match="engine"):
        make()


async def test_time_is_measured_over_all_engines() -> None:
    moments: Sequence[float] = iter([0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0])  # type: ignore[assignment]
    late = Scripted("second")
    stack = VoiceStack([Scripted("first", DOWN), late], budget_s=4, clock=lambda: next(moments))  # type: ignore[call-overload]

    speech = await stack.speak(("Hello",), language="en")

    assert speech.silent
    assert late.asked == []
