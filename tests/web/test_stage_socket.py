"""Stage pages and consoles over real sockets: who may come in, what they get, how they are sent away."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from streaming.stage.page_frames import CONTROL_CHARS, FRAME_BYTES
from tests.fakes.stage_room import OneRoom, Rooms, a_state
from tests.web.doors import ADMIN_TOKEN, House, LiveServer, Page, call, open_house, serve

STAGE = "/ws/stage/main"


@pytest.fixture
def room() -> OneRoom:
    return OneRoom()


@pytest.fixture
def house(tmp_path: Path, room: OneRoom) -> House:
    return open_house(tmp_path, live=Rooms(room))


@pytest_asyncio.fixture
async def server(house: House) -> AsyncIterator[LiveServer]:
    async with serve(house) as server:
        yield server


async def visit(server: LiveServer, **options: Any) -> Page:
    return await server.visit(path=STAGE, **options)


async def come_in(server: LiveServer, **enter: Any) -> tuple[Page, dict[str, Any]]:
    """Open a socket and be greeted."""
    page = await visit(server)
    await page.send(type="enter", **{"room": "main", "role": "stage", **enter})
    return page, await page.frame()


async def _no_viewer_left(room: OneRoom) -> None:
    async with asyncio.timeout(5):
        while room.hub.viewers:  # noqa: ASYNC110  # the server's own task ends in a moment, and tells nobody
            await asyncio.sleep(0)


# --- coming in -------------------------------------------------------------------------------------------


async def test_a_page_gets_the_stage_and_then_what_happens(server: LiveServer, room: OneRoom) -> None:
    page, hello = await come_in(server)

    starts_at_ms = room.say("u1")
    room.hub.show(a_state(segment="pitch"))
    spoken, scene = await page.frame(), await page.frame()

    assert (hello["type"], hello["seq"], hello["room"], hello["resumed"]) == ("hello", 0, "main", False)
    assert (spoken["type"], spoken["seq"], spoken["starts_at_ms"]) == ("utterance", 1, starts_at_ms)
    assert (scene["type"], scene["seq"], scene["state"]["segment"]) == ("scene", 2, "pitch")


async def test_all_pages_get_the_same_text(server: LiveServer, room: OneRoom) -> None:
    pages = [(await come_in(server))[0] for _ in range(3)]

    room.say("u1", text="こんにちは")
    texts = [await page.connection.recv() for page in pages]

    assert len(set(texts)) == 1
    assert texts[0] == json.dumps(json.loads(texts[0]), ensure_ascii=False, separators=(",", ":"))


async def test_a_page_that_comes_back_gets_what_it_missed(server: LiveServer, room: OneRoom) -> None:
    page, hello = await come_in(server)
    await page.leave()
    room.say("u1")
    room.hub.show(a_state(segment="pitch"))

    page, again = await come_in(server, last_seq=hello["seq"], epoch=hello["epoch"])
    missed = [await page.frame(), await page.frame()]

    assert (again["resumed"], again["seq"]) == (True, 0)
    assert [(frame["seq"], frame["type"]) for frame in missed] == [(1, "utterance"), (2, "scene")]


async def test_after_a_restart_of_the_server_a_page_starts_afresh(server: LiveServer, room: OneRoom) -> None:
    room.hub.show(a_state(segment="pitch"))

    _, hello = await come_in(server, last_seq=812, epoch="of another run")

    assert (hello["resumed"], hello["seq"], hello["state"]["segment"]) == (False, 1, "pitch")


async def test_our_own_pages_are_welcome_and_those_of_others_are_not(server: LiveServer) -> None:
    own = await visit(server, origin=f"http://127.0.0.1:{server.port}")
    await own.send(type="enter", room="main", role="stage")
    other = await visit(server, origin="https://evil.example")

    assert (await own.frame())["type"] == "hello"
    assert await other.close_code() == 1008


@pytest.mark.parametrize(
    ("first", "code", "field"),
    [
        ('{"v":1,"type":"time","t":1}', "bad_frame", "type"),
        ('{"v":1,"type":"enter","room":"main"}', "bad_frame", "role"),
        ('{"v":1,"type":"enter","room":"other","role":"stage"}', "bad_frame", "room"),
        ('{"v":2,"type":"enter"}', "unsupported_version", "v"),
        ("not json", "bad_json", None),
        (b"\x00", "bad_json", None),
    ],
)
async def test_a_first_frame_that_is_no_enter_ends_the_socket(
    server: LiveServer, first: str | bytes, code: str, field: str | None
) -> None:
    page = await visit(server)
    await page.send_raw(first)

    error = await page.frame()
    assert (error["type"], error["error"]["code"], error["error"].get("field")) == ("error", code, field)
    assert await page.close_code() == 1008


async def test_a_room_that_is_not_there_is_said_so(server: LiveServer) -> None:
    page = await server.visit(path="/ws/stage/elsewhere")
    await page.send(type="enter", room="elsewhere", role="stage")

    assert (await page.frame())["error"]["code"] == "not_found"
    assert await page.close_code() == 1008


async def test_a_page_that_says_nothing_is_not_waited_for(tmp_path: Path, room: OneRoom) -> None:
    async with serve(open_house(tmp_path, live=Rooms(room), hello_s=0.01)) as server:
        page = await visit(server)
        assert (await page.frame())["error"]["code"] == "bad_frame"
        assert await page.close_code() == 1008


async def test_an_address_has_only_so_many_sockets(tmp_path: Path, room: OneRoom) -> None:
    async with serve(open_house(tmp_path, live=Rooms(room), sockets_per_address=1)) as server:
        first, _ = await come_in(server)
        refused = await visit(server)
        error, code = await refused.frame(), await refused.close_code()
        await first.leave()
        await _no_viewer_left(room)
        _, hello = await come_in(server)

    assert (error["error"]["code"], code) == ("too_many_sockets", 1013)
    assert hello["type"] == "hello"


async def test_an_address_that_comes_too_often_is_sent_away(tmp_path: Path, room: OneRoom) -> None:
    async with serve(open_house(tmp_path, live=Rooms(room), messages_per_minute_per_address=1)) as server:
        await come_in(server)
        page, error = await come_in(server)
        code = await page.close_code()

    assert (error["error"]["code"], error["retry_after_s"] > 0, code) == ("too_many_messages", True, 1013)


async def test_a_page_that_leaves_is_forgotten(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server)
    assert room.hub.viewers == 1

    await page.leave()

    await _no_viewer_left(room)


async def test_a_page_that_leaves_before_it_came_in_is_let_go(server: LiveServer, room: OneRoom) -> None:
    page = await visit(server)
    with capture_logs() as logs:
        await page.leave()
        _, hello = await come_in(server)

    assert (hello["type"], room.hub.viewers, logs) == ("hello", 1, [])


# --- what pages say --------------------------------------------------------------------------------------


async def test_a_page_is_told_the_time_of_the_show(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server)
    room.now.move(ms=1234)

    await page.send(type="time", t=17.25)

    assert await page.frame() == {"v": 1, "type": "time", "t": 17.25, "now_ms": 1234}


async def test_progress_reaches_the_room(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server)

    await page.send(type="progress", id="u1", status="done", heard_ms=990)
    await page.send(type="time", t=1)
    await page.frame()

    assert [(one.utterance_id, one.status, one.heard_ms) for one in room.progress] == [("u1", "done", 990)]


async def test_a_bad_frame_is_answered_and_the_twentieth_ends_the_socket(server: LiveServer) -> None:
    page, _ = await come_in(server)

    for _ in range(20):
        await page.send(type="dance")
    answers = [await page.frame() for _ in range(20)]

    assert {answer["error"]["code"] for answer in answers} == {"unknown_type"}
    assert await page.close_code() == 1008


async def test_coming_in_twice_is_a_bad_frame(server: LiveServer) -> None:
    page, _ = await come_in(server)

    await page.send(type="enter", room="main", role="stage")

    assert (await page.frame())["error"]["field"] == "type"


async def test_a_page_that_talks_too_much_is_cut_off(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server)

    for number in range(61):
        await page.send(type="time", t=number)
    answers = [await page.frame() for _ in range(60)]

    assert answers[-1]["t"] == 59
    assert await page.close_code() == 1008


async def test_a_page_may_talk_again_after_a_while(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server)
    for number in range(60):
        await page.send(type="time", t=number)
    [await page.frame() for _ in range(60)]
    room.now.move(ms=10_000)

    await page.send(type="time", t=60)

    assert (await page.frame())["t"] == 60


@pytest.mark.parametrize("data", ["é" * FRAME_BYTES, b"\x00" * (FRAME_BYTES + 1)])
async def test_a_frame_too_large_ends_the_socket(server: LiveServer, data: str | bytes) -> None:
    page, _ = await come_in(server)
    await page.send_raw(data)
    assert await page.close_code() == 1009


# --- consoles --------------------------------------------------------------------------------------------


async def test_a_console_with_the_token_directs_the_show(server: LiveServer, room: OneRoom) -> None:
    page, hello = await come_in(server, role="console", token=ADMIN_TOKEN)

    await page.send(type="control", id="c1", kind="say", text="Back in a minute.", urgent=True, by="Ada")
    done = await page.frame()

    assert hello["type"] == "hello"
    assert done == {"v": 1, "type": "done", "id": "c1"}
    assert [(one.kind, one.by, one.text, one.urgent) for one in room.controls] == [
        ("say", "Ada", "Back in a minute.", True)
    ]


@pytest.mark.parametrize("token", [None, "", "wrong", ADMIN_TOKEN + "x", "é\ud83d"])
async def test_a_console_without_the_token_does_not_come_in(server: LiveServer, token: str | None) -> None:
    page = await visit(server)
    await page.connection.send(
        json.dumps({"v": 1, "type": "enter", "room": "main", "role": "console", "token": token})
    )

    assert (await page.frame())["error"]["code"] == "unauthorized"
    assert await page.close_code() == 1008


async def test_without_a_configured_token_there_is_no_console(tmp_path: Path, room: OneRoom) -> None:
    async with serve(open_house(tmp_path, live=Rooms(room), admin_token=None)) as server:
        _, error = await come_in(server, role="console", token="")

    assert error["error"]["code"] == "staff_api_off"


async def test_guessing_the_token_is_slowed_down(server: LiveServer) -> None:
    errors = [(await come_in(server, role="console", token="guess"))[1]["error"] for _ in range(10)]
    _, blocked = await come_in(server, role="console", token=ADMIN_TOKEN)

    assert {error["code"] for error in errors} == {"unauthorized"}
    assert blocked["error"]["code"] == "too_many_attempts"


async def test_a_stage_page_directs_nothing(server: LiveServer, room: OneRoom) -> None:
    page, _ = await come_in(server, token=ADMIN_TOKEN)

    await page.send(type="control", id="c1", kind="slate")
    refused = await page.frame()

    assert (refused["type"], refused["id"], refused["error"]["code"]) == ("error", "c1", "unauthorized")
    assert room.controls == []


@pytest.mark.parametrize(
    ("control", "code", "field"),
    [
        ({"kind": "say", "text": ""}, "message_empty", "text"),
        ({"kind": "say", "text": "x" * (CONTROL_CHARS + 1)}, "message_too_long", "text"),
        ({"kind": "reboot"}, "bad_frame", "kind"),
        ({"kind": "dismiss", "question_id": "gone"}, "invalid", "question_id"),
    ],
)
async def test_a_control_that_can_not_be_done_is_refused_with_its_field(
    server: LiveServer, room: OneRoom, control: dict[str, Any], code: str, field: str
) -> None:
    page, _ = await come_in(server, role="console", token=ADMIN_TOKEN)

    await page.send(type="control", id="c1", **control)
    refused = await page.frame()

    assert (refused["id"], refused["error"]["code"], refused["error"]["field"]) == ("c1", code, field)
    assert "{" not in refused["error"]["message"]
    assert room.controls == []


async def test_refusals_come_in_the_language_of_the_room(server: LiveServer, room: OneRoom) -> None:
    room.hub.show(a_state(language="de"))
    page, _ = await come_in(server, role="console", token=ADMIN_TOKEN)

    await page.send(type="control", kind="say", text=" ")

    assert "leer" in (await page.frame())["error"]["message"]


# --- slow pages and the end ------------------------------------------------------------------------------


async def test_a_page_that_reads_nothing_holds_up_nobody_and_is_put_right(
    tmp_path: Path, room: OneRoom
) -> None:
    house = open_house(tmp_path, live=Rooms(room))
    async with serve(house, ws_ping_interval=None) as server, _deaf_page(server.port) as deaf:
        quick, _ = await come_in(server)
        await _viewers(room, 2)

        # More than the buffers of two sockets and a transport hold.
        for number in range(400):
            room.say(f"u{number}", text="word " * 6000)
            assert (await quick.frame())["id"] == f"u{number}"
        frames = await _read_all(deaf, until='"seq":400,')

    assert room.hub.drops >= 1
    assert frames[-1]["utterance"]["id"] == "u399"
    assert frames[-1]["type"] == "hello"
    assert len(frames) < 400
    assert [frame["seq"] for frame in frames] == sorted(frame["seq"] for frame in frames)


async def _viewers(room: OneRoom, count: int) -> None:
    async with asyncio.timeout(5):
        while room.hub.viewers < count:  # noqa: ASYNC110  # the server's own task gets there in a moment
            await asyncio.sleep(0)


@asynccontextmanager
async def _deaf_page(port: int) -> AsyncIterator[socket.socket]:
    """A page that comes in and then reads nothing: a bare socket with the smallest buffer."""
    with socket.socket() as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await _come_in_by_hand(page, port)
        yield page


async def _come_in_by_hand(page: socket.socket, port: int) -> None:
    page.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(page, ("127.0.0.1", port))
    upgrade = (
        f"GET {STAGE} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await loop.sock_sendall(page, upgrade.encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(page, 1024)
    enter = json.dumps({"v": 1, "type": "enter", "room": "main", "role": "stage"}).encode()
    # FIN, text; masked with zeros, which changes nothing (RFC 6455, section 5.2).
    await loop.sock_sendall(page, bytes([0x81, 0x80 | len(enter), 0, 0, 0, 0]) + enter)


async def _read_all(page: socket.socket, *, until: str) -> list[dict[str, Any]]:
    """All frames of the server up to one with this text in it."""
    loop = asyncio.get_running_loop()
    data, frames = b"", list[str]()
    async with asyncio.timeout(10):
        while not frames or until not in frames[-1]:
            payload, rest = _first_frame(data)
            if payload is None:
                data += await loop.sock_recv(page, 1 << 20)
            else:
                frames, data = [*frames, payload], rest
    return [json.loads(text) for text in frames]


def _first_frame(data: bytes) -> tuple[str | None, bytes]:
    """Text of the first whole frame (RFC 6455, section 5.2; a server's frames are not masked)."""
    if len(data) < 10:
        return None, data
    size, start = data[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10], "big"), 10
    end = start + size
    return (data[start:end].decode(), data[end:]) if len(data) >= end else (None, data)


