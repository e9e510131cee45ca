"""Rasa's REST shape."""

from __future__ import annotations

import httpx
import pytest

from bot.store import StoreError
from bot.web.ports import TurnError
from tests.web.doors import House, call, open_house, say

WEBHOOK = "/webhooks/rest/webhook"


async def test_the_channel_answers_as_rasas_does(client: httpx.AsyncClient) -> None:
    response = await client.get("/webhooks/rest/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_message_is_answered_in_rasas_shape(client: httpx.AsyncClient) -> None:
    response = await say(client, "How long?", message_id="1")

    assert response.status_code == 200
    assert response.json() == [
        {
            "recipient_id": "ada",
            "text": "You said: How long?",
            "metadata": {
                "language": "en",
                "intent": "ask_faq",
                "action": "faq",
                "faq": "shipping_time",
                "score": 0.9,
                "sources": ["shipping_time"],
                "disclosure": "I am an AI.",
            },
        }
    ]


async def test_only_the_first_reply_discloses(client: httpx.AsyncClient) -> None:
    await say(client, "one")
    assert "disclosure" not in (await say(client, "two")).json()[0]["metadata"]


async def test_buttons_and_cards_are_there_when_there_are_some(client: httpx.AsyncClient) -> None:
    buttons, cards = (await say(client, "buttons")).json()[0], (await say(client, "cards")).json()[0]

    assert buttons["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    assert "custom" not in buttons
    assert cards["custom"]["cards"][0]["kind"] == "product"
    assert cards["custom"]["cards"][0]["price"] == "€24.00"


async def test_the_same_message_id_gives_the_same_list_again(client: httpx.AsyncClient) -> None:
    first, again = await say(client, "hi", message_id="7"), await say(client, "hi", message_id="7")
    assert again.json() == first.json()


async def test_a_message_without_id_gets_a_fresh_one(house: House, client: httpx.AsyncClient) -> None:
    await say(client, "hi")
    await say(client, "hi", message_id=None)

    ids = {inbound.message_id for inbound in house.answerer.heard}
    assert len(ids) == 2
    assert all(ids)


async def test_what_is_heard_is_clean(house: House, client: httpx.AsyncClient) -> None:
    await say(client, " Cafe\u0301\0\r\n", message_id="m", metadata={"language": "de-AT", "other": [1]})

    heard = house.answerer.heard[0]
    assert (heard.conversation_id, heard.message_id, heard.text) == ("rest:ada", "m", "Café")
    assert (heard.channel, heard.page_language, heard.payload) == ("rest", "de", None)
    assert heard.received_at == house.clock()


@pytest.mark.parametrize("text", ["/affirm", '/inform{"email": "a@b.example"}', "/track_order"])
async def test_an_intent_is_a_tapped_button(house: House, client: httpx.AsyncClient, text: str) -> None:
    await say(client, text)
    assert house.answerer.heard[0].payload == text


@pytest.mark.parametrize("text", ["/", "/ affirm", "yes /affirm", "/affirm please", "//"])
async def test_a_text_with_a_slash_is_a_text(house: House, client: httpx.AsyncClient, text: str) -> None:
    await say(client, text)
    assert house.answerer.heard[0].payload is None


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"message": ""}, 422, "message_empty", "message"),
        ({"message": " \n "}, 422, "message_empty", "message"),
        ({"message": "x" * 4001}, 422, "message_too_long", "message"),
        ({"message": 7}, 422, "not_text", "message"),
        ({"message": None}, 422, "not_text", "message"),
        ({"message": ["hi"]}, 422, "not_text", "message"),
        ({"sender": ""}, 422, "invalid", "sender"),
        ({"sender": "x" * 151}, 422, "invalid", "sender"),
        ({"sender": "a\nb"}, 422, "invalid", "sender"),
        ({"sender": 7}, 422, "invalid", "sender"),
        ({"message_id": ""}, 422, "invalid", "message_id"),
        ({"message_id": "x" * 101}, 422, "invalid", "message_id"),
        ({"message_id": 7}, 422, "invalid", "message_id"),
        ({"metadata": 7}, 422, "invalid", "metadata"),
        ({"metadata": {"language": 7}}, 422, "invalid", "metadata.language"),
    ],
)
async def test_a_bad_field_is_named(
    house: House, client: httpx.AsyncClient, body: dict[str, object], status: int, code: str, field: str
) -> None:
    response = await client.post(WEBHOOK, json={"sender": "ada", "message": "hi", **body})

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["field"]) == (status, code, field)
    assert error["message"]
    assert not house.answerer.heard


