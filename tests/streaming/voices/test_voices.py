from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import numpy as np
import pytest
import pytest_asyncio

from streaming.show import Mark
from streaming.speech import Speech, Viseme, Voice, VoiceError
from streaming.voices.azure import AzureVoice
from streaming.voices.cache import CachedVoice, SpeechCache
from streaming.voices.espeak import EspeakVoice
from streaming.voices.kokoro import KokoroVoice
from streaming.voices.openai import OpenAiVoice
from streaming.voices.piper import PiperVoice
from streaming.voices.process import ROOT, WorkerProcess
from streaming.voices.silent import SilentVoice, silent_speech
from streaming.voices.stack import VoiceStack
from streaming.voices.wav import read_wav
from tests.contracts.voice import SENTENCE, VoiceContract
from tests.fakes.speaking import wav_of
from tests.fakes.voice_servers import AzureTwin, OpenAiTwin, azure_twin

pytestmark = pytest.mark.asyncio(loop_scope="module")

PACKAGES = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'fakes' / 'voice_packages'}"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def espeak() -> AsyncIterator[EspeakVoice]:
    voice = EspeakVoice()
    yield voice
    await voice.close()


def openai(twin: OpenAiTwin, espeak: EspeakVoice | None = None, **settings: object) -> OpenAiVoice:
    chosen: dict[str, object] = {
        "model": "tts-1",
        "voice": "alloy",
        "languages": frozenset({"en"}),
        **settings,
    }
    return OpenAiVoice(
        "http://twin/v1", "sk-test", transport=twin.transport(), reader=espeak and espeak.phonemes, **chosen
    )  # type: ignore[arg-type]


def piper(models: dict[str, str], espeak: EspeakVoice | None = None) -> PiperVoice:
    worker = WorkerProcess("streaming.voices.piper_worker", environment=PACKAGES)
    return PiperVoice(models, worker=worker, reader=espeak and espeak.phonemes)


def kokoro(model: str, espeak: EspeakVoice | None = None) -> KokoroVoice:
    worker = WorkerProcess("streaming.voices.kokoro_worker", (model, "voices.bin"), environment=PACKAGES)
    return KokoroVoice(model, "voices.bin", worker=worker, reader=espeak and espeak.phonemes)


class TestEspeak(VoiceContract):
    @pytest.fixture(scope="class")
    def voice(self, espeak: EspeakVoice) -> Voice:
        return espeak


class TestEspeakRemembered(VoiceContract):
    @pytest.fixture(scope="class")
    def voice(self, espeak: EspeakVoice, tmp_path_factory: pytest.TempPathFactory) -> Voice:
        return CachedVoice(espeak, SpeechCache(tmp_path_factory.mktemp("speeches")))


class TestStackOfOne(VoiceContract):
    @pytest.fixture(scope="class")
    def voice(self, espeak: EspeakVoice) -> Voice:
        return VoiceStack([espeak])


class TestOpenAi(VoiceContract):
    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def voice(self, espeak: EspeakVoice) -> AsyncIterator[Voice]:
        voice = openai(OpenAiTwin(), espeak)
        yield voice
        await voice.close()


class TestAzure(VoiceContract):
    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def voice(self) -> AsyncIterator[Voice]:
        async with azure_twin(AzureTwin()) as twin:
            voice = AzureVoice("westeurope", "azure-key", url=twin.url)
            yield voice
            await voice.close()


class TestPiper(VoiceContract):
    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def voice(self) -> AsyncIterator[Voice]:
        voice = piper({"en": "en.onnx"})
        yield voice
        await voice.close()


class TestPiperWithoutAlignments(VoiceContract):
    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def voice(self, espeak: EspeakVoice) -> AsyncIterator[Voice]:
        voice = piper({"en": "plain.onnx"}, espeak)
        yield voice
        await voice.close()


class TestKokoro(VoiceContract):
    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def voice(self) -> AsyncIterator[Voice]:
        voice = kokoro("kokoro.onnx")
        yield voice
        await voice.close()


# --- What is particular to one -----------------------------------------------------------------------------


