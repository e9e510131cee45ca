"""Talking over a chat socket: order, acknowledgement, resume, errors. Real server, real client."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.messages import Author, Status
from bot.store import Draft, StoreError
from bot.web.ports import TurnError
from tests.fakes.house import NOON
from tests.web.doors import House, LiveServer, Page, open_house, serve


def draft(number: int, text: str = "Hi") -> Draft:
    return Draft(id=f"m{number}", author=Author.BOT, text=text, language="en", at=NOON)


def kinds(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


# --- a turn ------------------------------------------------------------------------------------------


async def test_a_message_is_acknowledged_and_answered(server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("How long?", message_id="m-1", payload="/ask_faq")

    frames = [await page.frame() for _ in range(2)]

    assert kinds(frames) == ["message", "message"]
    assert [frame["seq"] for frame in frames] == [1, 2]
    own, answer = frames[0]["message"], frames[1]["message"]
    assert own == {
        "id": "m-1", "seq": 1, "from": "shopper", "text": "How long?", "language": "en", "direction": "ltr",
        "at": "2026-11-22T12:00:00.000Z",
    }  # fmt: skip
    assert (answer["from"], answer["text"]) == ("bot", "You said: How long?")
    assert answer["metadata"]["disclosure"] == "I am an AI."


async def test_a_slow_reply_is_announced_by_typing_frames(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    house.answerer.gate.clear()
    await page.say("slow", message_id="1")
    typing = await page.frame()
    house.answerer.gate.set()

    frames = [typing, *[await page.frame() for _ in range(3)]]

    assert kinds(frames) == ["typing", "message", "message", "typing"]
    assert [frames[0]["on"], frames[3]["on"]] == [True, False]
    assert [frame["seq"] for frame in frames] == [0, 1, 2, 2]


async def test_what_is_heard_is_clean(house: House, server: LiveServer) -> None:
    page = await server.arrive(page_language="de")
    await page.say(" Cafe\u0301\0 ", message_id="m", payload="/affirm")
    await page.messages(2)

    heard = house.answerer.heard[0]
    assert (heard.conversation_id, heard.channel) == (page.welcome["conversation"], "web")
    assert (heard.text, heard.payload, heard.page_language) == ("Café", "/affirm", "de")


async def test_cards_and_buttons_travel_with_the_message(server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("cards", message_id="1")
    await page.say("buttons", message_id="2")

    messages = await page.messages(4)

    assert messages[1]["cards"][0]["stock"] == "in_stock"
    assert messages[3]["buttons"] == [{"title": "Yes", "payload": "/affirm"}]


async def test_messages_are_answered_in_the_order_they_came(server: LiveServer) -> None:
    page = await server.arrive()
    for number in range(5):
        await page.say(f"text {number}", message_id=str(number))

    messages = await page.messages(10)

    assert [message["seq"] for message in messages] == list(range(1, 11))
    assert [message["text"] for message in messages[::2]] == [f"text {number}" for number in range(5)]


async def test_a_turn_in_progress_holds_up_no_ping(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    house.answerer.gate.clear()
    await page.say("slow", message_id="1")
    assert await page.next("typing")

    await page.send(type="ping")

    assert (await page.frame())["type"] == "pong"


async def test_too_many_messages_at_once_are_refused_one_by_one(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    house.answerer.gate.clear()
    await page.say("first", message_id="first")
    await house.answerer.working.wait()
    for number in range(33):
        await page.say("more", message_id=f"more-{number}")

    refused = await page.next("error")
    house.answerer.gate.set()
    messages = await page.messages(66)

    assert (refused["id"], refused["error"]["code"]) == ("more-32", "too_many_messages")
    assert refused["retry_after_s"] > 0
    assert "more-32" not in {message["id"] for message in messages}


async def test_the_same_id_again_is_neither_answered_nor_sent_twice(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("hi", message_id="1")
    await page.messages(2)
    await page.say("hi", message_id="1")
    await page.say("next", message_id="2")

    assert [message["seq"] for message in await page.messages(2)] == [3, 4]


async def test_staff_in_charge_leave_the_message_unanswered(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("help", message_id="1")
    await page.messages(2)
    await house.conversations.append(page.welcome["conversation"], draft(3), status=Status.STAFF)

    await page.say("anyone?", message_id="2")

    assert [(message["seq"], message["from"]) for message in await page.messages(2)] == [
        (3, "bot"),
        (4, "shopper"),
    ]


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "code", "field", "message_id"),
    [
        ("nonsense", "bad_json", None, None),
        ("[" * 15_000, "bad_json", None, None),
        ("[]", "bad_frame", None, None),
        ("null", "bad_frame", None, None),
        ("7", "bad_frame", None, None),
        (b"\x00binary", "bad_json", None, None),
        ('{"type":"ping"}', "bad_frame", "v", None),
        ('{"v":"1","type":"ping"}', "unsupported_version", "v", None),
        ('{"v":true,"type":"ping"}', "unsupported_version", "v", None),
        ('{"v":2,"type":"message","id":"a","text":"b"}', "unsupported_version", "v", "a"),
        ('{"v":1}', "bad_frame", "type", None),
        ('{"v":1,"type":7}', "bad_frame", "type", None),
        ('{"v":1,"type":"shout","id":"a"}', "unknown_type", "type", "a"),
        ('{"v":1,"type":"hello"}', "bad_frame", "type", None),
        ('{"v":1,"type":"message","text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":7,"text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":"","text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":"\\u0000","text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":"\\ud800","text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":"' + "x" * 101 + '","text":"hi"}', "bad_frame", "id", None),
        ('{"v":1,"type":"message","id":"a"}', "not_text", "text", "a"),
        ('{"v":1,"type":"message","id":"a","text":7}', "not_text", "text", "a"),
        ('{"v":1,"type":"message","id":"a","text":"\\ud800"}', "not_text", "text", "a"),
        ('{"v":1,"type":"message","id":"a","text":" \\u0000"}', "message_empty", "text", "a"),
        ('{"v":1,"type":"message","id":"a","text":"' + "x" * 4001 + '"}', "message_too_long", "text", "a"),
        ('{"v":1,"type":"message","id":"a","text":"hi","payload":7}', "bad_frame", "payload", "a"),
        ('{"v":1,"type":"language","language":7}', "bad_frame", "language", None),
        ('{"v":1,"type":"language","language":"tlh"}', "bad_frame", "language", None),
    ],
)
async def test_a_bad_frame_is_refused_and_the_socket_stays_open(
    house: House, server: LiveServer, frame: str | bytes, code: str, field: str | None, message_id: str | None
) -> None:
    page = await server.arrive()
    await page.send_raw(frame)

    refused = await page.frame()

    assert (refused["type"], refused["error"]["code"]) == ("error", code)
    assert (refused["error"].get("field"), refused.get("id")) == (field, message_id)
    assert await page.all_until_pong() == []
    assert not house.answerer.heard


async def test_the_twentieth_bad_frame_ends_the_socket(server: LiveServer) -> None:
    page = await server.arrive()
    for _ in range(19):
        await page.send_raw("nonsense")
    assert len(await page.all_until_pong()) == 19

    await page.send_raw("nonsense")

    assert (await page.frame())["error"]["code"] == "bad_json"
    assert await page.close_code() == 1008


async def test_what_a_person_can_cause_does_not_end_the_socket(server: LiveServer) -> None:
    page = await server.arrive()
    for number in range(25):
        await page.say(" ", message_id=str(number))
    assert {frame["error"]["code"] for frame in await page.all_until_pong()} == {"message_empty"}


async def test_errors_speak_the_language_of_the_page(server: LiveServer) -> None:
    page, german = await server.arrive(), await server.arrive(page_language="de")
    for each in (page, german):
        await each.say("x" * 4001, message_id="1")

    english_text, german_text = [(await each.next("error"))["error"]["message"] for each in (page, german)]

    assert "4,000" in english_text
    assert "4.000" in german_text


async def test_a_conversation_that_is_too_fast_is_told_when_to_go_on(tmp_path: Path) -> None:
    async with serve(open_house(tmp_path, messages_per_minute_per_sender=1)) as server:
        page = await server.arrive()
        await page.say("one", message_id="1")
        await page.say("two", message_id="2")

        refused = await page.next("error")

    assert (refused["id"], refused["error"]["code"]) == ("2", "too_many_messages")
    assert 0 < refused["retry_after_s"] <= 60


@pytest.mark.parametrize(
    ("failure", "code", "retry_after_s"),
    [
        (TurnError("unavailable", 5.0), "unavailable", 5.0),
        (TurnError("busy", 0.25), "unavailable", 0.2),
        (TurnError("invalid"), "invalid", None),
        (StoreError("busy", "locked", retry_after_s=2.0), "unavailable", 2.0),
        (RuntimeError("the password is 12345"), "server", None),
    ],
)
async def test_a_turn_that_failed_is_told_and_may_be_sent_again(
    house: House, server: LiveServer, failure: Exception, code: str, retry_after_s: float | None
) -> None:
    page = await server.arrive()
    house.answerer.failures.append(failure)
    await page.say("hi", message_id="1")

    frame = await page.frame()
    await page.say("hi", message_id="1")

    assert (frame["type"], frame["id"], frame["error"]["code"]) == ("error", "1", code)
    assert frame.get("retry_after_s") == retry_after_s
    assert "12345" not in str(frame)
    assert [message["seq"] for message in await page.messages(2)] == [1, 2]


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_FRAME = st.dictionaries(
    st.sampled_from(["v", "type", "id", "text", "payload", "language", "token", "last_seq"]),
    st.sampled_from([1, "1", "message", "language", "ping", "hello", "de"]) | _JUNK,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(_FRAME | _JUNK | st.binary(max_size=30), min_size=1, max_size=19))
def test_no_frames_whatever_drop_a_socket_before_the_twentieth(tmp_path: Path, frames: list[Any]) -> None:
    async def talk() -> None:
        async with serve(open_house(tmp_path)) as server:
            page = await server.arrive()
            for frame in frames:
                await page.send_raw(frame if isinstance(frame, bytes) else _json(frame))
            while (await _ping(page))["type"] != "pong":
                pass

    asyncio.run(talk())


def _json(value: Any) -> str:
    return json.dumps(value)


async def _ping(page: Page) -> dict[str, Any]:
    await page.send(type="ping")
    frame = await page.frame()
    assert frame.get("error", {}).get("code") != "server"
    return frame


# --- several pages, reload, resume -------------------------------------------------------------------


async def test_all_pages_of_a_conversation_see_the_same(house: House, server: LiveServer) -> None:
    one = await server.arrive()
    two = await server.arrive(token=one.welcome["token"])
    other = await server.arrive()

    await one.say("hi", message_id="1")

    assert await one.messages(2) == await two.messages(2)
    assert await other.all_until_pong() == []


async def test_a_reload_brings_the_history_back(server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("hi", message_id="1")
    said = await page.messages(2)
    await page.leave()

    again = await server.arrive(token=page.welcome["token"], last_seq=0)

    assert (again.welcome["resumed"], again.welcome["seq"]) == (True, 2)
    assert again.welcome["conversation"] == page.welcome["conversation"]
    assert await again.messages(2) == said


async def test_a_resume_brings_only_what_was_missed(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("hi", message_id="1")
    await page.messages(2)
    await page.leave()
    for number in range(3, 6):
        await house.conversations.append(page.welcome["conversation"], draft(number))

    again = await server.arrive(token=page.welcome["token"], last_seq=3)

    assert [message["seq"] for message in await again.messages(2)] == [4, 5]
    assert await again.all_until_pong() == []


async def test_history_is_the_newest_two_hundred_and_a_resume_is_complete(
    house: House, server: LiveServer
) -> None:
    page = await server.arrive()
    name, token = page.welcome["conversation"], page.welcome["token"]
    house.conversations.begin(name)
    for number in range(450):
        house.conversations.add(name, draft(number))

    reloaded = await server.arrive(token=token)
    resumed = await server.arrive(token=token, last_seq=10)

    assert [message["seq"] for message in await reloaded.messages(200)] == list(range(251, 451))
    assert [message["seq"] for message in await resumed.messages(440)] == list(range(11, 451))


async def test_a_chat_without_messages_is_resumed_empty(server: LiveServer) -> None:
    page = await server.arrive()
    again = await server.arrive(token=page.welcome["token"], last_seq=0)

    assert again.welcome["resumed"] is True
    assert again.welcome["conversation"] == page.welcome["conversation"]


async def test_a_page_that_knows_more_than_there_is_starts_empty(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("hi", message_id="1")
    await page.messages(2)

    again = await server.arrive(token=page.welcome["token"], last_seq=9)

    assert again.welcome["resumed"] is False
    assert [message["seq"] for message in await again.messages(2)] == [1, 2]


async def test_a_resume_racing_with_new_messages_gets_each_once_in_order(
    house: House, server: LiveServer
) -> None:
    first = await server.arrive()
    name, token = first.welcome["conversation"], first.welcome["token"]
    house.conversations.begin(name)
    for number in range(1, 151):
        house.conversations.add(name, draft(number))

    async def go_on() -> None:
        for number in range(151, 301):
            stored = house.conversations.add(name, draft(number))
            house.hub.publish(name, [stored])
            await asyncio.sleep(0)

    talking = asyncio.create_task(go_on(), name="talking")
    pages = [await server.arrive(token=token, last_seq=1 + number) for number in range(4)]
    await talking

    for number, page in enumerate(pages):
        seqs = [message["seq"] for message in await page.messages(299 - number)]
        assert seqs == list(range(2 + number, 301))
        assert await page.all_until_pong() == []


async def test_messages_published_out_of_turn_arrive_in_order_once(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    name = page.welcome["conversation"]
    house.conversations.begin(name)
    await page.all_until_pong()
    stored = [house.conversations.add(name, draft(number)) for number in range(1, 5)]

    house.hub.publish(name, stored[2:])
    house.hub.publish(name, stored[:2])
    house.hub.publish(name, stored)

    assert [message["seq"] for message in await page.messages(4)] == [1, 2, 3, 4]
    assert await page.all_until_pong() == []


async def test_a_page_that_left_during_its_turn_finds_the_answer(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    house.answerer.gate.clear()
    await page.say("slow", message_id="1")
    await page.say("queued", message_id="2")
    await house.answerer.working.wait()
    await page.all_until_pong()
    await page.leave()

    again = await server.arrive(token=page.welcome["token"], last_seq=0)
    house.answerer.gate.set()

    assert [message["id"] for message in await again.messages(4)] == ["1", "answer-1", "2", "answer-2"]


async def test_a_slow_page_is_closed_and_others_go_on(tmp_path: Path) -> None:
    house = open_house(tmp_path, queue_frames=8)
    async with serve(house) as server:
        quick = await server.arrive()
        name, token = quick.welcome["conversation"], quick.welcome["token"]
        house.conversations.begin(name)
        slow = await _page_with_a_full_buffer(server, token)

        for number in range(1, 400):
            stored = house.conversations.add(name, draft(number, "x" * 60_000))
            house.hub.publish(name, [stored])
            assert (await quick.messages(1))[0]["seq"] == number
        slow.connection.transport.resume_reading()  # type: ignore[attr-defined]
        code = await slow.close_code()

    assert code == 1013


async def _page_with_a_full_buffer(server: LiveServer, token: str) -> Page:
    """A page whose tab sleeps: nothing is read from its small buffer."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", server.port))
    page = await server.visit(sock=line)
    await page.hello(token=token)
    page.connection.transport.pause_reading()  # type: ignore[attr-defined]
    return page


