"""What every engine must do. A test class subclasses it and supplies `voice`.

Engines are started once a class: a module that uses this marks itself `asyncio(loop_scope="module")`.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
import pytest_asyncio

from streaming.show import Mark
from streaming.speech import VISEMES, Speech, Voice
from streaming.voices.loudness import TARGET_LUFS, loudness_of, samples_of, true_peak_of
from streaming.voices.spoken import caption_of

__all__ = ["SENTENCE", "VoiceContract"]

SENTENCE: tuple[str | Mark, ...] = (
    "Welcome back. ",
    Mark("card", "lamp"),
    "This lamp costs only €39.90, ",
    Mark("gesture", "palm"),
    "and it arrives in 3–7 days.",
    Mark("mood", "happy"),
)


class VoiceContract:
    """Behaviour that the session, the hub and the stage rely on, whichever engine speaks."""

    @pytest.fixture(scope="class")
    def voice(self) -> Voice:
        raise NotImplementedError("a subclass supplies the engine, and closes it")

    @pytest_asyncio.fixture(scope="class", loop_scope="module")
    async def speech(self, voice: Voice) -> Speech:
        """The sentence, spoken in English."""
        return await voice.speak(SENTENCE, language="en")

    async def test_audio_has_the_format_and_the_length_that_it_says(self, speech: Speech) -> None:
        assert not speech.silent
        assert speech.rate == 22050
        assert len(speech.pcm) % 2 == 0
        assert speech.duration_ms == pytest.approx(len(speech.pcm) / 2 * 1000 / speech.rate, abs=1)

    async def test_audio_is_as_loud_as_all_other_audio_and_does_not_clip(self, speech: Speech) -> None:
        samples = samples_of(speech.pcm)

        assert loudness_of(samples) == pytest.approx(TARGET_LUFS, abs=1.0)
        assert true_peak_of(samples) < 10 ** (-0.5 / 20)

    async def test_no_mark_is_lost_and_they_keep_their_order(self, speech: Speech) -> None:
        times = [mark.at_ms for mark in speech.marks]

        assert [mark.mark for mark in speech.marks] == [part for part in SENTENCE if isinstance(part, Mark)]
        assert times == sorted(times)
        assert 0 < times[0] < times[1] < times[2] <= speech.duration_ms

    async def test_visemes_begin_at_zero_and_end_closed_within_the_audio(self, speech: Speech) -> None:
        starts = [viseme.start_ms for viseme in speech.visemes]

        assert len(speech.visemes) > 10
        assert starts[0] == 0
        assert all(one < other for one, other in pairwise(starts))
        assert speech.visemes[-1].name == "sil"
        assert starts[-1] <= speech.duration_ms
        assert {viseme.name for viseme in speech.visemes} <= set(VISEMES)
        assert all(0 <= viseme.weight <= 1 for viseme in speech.visemes)

    async def test_words_lie_in_the_caption_and_in_the_audio_in_their_order(self, speech: Speech) -> None:
        caption = caption_of(SENTENCE)

        assert all(0 <= word.start_ms <= word.end_ms <= speech.duration_ms for word in speech.words)
        assert all(0 <= word.at and word.at + word.length <= len(caption) for word in speech.words)
        assert all(one.at + one.length <= other.at for one, other in pairwise(speech.words))
        assert all(one.end_ms <= other.start_ms for one, other in pairwise(speech.words))

    async def test_a_price_is_one_word_of_the_caption(self, speech: Speech) -> None:
        caption = caption_of(SENTENCE)

        assert "€39.90" in {caption[word.at : word.at + word.length] for word in speech.words}

    async def test_a_language_that_it_does_not_know_is_shown_in_silence(self, voice: Voice) -> None:
        speech = await voice.speak(SENTENCE, language="tlh")

        assert speech.silent
        assert speech.pcm == b""
        assert speech.duration_ms >= 1200
        assert [mark.mark for mark in speech.marks] == [part for part in SENTENCE if isinstance(part, Mark)]

    @pytest.mark.parametrize("parts", [("🎉🎉",), ("",), (), ("…!",), (Mark("card", "lamp"),)])
    async def test_nothing_to_say_is_silence_and_no_error(
        self, voice: Voice, parts: tuple[str | Mark, ...]
    ) -> None:
        speech = await voice.speak(parts, language="en")

        assert speech.silent
        assert len(speech.marks) == sum(isinstance(part, Mark) for part in parts)

    async def test_what_looks_like_markup_is_text(self, voice: Voice) -> None:
        speech = await voice.speak(
            ('Tom & <mark name="9"/> "Jerry" </speak> ]]> &lt; [[h@l]] \x00\ud800 now',), language="en"
        )

        assert not speech.silent
        assert speech.marks == ()