async def test_a_page_that_the_server_has_given_up_is_let_go_without_a_word(
    house: House, room: OneRoom
) -> None:
    """After a ping without answer uvicorn takes no more frames, and may say nothing for long."""
    enter = json.dumps({"v": 1, "type": "enter", "room": "main", "role": "stage"})
    events = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": enter}]
    sent: list[str] = []

    async def receive() -> Any:
        return events.pop(0) if events else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if len(sent) == 2:
            room.say("u1")
        elif len(sent) > 2:
            raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    scope = {
        "type": "websocket", "path": STAGE, "raw_path": STAGE.encode(), "root_path": "", "scheme": "ws",
        "query_string": b"", "headers": [], "client": ("203.0.113.7", 5), "server": ("shop.example", 80),
        "subprotocols": [], "state": {}, "asgi": {"version": "3.0"},
    }  # fmt: skip
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            await house.app(scope, receive, send)

    assert sent == ["websocket.accept", "websocket.send", "websocket.send"]
    assert (logs, room.hub.viewers) == ([], 0)


@pytest.mark.parametrize(("reason", "code"), [("restart", 1012), ("ended", 1001)])
async def test_pages_are_told_why_they_are_sent_away(
    server: LiveServer, room: OneRoom, reason: Any, code: int
) -> None:
    page, _ = await come_in(server)

    room.hub.close(reason)

    assert await page.frame() == {"v": 1, "type": "bye", "reason": reason}
    assert await page.close_code() == code


