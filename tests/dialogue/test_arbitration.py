from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.arbitration import Evidence, decide, word_count
from bot.dialogue.context import KnowledgeHit

SURE = KnowledgeHit("return_policy", 0.95)
NOTHING = Evidence(ranking={"ask_faq": 0.4, "out_of_scope": 0.2})


def test_a_detail_the_form_waits_for_is_taken() -> None:
    evidence = replace(NOTHING, details=frozenset({"email"}), expecting="email", ranking={"greet": 0.9})

    assert decide(evidence).intent == "inform"


def test_short_small_talk_is_small_talk_even_when_an_entry_looks_alike() -> None:
    evidence = replace(NOTHING, ranking={"thanks": 0.9}, hits=(SURE,), outcome="answer", words=2)

    assert decide(evidence).intent == "thanks"


def test_a_long_message_that_opens_with_a_greeting_is_a_question() -> None:
    evidence = replace(NOTHING, ranking={"greet": 0.9}, hits=(SURE,), outcome="answer", words=12)

    assert decide(evidence).intent == "ask_faq"


def test_an_order_task_is_begun_when_the_classifier_is_sure() -> None:
    evidence = replace(NOTHING, ranking={"track_order": 0.95}, hits=(SURE,), outcome="answer", words=4)

    assert decide(evidence).intent == "track_order"


def test_an_entry_the_shop_wrote_beats_a_doubtful_task() -> None:
    evidence = replace(NOTHING, ranking={"cancel_order": 0.55}, hits=(SURE,), outcome="answer", words=4)

    assert decide(evidence).intent == "ask_faq"


def test_the_entry_about_people_calls_one() -> None:
    evidence = replace(NOTHING, hits=(KnowledgeHit("contact_human", 0.9),), outcome="answer", words=5)

    assert decide(evidence).intent == "talk_to_human"


def test_a_year_in_an_unrelated_question_is_no_order_number() -> None:
    evidence = replace(NOTHING, details=frozenset({"order_number"}), ranking={"out_of_scope": 0.7}, words=9)

    assert decide(evidence).intent == "out_of_scope"


def test_a_number_alone_is_a_detail_whatever_it_sounds_like() -> None:
    evidence = replace(NOTHING, details=frozenset({"order_number"}), ranking={"goodbye": 0.9})

    assert decide(evidence).intent == "inform"


def test_a_correction_while_the_email_is_asked_for_is_taken() -> None:
    evidence = replace(
        NOTHING, details=frozenset({"order_number"}), expecting="email", ranking={"deny": 0.9}, words=5
    )

    assert decide(evidence).intent == "inform"


def test_an_order_number_with_the_entry_about_cancelling_cancels() -> None:
    hit = KnowledgeHit("cancel_order", 0.95)
    evidence = replace(NOTHING, details=frozenset({"order_number"}), hits=(hit,), outcome="answer", words=6)

    assert decide(evidence).intent == "cancel_order"


def test_a_long_question_whether_this_is_a_bot_is_one() -> None:
    assert decide(replace(NOTHING, ranking={"bot_challenge": 0.7}, words=12)).intent == "bot_challenge"


def test_long_thanks_are_thanks_when_nothing_is_asked() -> None:
    assert decide(replace(NOTHING, ranking={"thanks": 0.9}, words=12)).intent == "thanks"


def test_music_is_out_of_scope_even_for_a_seller_of_headphones() -> None:
    evidence = replace(NOTHING, ranking={"out_of_scope": 0.9}, product_score=0.3, words=5)

    assert decide(evidence).intent == "out_of_scope"


def test_a_word_of_a_title_needs_a_hint_of_a_product_question() -> None:
    chance = Evidence(ranking={"out_of_scope": 0.4}, product_score=0.2, words=6)
    asked = replace(chance, ranking={"out_of_scope": 0.4, "find_product": 0.3})

    assert (decide(chance).intent, decide(asked).intent) == ("ask_faq", "find_product")


