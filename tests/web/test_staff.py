"""What staff and their programs may do."""

from __future__ import annotations

import httpx
import pytest

from bot.messages import Status
from tests.web.doors import STAFF, House, LiveServer, call, open_house, say

VARIANTS = {"variants": {"en": {"title": "Do you engrave?", "ask": ["engraving"], "answer": ["Yes."]}}}
PROTECTED = [
    ("GET", "/api/knowledge/entries"),
    ("GET", "/api/knowledge/entries/a"),
    ("PUT", "/api/knowledge/entries/a"),
    ("DELETE", "/api/knowledge/entries/a"),
    ("GET", "/api/knowledge/search?q=a"),
    ("GET", "/api/conversations"),
    ("GET", "/api/conversations/rest:ada/messages"),
    ("POST", "/api/conversations/rest:ada/takeover"),
    ("POST", "/api/conversations/rest:ada/messages"),
    ("POST", "/api/conversations/rest:ada/release"),
    ("GET", "/api/shop/orders/NL-1001"),
    ("GET", "/api/shop/returns"),
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
async def test_nothing_is_open_without_the_token(client: httpx.AsyncClient, method: str, path: str) -> None:
    response = await client.request(method, path)

    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorized")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", "Basic a-token-for-tests", "Bearer a-token-for-test", "Bearer é"]
)
async def test_a_wrong_token_opens_nothing(client: httpx.AsyncClient, shown: str) -> None:
    headers = [(b"authorization", shown.encode())]
    assert (await client.get("/api/shop/returns", headers=headers)).status_code == 401


def test_every_staff_route_is_in_the_list_above(house: House) -> None:
    paths = house.app.openapi()["paths"]
    found = {
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/api/")
    }
    open_to_all = {("GET", "/api/demo/storefront")}
    assert len(found - open_to_all) == len(PROTECTED)


async def test_without_a_configured_token_all_is_closed(house: House) -> None:
    closed = open_house(house.web_root.parent, admin_token=None)
    async with call(closed.app) as client:
        response = await client.get("/api/knowledge/entries", headers=STAFF)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "staff_api_off")


async def test_guessing_is_slowed_down_by_address(house: House, client: httpx.AsyncClient) -> None:
    wrong = {"Authorization": "Bearer guess"}
    statuses = [(await client.get("/api/shop/returns", headers=wrong)).status_code for _ in range(12)]

    blocked = await client.get("/api/shop/returns", headers=STAFF)

    assert statuses == [401] * 10 + [429] * 2
    assert blocked.status_code == 429
    assert int(blocked.headers["retry-after"]) > 0
    async with call(house.app, address="198.51.100.9") as elsewhere:
        assert (await elsewhere.get("/api/shop/returns", headers=STAFF)).status_code == 200


# --- knowledge ---------------------------------------------------------------------------------------


async def test_an_entry_is_saved_read_and_removed(client: httpx.AsyncClient) -> None:
    saved = await client.put("/api/knowledge/entries/engraving", json=VARIANTS, headers=STAFF)
    read = await client.get("/api/knowledge/entries/engraving", headers=STAFF)
    listed = await client.get("/api/knowledge/entries", headers=STAFF)
    removed = await client.delete("/api/knowledge/entries/engraving", headers=STAFF)
    gone = await client.get("/api/knowledge/entries/engraving", headers=STAFF)
    again = await client.delete("/api/knowledge/entries/engraving", headers=STAFF)

    assert saved.json() == {"id": "engraving", "starter": False, **VARIANTS}
    assert read.json() == saved.json()
    assert [entry["id"] for entry in listed.json()["entries"]] == ["engraving", "shipping_time"]
    assert [removed.status_code, gone.status_code, again.status_code] == [204, 404, 404]


@pytest.mark.parametrize(
    ("entry_id", "body", "field"),
    [
        ("engraving", {}, "variants"),
        ("engraving", {"variants": {}}, "variants"),
        ("engraving", {"variants": {"!": VARIANTS["variants"]["en"]}}, "variants"),
        ("engraving", {"variants": {"en": {"title": "T", "answer": []}}}, "variants.en.answer"),
        ("engraving", {"variants": {"en": {"title": "", "answer": ["A"]}}}, "variants.en.title"),
        ("engraving", {"variants": {"en": {"title": " ", "answer": ["A"]}}}, "variants.en.title"),
        ("engraving", {"variants": {"en": {"title": "T", "answer": ["A"], "extra": 1}}}, "variants.en.extra"),
        ("Not-an-id", VARIANTS, "entry_id"),
        ("x" * 81, VARIANTS, "entry_id"),
    ],
)
async def test_an_entry_of_the_wrong_form_is_refused(
    client: httpx.AsyncClient, entry_id: str, body: dict[str, object], field: str
) -> None:
    response = await client.put(f"/api/knowledge/entries/{entry_id}", json=body, headers=STAFF)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalid")
    assert response.json()["error"]["field"] == field


async def test_an_entry_the_knowledge_base_refuses_is_named(client: httpx.AsyncClient) -> None:
    response = await client.put("/api/knowledge/entries/forbidden", json=VARIANTS, headers=STAFF)
    error = response.json()["error"]
    assert (response.status_code, error["field"]) == (422, "variants.en.answer")
    assert "{nope}" in error["message"]


async def test_a_question_can_be_tried(client: httpx.AsyncClient) -> None:
    response = await client.get(
        "/api/knowledge/search", params={"q": "how long", "language": "de-AT"}, headers=STAFF
    )
    assert response.json() == {
        "results": [{"id": "shipping_time", "score": 0.5, "language": "de", "title": "how long"}]
    }


