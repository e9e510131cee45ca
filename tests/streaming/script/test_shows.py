"""The show that ships: sound, complete, in four languages, and every line can be said with the demo shop."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bot.config import ROOT
from connectors.demo.parse import parse as parse_shop
from knowledge.facts import KNOWN_VALUES, Facts
from streaming.script.check import check
from streaming.script.check_text import report_lines
from streaming.script.fill import fill
from streaming.script.reading import load_show
from streaming.script.schedule import Rotation, timeline
from streaming.show import Mark, Show

WEEK = datetime(2026, 11, 23, tzinfo=UTC)
SHOP = ROOT / "connectors" / "demo" / "shop.yml"
LANGUAGES = ["en", "zh", "es", "id"]


@pytest.fixture(scope="module")
def demo() -> Show:
    return load_show(ROOT / "streaming" / "shows" / "demo.yml", facts=KNOWN_VALUES)


def test_the_show_that_ships_has_nothing_to_mend(demo: Show) -> None:
    shop = parse_shop(SHOP.read_text("utf-8"), source="shop.yml")

    one = check(demo, {product.id: product for product in shop.products}, week=WEEK, reminder_most_min=30)

    assert report_lines(one, "demo.yml")[:1] == [
        "shift             language  a week  round     same pitch again after"
    ]


def test_the_show_that_ships_uses_every_kind_of_segment_rule_and_four_languages(demo: Show) -> None:
    assert {segment.kind for segment in demo.segments.values()} == {
        "opening", "pitch", "demo", "qa", "flash_sale", "poll", "recap", "sign_off",
    }  # fmt: skip
    assert {rule.kind for rule in demo.rules} == {"ai_reminder", "coupon", "follow_call", "line"}
    assert {shift.language for shift in demo.shifts} == {"en", "zh", "es", "id"}


@pytest.mark.parametrize("product", ["desk-lamp", "mug", "scarf", "backpack", "plant-pot"])
def test_each_pitch_that_ships_has_three_ways_of_five_to_nine_sentences_in_step(
    demo: Show, product: str
) -> None:
    pitch = next(one for one in demo.segments.values() if one.kind == "pitch" and one.product == product)

    sizes = [{len(lines) for lines in variant.lines.values()} for variant in pitch.variants]

    assert len(sizes) == 3
    assert all(len(size) == 1 and 5 <= min(size) <= 9 for size in sizes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_that_ships_can_be_said_with_the_facts_of_the_demo_shop(demo: Show, language: str) -> None:
    facts = Facts(parse_shop(SHOP.read_text("utf-8"), source="shop.yml").facts).values(language)
    values = {**facts, "title": "T", "price": "P", "before": "B", "stock": 3, "minutes": 5, "coupon": "C"}
    lines = [
        line
        for segment in demo.segments.values()
        for variant in segment.variants
        for line in variant.lines[language]
    ]

    filled = [fill(line, values, language) for line in lines]

    assert None not in filled
    assert [parts for parts in filled if parts and "{" in "".join(filter(_is_text, parts))] == []
    assert len(lines) > 150


def _is_text(part: str | Mark) -> bool:
    return isinstance(part, str)


@pytest.mark.parametrize("shout", ["!", "\uff01", "\u00a1"])
def test_nobody_shouts(demo: Show, shout: str) -> None:
    texts = [
        line.text
        for segment in demo.segments.values()
        for variant in segment.variants
        for lines in variant.lines.values()
        for line in lines
    ]

    assert [text for text in texts if shout in text] == []


def test_somebody_presents_at_every_hour_of_a_year(demo: Show) -> None:
    fortnights = [datetime(2026, month, day, tzinfo=UTC) for month in range(1, 13) for day in (1, 15)]
    ends = [*fortnights, datetime(2027, 1, 1, tzinfo=UTC)]

    absent = [
        begin
        for start, stop in pairwise(ends)
        for begin, _, shift in timeline(demo, start, stop)
        if shift is None
    ]

    assert absent == []


def test_a_shift_that_ships_says_nothing_twice_in_three_rounds(demo: Show) -> None:
    shift = demo.shifts[0]
    rotation = Rotation(1)
    chosen = rotation.next(demo, shift)
    pitches = set()

    for _ in range(3 * (len(shift.segments) - 2)):
        chosen = rotation.next(demo, shift, chosen)
        assert chosen is not None
        pitches.add((chosen[0].id, chosen[1]))

    assert {key for key, _ in pitches} == set(shift.segments) - {"welcome", "good-night"}
    assert len(pitches) == 3 * len({key for key, _ in pitches})
