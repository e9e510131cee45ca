"""Load on a chat server and how long its replies take; knows nothing of which server it is.

Used by `chat`. Open-loop times count from when a message was due, not from when it could be sent, so that a
server that stalls can't hide it (no coordinated omission). The clock is `perf_counter`: that of uvloop counts
whole milliseconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.speakers import Faults, Refused, Speaker
from benchmarks.talk import MARK_WIDTH, MARKS

__all__ = ["Caller", "Measured", "closed_loop", "lengths", "open_loop", "saturate", "together"]

_SEED = 20261122
_MOST_IN_FLIGHT = 64
# A doubling that brings less than this was in vain; one may be bad luck, two have met the limit.
_WORTH_DOUBLING = 1.05
_IN_VAIN = 2
_REPLY_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Caller:
    """A speaker and what it says."""

    speaker: Speaker
    lines: Iterator[str]


MakeCaller = Callable[[], Caller]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One load and its reply times; `None` when nothing was answered.

    Attributes:
        in_flight: conversations that had a message under way all the time; 0 for an open loop.
        per_second: messages answered a second.
        generator_late_ms: 99th percentile of how late the load generator itself was.
    """

    answered: int
    per_second: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    max_ms: float | None
    in_flight: int = 0
    generator_late_ms: float | None = None


async def open_loop(
    callers: Sequence[Caller], faults: Faults, *, rate: float, seconds: float, drain_s: float
) -> Measured:
    """Messages at random moments, `rate` a second on average, whatever the server does.

    Shoppers do not write in step: the gaps are exponential, of a fixed seed.

    Args:
        callers: take turns; opened by the caller of this function.
        faults: gets what is not answered within `drain_s` after the last message was sent.
        rate: messages a second.
        seconds: for how long.
        drain_s: patience at the end.
    """
    gaps = Random(_SEED)
    times: list[float] = []
    late: list[float] = []
    sent: set[asyncio.Task[None]] = set()
    begin = due = perf_counter() + 0.05
    number = 0
    while (due := due + gaps.expovariate(rate)) < begin + seconds:
        if (pause := due - perf_counter()) > 0:
            await asyncio.sleep(pause)
        late.append(perf_counter() - due)
        caller = callers[number % len(callers)]
        say = _timed(caller.speaker, next(caller.lines), due, times, faults)
        sent.add(asyncio.create_task(say, name=f"message {number}"))
        number += 1
    _, unanswered = await asyncio.wait(sent, timeout=drain_s)
    faults.lost += len(unanswered)
    for task in unanswered:
        task.cancel()
    await asyncio.gather(*sent, return_exceptions=True)
    took_s = max(seconds, perf_counter() - begin)
    return _measured(times, took_s, generator_late_ms=1000 * float(np.percentile(late, 99)))


async def closed_loop(make_caller: MakeCaller, faults: Faults, *, in_flight: int, seconds: float) -> Measured:
    """So many conversations, each sending its next message once the last one is answered."""
    callers = [make_caller() for _ in range(in_flight)]
    await together([caller.speaker.open() for caller in callers])
    times: list[float] = []
    begin = perf_counter()

    async def talk(caller: Caller) -> None:
        while perf_counter() < begin + seconds:
            await _timed(caller.speaker, next(caller.lines), perf_counter(), times, faults)

    await together([talk(caller) for caller in callers])
    took_s = perf_counter() - begin
    await together([caller.speaker.close() for caller in callers])
    return _measured(times, took_s, in_flight=in_flight)


async def saturate(
    make_caller: MakeCaller, faults: Faults, *, step_s: float, seconds: float
) -> tuple[Measured, list[Measured]]:
    """Double the conversations in flight until that twice brings nothing, then measure the best for longer.

    Returns:
        The long measurement, and the short ones that led to it.
    """
    steps = [await closed_loop(make_caller, faults, in_flight=1, seconds=step_s)]
    best, in_vain = steps[0], 0
    while in_vain < _IN_VAIN and steps[-1].in_flight < _MOST_IN_FLIGHT:
        step = await closed_loop(make_caller, faults, in_flight=2 * steps[-1].in_flight, seconds=step_s)
        steps.append(step)
        if step.per_second < _WORTH_DOUBLING * best.per_second:
            in_vain += 1
        else:
            best, in_vain = step, 0
    final = await closed_loop(make_caller, faults, in_flight=best.in_flight, seconds=seconds)
    return final, steps


async def lengths(
    make_caller: Callable[[int], Caller], faults: Faults, *, rounds: int, seconds: float
) -> dict[int, float]:
    """Median reply time in ms at each of `talk.MARKS`, in conversations held one after the other.

    Args:
        make_caller: the caller of round n; says what `talk.marked_conversation` gives.
        faults: where to count.
        rounds: conversations wanted.
        seconds: no further conversation is begun after so long.
    """
    at_mark: dict[int, list[float]] = {mark: [] for mark in MARKS}
    begin = perf_counter()
    for number in range(rounds):
        if number and perf_counter() > begin + seconds:
            break
        caller = make_caller(number)
        times: list[float] = []
        await caller.speaker.open()
        for line in caller.lines:
            await _timed(caller.speaker, line, perf_counter(), times, faults)
        await caller.speaker.close()
        for mark in MARKS:
            first = max(0, mark - 1 - MARK_WIDTH // 2)
            at_mark[mark].extend(times[first : first + MARK_WIDTH])
    return {mark: round(1000 * float(np.median(found)), 2) for mark, found in at_mark.items() if found}


async def together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first failure ends the others."""
    async with asyncio.TaskGroup() as group:
        for one in work:
            group.create_task(one)


async def _timed(speaker: Speaker, line: str, due: float, times: list[float], faults: Faults) -> None:
    try:
        async with asyncio.timeout(_REPLY_TIMEOUT_S):
            times.append(await speaker.say(line) - due)
    except Refused:
        faults.refused += 1
    except TimeoutError:
        faults.lost += 1


def _measured(
    times: list[float], took_s: float, *, in_flight: int = 0, generator_late_ms: float | None = None
) -> Measured:
    marks = (
        [round(1000 * float(value), 2) for value in np.percentile(times, (50, 95, 99, 100))]
        if times
        else None
    )
    p50, p95, p99, most = marks or (None, None, None, None)
    return Measured(
        answered=len(times),
        per_second=round(len(times) / took_s, 1),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        max_ms=most,
        in_flight=in_flight,
        generator_late_ms=generator_late_ms and round(generator_late_ms, 2),
    )
