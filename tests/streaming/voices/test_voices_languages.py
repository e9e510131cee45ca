from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from streaming.show import Mark
from streaming.voices.azure_voices import AZURE_VOICES
from streaming.voices.borrowed import laid_onto
from streaming.voices.espeak import EspeakVoice
from streaming.voices.espeak_languages import SILENT, SPOKEN, WITH_VOWELS
from streaming.voices.espeak_text import adapted, with_vowels
from streaming.voices.process import ROOT
from streaming.voices.spoken import Piece, spoken
from streaming.voices.spoken_words import words
from tests.fakes.speaking import spoken_tone

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = sorted(path.stem for path in (ROOT / "knowledge" / "packs").glob("*.yml"))
VOWELS = frozenset("aɑɐʌeɛæəɜɘɤiɪɨɯoɔɒɵɞœuʊʉyøʏɚɝ")


def greeting(language: str) -> str:
    text = (ROOT / "bot" / "locales" / f"{language}.yml").read_text(encoding="utf-8")
    return str(yaml.safe_load(text)["bot"]["greet"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def espeak() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


async def read(espeak: EspeakVoice, text: str, language: str) -> str:
    """The phonemes, without stress."""
    timings = await espeak.phonemes((text,), language)
    return re.sub("[ˈˌ]", "", "".join(ipa for ipa, _ in timings.phonemes)) if timings else ""


async def test_every_language_is_spoken_or_said_to_be_silent() -> None:
    assert len(LANGUAGES) == 66
    assert sorted([*SPOKEN, *SILENT]) == LANGUAGES
    assert set(WITH_VOWELS) <= set(SILENT)
    assert sorted(AZURE_VOICES) == LANGUAGES


@pytest.mark.parametrize("language", sorted(SPOKEN))
async def test_a_spoken_language_is_read_as_its_own_with_vowels(espeak: EspeakVoice, language: str) -> None:
    heard = await read(espeak, greeting(language), language)

    letters = sum(sign.isalpha() for sign in greeting(language))
    sounds = [sign for sign in unicodedata.normalize("NFD", heard) if sign.isalpha()]
    vowels = sum(sign in VOWELS for sign in sounds)
    # A sign or a language that the voice can't read is named in English: "(en)...".
    assert "(en)" not in heard
    assert len(sounds) > letters * 0.6
    assert vowels / len(sounds) > 0.27


@pytest.mark.parametrize("language", sorted(SPOKEN))
async def test_a_number_is_said_whole_and_not_digit_by_digit(espeak: EspeakVoice, language: str) -> None:
    whole = await read(espeak, "21", language)
    digits = await read(espeak, "2, 1", language)

    assert whole
    assert whole.replace(" ", "") != digits.replace(" ", "")


@pytest.mark.parametrize("language", sorted(SPOKEN))
async def test_the_fraction_of_a_number_is_told_from_its_whole(espeak: EspeakVoice, language: str) -> None:
    separator = "," if "," in words(language)["decimal"] else "."
    # In a language with a word for it the comma or point is written as CLDR has it.
    fraction = await read(espeak, f"39{separator}5", language)
    apart = await read(espeak, "39 5", language)

    assert fraction != apart


@pytest.mark.parametrize("language", sorted(SILENT))
async def test_a_language_that_can_not_be_read_is_shown(espeak: EspeakVoice, language: str) -> None:
    speech = await espeak.speak((greeting(language),), language=language)

    assert speech.silent
    assert await espeak.phonemes((greeting(language),), language) is None


@pytest.mark.parametrize(
    ("written", "kana"),
    [
        ("東京へ行きます", "トーキョーエイキマス"),
        ("私は本を買う", "ワタクシワホンオカウ"),
        ("1,980円", "せんきゅうひゃくはちじゅうえん"),
        ("38,600円", "さんまんはっせんろっぴゃくえん"),
        ("4円", "よえん"),
        ("39.5kg", "さんじゅうきゅうてんごキログラム"),
        ("1本、3本、6本、8本、10本", "いっぽん、さんぼん、ろっぽん、はっぽん、じゅっぽん"),
        ("1個、3個、8個", "いっこ、さんこ、はっこ"),
        ("4時、7時、9時", "よじ、しちじ、くじ"),
        ("11月8日、20日", "じゅういちがつようか、はつか"),
        ("1人、2人、4人", "ひとり、ふたり、よにん"),
        ("3つ", "みっつ"),
        ("10分", "じゅっぷん"),
    ],
)
async def test_japanese_becomes_kana(written: str, kana: str) -> None:
    pieces = adapted(spoken((written,), "ja"), "ja")

    text = "".join(piece.text for piece in pieces if isinstance(piece, Piece))
    assert re.sub(r"\s", "", text) == kana


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0", "nol"),
        ("21", "yigirma bir"),
        ("59 000", "ellik toʻqqiz ming"),
        ("1 234 567", "bir million ikki yuz oʻttiz toʻrt ming besh yuz oltmish yetti"),
    ],
)
async def test_uzbek_numbers_are_words(written: str, expected: str) -> None:
    assert (
        "".join(p.text for p in adapted(spoken((written,), "uz"), "uz") if isinstance(p, Piece)) == expected
    )


async def test_filipino_prices_are_said_in_english() -> None:
    pieces = adapted(spoken(("Ang presyo ng mga ito ay ₱199.",), "fil"), "fil")

    english = [piece.text for piece in pieces if isinstance(piece, Piece) and piece.language == "en"]
    assert english == ["one hundred and ninety-nine"]


async def test_vowels_that_were_added_keep_the_places_of_the_words() -> None:
    caption = "كتاب جديد"
    pieces = with_vowels(spoken(("كتاب ", Mark("card", ""), "جديد"), "ar"), ["كِتَابٌ ", "جَدِيدٌ"])

    words_of_it = [piece for piece in pieces if isinstance(piece, Piece)]
    assert [caption[piece.at : piece.at + piece.length] for piece in words_of_it] == ["كتاب", "جديد"]
    assert pieces[1] == Mark("card", "")


async def test_borrowed_times_meet_the_words_of_the_audio(espeak: EspeakVoice) -> None:
    text = "One, two, three, four."
    samples, spans = spoken_tone(text, 24000)
    timings = await espeak.phonemes((text,), "en")
    assert timings is not None

    laid = laid_onto(timings, samples, 24000)

    starts = [at for _, at in laid.words]
    assert starts == pytest.approx([start / 24 for _, start, _ in spans], abs=60)