@pytest.mark.parametrize(
    ("body", "code"),
    [("[]", "invalid"), ("null", "invalid"), ('"hi"', "invalid"), ("{}", "invalid"), ("7", "invalid")],
)
async def test_a_body_of_another_shape_is_refused(client: httpx.AsyncClient, body: str, code: str) -> None:
    response = await client.post(WEBHOOK, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, code)


async def test_a_missing_message_is_an_empty_one(client: httpx.AsyncClient) -> None:
    response = await client.post(WEBHOOK, json={"sender": "ada"})
    assert response.json()["error"]["code"] == "message_empty"


async def test_a_lone_surrogate_is_refused(client: httpx.AsyncClient) -> None:
    body = '{"sender": "ada", "message": "a\\ud800"}'
    response = await client.post(WEBHOOK, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "not_text")


async def test_the_longest_message_passes_in_any_spelling(house: House, client: httpx.AsyncClient) -> None:
    long = "😀" * 4000
    assert (await say(client, long)).status_code == 200
    assert house.answerer.heard[0].text == long


async def test_errors_speak_the_language_of_the_metadata_or_the_header(client: httpx.AsyncClient) -> None:
    german = await say(client, "", metadata={"language": "de"})
    by_header = await client.post(
        WEBHOOK, json={"sender": "a", "message": ""}, headers={"accept-language": "de"}
    )
    english = await say(client, "")

    assert german.json()["error"]["message"] == by_header.json()["error"]["message"]
    assert german.json()["error"]["message"] != english.json()["error"]["message"]


async def test_a_sender_who_writes_too_fast_is_told_how_long_to_wait(house: House) -> None:
    house = open_house(house.web_root.parent, messages_per_minute_per_sender=2)
    async with call(house.app) as client:
        answers = [await say(client) for _ in range(3)]
        other = await client.post(WEBHOOK, json={"sender": "bob", "message": "hi"})

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "too_many_messages"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert other.status_code == 200
    assert house.metrics.registry.get_sample_value("storecast_rate_limited_total", {"limit": "sender"}) == 1


async def test_an_address_can_not_dodge_the_limit_by_new_senders(house: House) -> None:
    house = open_house(house.web_root.parent, messages_per_minute_per_address=2)
    async with call(house.app) as client, call(house.app, address="198.51.100.1") as elsewhere:
        statuses = [
            (await client.post(WEBHOOK, json={"sender": str(number), "message": "hi"})).status_code
            for number in range(3)
        ]
        assert statuses == [200, 200, 429]
        assert (await say(elsewhere)).status_code == 200


async def test_forwarded_addresses_count_only_behind_a_trusted_proxy(house: House) -> None:
    house = open_house(
        house.web_root.parent, messages_per_minute_per_address=1, trusted_proxies=("203.0.113.7",)
    )
    async with call(house.app) as proxy, call(house.app, address="198.51.100.1") as stranger:
        first = [
            await client.post(
                WEBHOOK,
                json={"sender": f"{number}", "message": "hi"},
                headers={"x-forwarded-for": f"192.0.2.{number}"},
            )
            for client in (proxy, stranger)
            for number in (1, 2)
        ]
    assert [response.status_code for response in first] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (TurnError("unavailable", 5.0), 503, "unavailable"),
        (TurnError("timeout"), 503, "unavailable"),
        (TurnError("busy", 0.2), 503, "unavailable"),
        (TurnError("invalid"), 422, "invalid"),
        (StoreError("busy", "locked", retry_after_s=2.0), 503, "unavailable"),
    ],
)
async def test_a_turn_that_failed_is_told_in_the_callers_language(
    house: House, client: httpx.AsyncClient, failure: Exception, status: int, code: str
) -> None:
    house.answerer.failures.append(failure)

    response = await say(client, "hi", message_id="1", metadata={"language": "de"})

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert "locked" not in response.text
    assert (await say(client, "hi", message_id="1")).status_code == 200


async def test_retry_after_is_whole_seconds_and_never_zero(house: House, client: httpx.AsyncClient) -> None:
    house.answerer.failures.append(TurnError("busy", 0.2))
    assert (await say(client)).headers["retry-after"] == "1"
