"""Fan-out inside one process."""

from __future__ import annotations

import pytest

from bot.messages import Author, ChatMessage
from bot.web import hub as hub_module
from bot.web.hub import RESTART, TOO_SLOW, Encoded, Hub
from tests.fakes.house import NOON


def message(seq: int) -> ChatMessage:
    return ChatMessage(seq=seq, id=str(seq), author=Author.BOT, text="Hi", language="en", at=NOON)


async def test_every_socket_of_a_conversation_gets_the_same_text_encoded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    encoded = []
    real = hub_module.message_frame
    monkeypatch.setattr(hub_module, "message_frame", lambda said: encoded.append(said.seq) or real(said))
    hub = Hub()

    with hub.subscribe("web:1") as one, hub.subscribe("web:1") as two, hub.subscribe("web:2") as other:
        hub.publish("web:1", [message(1), message(2)])
        first, second = await one.take(), await two.take()

        assert first is not second or first == second
        assert isinstance(first, Encoded)
        assert first.text is second.text  # type: ignore[union-attr]
        assert encoded == [1, 2]
        hub.publish("web:2", [message(9)])
        assert (await other.take()).seq == 9  # type: ignore[union-attr]


async def test_nothing_is_encoded_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "message_frame", pytest.fail)
    Hub().publish("web:1", [message(1)])


async def test_a_full_queue_ends_its_socket_and_no_other() -> None:
    hub = Hub(queue_frames=2)

    with hub.subscribe("web:1") as slow, hub.subscribe("web:1") as quick:
        for seq in (1, 2, 3):
            hub.publish("web:1", [message(seq)])
            await quick.take()

        assert slow.ended.result() == TOO_SLOW
        assert not quick.ended.done()


async def test_closing_ends_all_sockets_present_and_to_come() -> None:
    hub = Hub()

    with hub.subscribe("web:1") as outlet:
        hub.close()
        assert outlet.ended.result() == RESTART
    with hub.subscribe("web:2") as late:
        assert late.ended.result() == RESTART


async def test_an_outlet_is_forgotten_after_its_block() -> None:
    hub = Hub()

    with hub.subscribe("web:1") as outlet:
        pass
    hub.publish("web:1", [message(1)])

    assert outlet.ended.done()
    assert not hub._outlets
