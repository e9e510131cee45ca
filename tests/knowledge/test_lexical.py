"""Lexical ranking: what it finds, and that a changed index equals one built anew."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.lexical import Document, LexicalIndex

TEXTS = {
    Document("delivery", "en"): ["How long does delivery take?", "when will my parcel arrive"],
    Document("refund", "en"): ["When will I get my refund?", "money back"],
    Document("delivery", "de"): ["Wie lange dauert die Lieferung?", "wann kommt mein Paket"],
    Document("delivery", "zh"): ["多久能收到货？", "配送时间"],
    Document("refund", "zh"): ["什么时候退款？", "退钱"],
}


def _scores(index: LexicalIndex, text: str) -> dict[Document, float]:
    hits = index.search(text)
    return dict(zip(hits.documents, np.round(hits.scores, 9).tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("parcel arival", Document("delivery", "en")),
        ("refunds", Document("refund", "en")),
        ("wann kommt das paket", Document("delivery", "de")),
        ("退款要多久", Document("refund", "zh")),
        ("配送", Document("delivery", "zh")),
    ],
)
def test_the_entry_that_says_it_scores_best(text: str, best: Document) -> None:
    scores = _scores(LexicalIndex.build(TEXTS), text)

    assert max(scores, key=lambda document: scores[document]) == best


@pytest.mark.parametrize("text", ["", "?!", "😀", "xyzzy"])
def test_text_that_shares_nothing_finds_nothing(text: str) -> None:
    hits = LexicalIndex.build(TEXTS).search(text)

    assert hits.documents == ()
    assert len(hits.scores) == len(hits.known) == 0


def test_empty_index_finds_nothing() -> None:
    assert LexicalIndex.build({}).search("delivery").documents == ()


def test_known_is_the_share_that_the_language_knows() -> None:
    index = LexicalIndex.build(TEXTS)

    own = index.search("when will my parcel arrive")
    half = index.search("when will xyzzy qwfp")
    assert dict(zip(own.documents, own.known, strict=True))[Document("delivery", "en")] == pytest.approx(1.0)
    assert 0.1 < dict(zip(half.documents, half.known, strict=True))[Document("refund", "en")] < 0.7


def test_changed_index_scores_as_one_built_anew() -> None:
    changed = ["Where is my order?", "track my parcel"]
    new = LexicalIndex.build(TEXTS).replaced(
        {
            Document("delivery", "en"): changed,
            Document("refund", "zh"): None,
            Document("gift", "en"): ["gift wrap"],
        }
    )

    expected = {**TEXTS, Document("delivery", "en"): changed, Document("gift", "en"): ["gift wrap"]}
    del expected[Document("refund", "zh")]
    for text in ("when will my parcel arrive", "退款", "gift wrapping", "wie lange"):
        assert _scores(new, text) == _scores(LexicalIndex.build(expected), text)
        assert _scores(new.compacted(), text) == _scores(new, text)
    assert len(new) == len(new.compacted()) == len(expected)


def test_the_old_index_stays_as_it_was() -> None:
    old = LexicalIndex.build(TEXTS)
    before = _scores(old, "parcel")
    old.replaced({Document("delivery", "en"): None})

    assert _scores(old, "parcel") == before


def test_many_changes_are_folded_in() -> None:
    index = LexicalIndex.build(TEXTS)
    for number in range(300):
        index = index.replaced({Document("own", "en"): [f"question {number}"]})

    assert len(index) == len(TEXTS) + 1
    assert set(_scores(index, "question 299")) >= {Document("own", "en")}
    assert _scores(index, "delivery") == _scores(
        LexicalIndex.build({**TEXTS, Document("own", "en"): ["question 299"]}), "delivery"
    )


def test_accents_may_be_missing() -> None:
    index = LexicalIndex.build({Document("invoice", "cs"): ["Kde najdu účtenku?"], **TEXTS})

    assert max(_scores(index, "uctenka").items(), key=lambda pair: pair[1])[0] == Document("invoice", "cs")


def test_a_text_of_common_words_reads_the_rarest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {Document(f"{n}", "en"): [f"where is the {'kettle' if n == 7 else 'lamp'}"] for n in range(200)}
    index = LexicalIndex.build(texts)
    monkeypatch.setattr("knowledge.lexical._MOST_POSTINGS", 40)

    assert set(_scores(index, "where is the kettle")) == {Document("7", "en")}
    assert len(index.search("lamp").documents) > 100


def test_a_large_index_takes_changes_without_being_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.lexical._MAX_RECENT", 3)
    index = LexicalIndex.build({Document(f"{n}", "en"): [f"question {n}"] for n in range(1000)})
    changed = index.replaced({Document("new", "en"): ["parrot"]})

    assert changed.bulk is index.bulk
    assert changed.compacted().bulk is index.bulk
    for n in range(12):
        changed = changed.replaced({Document(f"new-{n}", "en"): [f"parrot {n}"]})
    assert changed.bulk is not index.bulk
    assert len(changed) == 1013