async def test_a_mark_is_timed_at_the_word_behind_it(espeak: EspeakVoice) -> None:
    speech = await espeak.speak(("Look at ", Mark("card", "lamp"), "this"), language="en")

    assert speech.marks[0].at_ms == speech.words[-1].start_ms


async def test_a_pause_lengthens_the_sentence_even_at_its_end(espeak: EspeakVoice) -> None:
    plain = await espeak.speak(("Hello there",), language="en")
    paused = await espeak.speak(("Hello there", Mark("pause", "900")), language="en")

    assert paused.duration_ms >= plain.duration_ms + 600


async def test_a_higher_pace_is_quicker(espeak: EspeakVoice) -> None:
    slow = await espeak.speak(("We ship to the whole world.",), language="en", pace=0.7)
    quick = await espeak.speak(("We ship to the whole world.",), language="en", pace=1.6)

    assert quick.duration_ms < slow.duration_ms * 0.6


async def test_a_variant_changes_the_voice(espeak: EspeakVoice) -> None:
    plain = await espeak.speak(("Hello",), language="en")
    female = await espeak.speak(("Hello",), language="en", voice="+f2")

    assert female.pcm != plain.pcm
    assert female.voice == "espeak:en-us+f2"


@pytest.mark.parametrize("voice", ["../../etc/passwd", "de f2", "klingon9000", "+", "de+../x"])
async def test_what_is_no_voice_is_refused(espeak: EspeakVoice, voice: str) -> None:
    with pytest.raises(VoiceError) as error:
        await espeak.speak(("Hello",), language="en", voice=voice)

    assert error.value.category == "refused"


async def test_a_sentence_of_minutes_is_refused(espeak: EspeakVoice) -> None:
    with pytest.raises(VoiceError) as error:
        await espeak.speak(("word " * 900,), language="en")

    assert error.value.category == "refused"


async def test_sentences_at_once_do_not_mix(espeak: EspeakVoice) -> None:
    alone = await espeak.speak(("One short sentence.",), language="en")

    spoken = await asyncio.gather(
        espeak.speak(("One short sentence.",), language="en"),
        espeak.speak(("Ein anderer, ein viel längerer Satz.",), language="de"),
        espeak.speak(("One short sentence.",), language="en"),
    )

    # espeak-ng varies a sentence by some milliseconds with what it said before.
    lengths = [speech.duration_ms for speech in spoken[::2]]
    assert lengths == pytest.approx([alone.duration_ms, alone.duration_ms], abs=50)
    assert spoken[1].voice == "espeak:de"


async def test_japanese_words_keep_their_places_in_the_caption(espeak: EspeakVoice) -> None:
    caption = "送料は¥1,980です。"

    speech = await espeak.speak((caption,), language="ja")

    assert [caption[word.at : word.at + word.length] for word in speech.words] == ["送料は", "¥1,980", "です"]


async def test_openai_is_asked_for_the_spoken_form_with_its_voice_and_speed() -> None:
    twin = OpenAiTwin()
    voice = openai(twin)

    await voice.speak(("Only €39.90",), language="en", voice="nova", pace=1.25)
    await voice.close()

    assert twin.asked == [
        {
            "model": "tts-1",
            "input": "Only 39 euros 90",
            "voice": "nova",
            "response_format": "wav",
            "speed": 1.25,
        }
    ]


async def test_headless_audio_of_openai_is_taken_at_its_rate() -> None:
    wav, pcm = openai(OpenAiTwin()), openai(OpenAiTwin(), audio_format="pcm")

    one, other = await wav.speak(("Hello",), language="en"), await pcm.speak(("Hello",), language="en")
    await wav.close()
    await pcm.close()

    assert one.duration_ms == other.duration_ms


async def test_without_a_reader_the_mouth_follows_loudness_and_there_are_no_words() -> None:
    voice = openai(OpenAiTwin())

    speech = await voice.speak(SENTENCE, language="en")
    await voice.close()

    assert speech.words == ()
    assert {viseme.name for viseme in speech.visemes} == {"aa", "sil"}
    assert len(speech.marks) == 3