def test_the_classifier_confirms_a_doubtful_entry() -> None:
    hits = (KnowledgeHit("shipping_time", 0.4), KnowledgeHit("refund_time", 0.38))
    evidence = Evidence(ranking={"faq.refund_time": 0.7}, hits=hits, outcome="clarify", words=6)

    decision = decide(evidence)

    assert (decision.intent, decision.outcome, decision.hits[0].entry_id) == (
        "ask_faq",
        "answer",
        "refund_time",
    )


def test_the_classifier_denies_an_entry_that_only_looks_alike() -> None:
    ranking = {"faq.return_policy": 0.01, "out_of_scope": 0.9}
    evidence = Evidence(ranking=ranking, hits=(SURE,), outcome="answer", words=6)

    assert decide(evidence).intent == "out_of_scope"


def test_a_shops_own_entry_is_not_denied_by_a_classifier_that_never_saw_it() -> None:
    own = KnowledgeHit("zebra_club", 0.9)
    evidence = Evidence(ranking={"out_of_scope": 0.9}, hits=(own,), outcome="answer", words=6)

    assert decide(evidence).intent == "ask_faq"


@pytest.mark.parametrize(
    ("ranking", "intent"), [({"deny": 0.3}, "deny"), ({"stop": 0.4}, "deny"), ({"affirm": 0.5}, "affirm")]
)
def test_a_reply_to_an_open_question_is_one(ranking: dict[str, float], intent: str) -> None:
    evidence = Evidence(
        ranking=ranking | {"cancel_order": 0.5}, hits=(SURE,), outcome="answer", question="cancel", words=4
    )

    assert decide(evidence).intent == intent


def test_a_greeting_before_a_question_is_only_its_opening() -> None:
    hits = (KnowledgeHit("payment_methods", 0.6),)
    evidence = Evidence(
        ranking={"greet": 0.6, "faq.payment_methods": 0.3}, hits=hits, outcome="answer", words=5
    )

    assert decide(evidence).intent == "ask_faq"


def test_a_named_product_is_shown_when_nothing_else_fits() -> None:
    assert decide(replace(NOTHING, product_score=0.8)).intent == "find_product"


def test_what_nobody_knows_is_asked_of_the_knowledge_base_which_admits_it() -> None:
    assert decide(NOTHING).intent == "ask_faq"


def test_a_message_without_any_evidence_is_not_a_crash() -> None:
    assert decide(Evidence(ranking={})).intent == "ask_faq"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("where is it", 3), ("我的包裹到哪里了", 4), ("", 0), ("ok 好的", 2), ("ありがとう", 2)],
)
def test_words_are_counted_in_spaced_and_unspaced_scripts(text: str, expected: int) -> None:
    assert word_count(text) == expected


def test_a_question_in_the_very_words_of_an_entry_is_never_a_task() -> None:
    own = KnowledgeHit("bronze-quokka", 1.0)
    evidence = replace(NOTHING, ranking={"find_product": 0.97}, hits=(own,), outcome="answer", words=7)

    assert decide(evidence).intent == "ask_faq"
    assert decide(replace(evidence, hits=(replace(own, score=0.9),))).intent == "find_product"


def test_a_named_product_beats_an_uncertain_answer_only_with_a_hint() -> None:
    doubtful = KnowledgeHit("shipping_cost", 0.8)
    asked = Evidence(
        ranking={"find_product": 0.25}, hits=(doubtful,), outcome="answer", product_score=0.4, words=5
    )

    assert decide(asked).intent == "find_product"
    assert decide(replace(asked, ranking={"find_product": 0.05})).intent == "ask_faq"
    assert decide(replace(asked, hits=(replace(doubtful, score=0.95),))).intent == "ask_faq"


def test_no_classifier_talks_the_knowledge_base_into_what_it_does_not_believe() -> None:
    hits = (KnowledgeHit("size_guide", 0.05),)
    evidence = Evidence(ranking={"faq.size_guide": 0.9}, hits=hits, outcome="unknown", words=5)

    assert decide(evidence).outcome == "unknown"


@pytest.mark.parametrize(("text", "words"), [("好嘞，谢谢客服", 3), ("ok , thanks !", 2), ("…", 0)])
def test_punctuation_is_no_word(text: str, words: int) -> None:
    assert word_count(text) == words
