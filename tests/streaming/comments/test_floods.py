from __future__ import annotations

from streaming.comments.floods import FloodLimits, Floods

LONG = "why does everybody here say that the other shop is cheaper"


def test_a_viewer_may_write_a_few_comments_at_once_and_then_one_now_and_then() -> None:
    floods = Floods(FloodLimits(burst=2, every_ms=1_000))

    judged = [floods.is_flood("v", ms) for ms in (0, 0, 0, 500, 1_000, 1_001)]

    assert judged == [False, False, True, True, False, True]


def test_one_viewers_flood_does_not_silence_another() -> None:
    floods = Floods(FloodLimits(burst=1))
    floods.is_flood("v", 0)

    assert (floods.is_flood("v", 0), floods.is_flood("w", 0)) == (True, False)


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    floods = Floods(FloodLimits(burst=2))
    floods.is_flood("v", 90_000)

    assert not floods.is_flood("v", 0)


def test_the_same_text_of_a_viewer_is_a_repeat_for_a_while() -> None:
    floods = Floods(FloodLimits(repeat_ms=1_000, burst=9))
    floods.is_flood("v", 0)

    judged = [
        floods.is_repeat("v", text, ms) for text, ms in (("a", 0), ("a", 999), ("a", 1_000), ("b", 1_001))
    ]

    assert judged == [False, True, False, False]


def test_a_long_text_of_many_viewers_is_a_copy_from_the_fifth_on() -> None:
    floods = Floods(FloodLimits(copy_viewers=4, copy_ms=1_000))

    judged = [floods.is_copy(viewer, LONG, 0) for viewer in "abcdea"]

    assert judged == [False, False, False, False, True, False]
    assert not floods.is_copy("f", LONG, 1_000)


def test_a_short_question_may_be_asked_by_everybody() -> None:
    floods = Floods(FloodLimits(copy_viewers=1))

    assert not any(floods.is_copy(f"v{number}", "how much is it", 0) for number in range(50))


def test_a_comment_delivered_twice_is_known() -> None:
    floods = Floods(FloodLimits(ids=2))

    judged = [floods.is_known(one) for one in ("a", "a", "b", "c", "a")]

    assert judged == [False, True, False, False, False]
    assert floods.ids(1) == ["a"]


def test_ids_of_a_checkpoint_are_known() -> None:
    floods = Floods()
    floods.remember_ids(["a"])

    assert floods.is_known("a")


def test_of_many_viewers_and_texts_only_the_latest_are_remembered() -> None:
    floods = Floods(FloodLimits(burst=1, viewers=1, copy_viewers=1, texts=1))
    floods.is_flood("v", 0)
    floods.is_copy("v", LONG, 0)

    floods.is_flood("w", 0)
    floods.is_copy("v", LONG + "s", 0)

    assert (floods.is_flood("v", 0), floods.is_copy("w", LONG, 0)) == (False, False)
