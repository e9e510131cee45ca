"""Live rooms over HTTP: sound, comments from elsewhere, and what staff see and want."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.web.live_ports import DeferredQuestion
from streaming.cues import Comment, Control, Social
from streaming.stage.page_frames import CONTROL_CHARS
from tests.fakes.house import NOON
from tests.fakes.stage_room import INGEST_KEY, OneRoom, Rooms, a_speech
from tests.web.doors import STAFF, House, call, open_house

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
BRIDGE = {"Authorization": f"Bearer {INGEST_KEY}"}
COMMENT = {"id": "c1", "viewer_id": "v1", "viewer_name": "Ana", "text": "Is it waterproof?"}
GIFT = {"kind": "gift", "viewer_id": "v1", "viewer_name": "Ana", "count": 3, "what": "rose"}
QUESTION = DeferredQuestion(
    id="q1", text="Any in blue?", language="en", asked=4, names=("Ana",), reason="unknown", at=NOON
)


@pytest.fixture
def room() -> OneRoom:
    return OneRoom()


@pytest.fixture
def house(tmp_path: Path, room: OneRoom) -> House:
    return open_house(tmp_path, live=Rooms(room))


@pytest_asyncio.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with call(house.app) as client:
        yield client


async def offer(client: httpx.AsyncClient, *comments: Any, headers: Any = BRIDGE) -> httpx.Response:
    return await client.post("/api/live/main/comments", json={"comments": comments}, headers=headers)


async def direct(client: httpx.AsyncClient, **control: Any) -> httpx.Response:
    return await client.post("/api/live/main/control", json=control, headers=STAFF)


def error_of(response: httpx.Response) -> tuple[int, str, str | None]:
    error = response.json()["error"]
    return response.status_code, error["code"], error.get("field")


# --- sound -----------------------------------------------------------------------------------------------


async def test_sound_is_a_file_that_never_changes(client: httpx.AsyncClient, room: OneRoom) -> None:
    digest = room.store.put(a_speech())

    found = await client.get(f"/live/main/audio/{digest}.wav")

    assert (found.status_code, found.headers["content-type"]) == (200, "audio/wav")
    assert found.content == room.store.get(digest or "")
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["etag"] == f'"{digest}"'


async def test_sound_is_not_packed(client: httpx.AsyncClient, room: OneRoom) -> None:
    digest = room.store.put(a_speech(pcm=b"\x00\x00" * 5000))

    found = await client.get(f"/live/main/audio/{digest}.wav", headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in found.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/live/main/audio/" + "0" * 64 + ".wav", 404),
        ("/live/other/audio/" + "0" * 64 + ".wav", 404),
        ("/live/main/audio/" + "0" * 63 + ".wav", 422),
        ("/live/main/audio/" + "G" * 64 + ".wav", 422),
        ("/live/main/audio/..%2f..%2fetc%2fpasswd.wav", 404),
        ("/live/MAIN/audio/" + "0" * 64 + ".wav", 422),
    ],
)
async def test_no_other_file_is_found(client: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await client.get(path)).status_code == status


# --- comments --------------------------------------------------------------------------------------------


async def test_a_comment_reaches_the_room_clean(client: httpx.AsyncClient, room: OneRoom) -> None:
    given = {**COMMENT, "viewer_name": " Ana\n M. ", "text": "  Is it\x07 waterproof?  ", "can_reply": True}

    answer = await offer(client, {**given, "at": "2026-11-22T12:59:00+01:00"})

    assert answer.json() == {"results": [{"id": "c1", "verdict": "taken"}]}
    assert room.offered == [
        Comment(
            id="c1",
            source="rest",
            viewer_id="v1",
            viewer_name="Ana M.",
            text="Is it waterproof?",
            at=datetime(2026, 11, 22, 11, 59, tzinfo=UTC),
            can_reply=True,
        )
    ]


async def test_a_hundred_comments_keep_their_order(client: httpx.AsyncClient, room: OneRoom) -> None:
    comments = [{**COMMENT, "id": f"c{number}", "text": "é" * 1000} for number in range(100)]

    answer = await offer(client, *comments)

    assert answer.status_code == 200
    assert [one.id for one in room.offered if isinstance(one, Comment)] == [one["id"] for one in comments]


async def test_the_same_id_again_does_nothing(client: httpx.AsyncClient, room: OneRoom) -> None:
    await offer(client, COMMENT)

    again = await offer(client, {**COMMENT, "text": "Other words"}, {**COMMENT, "id": "c2"})

    assert [one["verdict"] for one in again.json()["results"]] == ["known", "taken"]
    assert len(room.offered) == 2


async def test_a_comment_without_words_is_passed_over(client: httpx.AsyncClient, room: OneRoom) -> None:
    answer = await offer(client, {**COMMENT, "text": " \n"}, {**COMMENT, "id": "c2"})

    assert [one["verdict"] for one in answer.json()["results"]] == ["empty", "taken"]
    assert len(room.offered) == 1


async def test_a_room_that_is_full_in_the_middle_says_which_to_send_again(
    client: httpx.AsyncClient, room: OneRoom
) -> None:
    room.places = 1
    both = [COMMENT, {**COMMENT, "id": "c2"}]

    first = await offer(client, *both)
    room.places = 2
    second = await offer(client, *both)

    assert [one["verdict"] for one in first.json()["results"]] == ["taken", "full"]
    assert [one["verdict"] for one in second.json()["results"]] == ["known", "taken"]


async def test_a_room_that_takes_nothing_is_no_success(client: httpx.AsyncClient, room: OneRoom) -> None:
    room.places = 0

    refused = await offer(client, COMMENT)

    assert error_of(refused) == (429, "too_many_messages", None)
    assert refused.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, NOON),
        (NOON + timedelta(days=400), NOON),
        (NOON - timedelta(hours=2), NOON - timedelta(hours=2)),
        (NOON - timedelta(days=400), NOON - timedelta(days=1)),
        ("0001-01-01T00:00:00+14:00", NOON - timedelta(days=1)),
        ("9999-12-31T23:59:59-14:00", NOON),
    ],
)
async def test_a_time_that_can_not_be_is_moved(
    client: httpx.AsyncClient, room: OneRoom, given: datetime | str | None, kept: datetime
) -> None:
    at = given.isoformat() if isinstance(given, datetime) else given

    answer = await offer(client, {**COMMENT, "at": at})

    assert answer.status_code == 200
    assert [one.at for one in room.offered if isinstance(one, Comment)] == [kept]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "comments.1.id"),
        ({"id": "a\nb"}, "comments.1.id"),
        ({"id": "x" * 101}, "comments.1.id"),
        ({"id": 5}, "comments.1.id"),
        ({"viewer_id": ""}, "comments.1.viewer_id"),
        ({"viewer_name": "x" * 101}, "comments.1.viewer_name"),
        ({"text": "x" * 1001}, "comments.1.text"),
        ({"text": None}, "comments.1.text"),
        ({"at": "2026-11-22T12:00:00"}, "comments.1.at"),
        ({"at": "yesterday"}, "comments.1.at"),
        ({"can_reply": "perhaps"}, "comments.1.can_reply"),
        ({"admin": True}, "comments.1.admin"),
    ],
)
async def test_one_bad_comment_is_named_and_none_is_taken(
    client: httpx.AsyncClient, room: OneRoom, change: dict[str, Any], field: str
) -> None:
    refused = await offer(client, COMMENT, {**COMMENT, "id": "c2", **change})

    assert error_of(refused) == (422, "invalid", field)
    assert room.offered == []


async def test_half_a_character_is_refused(client: httpx.AsyncClient, room: OneRoom) -> None:
    body = json.dumps({"comments": [{**COMMENT, "text": "a\ud83d"}]})

    refused = await client.post(
        "/api/live/main/comments", content=body, headers={**BRIDGE, "content-type": "application/json"}
    )

    assert refused.status_code == 422
    assert room.offered == []


@pytest.mark.parametrize("count", [0, 101])
async def test_none_and_too_many_are_refused(client: httpx.AsyncClient, count: int) -> None:
    refused = await offer(client, *[{**COMMENT, "id": f"c{number}"} for number in range(count)])

    assert error_of(refused) == (422, "invalid", "comments")


# --- social events ---------------------------------------------------------------------------------------


async def test_social_events_reach_the_room(client: httpx.AsyncClient, room: OneRoom) -> None:
    events = [GIFT, {"kind": "follow", "viewer_id": "v2"}]

    answer = await client.post("/api/live/main/social", json={"events": events}, headers=BRIDGE)

    gift = Social(kind="gift", viewer_id="v1", viewer_name="Ana", at=NOON, count=3, what="rose")
    follow = Social(kind="follow", viewer_id="v2", viewer_name="", at=NOON)
    assert answer.json() == {"results": [{"verdict": "taken"}, {"verdict": "taken"}]}
    assert room.offered == [gift, follow]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "bribe"}, "events.0.kind"),
        ({"count": 0}, "events.0.count"),
        ({"count": 10**9}, "events.0.count"),
        ({"viewer_id": "\x00"}, "events.0.viewer_id"),
        ({"what": "x" * 101}, "events.0.what"),
    ],
)
async def test_a_bad_event_is_named(
    client: httpx.AsyncClient, room: OneRoom, change: dict[str, Any], field: str
) -> None:
    refused = await client.post(
        "/api/live/main/social", json={"events": [{**GIFT, **change}]}, headers=BRIDGE
    )

    assert error_of(refused) == (422, "invalid", field)
    assert room.offered == []


# --- who may -----------------------------------------------------------------------------------------------

INGEST = [("/api/live/main/comments", {"comments": [COMMENT]}), ("/api/live/main/social", {"events": [GIFT]})]
STAFF_ONLY = [
    ("GET", "/api/live"),
    ("GET", "/api/live/main"),
    ("POST", "/api/live/main/control"),
]


@pytest.mark.parametrize(("path", "body"), INGEST)
@pytest.mark.parametrize("headers", [BRIDGE, STAFF])
async def test_the_key_of_the_room_and_the_admin_token_open_the_way_in(
    client: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str]
) -> None:
    assert (await client.post(path, json=body, headers=headers)).status_code == 200


@pytest.mark.parametrize(("path", "body"), INGEST)
@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", f"Basic {INGEST_KEY}", f"Bearer {INGEST_KEY}x"]
)
async def test_a_wrong_key_opens_nothing(
    client: httpx.AsyncClient, room: OneRoom, path: str, body: Any, shown: str
) -> None:
    refused = await client.post(path, json=body, headers={"Authorization": shown})

    assert error_of(refused) == (401, "unauthorized", None)
    assert room.offered == []


async def test_a_room_without_a_key_takes_the_admin_token_only(
    client: httpx.AsyncClient, room: OneRoom
) -> None:
    room.ingest_key = None

    assert (await offer(client, COMMENT, headers=BRIDGE)).status_code == 401
    assert (await offer(client, COMMENT, headers=STAFF)).status_code == 200


async def test_the_key_of_one_room_does_not_open_another(tmp_path: Path, room: OneRoom) -> None:
    other = OneRoom(name="other", ingest_key=SecretStr("its own"))
    async with call(open_house(tmp_path, live=Rooms(room, other)).app) as client:
        refused = await client.post("/api/live/other/comments", json=INGEST[0][1], headers=BRIDGE)
        taken = await client.post("/api/live/main/comments", json=INGEST[0][1], headers=BRIDGE)

    assert (refused.status_code, taken.status_code) == (401, 200)
    assert other.offered == []


async def test_without_an_admin_token_the_key_still_works_and_nothing_else_does(
    tmp_path: Path, room: OneRoom
) -> None:
    async with call(open_house(tmp_path, live=Rooms(room), admin_token=None).app) as client:
        taken, wrong = await offer(client, COMMENT), await offer(client, COMMENT, headers=STAFF)
        staff = await client.get("/api/live", headers=STAFF)

    assert taken.status_code == 200
    assert error_of(wrong) == (401, "unauthorized", None)
    assert error_of(staff) == (403, "staff_api_off", None)


@pytest.mark.parametrize("admin_token", ["a-token-for-tests", None])
async def test_guessing_a_key_is_slowed_down(tmp_path: Path, room: OneRoom, admin_token: str | None) -> None:
    house = open_house(tmp_path, live=Rooms(room), admin_token=admin_token)
    async with call(house.app) as client:
        guesses = [await offer(client, COMMENT, headers={"Authorization": "Bearer x"}) for _ in range(10)]
        blocked = await offer(client, COMMENT)

    assert {guess.status_code for guess in guesses} == {401}
    assert error_of(blocked) == (429, "too_many_attempts", None)


@pytest.mark.parametrize(("method", "path"), STAFF_ONLY)
async def test_staff_routes_take_no_key_of_a_room(
    client: httpx.AsyncClient, room: OneRoom, method: str, path: str
) -> None:
    refused = await client.request(method, path, json={"kind": "skip"}, headers=BRIDGE)

    assert error_of(refused) == (401, "unauthorized", None)
    assert room.controls == []


# --- staff -------------------------------------------------------------------------------------------------


async def test_staff_see_the_room_as_it_is(client: httpx.AsyncClient, room: OneRoom) -> None:
    room.deferred = (QUESTION,)
    room.say("u1")
    await offer(client, COMMENT)
    room.now.move(ms=300)

    shown = (await client.get("/api/live/main", headers=STAFF)).json()

    assert {key: shown[key] for key in ("room", "epoch", "now_ms", "seq", "viewers")} == {
        "room": "main", "epoch": "e1", "now_ms": 300, "seq": 1, "viewers": 0,
    }  # fmt: skip
    assert (shown["utterance"]["id"], shown["state"]["mode"], shown["queues"]) == ("u1", "live", {"inbox": 1})
    assert shown["deferred"] == [
        {
            "id": "q1", "text": "Any in blue?", "language": "en", "asked": 4, "names": ["Ana"],
            "reason": "unknown", "at": "2026-11-22T12:00:00Z",
        }
    ]  # fmt: skip


async def test_a_viewer_with_a_broken_keyboard_hides_no_room_from_staff(
    client: httpx.AsyncClient, room: OneRoom
) -> None:
    room.deferred = (replace(QUESTION, text="half \ud83d one"),)

    shown = await client.get("/api/live/main", headers=STAFF)

    assert shown.json()["deferred"][0]["text"] == "half ? one"


async def test_staff_see_all_rooms(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/live", headers=STAFF)).json() == {"rooms": ["main"]}


@pytest.mark.parametrize(
    ("body", "control"),
    [
        ({"kind": "pause"}, Control(kind="pause", by="api")),
        (
            {"kind": "say", "text": " Hello\nall ", "language": "de", "urgent": True, "by": "Ada"},
            Control(kind="say", by="Ada", text="Hello all", language="de", urgent=True),
        ),
        (
            {"kind": "answer", "question_id": "q1", "text": "In blue too."},
            Control(kind="answer", by="api", text="In blue too.", question_id="q1"),
        ),
        ({"kind": "dismiss", "question_id": "q1"}, Control(kind="dismiss", by="api", question_id="q1")),
        ({"kind": "skip", "text": "not needed"}, Control(kind="skip", by="api")),
    ],
)
async def test_a_control_reaches_the_room_and_is_answered_with_it(
    client: httpx.AsyncClient, room: OneRoom, body: dict[str, Any], control: Control
) -> None:
    answer = await direct(client, **body)

    assert (answer.status_code, answer.json()["room"]) == (200, "main")
    assert room.controls == [control]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid", "kind"),
        ({"kind": "reboot"}, "invalid", "kind"),
        ({"kind": "say"}, "message_empty", "text"),
        ({"kind": "say", "text": "x" * (CONTROL_CHARS + 1)}, "message_too_long", "text"),
        ({"kind": "say", "text": 5}, "invalid", "text"),
        ({"kind": "answer", "text": "Yes."}, "invalid", "question_id"),
        ({"kind": "dismiss", "question_id": "gone"}, "invalid", "question_id"),
        ({"kind": "skip", "sudo": True}, "invalid", "sudo"),
    ],
)
async def test_a_control_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, room: OneRoom, body: dict[str, Any], code: str, field: str
) -> None:
    refused = await direct(client, **body)

    assert error_of(refused) == (422, code, field)
    assert "{" not in refused.json()["error"]["message"]
    assert room.controls == []


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/live/other", STAFF),
        ("POST", "/api/live/other/control", STAFF),
        ("POST", "/api/live/other/comments", STAFF),
    ],
)
async def test_a_room_that_is_not_there_is_not_found(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    body = {"comments": [COMMENT]} if path.endswith("comments") else {"kind": "skip"}

    assert error_of(await client.request(method, path, json=body, headers=headers)) == (
        404,
        "not_found",
        None,
    )


# --- the description ---------------------------------------------------------------------------------------


def _live(house: House) -> dict[str, dict[str, Any]]:
    return {path: methods for path, methods in house.app.openapi()["paths"].items() if "/live" in path}


def test_every_route_is_described_with_the_one_error_shape(house: House) -> None:
    operations = [operation for methods in _live(house).values() for operation in methods.values()]
    failures = [
        answer["content"]["application/json"]["schema"]["$ref"]
        for operation in operations
        for status, answer in operation["responses"].items()
        if status >= "4"
    ]

    assert len(operations) == 6
    assert all(operation["summary"] and operation["description"] for operation in operations)
    assert {reference.rpartition("/")[2] for reference in failures} == {"ErrorBody"}


def test_every_route_stands_in_the_protocol(house: House) -> None:
    missing = [path for path in _live(house) if re.sub(r"\{digest\}", "{sha256}", path) not in PAGE]
    assert missing == []


def test_every_staff_route_is_in_the_list_above(house: House) -> None:
    open_or_ingest = {
        "/live/{room}/audio/{digest}.wav",
        "/api/live/{room}/comments",
        "/api/live/{room}/social",
    }
    staff = {
        (method.upper(), path.replace("{room}", "main"))
        for path, methods in _live(house).items()
        for method in methods
        if path not in open_or_ingest
    }
    assert staff == set(STAFF_ONLY)


async def test_whatever_is_in_the_path_or_body_no_route_fails(
    house: House, client: httpx.AsyncClient
) -> None:
    bodies = [b"[1]", b"{}", b'{"comments":[[]]}', b'{"kind":{"a":1}}', b'{"comments":[{"id":"\\ud800"}]}']
    answers = [
        await client.request(
            method.upper(),
            re.sub(r"\{[^}]+\}", name, path),
            content=body,
            headers={**STAFF, "content-type": "application/json"},
        )
        for path, methods in _live(house).items()
        for method in methods
        for name in ("main", "%F0%9F%98%80", "a%00b")
        for body in bodies
    ]

    assert {answer.status_code for answer in answers} <= {200, 404, 422}
    assert {tuple(answer.json()) for answer in answers if answer.status_code != 200} == {("error",)}
