"""Which values an ICU pattern uses, read as ICU reads it."""

from __future__ import annotations

import pytest

from streaming.script.patterns import all_arguments, arguments, compiled, literal, locale_name, missing


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("no value", []),
        ("{price}", ["price"]),
        ("{ price } and {stock, number}", ["price", "stock"]),
        ("{n, plural, =0 {none} one {# {a}} other {# {b}}} {c}", ["n", "a", "b", "c"]),
        ("{f, select, true {{n, plural, other {{a}}}} other {}}", ["f", "n", "a"]),
        ("{n, plural, offset:1 other {# more}}", ["n"]),
        ("{n, selectordinal, one {#st} other {#th}}", ["n"]),
    ],
)
def test_values_are_found_at_any_depth_and_icu_reads_the_same(pattern: str, names: list[str]) -> None:
    assert [argument.name for argument in all_arguments(pattern)] == names
    assert compiled(pattern, "en").pattern == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "{",
        "{a",
        "{a,",
        "{a, number",
        "{a, number, x",
        "{}",
        "{a b}",
        "{a, plural, one {x",
        "{a, plural, one {x}",
        "{{a}}",
        "{a, plural, one {{b}",
    ],
)
def test_what_icu_refuses_is_refused_here_too(pattern: str) -> None:
    with pytest.raises(ValueError, match="MessageFormat"):
        compiled(pattern, "en")
    with pytest.raises(ValueError, match=r"[{}]"):
        arguments(pattern)


def test_a_lone_closing_brace_is_refused_though_icu_lets_it_pass() -> None:
    assert compiled("price}", "en").format({}) == "price}"
    with pytest.raises(ValueError, match=r"a } without a {"):
        arguments("price}")


def test_places_of_arguments_span_their_braces() -> None:
    pattern = "a {b} c {d, plural, other {e}} f"

    assert [pattern[one.start : one.end] for one in arguments(pattern)] == ["{b}", "{d, plural, other {e}}"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, {"f", "n"}),
        ({"f": "true"}, set()),
        ({"f": "false"}, {"n"}),
        ({"f": "false", "n": None}, {"n"}),
        ({"f": "false", "n": 1}, set()),
    ],
)
def test_of_a_choice_only_the_chosen_branch_needs_its_values(
    values: dict[str, object], names: set[str]
) -> None:
    assert missing("{f, select, true {yes} other {{n}}}", values) == names


def test_an_apostrophe_stays_one_even_before_a_brace() -> None:
    assert compiled(literal("l'{a} d''un"), "it").format({"a": "x"}) == "l'x d''un"


@pytest.mark.parametrize(
    ("language", "locale"), [("en", "en"), ("zh", "zh_Hans"), ("zh-TW", "zh_Hant_TW"), ("pt-BR", "pt_BR")]
)
def test_language_codes_have_icu_names(language: str, locale: str) -> None:
    assert locale_name(language) == locale
