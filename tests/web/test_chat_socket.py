"""Who may open a chat socket, how it begins and how it ends. Real server, real client."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.messages import Author, ChatMessage
from bot.web.chat_session import max_frame_bytes
from bot.web.security import Tokens
from tests.fakes.house import NOON
from tests.web.doors import SECRET, House, LiveServer, open_house, serve

# --- who may come in ---------------------------------------------------------------------------------


async def test_a_page_of_another_origin_is_refused(server: LiveServer) -> None:
    page = await server.visit(origin="https://evil.example")
    assert await page.close_code() == 1008


async def test_our_own_pages_and_programs_are_welcome(server: LiveServer) -> None:
    own = await server.visit(origin=f"http://127.0.0.1:{server.port}")
    program = await server.visit()

    assert (await own.hello())["type"] == "welcome"
    assert (await program.hello())["type"] == "welcome"


async def test_a_listed_origin_is_welcome(tmp_path: Path) -> None:
    async with serve(open_house(tmp_path, allowed_origins=("https://shop.example",))) as server:
        page = await server.visit(origin="https://shop.example")
        assert (await page.hello())["type"] == "welcome"


async def test_an_address_has_only_so_many_sockets(tmp_path: Path) -> None:
    house = open_house(tmp_path, sockets_per_address=2)
    async with serve(house) as server:
        first, _ = await server.arrive(), await server.arrive()
        refused = await server.visit()
        assert (await refused.frame())["error"]["code"] == "too_many_sockets"
        assert await refused.close_code() == 1013

        await first.leave()
        await _no_more_than(house, 1)

        assert (await server.arrive()).welcome


async def _no_more_than(house: House, count: int) -> None:
    async with asyncio.timeout(5):
        while (house.metrics.registry.get_sample_value("storecast_chat_sockets") or 0) > count:  # noqa: ASYNC110  # the server's own task ends in a moment, and tells nobody
            await asyncio.sleep(0)


async def test_an_address_that_connects_too_often_is_sent_away(tmp_path: Path) -> None:
    async with serve(open_house(tmp_path, messages_per_minute_per_address=1)) as server:
        await server.arrive()
        again = await server.visit()
        await again.send(type="hello")

        error = await again.next("error")
        assert (error["error"]["code"], error["retry_after_s"] > 0) == ("too_many_messages", True)
        assert await again.close_code() == 1013


# --- hello -------------------------------------------------------------------------------------------


async def test_a_welcome_has_all_the_page_needs(server: LiveServer) -> None:
    page = await server.arrive(page_language="ar-EG")

    assert page.welcome.keys() == {
        "v", "seq", "type", "token", "conversation", "resumed", "language", "direction", "status",
    }  # fmt: skip
    assert page.welcome["conversation"].startswith("web:")
    expected = {"v": 1, "seq": 0, "resumed": False, "language": "ar", "direction": "rtl", "status": "bot"}
    assert {key: page.welcome[key] for key in expected} == expected


async def test_two_pages_get_two_conversations(server: LiveServer) -> None:
    one, two = await server.arrive(), await server.arrive()
    assert one.welcome["conversation"] != two.welcome["conversation"]


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"v":1,"type":"ping"}', "hello_expected"),
        ('{"v":1,"type":"message","id":"1","text":"hi"}', "hello_expected"),
        ("not json", "bad_json"),
        ('{"v":2,"type":"hello"}', "unsupported_version"),
        ('{"v":1,"type":"hello","last_seq":-1}', "bad_frame"),
        (b"\x00\x01", "bad_json"),
    ],
)
async def test_a_first_frame_that_is_no_hello_ends_the_socket(
    server: LiveServer, first: str | bytes, code: str
) -> None:
    page = await server.visit()
    await page.send_raw(first)

    assert (await page.next("error"))["error"]["code"] == code
    assert await page.close_code() == 1008


async def test_a_page_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    async with serve(open_house(tmp_path, hello_s=0.01)) as server:
        page = await server.visit()
        assert (await page.next("error"))["error"]["code"] == "hello_expected"
        assert await page.close_code() == 1008


async def test_an_odd_language_in_a_hello_is_passed_over(server: LiveServer) -> None:
    page = await server.arrive(page_language="<html>", language="tlh")
    assert page.welcome["language"] == "en"


# --- tokens ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 5000, "e30.e30.e30"])
async def test_a_forged_token_begins_an_empty_chat(server: LiveServer, token: str) -> None:
    page = await server.arrive(token=token, last_seq=5)
    assert page.welcome["resumed"] is False
    assert page.welcome["token"] != token


async def test_a_token_of_another_installation_opens_nothing(house: House, server: LiveServer) -> None:
    house.conversations.begin("web:victim")
    forged = Tokens(SecretStr("another secret"), now=house.clock).issue("web:victim")

    page = await server.arrive(token=forged)

    assert page.welcome["resumed"] is False
    assert page.welcome["conversation"] != "web:victim"


async def test_an_expired_token_opens_nothing(house: House, server: LiveServer) -> None:
    token = Tokens(SECRET, now=house.clock).issue("web:old")
    house.clock.move(days=91)

    page = await server.arrive(token=token)

    assert page.welcome["conversation"] != "web:old"


# --- size --------------------------------------------------------------------------------------------


async def test_a_frame_too_large_ends_the_socket(server: LiveServer) -> None:
    page = await server.arrive()
    await page.send_raw("x" * (max_frame_bytes(4000) + 1))
    assert await page.close_code() == 1009


@pytest.mark.parametrize("data", ["é" * 10_100, b"\x00" * 20_200])
async def test_a_frame_too_large_ends_the_socket_whatever_the_server_allows(
    house: House, data: str | bytes
) -> None:
    async with serve(house, ws_max_size=10_000_000) as server:
        page = await server.arrive()
        await page.send_raw(data)
        assert await page.close_code() == 1009


async def test_the_longest_message_fits_a_frame(server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("😀" * 4000, message_id="1" * 100)
    assert len((await page.messages(1))[0]["text"]) == 4000


# --- the end -----------------------------------------------------------------------------------------


async def test_a_restart_closes_sockets_so_that_pages_come_back(server: LiveServer) -> None:
    page = await server.arrive()
    await asyncio.gather(server.stop(), page.close_code())
    assert page.connection.close_code == 1012


async def test_a_turn_in_progress_is_finished_before_the_end(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    house.answerer.gate.clear()
    await page.say("hi", message_id="1")
    await house.answerer.working.wait()

    stopping = asyncio.create_task(server.stop(), name="stop")
    assert await page.close_code() == 1012
    house.answerer.gate.set()
    await stopping

    assert len(await house.conversations.messages_after(page.welcome["conversation"], 0)) == 2


async def test_the_application_closes_its_sockets_itself(house: House) -> None:
    async with serve(house, lifespan="off") as server, house.app.router.lifespan_context(house.app):
        page = await server.arrive()
        await asyncio.gather(_leave_lifespan(house), page.close_code())
        assert page.connection.close_code == 1012

        late = await server.visit()
        await late.send(type="hello")
        assert await late.close_code() == 1012


async def _leave_lifespan(house: House) -> None:
    async with house.app.router.lifespan_context(house.app):
        pass


async def test_a_store_that_fails_sends_the_page_away_for_now(house: House, server: LiveServer) -> None:
    first = await server.arrive()
    house.conversations.broken = True

    page = await server.visit()
    await page.send(type="hello", token=first.welcome["token"])

    error = await page.next("error")
    assert (error["error"]["code"], error["retry_after_s"]) == ("unavailable", 2.0)
    assert await page.close_code() == 1013


async def test_a_store_that_fails_during_a_chat_sends_the_page_away_too(
    house: House, server: LiveServer
) -> None:
    page = await server.arrive()
    name = page.welcome["conversation"]
    await page.say("hi", message_id="1")
    await page.messages(2)
    house.conversations.broken = True

    later = ChatMessage(seq=9, id="9", author=Author.BOT, text="Hi", language="en", at=NOON)
    house.hub.publish(name, [later])

    assert await page.close_code() == 1013


async def test_a_failure_nobody_expected_closes_one_socket_and_is_logged(
    house: House, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await server.arrive()
    monkeypatch.setattr(house.conversations, "messages_after", None)

    with capture_logs() as logs:
        page = await server.arrive()
        code = await page.close_code()

    assert code == 1011
    assert [entry["event"] for entry in logs] == ["chat_socket_failed"]
    assert await other.all_until_pong() == []


async def test_a_failure_while_opening_closes_the_socket_and_is_logged(
    house: House, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await server.arrive()
    monkeypatch.setattr(house.conversations, "conversation", None)

    with capture_logs() as logs:
        page = await server.visit()
        await page.send(type="hello", token=first.welcome["token"])
        code = await page.close_code()

    assert code == 1011
    assert [entry["event"] for entry in logs] == ["chat_session_failed"]


async def test_a_page_that_leaves_before_hello_is_let_go(house: House, server: LiveServer) -> None:
    page = await server.visit()
    await page.leave()
    await _no_more_than(house, 0)


async def test_a_turn_that_never_ends_is_given_up_at_the_end(tmp_path: Path) -> None:
    house = open_house(tmp_path, turn_timeout_s=0.01)
    async with serve(house, lifespan="off") as server, house.app.router.lifespan_context(house.app):
        page = await server.arrive()
        house.answerer.gate.clear()
        await page.say("hi", message_id="1")
        await house.answerer.working.wait()

        await asyncio.gather(_leave_lifespan(house), page.close_code())

        assert page.connection.close_code == 1012
        await _no_more_than(house, 0)


async def test_sockets_are_counted(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    assert house.metrics.registry.get_sample_value("storecast_chat_sockets") == 1

    await page.leave()
    await _no_more_than(house, 0)


async def test_frames_are_compact_json_text(server: LiveServer) -> None:
    page = await server.visit()
    await page.send(type="hello")
    raw = await page.connection.recv()
    assert isinstance(raw, str)
    assert raw == json.dumps(json.loads(raw), ensure_ascii=False, separators=(",", ":"))