# --- languages ---------------------------------------------------------------------------------------


async def test_a_language_chosen_by_hand_is_confirmed_and_kept(house: House, server: LiveServer) -> None:
    page = await server.arrive(page_language="de")
    await page.say("hi", message_id="1")
    await page.messages(2)

    await page.send(type="language", language="ar")
    confirmed = await page.next("language")
    again = await server.arrive(token=page.welcome["token"], page_language="de")

    assert (confirmed["language"], confirmed["direction"]) == ("ar", "rtl")
    assert again.welcome["language"] == "ar"


async def test_no_language_goes_back_to_automatic(house: House, server: LiveServer) -> None:
    page = await server.arrive(page_language="de", language="ar")
    assert page.welcome["language"] == "ar"
    await page.say("hi", message_id="1")
    await page.messages(2)

    await page.send(type="language", language=None)

    confirmed = await page.next("language")
    known = await house.conversations.conversation(page.welcome["conversation"])
    assert known is not None
    assert known.chosen_language is None
    assert confirmed["language"] == known.language


async def test_a_choice_before_the_first_message_is_kept_with_it(house: House, server: LiveServer) -> None:
    page = await server.arrive(page_language="de")
    await page.send(type="language", language="ar")
    assert (await page.next("language"))["language"] == "ar"

    await page.say("hi", message_id="1")
    await page.messages(2)
    await page.send(type="language", language="ar")
    await page.next("language")

    assert house.answerer.heard[0].chosen_language == "ar"
    known = await house.conversations.conversation(page.welcome["conversation"])
    assert known is not None
    assert known.chosen_language == "ar"


async def test_a_choice_counts_from_its_place_among_the_messages(house: House, server: LiveServer) -> None:
    page = await server.arrive(page_language="de")
    house.answerer.gate.clear()
    await page.say("one", message_id="1")
    await page.send(type="language", language="ar")
    await page.say("two", message_id="2")
    house.answerer.gate.set()
    await page.messages(4)

    assert [heard.chosen_language for heard in house.answerer.heard] == [None, "ar"]
