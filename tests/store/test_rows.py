"""What is stored comes back the same, whatever people write."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

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
from bot.store.rows import Draft, clean, from_draft, to_conversation, to_message

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
IDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)
TIMES = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 the strategy adds the zone
BUTTONS = st.lists(st.builds(Button, TEXT, TEXT), max_size=3).map(tuple)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
CARDS = st.lists(
    st.builds(ProductCard, product_id=TEXT, title=TEXT, price=TEXT, image_url=st.none() | TEXT,
              url=st.none() | TEXT, stock=st.sampled_from(["in_stock", "sold_out"]), stock_text=TEXT,
              description=TEXT, buttons=BUTTONS)
    | st.builds(OrderCard, order_number=TEXT, title=TEXT, status=TEXT, status_text=TEXT, placed_text=TEXT,
                total=TEXT, items_text=TEXT, lines=TEXTS, image_urls=TEXTS, tracking_url=st.none() | TEXT),
    max_size=3,
).map(tuple)  # fmt: skip
METADATA = st.builds(
    Metadata, language=TEXT, intent=st.none() | TEXT, action=st.sampled_from(Action), faq=st.none() | TEXT,
    score=st.none() | st.floats(0, 1), sources=TEXTS, disclosure=st.none() | TEXT,
)  # fmt: skip
DRAFTS = st.builds(
    Draft, id=IDS, author=st.sampled_from(Author), text=st.none() | TEXT, language=TEXT, at=TIMES,
    answers=st.none() | IDS, name=st.none() | TEXT, buttons=BUTTONS, cards=CARDS,
    metadata=st.none() | METADATA,
)  # fmt: skip
NAMES = tuple(Draft.__dataclass_fields__)


@given(DRAFTS)
def test_a_message_comes_back_the_same(draft: Draft) -> None:
    row = from_draft(draft, "web:1", seq=7)

    stored = row | {name: json.loads(json.dumps(row[name])) for name in ("buttons", "cards", "metadata")}

    assert to_message(stored) == ChatMessage(seq=7, **{name: getattr(draft, name) for name in NAMES})


@given(st.lists(TIMES, max_size=3).map(tuple), st.sampled_from(Status))
def test_a_conversation_comes_back_the_same(misses: tuple[datetime, ...], status: Status) -> None:
    chat = Conversation(id="web:1", channel="web", status=status, misses=misses)
    row = {name: getattr(chat, name) for name in Conversation.__dataclass_fields__}

    assert to_conversation(row | {"misses": [miss.isoformat() for miss in misses]}) == chat


@given(st.text(st.characters(codec=None), max_size=30))
def test_a_cleaned_text_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)

    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@given(TEXT)
def test_a_text_that_can_be_stored_is_left_alone(text: str) -> None:
    assert clean({"key": [text, 1, None]}) == {"key": [text, 1, None]}
