"""The real worker with the real model: turns, forms, skills, and what happens when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from bot.dialogue.pool import Dialogue, DialogueUnavailable, Outcome, Turn
from bot.messages import Action, Say, SkillResult
from knowledge.encoder import make_encoder

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENCODER = make_encoder("builtin")


class Skills:
    """Records what the dialogue asked for; answers as if no order matched."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.gate: asyncio.Event | None = None
        self.called = asyncio.Event()

    async def __call__(self, name: str, arguments: dict[str, Any]) -> SkillResult:
        self.calls.append((name, arguments))
        self.called.set()
        if self.gate:
            await self.gate.wait()
        return SkillResult(
            says=(Say(key="order.not_found", action=Action.ORDER_NOT_FOUND),),
            slots={"order_number": None, "email": None},
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dialogue(trained_model: Path) -> AsyncIterator[Dialogue]:
    pool = Dialogue(trained_model, timeout_s=20)
    await pool.start()
    yield pool
    await pool.close()


async def say(
    dialogue: Dialogue, text: str, state: str = "", skills: Skills | None = None, **fields: Any
) -> Outcome:
    known: dict[str, Any] = {
        "vector": ENCODER.encode([text])[0],
        "hits": [],
        "outcome": "unknown",
        "product_score": 0.0,
        "status": "bot",
    }
    turn = Turn(
        conversation_id=fields.pop("conversation", "c"),
        message_id="m",
        text=text,
        state=state,
        run_skill=skills or Skills(),
        **(known | fields),
    )
    return await dialogue.turn(turn)


async def test_an_order_is_looked_up_once_both_details_are_there(dialogue: Dialogue) -> None:
    skills = Skills()

    asked = await say(dialogue, "/track_order", skills=skills)
    number = await say(dialogue, "１０４２", asked.state, skills)
    done = await say(dialogue, "Anna@Example.com", number.state, skills)

    assert [s.key for s in asked.says] == ["order.ask_number"]
    assert [s.key for s in number.says] == ["order.ask_email"]
    assert [s.key for s in done.says] == ["order.not_found"]
    name, arguments = skills.calls[0]
    assert (name, arguments["order_number"], arguments["email"]) == (
        "order_track",
        "1042",
        "anna@example.com",
    )


async def test_a_correction_inside_the_form_replaces_the_number(dialogue: Dialogue) -> None:
    skills = Skills()

    state = (await say(dialogue, "/track_order")).state
    state = (await say(dialogue, "1042", state)).state
    state = (await say(dialogue, "sorry, I meant 1043", state)).state
    await say(dialogue, "anna@example.com", state, skills)

    assert skills.calls[0][1]["order_number"] == "1043"


async def test_a_question_inside_the_form_is_answered_and_the_form_goes_on(dialogue: Dialogue) -> None:
    state = (await say(dialogue, "/track_order")).state

    answered = await say(dialogue, "is there a warranty", state, hits=[("warranty", 0.95)], outcome="answer")

    assert [(s.faq, s.key) for s in answered.says] == [("warranty", None), (None, "order.ask_number")]


async def test_stop_leaves_the_form_and_forgets_the_details(dialogue: Dialogue) -> None:
    state = (await say(dialogue, "/track_order")).state
    state = (await say(dialogue, "1042", state)).state

    stopped = await say(dialogue, "/stop", state)

    assert [s.key for s in stopped.says] == ["stopped"]
    assert "1042" not in stopped.state


async def test_what_the_knowledge_base_does_not_know_offers_a_person(dialogue: Dialogue) -> None:
    unknown = await say(dialogue, "zzz qqq loyalty points zebra")
    agreed = await say(dialogue, "/affirm", unknown.state)

    assert unknown.says[0].action is Action.REFUSE
    assert agreed.says[0].action in {Action.HANDOFF, Action.CHAT}


async def test_i_see_never_confirms_a_cancellation(dialogue: Dialogue) -> None:
    skills = Skills()
    asked = (
        '{"v": 1, "slots": {"question": "cancel", "task": "cancel", "order_number": "1042"}, "loop": null}'
    )

    await say(dialogue, "/ok", asked, skills)

    assert [name for name, _ in skills.calls] == ["order_cancel"]


async def test_conversations_do_not_wait_for_each_others_shop_calls(dialogue: Dialogue) -> None:
    slow = Skills()
    slow.gate = asyncio.Event()
    state = (
        '{"v": 1, "slots": {"question": "cancel", "order_number": "1042", "email": "a@b.co"}, "loop": null}'
    )

    waiting = asyncio.create_task(say(dialogue, "/affirm", state, slow, conversation="slow"))
    quick = await say(dialogue, "/greet", conversation="quick")
    slow.gate.set()

    assert quick.says[0].key == "greet"
    assert (await waiting).says[0].key == "order.not_found"


async def test_a_state_nobody_knows_starts_afresh(dialogue: Dialogue) -> None:
    outcome = await say(dialogue, "/greet", '{"v": 99, "slots": {"gone": 1}, "loop": "old_form"}')

    assert outcome.says[0].key == "greet"


@pytest.mark.parametrize("text", ["?", "[a](b)", "{x}", "\u202e1042", "👍", "a" * 4000])
async def test_strange_text_gets_an_answer(dialogue: Dialogue, text: str) -> None:
    outcome = await say(dialogue, text)

    assert outcome.says or outcome.intent is not None


async def test_a_killed_worker_is_replaced_and_the_turn_answered(dialogue: Dialogue) -> None:
    slow = Skills()
    slow.gate = asyncio.Event()
    state = (
        '{"v": 1, "slots": {"question": "cancel", "order_number": "1042", "email": "a@b.co"}, "loop": null}'
    )
    before = dialogue.pids

    waiting = asyncio.create_task(say(dialogue, "/affirm", state, slow))
    await slow.called.wait()
    os.kill(before[0], signal.SIGKILL)
    slow.gate.set()

    assert (await waiting).says[0].key == "order.not_found"
    assert dialogue.pids != before


async def test_a_missing_model_is_told_and_not_waited_for(tmp_path: Path) -> None:
    pool = Dialogue(tmp_path / "none.tar.gz", timeout_s=0.5)
    await pool.start(wait=False)

    with pytest.raises(DialogueUnavailable):
        await say(pool, "hello", vector=np.zeros(4, dtype=np.float32))
    await pool.close()
