"""A show is looked at as a whole: what viewers would miss, hear wrong or hear too often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.base import Money, Product
from streaming.script.check import Report, check
from streaming.script.check_figures import written_price, written_stock
from streaming.script.check_text import report_lines
from streaming.script.estimate import line_seconds, seconds
from streaming.script.marks import parse
from streaming.script.reading import read_show
from streaming.show import Line

WEEK = datetime(2026, 11, 23, tzinfo=UTC)
MUG = Product(id="mug", title="Mug", price=Money(1650, "EUR"), stock=3)
LONG = "This mug holds a big coffee and it goes into the dishwasher.\n          " * 70

SHOW = f"""\
room: room
title: Room
profile: eu
personas:
  ann: {{name: Ann, presenter: lina}}
shifts:
  day:
    hours: 00:00-24:00
    timezone: UTC
    language: en
    persona: ann
    segments: [cup, ask]
segments:
  cup:
    kind: pitch
    product: mug
    variants:
      - en: |
          <card/> This is it.
          {LONG}
      - en: |
          Look at {{title}}.
          {LONG}
      - en: |
          Here it is.
          {LONG}
  ask:
    kind: qa
    variants:
      - en: Ask me.
"""


def report(
    old: str = "room: room",
    new: str = "room: room",
    *,
    products: dict[str, Product] | None = None,
    most_min: float | None = None,
) -> Report:
    """Of the show above with one thing changed."""
    assert SHOW.count(old) == 1
    plan = read_show(SHOW.replace(old, new), source="show.yml")
    return check(plan, {"mug": MUG} if products is None else products, week=WEEK, reminder_most_min=most_min)


def found(one: Report) -> list[tuple[str, str, str]]:
    return [(finding.level, finding.code, finding.where) for finding in one.findings]


def test_a_good_show_has_nothing_to_mend() -> None:
    assert found(report()) == []
    assert report().ok


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("language: en", "language: de", ("error", "no_lines", "segments.cup")),
        ("product: mug", "product: jug", ("error", "unknown_product", "segments.cup")),
        ("en: Ask me.", "en: '<card product=\"jug\"/> Ask.'", ("error", "unknown_product", "segments.ask")),
        ("Here it is.", "Here it is for €20.", ("error", "price_written", "segments.cup")),
        ("Here it is.", "Here it is for 16.50.", ("error", "price_written", "segments.cup")),
        ("Here it is.", "Here are the last, 3 left.", ("error", "stock_written", "segments.cup")),
        ("hours: 00:00-24:00", "hours: 00:00-20:00", ("warning", "nobody", "shifts")),
        ("[cup, ask]", "[cup]", ("warning", "unused", "segments.ask")),
        ("[cup, ask]", "[cup, cup, cup]", ("warning", "unused", "segments.ask")),
        ("- en: Ask me.", "- {en: A., de: B.}\n      - de: C", ("warning", "fewer_variants", "segments.ask")),
        ("- en: Ask me.", "- {de: [A., B.], en: [A.]}", ("warning", "fewer_lines", "segments.ask")),
        ("persona: ann\n", "persona: ann\n    captions: de\n", ("warning", "captions", "segments.ask")),
        ("en: Ask me.", f"en: Ask {'me and ' * 60}me.", ("warning", "long_line", "segments.ask")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found(old: str, new: str, finding: tuple[str, str, str]) -> None:
    assert finding in found(report(old, new))


def test_a_pitch_that_comes_again_too_soon_is_found() -> None:
    short = check(read_show(SHOW.replace(LONG, ""), source="show.yml"), {"mug": MUG}, week=WEEK, again_min=10)

    assert found(short) == [("warning", "repeats", "shifts.day")]
    assert "hears the same pitch again after 0 minutes" in short.findings[0].what


def test_the_hours_that_nobody_presents_are_named() -> None:
    whats = [finding.what for finding in report("hours: 00:00-24:00", "hours: 08:00-24:00").findings]

    assert whats[0] == "nobody presents from Mon 00:00 to Mon 08:00 UTC (8.0 h); add a shift"
    assert len(whats) == 7


def test_a_shift_behind_others_is_found() -> None:
    first = "hours: 00:00-24:00, timezone: UTC, language: en, persona: ann, segments: [ask]"
    text = SHOW.replace("  day:\n", f"  first: {{{first}}}\n  day:\n")

    one = check(read_show(text, source="show.yml"), {"mug": MUG}, week=WEEK)

    assert ("warning", "hidden", "shifts.day") in found(one)


def test_a_sold_out_product_is_told() -> None:
    assert found(report(products={"mug": replace(MUG, stock=0)})) == [("warning", "sold_out", "segments.cup")]


def test_without_a_catalogue_products_are_not_looked_at() -> None:
    plan = read_show(SHOW.replace("product: mug", "product: jug"), source="show.yml")

    assert check(plan, None, week=WEEK).ok


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ("", ["reminder"]),
        ("rules:\n  r: {kind: coupon, every_min: 5}\n", ["reminder"]),
        ("rules:\n  r: {kind: ai_reminder, every_min: 31}\n", ["reminder"]),
        ("rules:\n  r: {kind: ai_reminder, every_min: 30}\n", []),
        (
            "rules:\n  r: {kind: ai_reminder, every_min: 5}\n"
            "  s: {kind: line, every_min: 5, lines: {de: Hallo}}\n",
            ["no_lines"],
        ),
    ],
)  # fmt: skip
def test_the_reminder_that_a_profile_asks_for_is_looked_for(rules: str, codes: list[str]) -> None:
    one = report("title: Room\n", f"title: Room\n{rules}", most_min=30)

    assert [finding.code for finding in one.errors] == codes


def test_a_poll_must_be_there_in_the_languages_of_its_shifts() -> None:
    poll = "kind: poll\n    poll: {question: {de: Was}, options: [{de: Dies}, {de: Das}]}"

    assert ("error", "no_lines", "segments.ask") in found(report("kind: qa", poll))


def test_errors_come_before_warnings_and_name_the_line() -> None:
    one = report("en: Ask me.", f"en: Ask {'me and ' * 60}me for €5.")

    assert [finding.level for finding in one.findings] == ["error", "warning"]
    assert {finding.line for finding in one.findings} == {len(SHOW.splitlines())}


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Only €39.90 today.", "€39.90"),
        ("Nur 39,90 € heute.", "39,90 €"),
        ("只要199元。", "199元"),
        ("Cuesta 20 euros.", "20 euros"),
        ("Cuma Rp 59.000 saja.", "Rp 59.000"),
        ("Cuma 59 ribu rupiah.", "59 ribu rupiah"),
        ("It is $5 off.", "$5"),
        ("السعر ٤٩ ريال.", "٤٩ ريال"),
        ("৳৫০০ মাত্র।", "৳৫০০"),
        ("Yours for 16.50 now.", "16.50"),
        ("Für 16,50 zu haben.", "16,50"),
        ("Für 16,5 zu haben.", "16,5"),
        ("It holds 350 ml.", None),
        ("190 by 35 centimetres, 40 hours.", None),
        ("It takes 3 to 7 days.", None),
        ("It costs {price}.", None),
        ("{stock, plural, =1 {€5} other {€6}}.", None),
        ("Europe has 27 states.", None),
    ],
)
def test_prices_in_figures_are_seen_and_other_numbers_are_not(text: str, price: str | None) -> None:
    assert written_price(text, MUG.price) == price


@pytest.mark.parametrize(
    ("text", "stock"),
    [
        ("Only 3 left.", "3 left"),
        ("库存还剩 5 件。", "库存还剩 5"),
        ("Quedan 12 unidades.", "Quedan 12"),
        ("Hay 12 unidades.", "12 unidades"),
        ("Noch 4 Stück auf Lager.", "Noch 4"),
        ("There are 5 of them left.", "5 of them left"),
        ("Stok tinggal 8.", "Stok tinggal 8"),
        ("Turn left after 30 minutes of 2 hours.", None),
        ("There are {stock} left.", None),
        ("It holds 350 ml.", None),
    ],
)
def test_stock_in_figures_is_seen_and_other_numbers_are_not(text: str, stock: str | None) -> None:
    assert written_stock(text) == stock


@pytest.mark.parametrize(
    ("text", "language", "expected_s"),
    [
        ("a" * 182, "en", 10.0),
        ("a" * 182, "en-GB", 10.0),
        ("好" * 40 + "。，" * 10, "zh", 10.0),
        ("好" * 42, "zh-TW", 10.0),
        ("x" * 150, "tlh", 10.0),
        ("{price}", "en", 18 / 18.2),
        ("99", "en", 10 / 18.2),
        ("{price}99", "zh", 10 / 4),
        ("l''a", "en", 3 / 18.2),
        ("broken {", "en", 8 / 18.2),
    ],
)
def test_a_text_is_as_long_as_its_language_is_fast(text: str, language: str, expected_s: float) -> None:
    assert seconds(text, language) == pytest.approx(expected_s)


def test_a_slower_persona_takes_longer_and_pauses_count() -> None:
    line = Line(parse('aaaa <pause ms="700"/> aaaa'), 1)

    assert seconds("a" * 182, "en", pace=0.5) == pytest.approx(20.0)
    assert line_seconds(line, "en") == pytest.approx(9 / 18.2 + 0.7)


def test_the_lengths_of_segments_and_shifts_are_reported() -> None:
    one = report()

    assert [(length.segment, length.variants) for length in one.segments] == [("cup", 3), ("ask", 1)]
    assert [(shift.shift, shift.week_s) for shift in one.shifts] == [("day", 7 * 86_400)]
    assert one.shifts[0].again_s == pytest.approx(3 * one.shifts[0].round_s)


def test_the_report_is_printed_with_places_that_an_editor_can_open() -> None:
    lines = report_lines(report("product: mug", "product: jug"), "my.yml")

    assert lines[0] == (
        "my.yml:14: error: segments.cup: the shop has no product jug; look up its id in the shop"
    )
    assert lines[2] == "shift  language  a week   round     same pitch again after"
    assert lines[3].startswith("day    en        168.0 h  3:")
    assert lines[-1] == "Room: 1 errors, 0 warnings. Lengths are estimates, without questions."
