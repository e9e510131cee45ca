"""Encoders: unit or zero length, never an exception, nothing heavy at import, a real model from a folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.encoder import BuiltinEncoder, SentenceTransformerEncoder, make_encoder
from knowledge.errors import EncoderMissing
from knowledge.text import fold_accents
from tests.knowledge.tiny_model import tiny_model

ROOT = Path(__file__).resolve().parents[2]
ENCODER = BuiltinEncoder()


def _similarity(one: str, other: str) -> float:
    vectors = ENCODER.encode([one, other])
    return float(vectors[0] @ vectors[1])


@given(st.text(max_size=200))
def test_any_text_has_unit_or_zero_length(text: str) -> None:
    vector = ENCODER.encode([text])[0]

    length = float(np.linalg.norm(vector))
    assert vector.dtype == np.float32
    assert length == pytest.approx(1.0, abs=1e-5) or length == 0.0


@pytest.mark.parametrize("text", ["", " ", "?!…", "\u200b", "😀", "\ud800"])
def test_text_without_features_is_a_zero_vector(text: str) -> None:
    assert not ENCODER.encode([text]).any()


def test_no_texts_give_no_vectors() -> None:
    assert ENCODER.encode([]).shape == (0, ENCODER.dim)


def test_long_text_is_bounded() -> None:
    assert np.array_equal(ENCODER.encode(["word " * 400]), ENCODER.encode(["word " * 100_000]))


@pytest.mark.parametrize(
    ("one", "other", "unrelated"),
    [
        ("When will my parcel arrive?", "when wil my parcl arive", "Do you accept PayPal?"),
        ("Où est ma commande ?", "ou est ma commande", "Puis-je payer en espèces ?"),
        ("Wie hoch sind die Versandkosten?", "versandkosten", "Ich möchte einen Umtausch"),
        ("배송은 얼마나 걸리나요?", "배송 얼마나 걸려요", "환불 받고 싶어요"),
        ("配送需要多长时间？", "配送要多久", "可以退货吗"),
        ("การจัดส่งใช้เวลานานเท่าไร", "จัดส่งนานเท่าไร", "ขอคืนเงิน"),
        ("كم تكلفة الشحن؟", "تكلفه الشحن", "أريد استرداد المال"),
        ("डिलीवरी में कितना समय लगता है?", "डिलीवरी कितना समय", "क्या मैं वापस कर सकता हूँ"),
    ],
)
def test_sloppy_spelling_stays_nearer_than_another_question(one: str, other: str, unrelated: str) -> None:
    assert _similarity(one, other) > 2 * max(_similarity(one, unrelated), 0.0)


@pytest.mark.parametrize(
    ("one", "other", "unrelated"),
    [
        ("When will my parcel arrive?", "Wann kommt mein Paket an?", "Kann ich mit PayPal bezahlen?"),
        ("I want my money back", "Quiero que me devuelvan el dinero", "¿Hacen envíos a Canadá?"),
        ("How much is shipping?", "Сколько стоит доставка?", "Как сменить пароль?"),
        ("I forgot my password", "パスワードを忘れました", "送料はいくらですか"),
        ("cancel my order", "取消我的订单", "你们有实体店吗"),
        ("Comment changer mon mot de passe ?", "Wie ändere ich mein Passwort?", "Wo ist meine Bestellung?"),
    ],
)
def test_a_translation_is_nearer_than_another_question(one: str, other: str, unrelated: str) -> None:
    assert _similarity(one, other) > _similarity(one, unrelated) + 0.1


def test_width_and_case_do_not_matter() -> None:
    assert _similarity("ＰＡＹＰＡＬ", "paypal") == pytest.approx(1.0)
    assert fold_accents("łódź") == "lodz"
    assert fold_accents("й") == "й"


def test_a_text_is_encoded_alike_alone_and_among_others() -> None:
    texts = ["where is my parcel", "", "配送要多久", "когда приедет"] * 40

    alone = np.concatenate([ENCODER.encode([text]) for text in texts])
    assert np.allclose(ENCODER.encode(texts), alone, atol=1e-6)


def test_make_encoder_gives_the_built_in_one() -> None:
    assert make_encoder("builtin").name == ENCODER.name
    assert ENCODER.name.startswith("polyglot-4-")


def test_search_imports_no_model_library() -> None:
    heavy = "{'torch', 'transformers', 'sentence_transformers'}"
    code = f"import sys, knowledge.search; sys.exit(bool({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("model"))


def test_sentence_transformers_model_is_read_from_a_folder(model: Path) -> None:
    encoder = make_encoder(str(model))

    vectors = encoder.encode(["where is my parcel", "refund", " "])
    assert vectors.shape == (3, 32) == (3, encoder.dim)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0], abs=1e-5)
    assert encoder.encode([]).shape == (0, 32)
    assert encoder.name.startswith(f"sentence-transformers:{model}:")


def test_missing_model_is_named_and_nothing_is_fetched(model: Path) -> None:
    encoder = SentenceTransformerEncoder("nobody/has-this-model")

    with pytest.raises(EncoderMissing, match=r"nobody/has-this-model.*not on this machine"):
        encoder.encode(["x"])


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)

    with pytest.raises(EncoderMissing, match="optional packages"):
        SentenceTransformerEncoder("any").encode(["x"])
