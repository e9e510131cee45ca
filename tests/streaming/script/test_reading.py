"""A run of show that a seller wrote becomes a `Show`, or all that is wrong with it is told with its lines."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from streaming.script.errors import ScriptError
from streaming.script.reading import load_show, read_show
from streaming.show import Line, Mark, Show

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "live.md"
SHOW = """\
room: corner-shop
title: The corner shop, live
profile: eu
personas:
  ann:
    name: Ann
    presenter: lina
    voices: {en: en-gb+f3}
shifts:
  day:
    days: mon-fri, sun
    hours: 08:30-24:00
    timezone: Europe/Berlin
    language: en
    captions: de
    persona: ann
    segments: [hello, cup, ask]
segments:
  hello:
    kind: opening
    variants:
      - en: Hello.
        de: Hallo.
  cup:
    kind: pitch
    product: mug
    variants:
      - en: |
          <card/> Here it's: {title}.

          It costs {price} <gesture name="wave"/> today.
        de: ['Das ist {title}.', 'Preis: {price}.']
  ask:
    kind: qa
    variants:
      - en: Ask me.
        de: Fragt mich.
  sale:
    kind: flash_sale
    product: mug
    countdown_s: 300
    variants:
      - en: It was {before}, for {minutes, plural, one {# minute} other {# minutes}}.
  vote:
    kind: poll
    poll:
      question: {en: Which one}
      options: [{en: This}, {en: That}]
    variants:
      - en: Vote now.
rules:
  honest: {kind: ai_reminder, every_min: 10}
  returns:
    kind: line
    every_min: 2.5
    lines: {en: 'Send it back within {return_days, plural, one {# day} other {# days}}.'}
"""


def read(text: str) -> Show:
    return read_show(text, source="show.yml", facts=["return_days"])


def problems(text: str, **known: list[str]) -> list[str]:
    """What is wrong with a text, one line a problem."""
    with pytest.raises(ScriptError) as raised:
        read_show(text, source="show.yml", **{"facts": ["return_days"], **known})
    return str(raised.value).splitlines()


def changed(old: str, new: str) -> str:
    assert SHOW.count(old) == 1
    return SHOW.replace(old, new)


def test_a_show_is_read_with_all_its_parts() -> None:
    show = read(SHOW)

    assert (show.room, show.title, show.profile) == ("corner-shop", "The corner shop, live", "eu")
    assert show.personas["ann"].voices == {"en": "en-gb+f3"}
    assert list(show.segments) == ["hello", "cup", "ask", "sale", "vote"]
    assert [rule.every_min for rule in show.rules] == [10, 2.5]


def test_a_shift_is_read_in_the_words_of_its_file() -> None:
    shift = read(SHOW).shifts[0]

    assert (shift.start, shift.end) == (time(8, 30), time(0, 0))
    assert shift.days == {"mon", "tue", "wed", "thu", "fri", "sun"}
    assert (shift.language, shift.captions, shift.persona) == ("en", "de", "ann")
    assert shift.segments == ("hello", "cup", "ask")
    assert shift.line == 10


def test_each_line_is_a_sentence_and_knows_its_place_in_the_file() -> None:
    lines = read(SHOW).segments["cup"].variants[0].lines["en"]

    assert lines == (
        Line((Mark("card"), "Here it''s: {title}."), 29),
        Line(("It costs {price} ", Mark("gesture", "wave"), "today."), 31),
    )


def test_a_list_of_sentences_is_as_good_as_a_block() -> None:
    lines = read(SHOW).segments["cup"].variants[0].lines["de"]

    assert lines == (Line(("Das ist {title}.",), 32), Line(("Preis: {price}.",), 32))


def test_what_a_kind_of_segment_needs_is_read_and_the_rest_has_defaults() -> None:
    segments = read(SHOW).segments

    assert (segments["sale"].countdown_s, segments["sale"].product) == (300, "mug")
    assert segments["ask"].most_s == 120
    assert segments["vote"].poll is not None
    assert segments["vote"].poll.options == ({"en": "This"}, {"en": "That"})
    assert segments["vote"].poll.open_s == 120


def test_a_shift_without_days_is_on_every_day() -> None:
    assert len(read(changed("    days: mon-fri, sun\n", "")).shifts[0].days) == 7


def test_days_may_run_over_the_end_of_the_week() -> None:
    assert read(changed("mon-fri, sun", "sat-mon")).shifts[0].days == {"sat", "sun", "mon"}


def test_a_language_called_no_and_a_time_like_a_number_are_taken_as_written() -> None:
    show = read(changed("de: Fragt mich.", "no: Spør meg."))

    assert set(show.segments["ask"].variants[0].lines) == {"en", "no"}


def test_a_folded_paragraph_is_cut_into_sentences() -> None:
    paragraph = "Ask me what you want, I am here. " * 9
    show = read(changed("en: Ask me.", f"en: >\n          {paragraph}"))

    lines = show.segments["ask"].variants[0].lines["en"]

    assert [line.text for line in lines] == ["Ask me what you want, I am here."] * 9
    assert {line.line for line in lines} == {37}


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = changed("presenter: lina", "presenter: lena").replace("product: mug", "prodct: mug", 1)
    text = text.replace("every_min: 2.5", "every_min: 0")

    assert problems(text) == [
        "show.yml:7: personas.ann.presenter: lena is not known; did you mean lina?",
        "show.yml:24: segments.cup.product: is missing; it is needed here",
        "show.yml:26: segments.cup: there is no field prodct; did you mean product?",
        "show.yml:55: rules.returns.every_min: must be a number from 1 to 1440",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("room: corner-shop", "room: Corner Shop", "1: room: must be small letters, digits and dashes"),
        ("room: corner-shop\n", "", "1: room: is missing; it is needed here"),
        ("room: corner-shop", "room: [a]", "1: room: must be a text"),
        ("title: The", "title: The\ntitle: The", "3: title is given twice; keep one of them"),
        ("profile: eu", "profil: eu", "3: there is no field profil; did you mean profile?"),
        ("  ann:\n", "  Ann Lee:\n", "5: personas: Ann Lee must be small letters, digits and dashes"),
        ("hours: 08:30-24:00", "hours: 8-24", "12: shifts.day.hours: must be like 08:00-14:00"),
        ("hours: 08:30-24:00", "hours: 08:30-25:00", "12: shifts.day.hours: must be like 08:00-14:00"),
        ("mon-fri, sun", "weekdays", "11: shifts.day.days: weekdays is no day; write mon, tue"),
        ("Europe/Berlin", "Europe/Berln", "13: shifts.day.timezone: Europe/Berln is not known; did you"),
        ("language: en", "language: english!", "14: shifts.day.language: english! is no language code"),
        ("captions: de", "captions: en", "15: shifts.day.captions: is the spoken language; leave it out"),
        ("persona: ann", "persona: anna", "16: shifts.day.persona: anna is not known; did you mean ann?"),
        ("[hello, cup, ask]", "[hello, cap, ask]", "17: shifts.day.segments: there is no segment cap; did"),
        ("[hello, cup, ask]", "[hello]", "17: shifts.day.segments: has only openings and sign-offs"),
        ("    kind: qa\n", "    kind: q&a\n", "34: segments.ask.kind: q&a is not known; did you mean qa?"),
        ("    kind: qa\n", "    kind: qa\n    product: mug\n", "35: segments.ask.product: a segment of"),
        ("    countdown_s: 300\n", "", "38: segments.sale.countdown_s: is missing; it is needed here"),
        ("countdown_s: 300", "countdown_s: soon", "41: segments.sale.countdown_s: must be a number from 30"),
        ("options: [{en: This}, {en: That}]", "options: [{en: A}]", "48: segments.vote.poll.options: must"),
        ("{en: That}", "{EN: That}", "48: segments.vote.poll.options[2]: EN is no language code"),
        ("en: Vote now.", "en: {a: b}", "50: segments.vote.variants[1].en: has no sentences"),
        ("{en: That}", "{de: Das}", "48: segments.vote.poll.options: the question and every option"),
        ("{en: That}", "{en: '{price}'}", "48: segments.vote.poll.options[2].en: is shown as it stands"),
        ("kind: ai_reminder,", "kind: ai_reminder, lines: {en: Hi},", "52: rules.honest.lines: a rule"),
        ("[hello, cup, ask]", "[hello, [cup]]", "17: shifts.day.segments: must be a list of"),
        ("      - en: Vote now.\n", "      Vote now.\n", "50: segments.vote.variants: must be a list:"),
        ("      - en: Vote now.\n", "      - Vote now.\n", "50: segments.vote.variants[1]: must be"),
        ("      question: {en: Which one}\n", "      question: {}\n", "47: segments.vote.poll.question: n"),
        ("    poll:\n", "    pol:\n", "44: segments.vote.poll: is missing; it is needed here"),
        ("{kind: ai_reminder, every_min: 10}", "", "52: rules.honest: has nothing in it"),
        ("personas:\n", "? [personas]\n:\n", "4: there is no field ?; there is personas, profile, room"),
        ("      - en: Vote now.\n", "      []\n", "50: segments.vote.variants: needs at least one way"),
        ("      - en: Vote now.\n", "      - en: ''\n", "50: segments.vote.variants[1].en: has no sentences"),
        ("      - en: Vote now.\n", "      - {}\n", "50: segments.vote.variants[1]: needs sentences in at"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_what_to_do(old: str, new: str, problem: str) -> None:
    found = problems(changed(old, new))

    assert any(line.startswith(f"show.yml:{problem}") for line in found), found


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Only {pric}.", "uses {pric}, which is not known; did you mean price?"),
        ("Only {before}.", "uses {before}, which only a flash sale has"),
        (
            "Only {price, plural, other {#}}.",
            "counts {price}, which is a text; only minutes, stock are numbers",
        ),
        ("Only {price.", "has a broken value in braces (a { without a }); write a value like {price}"),
        ("Only price}.", "has a broken value in braces (a } without a {); write a value like {price}"),
        (
            "Only {stock, plural, one {#}}.",
            "has a broken value in braces (Failed to create MessageFormat: U_DEFAULT",
        ),
        ("Look <crad/> here.", "has an unknown mark <crad/>; did you mean card?"),
        ("# Say this slowly.", "would be spoken with its #; remarks stand outside the text block"),
        ("只要｛price｝。", "has a full-width ｛; write {"),
    ],
)
def test_a_wrong_line_is_told_with_its_own_line_number(line: str, what: str) -> None:
    found = problems(changed('It costs {price} <gesture name="wave"/> today.', line))

    assert len(found) == 1
    assert found[0].startswith(f"show.yml:31: segments.cup.variants[1].en: this line {what}")


def test_a_segment_without_a_product_has_no_price_and_must_say_which_card() -> None:
    found = problems(changed("en: Ask me.", "en: ['What about {price}?', 'Look at <card/> this.']"))

    assert [line.partition("this line ")[2] for line in found] == [
        'shows a card, but the segment has no product: say which, as in <card product="mug"/>',
        "uses {price}, which only a segment with a product has",
    ]


def test_a_card_of_a_named_product_may_be_shown_anywhere() -> None:
    show = read(changed("en: Ask me.", "en: 'Look <card product=\"mug\"/> here.'"))

    assert Mark("card", "mug") in show.segments["ask"].variants[0].lines["en"][0].parts


def test_languages_and_profiles_are_compared_with_those_there_are() -> None:
    found = problems(SHOW.replace("de:", "dee:"), languages=["en", "de"], profiles=["cn", "us"])

    assert found[0] == "show.yml:3: profile: eu is not known; there is cn, us"
    assert found[-1].endswith("there is no language dee; did you mean de?")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "show.yml:1: is empty"),
        ("room: [", "show.yml:1: is not valid YAML: "),
        ("a: b\n c: d", "show.yml:2: is not valid YAML: mapping values are not allowed here"),
        ("- a", "show.yml:1: must be a list of fields, each `name: value` on a line of its own"),
        ("room: \x00", "show.yml:1: is not valid YAML: "),
    ],
)
def test_a_text_that_is_no_show_is_refused(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_the_examples_of_the_guide_are_shows() -> None:
    whole, segment = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)

    show = read(whole.replace("\nsegments:\n", f"\nsegments:\n{segment}"))

    assert set(show.segments) == {"next", "hello", "cup", "questions"}
    assert show.segments["next"].poll is not None


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "show.yml"
    file.write_text(SHOW, encoding="utf-8-sig")

    assert load_show(file, facts=["return_days"]).room == "corner-shop"


def test_a_file_that_is_not_there_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yml"
    latin.write_bytes("title: Café".encode("latin-1"))

    with pytest.raises(ScriptError, match="can't be read: No such file or directory"):
        load_show(tmp_path / "none.yml")
    with pytest.raises(ScriptError, match="is not UTF-8 text; save it as UTF-8"):
        load_show(latin)
