"""The voices of the live rooms, from the settings. Called by `bot.live.rooms`."""

from __future__ import annotations

from pathlib import Path

from bot.config import Settings, VoiceSettings
from streaming.speech import Voice
from streaming.voices.azure import AzureVoice
from streaming.voices.cache import CachedVoice, SpeechCache
from streaming.voices.espeak import EspeakVoice
from streaming.voices.espeak_languages import SPOKEN, WITH_VOWELS
from streaming.voices.kokoro import KokoroVoice
from streaming.voices.openai import OpenAiVoice
from streaming.voices.piper import PiperVoice
from streaming.voices.process import WorkerProcess
from streaming.voices.stack import VoiceStack

__all__ = ["make_voice", "spoken_languages"]


def make_voice(settings: Settings) -> VoiceStack:
    """The engines of `streaming.voice.engines` in their order, each with its cache. Call `close()`."""
    voice = settings.streaming.voice
    # It also tells the others' times, where they don't.
    vowels = voice.piper.python and WorkerProcess("streaming.voices.arabic_worker", python=voice.piper.python)
    espeak = EspeakVoice(vowels=vowels or None)
    engines = [_engine(name, voice, settings, espeak) for name in voice.engines]
    cache = SpeechCache(settings.home / "speech")
    return VoiceStack([CachedVoice(engine, cache) for engine in engines])


def spoken_languages(settings: Settings) -> frozenset[str]:
    """Languages that the built-in engine speaks; others may be spoken by an engine of the shop's choice."""
    voice = settings.streaming.voice
    with_vowels = frozenset(WITH_VOWELS) if voice.piper.python else frozenset()
    return frozenset(SPOKEN) | with_vowels if "espeak" in voice.engines else frozenset()


def _engine(name: str, voice: VoiceSettings, settings: Settings, espeak: EspeakVoice) -> Voice:
    match name:
        case "openai":
            key = settings.openai_voice_key
            return OpenAiVoice(
                voice.openai.url,
                key.get_secret_value() if key else None,
                model=voice.openai.model,
                voice=voice.openai.voice,
                voices=voice.openai.voices,
                audio_format=voice.openai.format,
                reader=espeak.phonemes,
            )
        case "azure":
            key = settings.azure_speech_key
            return AzureVoice(
                voice.azure.region, key.get_secret_value() if key else "", voices=voice.azure.voices
            )
        case "piper":
            return PiperVoice(_paths(voice.piper.models), python=voice.piper.python, reader=espeak.phonemes)
        case "kokoro":
            kokoro = voice.kokoro
            return KokoroVoice(
                str(kokoro.model),
                str(kokoro.voices_file),
                voices=kokoro.voices,
                python=kokoro.python,
                reader=espeak.phonemes,
            )
        case _:
            return espeak


def _paths(models: dict[str, Path]) -> dict[str, str]:
    return {language: str(path) for language, path in models.items()}
