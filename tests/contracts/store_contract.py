"""What a store must do on every database. A test class subclasses it and supplies the fixture `where`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.messages import (
    Action,
    Author,
    Button,
    ChatMessage,
    Conversation,
    Metadata,
    OrderCard,
    ProductCard,
    Status,
)
from bot.store import Draft, Duplicate, Store, UnknownConversation, Unstorable

AT = datetime(2026, 11, 22, 6, 0, 0, 123456, tzinfo=UTC)
CHAT = Conversation(id="web:1", channel="web")


def asked(message_id: str = "m1", text: str = "Where is my order?", *, at: datetime = AT) -> Draft:
    return Draft(id=message_id, author=Author.SHOPPER, text=text, language="en", at=at)


def answered(to: str = "m1", text: str = "On its way.") -> Draft:
    return Draft(id=f"answer-{to}", author=Author.BOT, text=text, language="en", at=AT, answers=to)


def from_agent(message_id: str = "a1", *, at: datetime = AT) -> Draft:
    return Draft(id=message_id, author=Author.AGENT, name="Aiko", text="Hello", language="en", at=at)


FULL_ANSWER = Draft(
    id="rich",
    author=Author.BOT,
    text="Hier, 🏮",
    language="de",
    at=AT,
    answers="m1",
    buttons=(Button("Ja", "/affirm"),),
    cards=(
        ProductCard(
            product_id="lamp", title="Lampe", price="24,00 €", image_url=None, url=None,
            stock="low_stock", stock_text="Nur noch 2", buttons=(Button("Ansehen", "/view"),),
        ),
        OrderCard(
            order_number="1042", title="Bestellung 1042", status="shipped", status_text="Unterwegs",
            placed_text="gestern", total="24,00 €", items_text="1 Artikel", lines=("1 × Lampe",),
            image_urls=("/demo/images/lamp.svg",),
        ),
    ),
    metadata=Metadata(
        language="de", intent="ask_faq", action=Action.FAQ, faq="x", score=0.1 + 0.2, sources=("x", "y"),
    ),
)  # fmt: skip


class StoreContract:
    """Behaviour of `Store` that does not depend on the database below."""

    @pytest.fixture
    async def store(self, where: str) -> AsyncIterator[Store]:
        store = await Store.open(where, pool_size=4)
        yield store
        await store.close()

    async def test_an_unknown_conversation_is_none_and_has_no_messages(self, store: Store) -> None:
        assert await store.conversation("web:nobody") is None
        assert await store.messages_after("web:nobody", 0) == ()
        assert await store.reply_to("web:nobody", "m1") is None

    async def test_a_turn_is_stored_whole(self, store: Store) -> None:
        chat = replace(CHAT, language="en", state='{"slot": 1}', misses=(AT,), page_language="de")

        saved, messages = await store.save_turn(
            chat, asked(), answers=[answered()], events=[("turn", {"ms": 3}), ("faq", {"id": "x"})]
        )

        assert saved == replace(chat, last_seq=2, created_at=AT, updated_at=AT)
        assert [(m.seq, m.id, m.author) for m in messages] == [
            (1, "m1", Author.SHOPPER),
            (2, "answer-m1", Author.BOT),
        ]
        assert await store.conversation("web:1") == saved
        assert await store.messages_after("web:1", 0) == messages
        assert [(e.kind, e.data, e.at) for e in await store.events(conversation_id="web:1")] == [
            ("turn", {"ms": 3}, AT),
            ("faq", {"id": "x"}, AT),
        ]

    async def test_cards_buttons_and_metadata_come_back_as_they_were(self, store: Store) -> None:
        _, messages = await store.save_turn(CHAT, asked(), answers=[FULL_ANSWER])

        assert messages[1] == ChatMessage(seq=2, **_shallow(FULL_ANSWER))
        assert (await store.latest("web:1", 1)) == messages[1:]

    async def test_everything_outlives_closing_and_opening(self, store: Store, where: str) -> None:
        saved, messages = await store.save_turn(CHAT, asked(), answers=[FULL_ANSWER])
        await store.close()

        again = await Store.open(where)

        assert await again.conversation("web:1") == saved
        assert await again.messages_after("web:1", 0) == messages
        await again.close()

    async def test_reply_to_gives_the_message_and_its_answers_only(self, store: Store) -> None:
        chat, first = await store.save_turn(CHAT, asked("m1"), answers=[answered("m1")])
        await store.save_turn(chat, asked("m2"), answers=[answered("m2")])

        assert await store.reply_to("web:1", "m1") == first
        assert await store.reply_to("web:1", "m3") is None
        assert await store.reply_to("web:2", "m1") is None

    async def test_reply_to_a_message_that_staff_must_answer_is_the_message_alone(self, store: Store) -> None:
        _, messages = await store.save_turn(CHAT, asked("m1"))

        assert await store.reply_to("web:1", "m1") == messages

    async def test_an_id_of_the_bot_is_not_an_id_the_shopper_sent(self, store: Store) -> None:
        chat, _ = await store.save_turn(CHAT, asked("m1"), answers=[answered("m1")])

        assert await store.reply_to("web:1", "answer-m1") is None
        _, messages = await store.save_turn(chat, asked("answer-m1"))
        assert await store.reply_to("web:1", "answer-m1") == messages

    async def test_a_turn_begins_with_the_conversation_and_what_was_replied(self, store: Store) -> None:
        assert await store.before_turn("web:1", "m1") == (None, None)
        chat, messages = await store.save_turn(CHAT, asked("m1"), answers=[answered("m1")])
        await store.save_turn(replace(CHAT, id="web:2"), asked("m2"))

        assert await store.before_turn("web:1", "m1") == (chat, messages)
        assert await store.before_turn("web:1", "m2") == (chat, None)
        assert await store.before_turn("web:1", "answer-m1") == (chat, None)

    async def test_a_duplicate_id_writes_nothing_at_all(self, store: Store) -> None:
        saved, messages = await store.save_turn(CHAT, asked("m1"), answers=[answered("m1")])
        twin = replace(saved, state="changed", status=Status.WAITING)

        with pytest.raises(Duplicate):
            await store.save_turn(twin, asked("m1", "other"), events=[("turn", {})])

        assert await store.conversation("web:1") == saved
        assert await store.messages_after("web:1", 0) == messages
        assert await store.events() == ()

    async def test_the_same_id_in_two_conversations_is_two_messages(self, store: Store) -> None:
        await store.save_turn(CHAT, asked("m1"))
        await store.save_turn(replace(CHAT, id="web:2"), asked("m1"))

        assert len(await store.messages_after("web:2", 0)) == 1

    async def test_a_duplicate_from_two_tasks_at_once_is_stored_once(self, store: Store) -> None:
        results = await asyncio.gather(
            *(store.save_turn(CHAT, asked("m1"), answers=[answered("m1")]) for _ in range(8)),
            return_exceptions=True,
        )

        assert Counter(map(type, results)) == {tuple: 1, Duplicate: 7}
        assert [m.seq for m in await store.messages_after("web:1", 0)] == [1, 2]

    async def test_many_writers_of_one_conversation_leave_no_gap(self, store: Store) -> None:
        await store.save_turn(CHAT, asked("m0"))

        await asyncio.gather(
            *(store.save_turn(CHAT, asked(f"m{n}"), answers=[answered(f"m{n}")]) for n in range(1, 11)),
            *(store.append("web:1", from_agent(f"a{n}")) for n in range(10)),
        )

        messages = await store.messages_after("web:1", 0)
        assert [m.seq for m in messages] == list(range(1, 32))
        assert all(after.answers == before.id for before, after in pairwise(messages) if after.answers)

    async def test_pages_of_messages_continue_where_the_last_ended(self, store: Store) -> None:
        _, messages = await store.save_turn(
            CHAT, asked(), answers=[answered(), from_agent(), from_agent("a2")]
        )

        assert await store.messages_after("web:1", 0, limit=3) == messages[:3]
        assert await store.messages_after("web:1", 3, limit=3) == messages[3:]
        assert await store.latest("web:1", 2) == messages[2:]

    async def test_append_stores_the_message_and_who_is_in_charge(self, store: Store) -> None:
        await store.save_turn(CHAT, asked())
        later = AT + timedelta(minutes=1)

        chat, message = await store.append("web:1", from_agent(at=later), status=Status.STAFF)
        kept, _ = await store.append("web:1", from_agent("a2", at=later))

        assert (chat.status, chat.last_seq, chat.updated_at) == (Status.STAFF, 2, later)
        assert (message.seq, message.name) == (2, "Aiko")
        assert (kept.status, kept.last_seq) == (Status.STAFF, 3)

    async def test_append_to_an_unknown_conversation_is_refused(self, store: Store) -> None:
        with pytest.raises(UnknownConversation):
            await store.append("web:nobody", from_agent())

    async def test_append_of_a_duplicate_changes_no_status(self, store: Store) -> None:
        await store.save_turn(CHAT, asked())
        chat, _ = await store.append("web:1", from_agent("a1"))

        with pytest.raises(Duplicate):
            await store.append("web:1", from_agent("a1"), status=Status.STAFF)

        assert await store.conversation("web:1") == chat

    async def test_an_agent_who_took_over_during_a_turn_stays_in_charge(self, store: Store) -> None:
        before, _ = await store.save_turn(CHAT, asked("m1"))
        await store.append("web:1", from_agent(), status=Status.STAFF)

        saved, _ = await store.save_turn(replace(before, state="new"), asked("m2"), answers=[answered("m2")])

        assert (saved.status, saved.state, saved.last_seq) == (Status.STAFF, "new", 4)

    async def test_a_bot_that_calls_staff_is_heard_whoever_wrote_meanwhile(self, store: Store) -> None:
        before, _ = await store.save_turn(CHAT, asked("m1"))
        await store.append("web:1", from_agent())

        saved, _ = await store.save_turn(replace(before, status=Status.WAITING), asked("m2"))

        assert saved.status is Status.WAITING

    async def test_the_turn_decides_the_status_when_nobody_else_wrote(self, store: Store) -> None:
        waiting, _ = await store.save_turn(replace(CHAT, status=Status.WAITING), asked("m1"))

        saved, _ = await store.save_turn(replace(waiting, status=Status.BOT), asked("m2"))

        assert saved.status is Status.BOT

    async def test_a_language_chosen_during_a_turn_is_kept(self, store: Store) -> None:
        before, _ = await store.save_turn(CHAT, asked("m1"))

        chosen = await store.set_language("web:1", "ja")
        saved, _ = await store.save_turn(replace(before, language="en"), asked("m2"))

        assert (chosen.chosen_language, saved.chosen_language, saved.language) == ("ja", "ja", "en")
        assert (await store.set_language("web:1", None)).chosen_language is None

    async def test_a_language_for_an_unknown_conversation_is_refused(self, store: Store) -> None:
        with pytest.raises(UnknownConversation):
            await store.set_language("web:nobody", "ja")

    async def test_conversations_are_listed_newest_first_in_pages(self, store: Store) -> None:
        for number in range(5):
            at = AT + timedelta(minutes=number // 2)
            await store.save_turn(replace(CHAT, id=f"web:{number}"), asked(at=at))

        first = await store.conversations(limit=3)
        rest = await store.conversations(limit=3, before=first[-1])

        assert [chat.id for chat in (*first, *rest)] == ["web:4", "web:3", "web:2", "web:1", "web:0"]

    async def test_conversations_are_found_by_status(self, store: Store) -> None:
        await store.save_turn(CHAT, asked())
        await store.save_turn(replace(CHAT, id="web:2", status=Status.WAITING), asked())

        assert [chat.id for chat in await store.conversations(Status.WAITING)] == ["web:2"]
        assert await store.conversations(Status.STAFF) == ()

    async def test_a_nul_and_a_lone_surrogate_are_taken_out_of_texts(self, store: Store) -> None:
        _, (message,) = await store.save_turn(
            CHAT, asked(text="a\0b\ud800c\ud83c\udfee"), events=[("odd", {"k\0": ["\udfff"]})]
        )

        assert message.text == "ab\ufffdc🏮"
        assert await store.messages_after("web:1", 0) == (message,)
        assert [e.data for e in await store.events()] == [{"k": ["\ufffd"]}]

    @pytest.mark.parametrize("message_id", ["", "m\0", "m\ud800", "m" * 201])
    async def test_an_id_that_can_not_be_stored_is_refused(self, store: Store, message_id: str) -> None:
        with pytest.raises(Unstorable):
            await store.save_turn(CHAT, asked(message_id))

        assert await store.conversation("web:1") is None

    async def test_a_time_without_zone_is_refused(self, store: Store) -> None:
        with pytest.raises(Exception, match="aware"):
            await store.save_turn(CHAT, asked(at=AT.replace(tzinfo=None)))

    async def test_times_come_back_in_utc(self, store: Store) -> None:
        tokyo = datetime.fromisoformat("2026-11-22T15:00:00.123456+09:00")

        await store.save_turn(CHAT, asked(at=tokyo))

        assert (await store.messages_after("web:1", 0))[
            0
        ].at.isoformat() == "2026-11-22T06:00:00.123456+00:00"

    async def test_events_are_found_by_kind_and_continue(self, store: Store) -> None:
        await store.save_turn(CHAT, asked(), events=[("a", {"n": 1}), ("b", {"n": 2}), ("a", {"n": 3})])

        first, *rest = await store.events(kind="a")

        assert first.data == {"n": 1}
        assert await store.events(kind="a", after=first.id) == tuple(rest)

    async def test_knowledge_entries_are_kept_hidden_and_shown_again(self, store: Store) -> None:
        assert (await store.entries(), await store.knowledge_version()) == ({}, 0)

        versions = [
            await store.put_entry("own", {"variants": {"de": {"answer": ["Ja\0"]}}}),
            await store.hide_entry("return_policy"),
            await store.hide_entry("own"),
            await store.put_entry("own", {"variants": {}}),
        ]

        assert versions == [1, 2, 3, 4]
        assert await store.entries() == {"own": {"variants": {}}, "return_policy": None}
        assert await store.knowledge_version() == 4

    async def test_concurrent_changes_of_knowledge_each_get_a_version(self, store: Store) -> None:
        versions = await asyncio.gather(*(store.put_entry(f"e{n}", {"n": n}) for n in range(8)))

        assert sorted(versions) == list(range(1, 9))

    async def test_shop_state_is_replaced(self, store: Store) -> None:
        assert await store.shop_state("demo") is None

        await store.put_shop_state("demo", {"a": 1})
        await store.put_shop_state("demo", {"b": [2]})

        assert await store.shop_state("demo") == {"b": [2]}
        assert await store.shop_state("other") is None

    async def test_shop_state_put_once_stands(self, store: Store) -> None:
        first = await store.put_shop_state("demo", {"a": 1}, once="cancel-1")
        await store.put_shop_state("demo", {"a": 2}, once="cancel-2")

        again = await store.put_shop_state("demo", {"a": 3}, once="cancel-1")

        assert (first, again) == ({"a": 1}, {"a": 1})
        assert await store.shop_state("demo") == {"a": 2}

    async def test_a_live_room_is_found_as_it_was_saved_last(self, store: Store) -> None:
        assert await store.live_room("main") is None

        await store.save_live_room("main", {"sentence": 1}, [], AT)
        await store.save_live_room("main", {"sentence": 2, "text": "a\0b"}, [], AT)

        assert await store.live_room("main") == {"sentence": 2, "text": "ab"}
        assert await store.live_room("other") is None

    async def test_what_happened_in_a_live_room_is_read_newest_first_in_pages(self, store: Store) -> None:
        spoken = [("spoken", {"text": str(n)}) for n in range(5)]
        await store.save_live_room("main", {}, [*spoken, ("control", {"kind": "pause"})], AT)
        await store.save_live_room("other", {}, [("spoken", {"text": "elsewhere"})], AT)

        page = await store.live_log("main", kind="spoken", limit=2)
        rest = await store.live_log("main", kind="spoken", before=page[-1]["id"])

        assert [record["data"]["text"] for record in page + rest] == ["4", "3", "2", "1", "0"]
        assert [record["kind"] for record in await store.live_log("main", limit=1)] == ["control"]
        assert page[0]["at"] == AT

    async def test_old_records_of_live_rooms_are_forgotten_and_the_state_is_not(self, store: Store) -> None:
        await store.save_live_room("main", {"n": 1}, [("spoken", {})], AT)
        await store.save_live_room("main", {"n": 2}, [("spoken", {})], AT + timedelta(days=2))

        assert await store.forget_live_log(AT + timedelta(days=1)) == 1

        assert len(await store.live_log("main")) == 1
        assert await store.live_room("main") == {"n": 2}


def _shallow(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in asdict(draft)}