@pytest.mark.parametrize(
    ("twin", "category"),
    [
        (OpenAiTwin(key="another"), "unavailable"),
        (OpenAiTwin(status=429), "unavailable"),
        (OpenAiTwin(status=503), "unavailable"),
        (OpenAiTwin(status=400), "refused"),
        (OpenAiTwin(body=b"<html>"), "protocol"),
        (OpenAiTwin(body=b"RIFF\0\0\0\0WAVEdata\0\0\0\0"), "protocol"),
        (OpenAiTwin(body=b""), "protocol"),
    ],
)
async def test_a_failing_speech_service_is_named_by_category(twin: OpenAiTwin, category: str) -> None:
    voice = openai(twin)

    with pytest.raises(VoiceError) as error:
        await voice.speak(("Hello",), language="en")
    await voice.close()

    assert error.value.category == category
    assert "sk-test" not in str(error.value)


@pytest.mark.parametrize(
    ("raised", "category"),
    [(httpx.ReadTimeout("slow"), "timeout"), (httpx.ConnectError("down"), "unavailable")],
)
async def test_a_speech_service_that_is_slow_or_away_is_told_apart(raised: Exception, category: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise raised

    voice = OpenAiVoice("http://x/v1", None, model="m", voice="v", transport=httpx.MockTransport(fail))

    with pytest.raises(VoiceError) as error:
        await voice.speak(("Hello",), language="en")
    await voice.close()

    assert error.value.category == category


async def test_azure_shapes_are_ours() -> None:
    async with azure_twin(AzureTwin()) as twin:
        voice = AzureVoice("x", "azure-key", url=twin.url)
        speech = await voice.speak(("Hello",), language="en")
        await voice.close()

    assert [viseme.name for viseme in speech.visemes] == ["sil", "PP", "aa", "DD", "sil"]
    assert isinstance(speech.visemes[1], Viseme)


async def test_azure_keeps_its_connection_and_opens_another_when_that_was_closed() -> None:
    async with azure_twin(AzureTwin(closes_after=2)) as twin:
        voice = AzureVoice("x", "azure-key", url=twin.url)
        await voice.speak(("One",), language="en")
        await voice.speak(("Two",), language="en")
        await voice.speak(("Three",), language="en")
        await voice.close()

    assert twin.connections == 2
    assert len(twin.ssml) == 3


async def test_azure_with_a_wrong_key_is_unavailable_and_the_key_is_not_told() -> None:
    async with azure_twin(AzureTwin()) as twin:
        voice = AzureVoice("x", "wrong-key", url=twin.url)
        with pytest.raises(VoiceError) as error:
            await voice.speak(("Hello",), language="en")
        await voice.close()

    assert error.value.category == "unavailable"
    assert "wrong-key" not in str(error.value)


async def test_azure_that_does_not_answer_is_a_timeout() -> None:
    async with azure_twin(AzureTwin(mute=True)) as twin:
        voice = AzureVoice("x", "azure-key", url=twin.url, timeout_s=0.2)
        with pytest.raises(VoiceError) as error:
            await voice.speak(("Hello",), language="en")
        await voice.close()

    assert error.value.category == "timeout"


async def test_a_piper_model_that_is_not_there_is_refused() -> None:
    voice = piper({"en": "missing.onnx"})

    with pytest.raises(VoiceError) as error:
        await voice.speak(("Hello",), language="en")
    await voice.close()

    assert error.value.category == "refused"


async def test_piper_opens_only_the_models_that_were_configured() -> None:
    voice = piper({"en": "en.onnx"})

    with pytest.raises(VoiceError) as error:
        await voice.speak(("Hello",), language="en", voice="/etc/passwd")

    assert error.value.category == "refused"


async def test_an_engine_that_is_not_installed_is_unavailable() -> None:
    voice = PiperVoice({"en": "en.onnx"}, worker=WorkerProcess("streaming.voices.piper_worker"))

    with pytest.raises(VoiceError) as error:
        await voice.speak(("Hello",), language="en")
    await voice.close()

    assert error.value.category == "unavailable"


@pytest.mark.parametrize(
    "make",
    [
        EspeakVoice,
        SilentVoice,
        lambda: openai(OpenAiTwin()),
        lambda: AzureVoice("x", "azure-key"),
        lambda: piper({}),
        lambda: kokoro("kokoro.onnx"),
        lambda: VoiceStack([EspeakVoice()]),
        lambda: CachedVoice(EspeakVoice(), SpeechCache()),
    ],
)
async def test_an_engine_may_be_closed_twice_and_unused(make: Callable[[], Voice]) -> None:
    voice = make()

    await voice.close()
    await voice.close()


async def test_a_closed_worker_is_gone_and_starts_again_when_asked() -> None:
    worker = WorkerProcess("streaming.voices.espeak_worker")
    voice = EspeakVoice(worker)
    await voice.speak(("Hello",), language="en")

    await voice.close()
    pid_after_close = worker.pid
    speech = await voice.speak(("Hello",), language="en")
    await voice.close()

    assert pid_after_close is None
    assert not speech.silent


async def test_arabic_is_spoken_where_its_vowels_can_be_written() -> None:
    vowels = WorkerProcess("streaming.voices.arabic_worker", environment=PACKAGES)
    voice = EspeakVoice(vowels=vowels)
    caption = "مرحبا بكم، ٢٠٪"

    speech = await voice.speak((caption, Mark("card", "")), language="ar")
    await voice.close()

    assert not speech.silent
    assert [caption[word.at : word.at + word.length] for word in speech.words] == ["مرحبا", "بكم", "٢٠٪"]
    assert vowels.pid is None


async def test_arabic_is_unavailable_where_the_program_for_its_vowels_is_missing() -> None:
    voice = EspeakVoice(vowels=WorkerProcess("streaming.voices.arabic_worker"))

    with pytest.raises(VoiceError) as error:
        await voice.speak(("مرحبا",), language="ar")
    await voice.close()

    assert error.value.category == "unavailable"


# --- WAV of services --------------------------------------------------------------------------------------

SAMPLES = np.array([0.25, 0.5, -0.5], dtype=np.float32)


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_wav_is_read_with_and_without_lengths_in_its_header(streamed: bool) -> None:
    pcm, rate = read_wav(wav_of(SAMPLES, 24000, streamed=streamed))

    assert np.frombuffer(pcm, "<i2").tolist() == [8191, 16383, -16383]
    assert rate == 24000


async def test_two_channels_become_one() -> None:
    both = wav_of(np.repeat(SAMPLES, 2), 24000).replace(b"\1\0\1\0", b"\1\0\2\0", 1)

    assert np.frombuffer(read_wav(both)[0], "<i2").tolist() == [8191, 16383, -16383]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ID3" + bytes(100),
        wav_of(SAMPLES, 24000)[:40],
        wav_of(SAMPLES, 1),
        wav_of(SAMPLES, 24000).replace(b"\1\0\1\0", b"\3\0\1\0", 1),
        wav_of(SAMPLES, 24000).replace(b"\1\0\1\0", b"\1\0\6\0", 1),
    ],
)
async def test_what_is_no_wav_of_ours_is_a_fault_of_the_service(data: bytes) -> None:
    with pytest.raises(VoiceError) as error:
        read_wav(data)

    assert error.value.category == "protocol"


# --- Silence ----------------------------------------------------------------------------------------------


async def test_a_silent_sentence_lasts_as_long_as_it_takes_to_read() -> None:
    short = await SilentVoice().speak(("Hi",), language="th")
    long = await SilentVoice().speak(("x" * 170,), language="th")

    assert short.duration_ms == 1200
    assert long.duration_ms == 10_000


async def test_marks_of_a_silent_sentence_stand_where_their_text_is() -> None:
    speech: Speech = silent_speech(("x" * 34, Mark("pause", "500"), "x" * 34, Mark("card", "")), "th")

    assert [mark.at_ms for mark in speech.marks] == [2000, 4500]
    assert speech.duration_ms == 4500


async def test_a_word_ends_at_the_pause_behind_it_and_not_at_one_within(espeak: EspeakVoice) -> None:
    caption = "Call 0800 123 4567, now"

    speech = await espeak.speak((caption,), language="en")

    number, now = speech.words[1], speech.words[2]
    assert caption[number.at : number.at + number.length] == "0800 123 4567"
    assert number.end_ms - number.start_ms > 2000
    assert 60 <= now.start_ms - number.end_ms <= 500
