"""KnowledgeBase on real packs, the real encoder and real FAISS."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.encoder import BuiltinEncoder, Vectors
from knowledge.entries import Entry, Variant, load_packs
from knowledge.errors import KnowledgeError
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

PACKS = Path(__file__).resolve().parents[2] / "knowledge" / "packs"
ENTRIES = load_packs(PACKS, ["en", "de"])
FACTS = Facts({
    "name": "Nordlicht", "currency": "EUR", "shipping_fee": 4.9, "return_days": 30, "delivery_days_min": 2,
    "delivery_days_max": 5, "payment_methods": ["Visa", "PayPal"], "support_email": "help@nordlicht.example",
})  # fmt: skip
STORE = Entry(
    "own_store", {"en": Variant("Do you have a showroom?", ("visit the boutique",), ("Yes, in Lyon.",))}
)


class Counting(BuiltinEncoder):
    """The built-in encoder, counting what it encodes."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.count += len(texts)
        return super().encode(texts)


class Narrow:
    """Another encoder: the first numbers of the built-in one's vectors."""

    name = "narrow"
    dim = 64

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = BuiltinEncoder().encode(texts)[:, :64]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """For tests that change nothing."""
    return KnowledgeBase.open(tmp_path_factory.mktemp("shared"), BuiltinEncoder(), ENTRIES, FACTS)


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase.open(tmp_path / "kb", BuiltinEncoder(), ENTRIES, FACTS)


def _first(kb: KnowledgeBase, text: str, language: str = "en") -> str | None:
    hits = kb.search(text, language=language).hits
    return hits[0].entry_id if hits else None


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("topic", list(ENTRIES))
def test_a_title_finds_and_answers_its_entry(shared: KnowledgeBase, topic: str, language: str) -> None:
    found = shared.search(ENTRIES[topic].variants[language].title, language=language)

    assert (found.hits[0].entry_id, found.outcome) == (topic, "answer")
    assert found.hits[0].matched_language == language
    assert found.hits[0].title == ENTRIES[topic].variants[language].title


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("hey whats the delivery time to canada pls", "en", "shipping_time"),
        ("do you take paypal or visa", "en", "payment_methods"),
        ("the lamp arrived broken", "en", "damaged_item"),
        ("wie lange dauert die lieferung", "de", "shipping_time"),
        ("Rechnung bitte", "de", "invoice"),
    ],
)
def test_other_wordings_find_the_entry(shared: KnowledgeBase, text: str, language: str, topic: str) -> None:
    assert _first(shared, text, language) == topic


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("who painted the mona lisa", "en"), ("xyzzy qwfp", "en"), ("wie hoch ist der Eiffelturm", "de"),
        ("", "en"), ("😀😀", "en"), ("???", "de"), ("\u200b", "en"),
    ],
)  # fmt: skip
def test_unrelated_and_empty_questions_are_unknown(shared: KnowledgeBase, text: str, language: str) -> None:
    assert shared.search(text, language=language).outcome == "unknown"


def test_two_entries_that_fit_alike_are_asked_about(kb: KnowledgeBase) -> None:
    for name in ("one", "two"):
        kb.put(Entry(name, {"en": Variant("Which zodiac lamp is brightest?", (), (f"Lamp {name}.",))}))

    found = kb.search("which zodiac lamp is brightest", language="en")
    assert found.outcome == "clarify"
    assert {hit.entry_id for hit in found.hits[:2]} == {"one", "two"}


def test_scores_fall_and_lie_between_0_and_1(shared: KnowledgeBase) -> None:
    scores = [hit.score for hit in shared.search("return my parcel", language="en", k=10).hits]

    assert len(scores) == 10
    assert scores == sorted(scores, reverse=True)
    assert 0.0 <= scores[-1] <= scores[0] <= 1.0


def test_a_given_vector_gives_the_same_result(shared: KnowledgeBase) -> None:
    text = "how much is shipping"

    assert shared.search(text, vector=shared.encode(text), language="en") == shared.search(
        text, language="en"
    )


def test_the_language_of_the_question_is_preferred(kb: KnowledgeBase) -> None:
    kb.put(Entry("shared", {language: Variant("Pantone 448C", (), ("OK.",)) for language in ("en", "de")}))

    assert kb.search("pantone 448c", language="de").hits[0].matched_language == "de"
    assert kb.search("pantone 448c", language="en").hits[0].matched_language == "en"
    assert kb.search("pantone 448c", language="fr").hits[0].entry_id == "shared"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(["en", "de", "zh-TW", "xx"]))
