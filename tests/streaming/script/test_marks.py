"""A written line becomes texts and marks; a long one is cut where its sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.script.marks import MarkError, parse, sentences
from streaming.show import GESTURES, MOODS, Mark

CARD = Mark("card")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello.", ("Hello.",)),
        ("<card/> Hello.", (CARD, "Hello.")),
        ("Hello <card/> you.", ("Hello ", CARD, "you.")),
        ("Hello<card/> you.", ("Hello ", CARD, "you.")),
        ("Hello you.  <card/>", ("Hello you.", CARD)),
        ("这<card/>是杯子。", ("这", CARD, "是杯子。")),
        ('A <card product="mug"/> <uncard/> b.', ("A ", Mark("card", "mug"), Mark("uncard"), "b.")),
        ('<mood name = "warm" /> It\'s {title}.', (Mark("mood", "warm"), "It''s {title}.")),
        ('One<pause ms="400"/>, two.', ("One", Mark("pause", "400"), ", two.")),
        ('<look at="product"/> See.', (Mark("look", "product"), "See.")),
        ("5 > 3", ("5 > 3",)),
        ("a\ufdd0b", ("ab",)),
    ],
)
def test_marks_are_taken_out_of_the_text_and_spaces_kept_once(
    text: str, parts: tuple[str | Mark, ...]
) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize("gesture", GESTURES)
def test_every_gesture_can_be_written(gesture: str) -> None:
    assert parse(f'<gesture name="{gesture}"/> Hello.')[0] == Mark("gesture", gesture)


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_can_be_written(mood: str) -> None:
    assert parse(f'<mood name="{mood}"/> Hello.')[0] == Mark("mood", mood)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("3 < 5", "has a stray < at “< 5”"),
        ("Hello <card>", "has a stray <"),
        ("Hello </card>", "has a stray <"),
        ("Hello <script/>", "unknown mark <script/>"),
        ("Hello <Card/>", "unknown mark <Card/>; did you mean card?"),
        ('Hello <gesture name="wavee"/>', "wavee is not known; did you mean wave?"),
        ("Hello <gesture/>", 'say which, as in <gesture name="rest"/>'),
        ('Hello <card product=""/>', 'say which, as in <card product="mug"/>'),
        ('Hello <card id="mug"/>', "id does not belong there; it takes product"),
        ('Hello <uncard product="mug"/>', "product does not belong there; it takes nothing"),
        ("Hello <card product=mug/>", "straight quotes"),
        ("Hello <card product=“mug”/>", "straight quotes"),
        ('Hello <pause ms="9000"/>', "a pause lasts 50 to 5000 milliseconds"),
        ('Hello <pause ms="x"/>', "a pause lasts 50 to 5000 milliseconds"),
        ('Hello <pause ms="٤٠٠"/>', "a pause lasts 50 to 5000 milliseconds"),
        ("Hello ＜card/＞", "has a full-width ＜; write <"),
        ("<card/>", "has marks but no words"),
        ("{stock, plural, other {<card/> #}}", "has a mark inside { }"),
    ],
)
def test_what_is_no_mark_is_refused(text: str, message: str) -> None:
    with pytest.raises(MarkError) as raised:
        parse(text)

    assert message in str(raised.value)


@given(
    st.text(st.characters(blacklist_characters="<｛｝＜＞\ufdd0'", blacklist_categories=["Cs"]), min_size=1)
)
def test_any_text_without_a_tag_comes_out_as_it_is_but_for_its_spaces(text: str) -> None:
    expected = " ".join(text.split())

    parsed = parse(text) if expected else (expected,)

    assert parsed == (expected,)


def test_a_line_that_is_soon_said_stays_whole() -> None:
    parts = parse("One. Two. Three.")

    assert sentences(parts, "en") == [parts]


def test_a_long_line_is_cut_at_its_sentence_ends_and_marks_go_with_what_follows() -> None:
    half = "This lamp runs on any plug from here to the other end of the world, " * 2 + "and is dimmed"

    count = "{stock, plural, one {A. B} other {C. D}}"
    parts = parse(f"{half} by hand. <card/> {{title}} is its name. {half}, {count} left.")

    cut = sentences(parts, "en")

    assert cut == [
        (f"{half} by hand.",),
        (CARD, "{title} is its name."),
        (f"{half}, {count} left.",),
    ]


def test_a_long_chinese_line_is_cut_without_spaces() -> None:
    sentence = "这盏灯是暖光，亮度可以调，放在床头看书正合适。"

    cut = sentences(parse(sentence * 4 + "<card/>"), "zh")

    assert cut == [(sentence,)] * 3 + [(sentence, CARD)]


def test_a_long_line_without_a_sentence_end_stays_whole() -> None:
    parts = parse("and " * 100)

    assert sentences(parts, "en") == [parts]
