from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streaming.show import Mark
from streaming.speech import Speech, TimedMark, Viseme, VoiceError, Word
from streaming.voices.cache import CachedVoice, SpeechCache
from streaming.voices.silent import silent_speech


class Counting:
    """An engine that counts how often it is asked."""

    def __init__(self, name: str = "counting", *, pcm: bytes = b"\1\2" * 500) -> None:
        self.name, self.pcm = name, pcm
        self.asked = 0
        self.fails = False

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        self.asked += 1
        await asyncio.sleep(0)
        if self.fails:
            raise VoiceError("unavailable", "down")
        if language == "th":
            return silent_speech(parts, language)
        return Speech(
            pcm=self.pcm,
            rate=22050,
            duration_ms=len(self.pcm) // 44,
            words=(Word(0, 5, 0, 20),),
            visemes=(Viseme("sil", 0), Viseme("aa", 5, 0.5), Viseme("sil", 20)),
            marks=tuple(TimedMark(part, 7) for part in parts if isinstance(part, Mark)),
            voice=f"{self.name}:{voice}",
        )

    async def close(self) -> None:
        self.closed = True


def files(folder: Path) -> list[Path]:
    """What lies on disk."""
    return list(folder.iterdir())


async def speak_all(voice: CachedVoice, *texts: str) -> None:
    """One sentence after another."""
    for text in texts:
        await voice.speak((text,), language="en")


SENTENCE = ("Hello ", Mark("card", "x"), "世界")


async def test_the_same_sentence_is_spoken_once() -> None:
    engine = Counting()
    voice = CachedVoice(engine, SpeechCache())

    spoken = [await voice.speak(SENTENCE, language="en") for _ in range(3)]

    assert engine.asked == 1
    assert spoken[0] == spoken[2]


async def test_the_same_sentence_asked_for_at_once_is_spoken_once() -> None:
    engine = Counting()
    voice = CachedVoice(engine, SpeechCache())

    await asyncio.gather(*(voice.speak(SENTENCE, language="en") for _ in range(5)))

    assert engine.asked == 1


@pytest.mark.parametrize(
    ("parts", "settings"),
    [
        (("Hello 世界",), {"language": "en"}),
        (("Hello ", Mark("card", "y"), "世界"), {"language": "en"}),
        (("Hello ", Mark("mood", "x"), "世界"), {"language": "en"}),
        (SENTENCE, {"language": "de"}),
        (SENTENCE, {"language": "en", "voice": "other"}),
        (SENTENCE, {"language": "en", "pace": 1.2}),
    ],
)
async def test_another_sentence_voice_pace_or_language_is_another_speech(
    parts: tuple[str | Mark, ...], settings: dict[str, str]
) -> None:
    engine = Counting()
    voice = CachedVoice(engine, SpeechCache())
    await voice.speak(SENTENCE, language="en")

    await voice.speak(parts, **settings)  # type: ignore[arg-type]

    assert engine.asked == 2


async def test_engines_that_share_a_cache_do_not_share_speeches() -> None:
    cache = SpeechCache()
    one, other = CachedVoice(Counting("one"), cache), CachedVoice(Counting("other"), cache)

    spoken = [(await voice.speak(SENTENCE, language="en")).voice for voice in (one, other)]

    assert spoken == ["one:None", "other:None"]


async def test_what_was_spoken_outlives_the_process(tmp_path: Path) -> None:
    engine = Counting()
    before = await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")

    after = await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")

    assert engine.asked == 1
    assert after == before


@pytest.mark.parametrize("damage", [b"", b"SCV1", b"SCV1" + bytes(500), b"\0" * 2000, b"SCV0"])
async def test_a_damaged_file_is_made_again(tmp_path: Path, damage: bytes) -> None:
    engine = Counting()
    await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")
    files(tmp_path)[0].write_bytes(damage)

    speech = await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")

    assert engine.asked == 2
    assert speech.pcm == engine.pcm


async def test_one_changed_bit_is_noticed(tmp_path: Path) -> None:
    engine = Counting()
    await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")
    path = files(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    await CachedVoice(engine, SpeechCache(tmp_path)).speak(SENTENCE, language="en")

    assert engine.asked == 2


async def test_memory_stays_within_its_bound_and_the_longest_unused_goes() -> None:
    engine = Counting(pcm=b"\0\0" * 5_000)
    cache = SpeechCache(memory_bytes=40_000)
    voice = CachedVoice(engine, cache)
    await speak_all(voice, "one", "two", "one", "three")

    await voice.speak(("one",), language="en")
    asked_for_the_used_one = engine.asked
    await voice.speak(("two",), language="en")

    assert asked_for_the_used_one == 3
    assert engine.asked == 4
    assert cache.held_bytes <= 40_000


async def test_the_disk_stays_within_its_bound(tmp_path: Path) -> None:
    voice = CachedVoice(
        Counting(pcm=b"\0\0" * 5_000), SpeechCache(tmp_path, memory_bytes=0, disk_bytes=35_000)
    )
    await speak_all(voice, *"abcdef")

    sizes = [path.stat().st_size for path in files(tmp_path)]

    assert len(sizes) == 3
    assert sum(sizes) <= 35_000


async def test_files_of_an_earlier_run_count_for_the_bound(tmp_path: Path) -> None:
    engine = Counting(pcm=b"\0\0" * 5_000)
    runs = [CachedVoice(engine, SpeechCache(tmp_path, disk_bytes=25_000)) for _ in range(3)]
    await speak_all(runs[0], "a")
    await speak_all(runs[1], "b")
    await speak_all(runs[2], "c")

    assert len(files(tmp_path)) == 2


async def test_a_disk_that_can_not_be_written_does_no_harm(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    speech = await CachedVoice(Counting(), SpeechCache(blocked / "speeches")).speak(SENTENCE, language="en")

    assert not speech.silent


async def test_silence_and_failures_are_not_kept() -> None:
    engine = Counting()
    voice = CachedVoice(engine, SpeechCache())
    engine.fails = True
    with pytest.raises(VoiceError):
        await voice.speak(SENTENCE, language="en")
    engine.fails = False

    await voice.speak(SENTENCE, language="en")
    await voice.speak(SENTENCE, language="th")
    await voice.speak(SENTENCE, language="th")

    assert engine.asked == 4
