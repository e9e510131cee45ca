"""Viewers of a room: who gets what, in which order, and what becomes of those who are slow or come back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.stage import hub as hub_module
from streaming.stage.clock import ShowClock
from streaming.stage.hub import Farewell, Hub, Outlet
from tests.fakes.stage_room import FakeNow, a_speech, a_state, an_utterance

CARD = a_state(segment="pitch")
SALE = a_state(segment="sale")


def a_hub(now: FakeNow | None = None, **options: Any) -> Hub:
    clock = ShowClock(monotonic_ns=now or FakeNow(), epoch="e1")
    return Hub("main", clock=clock, state=a_state(), **options)


def say(hub: Hub, utterance_id: str = "u1", *, duration_ms: int = 1000) -> int:
    speech = a_speech(duration_ms=duration_ms)
    return hub.say(an_utterance(utterance_id), speech, direction="ltr", audio_url="/a.wav")


async def took(outlet: Outlet) -> dict[str, Any]:
    """The next frame, which must be there."""
    async with asyncio.timeout(1):
        text = await outlet.take()
    assert isinstance(text, str)
    frame: dict[str, Any] = json.loads(text)
    return frame


def _is_idle(outlet: Outlet) -> bool:
    return not outlet._waiting and not outlet._behind


# --- the ordinary way ----------------------------------------------------------------------------------


async def test_a_new_page_is_told_how_the_stage_is_and_then_what_happens() -> None:
    hub = a_hub()
    hub.show(CARD)

    with hub.subscribe() as outlet:
        hello = await took(outlet)
        starts_at_ms = say(hub)
        spoken = await took(outlet)
        hub.show(SALE)
        scene = await took(outlet)

    assert (hello["type"], hello["seq"], hello["room"], hello["epoch"]) == ("hello", 1, "main", "e1")
    assert (hello["resumed"], hello["state"]["segment"], hello["utterance"]) == (False, "pitch", None)
    assert (spoken["type"], spoken["seq"], spoken["starts_at_ms"]) == ("utterance", 2, starts_at_ms)
    assert (scene["type"], scene["seq"], scene["state"]["segment"]) == ("scene", 3, "sale")


async def test_a_hello_is_made_when_it_is_taken() -> None:
    now = FakeNow()
    hub = a_hub(now)

    with hub.subscribe() as outlet:
        now.move(ms=700)
        hub.show(CARD)
        hello = await took(outlet)
        idle = _is_idle(outlet)

    assert (hello["now_ms"], hello["seq"], hello["state"]["segment"]) == (700, 1, "pitch")
    assert idle


async def test_a_frame_is_encoded_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = a_hub()
    encoded = []
    real = hub_module.encode

    with hub.subscribe() as one, hub.subscribe() as two:
        await took(one)
        await took(two)
        monkeypatch.setattr(hub_module, "encode", lambda frame: encoded.append(frame["type"]) or real(frame))
        hub.show(CARD)
        first, second = await one.take(), await two.take()

    assert first is second
    assert encoded == ["scene"]


async def test_pages_that_come_together_share_their_hello() -> None:
    now = FakeNow()
    hub = a_hub(now)

    with hub.subscribe() as one, hub.subscribe() as two, hub.subscribe() as late, hub.subscribe() as last:
        first, second = await one.take(), await two.take()
        now.move(ms=21)
        third = await took(late)
        hub.show(CARD)
        fourth = await took(last)

    assert first is second
    assert (third["now_ms"], third["seq"]) == (21, 0)
    assert (fourth["now_ms"], fourth["seq"], fourth["state"]["segment"]) == (21, 1, "pitch")


async def test_an_utterance_begins_after_the_lead() -> None:
    now = FakeNow()
    now.move(ms=5)
    hub = a_hub(now, lead_ms=120)
    now.move(ms=1000)

    assert say(hub) == 1120


async def test_a_page_that_comes_in_the_middle_of_a_sentence_gets_it_with_the_hello() -> None:
    now = FakeNow()
    hub = a_hub(now)
    say(hub, "u7", duration_ms=2000)
    now.move(ms=1500)

    with hub.subscribe() as outlet:
        hello = await took(outlet)

    assert (hello["utterance"]["id"], hello["utterance"]["starts_at_ms"], hello["now_ms"]) == ("u7", 80, 1500)
    assert "type" not in hello["utterance"]


@pytest.mark.parametrize(("ms", "running"), [(1079, True), (1080, False)])
def test_an_utterance_runs_until_its_last_sample(ms: int, running: bool) -> None:
    now = FakeNow()
    hub = a_hub(now)
    say(hub, duration_ms=1000)

    now.move(ms=ms)

    assert (hub.utterance is not None) is running


async def test_a_cut_silences_what_is_being_spoken_and_nothing_else() -> None:
    now = FakeNow()
    hub = a_hub(now)
    say(hub, "u1")
    now.move(ms=300)

    with hub.subscribe() as outlet:
        await took(outlet)
        other, cut, again = hub.cut("u0"), hub.cut("u1"), hub.cut("u1")
        frame = await took(outlet)
        idle = _is_idle(outlet)

    assert (other, cut, again) == (None, 300, None)
    assert (frame["type"], frame["id"], frame["at_ms"]) == ("cut", "u1", 300)
    assert hub.utterance is None
    assert idle


async def test_a_stage_that_has_not_changed_is_not_sent_again() -> None:
    hub = a_hub()

    assert hub.show(CARD) is True
    assert hub.show(a_state(segment="pitch")) is False
    assert hub.seq == 1


async def test_viewers_are_counted() -> None:
    hub = a_hub()

    with hub.subscribe(), hub.subscribe():
        both = hub.viewers

    assert (both, hub.viewers) == (2, 0)


# --- slow pages ----------------------------------------------------------------------------------------


async def test_a_page_that_takes_nothing_gets_the_newest_stage_instead_of_old_frames() -> None:
    hub = a_hub(queue_frames=3)

    with hub.subscribe() as slow, hub.subscribe() as quick:
        await took(slow)
        await took(quick)
        for number in range(10):
            hub.show(a_state(segment=f"s{number}"))
            assert (await took(quick))["seq"] == number + 1
        say(hub, "u9")
        hello = await took(slow)
        idle = _is_idle(slow)

    assert (hello["type"], hello["seq"], hello["resumed"]) == ("hello", 11, False)
    assert (hello["state"]["segment"], hello["utterance"]["id"]) == ("s9", "u9")
    assert idle
    assert (slow.drops, quick.drops) == (1, 0)


async def test_after_falling_behind_a_page_goes_on_with_the_next_frame() -> None:
    hub = a_hub(queue_frames=1)

    with hub.subscribe() as outlet:
        await took(outlet)
        hub.show(CARD)
        hub.show(SALE)
        await took(outlet)
        hub.show(CARD)
        frame = await took(outlet)

    assert (frame["type"], frame["seq"]) == ("scene", 3)


@pytest.mark.parametrize(("waited_ms", "kind"), [(3000, "scene"), (3001, "hello")])
async def test_a_frame_that_has_waited_long_is_not_sent_any_more(waited_ms: int, kind: str) -> None:
    now = FakeNow()
    hub = a_hub(now)

    with hub.subscribe() as outlet:
        await took(outlet)
        hub.show(CARD)
        now.move(ms=waited_ms)
        frame = await took(outlet)

    assert frame["type"] == kind


async def test_what_waits_for_one_page_is_bounded_however_long_it_sleeps() -> None:
    hub = a_hub(queue_frames=4, ring_frames=8)

    with hub.subscribe() as asleep:
        await took(asleep)
        most = 0
        for number in range(5000):
            hub.show(a_state(segment=f"s{number}"))
            most = max(most, len(asleep._waiting))

    assert most <= 4
    assert len(hub._ring) == 8


async def test_drops_are_remembered_after_the_page_has_left() -> None:
    hub = a_hub(queue_frames=1)
    with hub.subscribe() as outlet:
        await took(outlet)
        hub.show(CARD)
        hub.show(SALE)
        during = hub.drops

    assert (during, hub.drops) == (1, 1)


# --- pages that come back ------------------------------------------------------------------------------


async def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_twice() -> None:
    hub = a_hub()
    hub.show(CARD)
    say(hub, "u2")
    hub.show(SALE)
    hub.cut("u2")

    with hub.subscribe(last_seq=1, epoch="e1") as outlet:
        hello, *missed = [await took(outlet) for _ in range(4)]
        idle = _is_idle(outlet)

    assert (hello["seq"], hello["resumed"], hello["state"]["segment"]) == (1, True, "pitch")
    assert hello["utterance"] is None
    assert [(frame["seq"], frame["type"]) for frame in missed] == [(2, "utterance"), (3, "scene"), (4, "cut")]
    assert idle


async def test_a_resumed_hello_has_what_was_spoken_then_if_it_still_is() -> None:
    now = FakeNow()
    hub = a_hub(now)
    say(hub, "u1", duration_ms=2000)
    hub.show(CARD)

    with hub.subscribe(last_seq=1, epoch="e1") as during:
        spoken = (await took(during))["utterance"]
    now.move(ms=2080)
    with hub.subscribe(last_seq=1, epoch="e1") as after:
        silence = (await took(after))["utterance"]

    assert spoken["id"] == "u1"
    assert silence is None


async def test_a_page_that_missed_nothing_gets_only_the_hello() -> None:
    hub = a_hub()
    hub.show(CARD)

    with hub.subscribe(last_seq=1, epoch="e1") as outlet:
        hello = await took(outlet)
        idle = _is_idle(outlet)

    assert (hello["resumed"], hello["seq"]) == (True, 1)
    assert idle


@pytest.mark.parametrize(
    ("last_seq", "epoch"),
    [(9, "another"), (9, None), (None, "e1"), (10, "e1"), (2**53, "e1"), (1, "e1"), (0, "e1"), (4, "e1")],
    ids=["epoch", "no epoch", "new", "from the future", "far future", "too old", "first", "too many"],
)
async def test_a_page_that_can_not_go_on_starts_afresh(last_seq: int | None, epoch: str | None) -> None:
    hub = a_hub(ring_frames=7, queue_frames=5)
    for number in range(9):
        hub.show(a_state(segment=f"s{number}"))

    with hub.subscribe(last_seq=last_seq, epoch=epoch) as outlet:
        hello = await took(outlet)
        idle = _is_idle(outlet)

    assert (hello["resumed"], hello["seq"], hello["state"]["segment"]) == (False, 9, "s8")
    assert (idle, outlet.drops) == (True, 0)


async def test_as_many_missed_frames_as_fit_a_queue_are_sent_again() -> None:
    hub = a_hub(ring_frames=7, queue_frames=5)
    for number in range(9):
        hub.show(a_state(segment=f"s{number}"))

    with hub.subscribe(last_seq=5, epoch="e1") as outlet:
        frames = [await took(outlet) for _ in range(5)]

    assert (frames[0]["resumed"], [frame["seq"] for frame in frames]) == (True, [5, 6, 7, 8, 9])


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["show", "say", "cut", "take", "leave", "wait"]), max_size=60),
    queue_frames=st.integers(1, 6),
    ring_frames=st.integers(1, 12),
)
def test_a_page_always_ends_up_with_the_stage_as_it_is(
    steps: list[str], queue_frames: int, ring_frames: int
) -> None:
    asyncio.run(_walk(steps, queue_frames, ring_frames))


async def _walk(steps: list[str], queue_frames: int, ring_frames: int) -> None:
    now = FakeNow()
    hub = a_hub(now, queue_frames=queue_frames, ring_frames=ring_frames)
    page = _Page()
    number = 0
    for step in [*steps, "leave"]:
        with hub.subscribe(last_seq=page.seq, epoch="e1") as outlet:
            number += 1
            {
                "show": lambda n=number: hub.show(a_state(segment=f"s{n}")),
                "say": lambda n=number: say(hub, f"u{n}"),
                "cut": lambda: hub.cut((hub.utterance or {"id": ""})["id"]),
                "wait": lambda: now.move(ms=400),
            }.get(step, lambda: None)()
            if step != "leave":
                page.take(await took(outlet))
            while step in {"leave", "wait"} and not _is_idle(outlet):
                page.take(await took(outlet))
    assert page.state == hub.state
    assert page.seq == hub.seq
    assert page.speaking(hub.clock.now_ms()) == (hub.utterance and hub.utterance["id"])


class _Page:
    """Does what docs/protocol.md asks of a page, and refuses frames that are out of order."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.state: dict[str, Any] = {}
        self.utterance: dict[str, Any] | None = None

    def take(self, frame: dict[str, Any]) -> None:
        assert frame["type"] == "hello" or frame["seq"] == (self.seq or 0) + 1
        assert frame["seq"] >= (self.seq or 0)
        self.seq = frame["seq"]
        match frame["type"]:
            case "hello":
                self.state, self.utterance = frame["state"], frame["utterance"]
            case "scene":
                self.state = frame["state"]
            case "utterance":
                self.utterance = frame
            case "cut":
                self.utterance = None

    def speaking(self, now_ms: int) -> str | None:
        said = self.utterance
        return said["id"] if said and said["starts_at_ms"] + said["duration_ms"] > now_ms else None


# --- the end -------------------------------------------------------------------------------------------


async def test_closing_sends_all_pages_away_present_and_to_come() -> None:
    hub = a_hub()
    with hub.subscribe() as present:
        await took(present)
        hub.show(CARD)
        hub.close("restart")
        farewell = await present.take()
    with hub.subscribe() as late:
        too_late = await late.take()

    assert isinstance(farewell, Farewell)
    assert farewell == too_late
    assert json.loads(farewell.text) == {"v": 1, "type": "bye", "reason": "restart"}


async def test_a_page_that_waits_is_woken_by_the_end() -> None:
    hub = a_hub()
    with hub.subscribe() as outlet:
        await took(outlet)
        waiting = asyncio.create_task(outlet.take())
        await asyncio.sleep(0)
        hub.close("ended")
        async with asyncio.timeout(1):
            farewell = await waiting

    assert isinstance(farewell, Farewell)
    assert farewell.reason == "ended"


async def test_a_taker_that_is_given_up_loses_no_frame() -> None:
    hub = a_hub()
    with hub.subscribe() as outlet:
        await took(outlet)
        waiting = asyncio.create_task(outlet.take())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        hub.show(CARD)
        frame = await took(outlet)

    assert frame["type"] == "scene"