async def test_the_application_sends_its_pages_away_itself(house: House) -> None:
    async with serve(house, lifespan="off") as server:
        async with house.app.router.lifespan_context(house.app):
            page, _ = await come_in(server)
        bye, code = await page.frame(), await page.close_code()

    assert (bye["type"], code) == ("bye", 1012)


async def test_a_stop_of_the_server_closes_pages_so_that_they_come_back(server: LiveServer) -> None:
    page, _ = await come_in(server)
    await asyncio.gather(server.stop(), page.close_code())
    assert page.connection.close_code == 1012


async def test_a_failure_nobody_expected_closes_one_socket_and_is_logged(
    server: LiveServer, room: OneRoom
) -> None:
    other, _ = await come_in(server)
    page, _ = await come_in(server, role="console", token=ADMIN_TOKEN)
    room.failure = RuntimeError("the password is 12345")

    with capture_logs() as logs:
        await page.send(type="control", kind="skip")
        code = await page.close_code()
    room.hub.show(a_state(segment="pitch"))

    assert code == 1011
    assert [(entry["event"], entry["room"]) for entry in logs] == [("stage_socket_failed", "main")]
    assert (await other.frame())["type"] == "scene"


async def test_the_door_gives_up_a_page_that_takes_no_farewell(tmp_path: Path, room: OneRoom) -> None:
    house = open_house(tmp_path, live=Rooms(room), turn_timeout_s=0.05)
    async with serve(house, lifespan="off", ws_ping_interval=None) as server, _deaf_page(server.port):
        async with house.app.router.lifespan_context(house.app):
            await _viewers(room, 1)
            for number in range(150):
                room.say(f"u{number}", text="word " * 6000)
                await asyncio.sleep(0)
        viewers = room.hub.viewers

    assert viewers == 0


async def test_without_rooms_there_is_no_stage(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    async with call(house.app) as client:
        answers = [await client.get(path) for path in ("/api/live", "/live/main/audio/" + "0" * 64 + ".wav")]

    assert [answer.status_code for answer in answers] == [404, 404]