def test_any_text_can_be_searched(shared: KnowledgeBase, text: str, language: str) -> None:
    assert shared.search(text, language=language).outcome in {"answer", "clarify", "unknown"}


def test_answer_is_filled_and_worded_in_the_language(shared: KnowledgeBase) -> None:
    answer = shared.answer("shipping_cost", "de", fallback=("en",))

    assert answer is not None
    assert (answer.language, answer.entry_id) == ("de", "shipping_cost")
    assert answer.title == ENTRIES["shipping_cost"].variants["de"].title
    assert "4,90\xa0€" in answer.text


@pytest.mark.parametrize(
    ("asked", "fallback", "expected"),
    [
        ("pt", (), "pt"), ("zh", (), "zh-TW"), ("zh-HK", (), "zh-TW"), ("fr", ("de", "pt"), "pt"),
        ("fr", ("ja",), "es"), ("es", ("pt",), "es"),
    ],
)  # fmt: skip
def test_variants_fall_back_in_order(
    kb: KnowledgeBase, asked: str, fallback: tuple[str, ...], expected: str
) -> None:
    variants = {language: Variant(f"Title {language}", (), ("Text.",)) for language in ("zh-TW", "pt", "es")}
    kb.put(Entry("many", variants))

    answer = kb.answer("many", asked, fallback=fallback)
    assert answer is not None
    assert answer.language == expected
    assert kb.title("many", asked, fallback=fallback) == f"Title {expected}"


def test_unknown_entry_and_answer_without_facts_give_none(kb: KnowledgeBase) -> None:
    kb.put(Entry("fee", {"en": Variant("Express?", (), ("It costs {express_fee}.",))}))

    assert kb.answer("fee", "en", fallback=()) is None
    assert kb.answer("nowhere", "en", fallback=()) is None
    assert kb.title("nowhere", "en") is None


def test_new_entry_is_found_at_once(kb: KnowledgeBase) -> None:
    assert _first(kb, "can I visit your boutique") != "own_store"

    kb.put(STORE)

    assert _first(kb, "can I visit your boutique") == "own_store"
    assert kb.entries()["own_store"] == STORE
    assert kb.coverage() == {"de": 40, "en": 41}


def test_changed_entry_forgets_what_it_said(kb: KnowledgeBase) -> None:
    kb.put(STORE)
    kb.put(Entry("own_store", {"en": Variant("Do you sell pottery glaze?", (), ("No.",))}))

    assert _first(kb, "pottery glaze") == "own_store"
    assert _first(kb, "visit the boutique") != "own_store"
    assert kb.answer("own_store", "en", fallback=()).text == "No."  # type: ignore[union-attr]


def test_removed_entry_is_not_found(kb: KnowledgeBase) -> None:
    kb.put(STORE)

    assert kb.remove("own_store") is True
    assert kb.remove("own_store") is False
    assert _first(kb, "visit the boutique") != "own_store"
    assert kb.coverage() == {"de": 40, "en": 40}


def test_reopening_encodes_nothing_again(tmp_path: Path) -> None:
    KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)

    encoder = Counting()
    kb = KnowledgeBase.open(tmp_path, encoder, ENTRIES, FACTS)

    assert encoder.count == 0
    assert _first(kb, "who pays for return shipping") == "return_cost"


def test_reopening_encodes_only_what_changed(tmp_path: Path) -> None:
    KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)
    entries = {key: entry for key, entry in ENTRIES.items() if key != "warranty"} | {"own_store": STORE}

    encoder = Counting()
    kb = KnowledgeBase.open(tmp_path, encoder, entries, FACTS)

    assert encoder.count == 3
    assert _first(kb, "visit the boutique") == "own_store"
    assert "warranty" not in [
        hit.entry_id for hit in kb.search("is there a warranty", language="en", k=50).hits
    ]


def test_saved_changes_are_there_after_reopening(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)
    kb.put(STORE)
    kb.save()

    encoder = Counting()
    KnowledgeBase.open(tmp_path, encoder, kb.entries(), FACTS)
    assert encoder.count == 0
    assert _first(kb, "visit the boutique") == "own_store"


