"""The host's own lines: variants in turn, values, captions, broken patterns."""

from __future__ import annotations

import pytest

from streaming.director.lines import KEYS, HostLines
from streaming.script.patterns import all_arguments
from tests.fakes.host_lines import ENGLISH, DictLines

VALUES = {
    "name": "Ana",
    "names": "Ana and Ben",
    "count": 2,
    "title": "Lamp",
    "price": "€39",
    "stock": 3,
    "coupon": "A10",
    "minutes": 5,
    "option": "Blue",
    "percent": 40,
}


def test_every_key_has_english_lines_and_no_other_has() -> None:
    assert set(ENGLISH) == set(KEYS)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_english_lines_use_exactly_the_values_of_their_key(key: str) -> None:
    used = [{one.name for one in all_arguments(pattern)} for pattern in ENGLISH[key]]

    assert used == [set(KEYS[key])] * len(used)
    assert 2 <= len(used) <= 4


@pytest.mark.parametrize("key", sorted(KEYS))
@pytest.mark.parametrize("count", [0, 1, 5])
def test_english_lines_can_be_filled(key: str, count: int) -> None:
    lines = HostLines(DictLines(), seed=1)

    worded = lines.say(key, "en", {**VALUES, "count": count})

    assert worded is not None
    assert "{" not in worded.text
    assert "!" not in worded.text


def test_variants_take_turns_also_after_a_restart() -> None:
    lines = HostLines(DictLines(), seed=1)
    first = lines.say("ai_reminder", "en", {})
    again = HostLines(DictLines(), seed=1, used=lines.state())

    said = {
        one and one.text
        for one in (first, again.say("ai_reminder", "en", {}), again.say("ai_reminder", "en", {}))
    }

    assert said == set(ENGLISH["ai_reminder"])


@pytest.mark.parametrize("missing", ["title", "minutes"])
def test_a_line_is_not_said_without_its_values(missing: str) -> None:
    lines = HostLines(DictLines(), seed=1)

    assert (
        lines.say("sale_opens", "en", {name: one for name, one in VALUES.items() if name != missing}) is None
    )


def test_the_caption_is_the_same_line_in_the_second_language() -> None:
    lines = HostLines(DictLines(), seed=1)

    worded = lines.say("hello_shift", "en", {"name": "Ana"}, captions="es")

    assert worded is not None
    assert worded.caption == "Hola, soy Ana, vuestra presentadora de IA."


def test_a_broken_pattern_is_passed_over() -> None:
    lines = HostLines(DictLines({"en": {"sold_out": ("{title", "{title} is gone.")}}), seed=1)

    said = {one.text for _ in range(3) if (one := lines.say("sold_out", "en", VALUES))}

    assert said == {"Lamp is gone."}


def test_a_key_of_which_all_patterns_are_broken_is_not_said() -> None:
    lines = HostLines(DictLines({"en": {"sold_out": ("{title",)}}), seed=1)

    assert lines.say("sold_out", "en", VALUES) is None


def test_values_are_text_and_never_a_pattern() -> None:
    lines = HostLines(DictLines({"en": {"sold_out": ("{title} is gone.",)}}), seed=1)

    worded = lines.say("sold_out", "en", {"title": "{price} '{x}'"})

    assert worded is not None
    assert worded.text == "{price} '{x}' is gone."
