"""Region profiles: the shipped ones, and what a wrong file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from streaming.director.profiles import ProfileError, load_profiles

GOOD = """\
here:
  label: ai_presenter
  mode: live
  reminder_min: 10
  reminder_most_min: 30
  forbids: []
  source: A source that is long enough.
  read_on: 2026-11-22
"""


def test_the_shipped_profiles_are_there() -> None:
    assert set(load_profiles()) == {"eu", "us", "us-tiktok", "cn", "id", "sea", "world"}


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_every_shipped_profile_says_where_it_comes_from(name: str) -> None:
    profile = load_profiles()[name]

    assert profile.id == name
    assert len(profile.source) > 40
    assert profile.read_on.year == 2026


def test_where_a_synthetic_voice_is_barred_a_person_presents() -> None:
    profile = load_profiles()["us-tiktok"]

    assert (profile.mode, profile.forbids) == ("assist", {"synthetic_voice"})
    assert profile.source.startswith("Reported")


@pytest.mark.parametrize(
    ("profile", "rule_min", "every_min"),
    [
        ("eu", None, 10), ("eu", 20, 20), ("eu", 45, 30), ("cn", None, 5), ("cn", 30, 5), ("cn", 2, 2),
        ("world", None, 30), ("world", 90, 90), ("us-tiktok", None, None), ("us-tiktok", 7, 7),
    ],
)  # fmt: skip
def test_the_profile_sets_how_long_a_reminder_may_be_away(
    profile: str, rule_min: float | None, every_min: float | None
) -> None:
    assert load_profiles()[profile].reminder_every_min(rule_min) == every_min


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "own.yml"
    file.write_text(GOOD, encoding="utf-8")

    assert load_profiles(file)["here"].reminder_min == 10


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("mode: live", "mode: loud", "own.yml:3: here.mode: "),
        ("reminder_min: 10", "reminder_min: 40", "reminder_min is longer than reminder_most_min"),
        ("reminder_min: 10", "reminder_min: 0", "own.yml:4: here.reminder_min: "),
        ("forbids: []", "forbids: [synthetic_voice]", "needs `mode: assist`"),
        ("  label: ai_presenter\n", "", "own.yml:1: here.label: Field required"),
        ("mode: live", "mode: live\n  colour: red", "own.yml:4: here.colour: Extra inputs"),
        (GOOD, "- a\n", "own.yml:1: must be a mapping"),
        (GOOD, "a: [", "own.yml: not YAML"),
        (GOOD, "here: 5\n", "own.yml:1: here: "),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(
    tmp_path: Path, was: str, now: str, problem: str
) -> None:
    file = tmp_path / "own.yml"
    file.write_text(GOOD.replace(was, now), encoding="utf-8")

    with pytest.raises(ProfileError) as caught:
        load_profiles(file)

    assert problem in str(caught.value)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "own.yml"
    file.write_text(
        GOOD.replace("mode: live", "mode: loud").replace("forbids: []", "forbids: [x]"), encoding="utf-8"
    )

    with pytest.raises(ProfileError) as caught:
        load_profiles(file)

    assert len(str(caught.value).splitlines()) == 2