@pytest.mark.parametrize("pattern", ["manifest.json", "vectors-*.faiss"])
def test_damaged_index_is_built_again(tmp_path: Path, pattern: str) -> None:
    KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)
    (file,) = tmp_path.glob(pattern)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)

    kb = KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)
    assert _first(kb, "who pays for return shipping") == "return_cost"
    again = Counting()
    KnowledgeBase.open(tmp_path, again, ENTRIES, FACTS)
    assert again.count == 0


def test_another_encoder_builds_its_own_index(tmp_path: Path) -> None:
    KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)

    kb = KnowledgeBase.open(tmp_path, Narrow(), ENTRIES, FACTS)

    assert kb.encode("hello").shape == (64,)
    assert _first(kb, "who pays for return shipping") == "return_cost"


def test_no_entries_answer_nothing(tmp_path: Path) -> None:
    kb = KnowledgeBase.open(tmp_path, BuiltinEncoder(), {}, FACTS)

    found = kb.search("where is my parcel", language="en")
    assert (found.hits, found.outcome, kb.coverage()) == ((), "unknown", {})


def test_encoded_messages_are_remembered_and_can_not_be_changed(shared: KnowledgeBase) -> None:
    vector = shared.encode("where is my parcel")

    assert shared.encode("where is my parcel") is vector
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1.0
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_searches_see_an_entry_whole_while_it_changes(kb: KnowledgeBase) -> None:
    """Each version has its own question and answer; a search must never meet a mixture or an error."""
    versions = [
        Entry("own", {"en": Variant(f"Zanzibar {word} question", (f"zanzibar {word}",), (f"{word}.",))})
        for word in ("amethyst", "malachite")
    ]
    kb.put(versions[0])
    done = threading.Event()
    seen: set[str] = set()
    problems: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                hit = kb.search("zanzibar question", language="en").hits[0]
                assert hit.entry_id == "own"
                assert hit.matched_text.split()[1] in hit.title
                seen.add(hit.title)
        except BaseException as error:  # noqa: BLE001  # carried to the test's own thread
            problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(200):
        kb.put(versions[(number + 1) % 2])
    kb.save()
    done.set()
    for reader in readers:
        reader.join(timeout=30)

    assert problems == []
    assert seen == {version.variants["en"].title for version in versions}


def test_other_facts_make_the_base_what_it_would_be_if_opened_with_them(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    others = Facts({"name": "Lumen", "currency": "EUR", "payment_methods": ["Alipay", "Klarna"]})

    kb.state(others)

    anew = KnowledgeBase.open(tmp_path / "anew", BuiltinEncoder(), ENTRIES, others)
    assert kb.missing == 0
    for text in ("do you take alipay", "how much is delivery", "30 days"):
        told, expected = (base.search(text, language="en") for base in (kb, anew))
        assert [hit.entry_id for hit in told.hits] == [hit.entry_id for hit in expected.hits]
        assert [hit.score for hit in told.hits] == pytest.approx(
            [hit.score for hit in expected.hits], abs=1e-3
        )
    assert [kb.answer(key, "en") for key in ENTRIES] == [anew.answer(key, "en") for key in ENTRIES]


def test_a_closed_base_knows_the_facts_finds_nothing_and_answers_once_it_is_loaded(tmp_path: Path) -> None:
    kb = KnowledgeBase.closed(BuiltinEncoder(), FACTS)
    open_kb = KnowledgeBase.open(tmp_path / "other", BuiltinEncoder(), ENTRIES, FACTS)
    title = next(iter(next(iter(ENTRIES.values())).variants.values())).title
    before = (kb.is_open, kb.facts.given, kb.search(title, language="en").outcome, kb.entries())

    kb.load(tmp_path / "kb", ENTRIES)

    assert before == (False, FACTS.given, "unknown", {})
    assert kb.is_open
    assert kb.entries() == open_kb.entries()
    assert kb.search(title, language="en").hits == open_kb.search(title, language="en").hits


def test_a_closed_base_that_is_saved_leaves_the_files_of_an_earlier_one_alone(tmp_path: Path) -> None:
    KnowledgeBase.open(tmp_path, BuiltinEncoder(), ENTRIES, FACTS)
    files = {file: file.read_bytes() for file in tmp_path.iterdir()}

    KnowledgeBase.closed(BuiltinEncoder(), FACTS).save()

    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == files


def test_whoever_waits_for_a_base_that_can_not_be_opened_is_told_so() -> None:
    kb = KnowledgeBase.closed(BuiltinEncoder(), FACTS)

    kb.abandon()

    with pytest.raises(KnowledgeError, match="could not be opened"):
        kb.wait()
    assert not kb.is_open
