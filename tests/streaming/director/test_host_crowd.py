"""The director and its viewers: thanks, names, rules, time for questions."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from streaming.cues import Answer, Social, SocialKind, Vote
from streaming.director.profiles import load_profiles
from streaming.director.thanks import sayable
from streaming.show import Rule
from tests.fakes.live_room import NOON, LiveRoom, line, make_show, question_text, segment

TALK = segment("talk", "One.", "Two.", "Three.", "Four.", "Five.")


@pytest.fixture
def room() -> LiveRoom:
    one = LiveRoom(make_show(TALK))
    one.until_said("One")
    return one


def social(room: LiveRoom, kind: SocialKind, *names: str, at: datetime = NOON) -> None:
    for name in names:
        room.feed(Social(kind=kind, viewer_id=name, viewer_name=name, at=at))


def sources(room: LiveRoom) -> Counter[str]:
    return Counter(one.source for one in room.said)


def test_followers_are_thanked_together(room: LiveRoom) -> None:
    social(room, "follow", "Ana", "Ben", "Mei", "Zoe", "@spam.com")

    room.until_said("Ana")

    assert "Ana, Ben, and Mei, and 2 " in room.texts[-1]
    assert room.said[-1].purpose == "thanks"


def test_thanks_come_once_in_a_while_those_who_paid_first(room: LiveRoom) -> None:
    social(room, "join", "Ana")
    social(room, "order", "Ben")
    social(room, "gift", "Mei")

    room.run(seconds=40)
    first = [one.source for one in room.said if one.purpose == "thanks"]
    room.run(seconds=120)
    all_of_them = [one.source for one in room.said if one.purpose == "thanks"]

    assert first == ["host:thanks_order"]
    assert all_of_them == ["host:thanks_order", "host:thanks_gift", "host:welcome"]


def test_thousands_who_join_do_not_stop_the_show(room: LiveRoom) -> None:
    social(room, "join", *(f"Viewer {number}" for number in range(1_000)))

    room.run(seconds=100)

    assert sources(room)["host:welcome"] == 1
    assert len(room.texts_of("script")) > 40


@pytest.mark.parametrize("kind", ["like", "share"])
def test_likes_and_shares_are_not_thanked_for(room: LiveRoom, kind: SocialKind) -> None:
    social(room, kind, "Ana")

    room.run(seconds=60)

    assert room.texts_of("thanks") == []


def test_viewers_without_a_name_that_can_be_said_are_counted_with_the_next(room: LiveRoom) -> None:
    social(room, "follow", "www.spam.com", "!!!")
    room.run(seconds=60)
    before = room.texts_of("thanks")

    social(room, "follow", "Ana")
    room.until_said("Ana")

    assert before == []
    assert "Ana, and 2 " in room.texts[-1]


def test_thanks_outlive_a_crash(room: LiveRoom) -> None:
    room.control("pause")
    social(room, "follow", "Ana")
    room.keep()

    room.crash()
    room.control("resume")

    room.until_said("Ana")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ana", "Ana"),
        ("  Ana  Maria ", "Ana Maria"),
        ("李", "李"),
        ("Zoë7", "Zoë7"),
        ("อานา", "อานา"),
        ("Ana❤️", "Ana"),
        ("<b>Ana</b>", None),
        ("www.shop.com", None),
        ("@bags", None),
        ("vx shop88", None),
        ("12345", None),
        ("Call 5551234", None),
        ("!!!", None),
        ("", None),
        ("a", None),
        ("x" * 25, None),
        ("{title}", "title"),
        ("Ａｎａ", "Ana"),
        ("Ana\u202e", "Ana"),
    ],
)
def test_only_plain_names_are_said(name: str, said: str | None) -> None:
    assert sayable(name) == said


def test_a_question_of_many_names_one_and_counts_the_others(room: LiveRoom) -> None:
    room.brain_ms = 1_000
    room.control("pause")
    room.run(seconds=5)
    room.comment(question_text(1), name="Ana", number=1)
    room.comment(f"{question_text(1)}, please", name="Ben", number=1)
    room.comment(f"Hello, {question_text(1)}", name="Mei", number=1)
    room.control("resume")

    room.run_until(lambda: room.said[-1].source == "host:asked_many")

    assert "Ana" in room.texts[-1]
    assert "2 " in room.texts[-1]


# --- Rules ----------------------------------------------------------------------------------------


def test_rules_come_every_so_many_minutes() -> None:
    rules = (
        Rule(id="code", kind="coupon", every_min=2),
        Rule(id="follow", kind="follow_call", every_min=3),
        Rule(
            id="own", kind="line", every_min=4, lines={"en": (line("We are {shop}."), line("Still {shop}."))}
        ),
    )
    room = LiveRoom(
        make_show(TALK, rules=rules), facts={"name": "Nordlicht", "live_coupon": "AURORA10", "x": [1]}
    )

    room.run(seconds=720)

    assert (sources(room)["host:coupon"], sources(room)["host:follow_call"]) == (6, 4)
    assert room.texts_of("rule").count("We are Nordlicht.") == 2
    assert room.texts_of("rule").count("Still Nordlicht.") == 1


def test_the_coupon_is_shown_with_its_line_and_for_a_minute() -> None:
    rule = Rule(id="code", kind="coupon", every_min=4)
    room = LiveRoom(make_show(TALK, rules=(rule,)), facts={"live_coupon": "AURORA10"})

    room.until_said("AURORA10")
    shown = room.scene and room.scene.coupon
    room.run(seconds=62)

    assert shown == "AURORA10"
    assert room.scene is not None
    assert room.scene.coupon is None


def test_without_a_coupon_nothing_is_said_of_one() -> None:
    room = LiveRoom(make_show(TALK, rules=(Rule(id="code", kind="coupon", every_min=1),)))

    room.run(seconds=200)

    assert sources(room)["host:coupon"] == 0


@pytest.mark.parametrize(
    ("profile", "rule_min", "times"),
    [("eu", None, 7), ("eu", 45, 3), ("eu", 5, 13), ("cn", 30, 13), ("world", None, 3)],
)
def test_the_ai_reminder_keeps_to_the_interval_of_profile_and_show(
    profile: str, rule_min: float | None, times: int
) -> None:
    rules = () if rule_min is None else (Rule(id="ai", kind="ai_reminder", every_min=rule_min),)
    room = LiveRoom(
        make_show(TALK, rules=rules), profile=load_profiles()[profile], tick_ms=1_000, keeps=False
    )

    room.run(seconds=3_630)

    assert sources(room)["host:ai_reminder"] == times


def test_the_ai_reminder_is_not_lost_in_a_flood_of_questions() -> None:
    qa = segment("qa", "Ask me.", kind="qa", most_s=3_600)
    room = LiveRoom(make_show(qa), profile=load_profiles()["cn"], tick_ms=1_000, keeps=False)

    room.storm(320, every_s=3)

    assert sources(room)["host:ai_reminder"] == 4


# --- Time for questions ---------------------------------------------------------------------------


def test_time_for_questions_ends_when_nobody_asks() -> None:
    room = LiveRoom(make_show(segment("qa", "Ask me.", kind="qa", most_s=300), TALK))

    room.until_said("One")

    assert 3_500 <= room.silences[-1] <= 4_500


def test_time_for_questions_takes_them_one_after_another_and_ends_in_time() -> None:
    room = LiveRoom(make_show(segment("qa", "Ask me.", kind="qa", most_s=60), TALK))
    room.until_said("Ask me")
    begun = room.ms

    room.storm(30)
    room.until_said("One")

    answers = [one for one in room.said if one.source.startswith("faq:")]
    assert len(answers) >= 5
    assert 60_000 <= room.ms - begun <= 80_000


def test_an_empty_answer_is_none(room: LiveRoom) -> None:
    room.brain = lambda _, language: Answer(text=" ", language=language, source="faq:x")

    asked = room.comment(question_text(1))
    room.run(seconds=10)

    assert room.fate == {asked: "unknown"}


@pytest.mark.parametrize("texts", [{"es": "Solo en español."}, {"en": "It is {nothing}."}])
def test_a_rule_that_can_not_be_said_is_passed_over(texts: dict[str, str]) -> None:
    lines = {language: (line(text),) for language, text in texts.items()}
    room = LiveRoom(make_show(TALK, rules=(Rule(id="own", kind="line", every_min=1, lines=lines),)))

    room.run(seconds=150)

    assert [one for one in room.texts_of("rule") if "AI" not in one] == []


def test_a_vote_without_a_poll_counts_nothing(room: LiveRoom) -> None:
    room.feed(Vote(viewer_id="v", option=0))

    assert room.scene is not None
    assert room.scene.poll is None