@pytest.mark.parametrize("query", ["", " ", "x" * 1001])
async def test_a_search_for_nothing_is_refused(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get("/api/knowledge/search", params={"q": query}, headers=STAFF)
    assert (response.status_code, response.json()["error"]["field"]) == (422, "q")


# --- conversations -----------------------------------------------------------------------------------


async def test_staff_take_over_write_and_hand_back(house: House, client: httpx.AsyncClient) -> None:
    await say(client, "help")
    at = "/api/conversations/rest:ada"

    taken = await client.post(f"{at}/takeover", json={"name": " Ada\n"}, headers=STAFF)
    listed = await client.get("/api/conversations", params={"status": "staff"}, headers=STAFF)
    silent = await say(client, "still there?")
    written = await client.post(f"{at}/messages", json={"text": "Hello", "name": "Ada"}, headers=STAFF)
    released = await client.post(f"{at}/release", headers=STAFF)
    messages = (await client.get(f"{at}/messages", params={"after": 2}, headers=STAFF)).json()["messages"]

    assert taken.json()["conversation"]["status"] == "staff"
    assert [found["id"] for found in listed.json()["conversations"]] == ["rest:ada"]
    assert silent.json() == []
    assert written.status_code == 201
    assert released.json()["conversation"]["status"] == "bot"
    assert [(said["seq"], said["from"], said["text"]) for said in messages] == [
        (3, "notice", "Ada has joined the chat."),
        (4, "shopper", "still there?"),
        (5, "agent", "Hello"),
        (6, "notice", "Ada has left the chat. I’m back to help."),
    ]
    assert messages[2]["name"] == "Ada"


async def test_handing_back_twice_does_nothing(client: httpx.AsyncClient) -> None:
    await say(client)
    response = await client.post("/api/conversations/rest:ada/release", headers=STAFF)
    assert (response.status_code, response.json()["message"]) == (200, None)


async def test_staff_do_not_write_beside_the_bot(client: httpx.AsyncClient) -> None:
    await say(client)
    response = await client.post(
        "/api/conversations/rest:ada/messages", json={"text": "Hi", "name": "Ada"}, headers=STAFF
    )
    assert (response.status_code, response.json()["error"]["code"]) == (409, "not_taken_over")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": " ", "name": "Ada"}, "message_empty"),
        ({"text": "x" * 4001, "name": "Ada"}, "message_too_long"),
        ({"text": "Hi", "name": ""}, "invalid"),
        ({"text": "Hi", "name": "\u200b"}, "invalid"),
        ({"text": 7, "name": "Ada"}, "invalid"),
    ],
)
async def test_a_message_of_staff_is_checked_too(
    house: House, client: httpx.AsyncClient, body: dict[str, object], code: str
) -> None:
    await say(client)
    await client.post("/api/conversations/rest:ada/takeover", json={"name": "Ada"}, headers=STAFF)
    response = await client.post("/api/conversations/rest:ada/messages", json=body, headers=STAFF)
    assert (response.status_code, response.json()["error"]["code"]) == (422, code)


@pytest.mark.parametrize(("method", "path"), [request for request in PROTECTED if "rest:ada" in request[1]])
async def test_a_conversation_that_is_not_there_is_not_found(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    body = {"json": {"name": "Ada", "text": "Hi"}} if method == "POST" else {}
    response = await client.request(method, path, headers=STAFF, **body)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


async def test_a_sender_with_slashes_is_found(client: httpx.AsyncClient) -> None:
    await client.post("/webhooks/rest/webhook", json={"sender": "a/messages?b#c", "message": "hi"})
    path = "/api/conversations/rest:a%2Fmessages%3Fb%23c/messages"
    assert len((await client.get(path, headers=STAFF)).json()["messages"]) == 2


async def test_an_unknown_status_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/conversations", params={"status": "lost"}, headers=STAFF)
    assert (response.status_code, response.json()["error"]["field"]) == (422, "status")


async def test_a_shopper_sees_at_once_what_staff_write(house: House, server: LiveServer) -> None:
    page = await server.arrive()
    await page.say("help", message_id="1")
    await page.messages(2)
    at = f"/api/conversations/{page.welcome['conversation']}"

    async with call(house.app) as client:
        await client.post(f"{at}/takeover", json={"name": "Ada"}, headers=STAFF)
        await client.post(f"{at}/messages", json={"text": "Hello", "name": "Ada"}, headers=STAFF)

    joined, hello = await page.messages(2)
    assert (joined["from"], hello["from"], hello["name"], hello["text"]) == (
        "notice",
        "agent",
        "Ada",
        "Hello",
    )
    conversation = await house.conversations.conversation(page.welcome["conversation"])
    assert conversation is not None
    assert conversation.status is Status.STAFF


# --- the demo shop -----------------------------------------------------------------------------------


async def test_the_demo_shop_can_be_read_back(client: httpx.AsyncClient) -> None:
    order = await client.get("/api/shop/orders/NL-1001", headers=STAFF)
    unknown = await client.get("/api/shop/orders/NL-9", headers=STAFF)
    returns = await client.get("/api/shop/returns", headers=STAFF)

    assert (order.json()["status"], order.json()["returns"][0]["number"]) == ("delivered", "R-1")
    assert unknown.status_code == 404
    assert returns.json()["returns"][0]["order_number"] == "NL-1001"
