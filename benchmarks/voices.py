"""The built-in voice: `python -m benchmarks.voices [--sentences 40] [--soak 2000] [--languages] [--json F]`.

Speaks sentences of the product in every language that espeak-ng has, as the live room does: written text in,
levelled audio with word times and mouth shapes out, nothing cached. Prints how long a sentence takes, how
that compares with its length, the worker's memory over many sentences, and how well closed mouths agree with
the silence in the audio. `--languages` prints what is heard, in phonemes, and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import yaml

from benchmarks.machine import Cores, describe_machine
from streaming.speech import Speech
from streaming.voices.espeak import EspeakVoice
from streaming.voices.espeak_languages import SILENT, SPOKEN
from streaming.voices.loudness import RATE, loudness_of, samples_of
from streaming.voices.process import WorkerProcess

ROOT = Path(__file__).resolve().parent.parent
_KEYS = (
    "greet",
    "greet_again",
    "goodbye",
    "thanks",
    "ok",
    "dont_know",
    "clarify",
    "empty",
    "stopped",
    "unavailable",
)
_PRICES = ("€39.90", "¥1,980", "Rp 59.000", "20%", "2026-11-22", "14:30", "3–7", "45 cm")
_STEP_S = 0.01
_SILENT_DB = -35
_LEAST_SILENCE_S = 0.12


def sentences(language: str, count: int) -> list[str]:
    """Sentences of the product's own text, each with a price, date or measure of its own at the end."""
    text = (ROOT / "bot" / "locales" / f"{language}.yml").read_text(encoding="utf-8")
    own = [str(yaml.safe_load(text)["bot"][key]) for key in _KEYS]
    return [f"{own[n % len(own)]} {_PRICES[n % len(_PRICES)]}, {n}." for n in range(count)]


async def one_language(voice: EspeakVoice, language: str, count: int) -> tuple[dict[str, Any], list[Speech]]:
    """Times of one language."""
    took, spoken = [], []
    for text in sentences(language, count):
        started = time.perf_counter()
        spoken.append(await voice.speak((text,), language=language))
        took.append((time.perf_counter() - started) * 1000)
    audio_s = sum(speech.duration_ms for speech in spoken) / 1000
    return {
        "first_ms": round(took[0], 1),
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "realtime_factor": round(sum(took) / 1000 / audio_s, 4),
        "words_per_s": round(sum(len(speech.words) for speech in spoken) / (sum(took) / 1000)),
        "audio_s": round(audio_s, 1),
        "lufs": round(statistics.median(loudness_of(samples_of(speech.pcm)) for speech in spoken), 1),
    }, spoken


def closing_offsets_ms(speech: Speech) -> list[float]:
    """Mouth minus audio at every silence inside a sentence in which the mouth closes."""
    closed = [
        (one.start_ms / 1000, other.start_ms / 1000)
        for one, other in pairwise(speech.visemes)
        if one.name == "sil"
    ]
    return [
        (one - start) * 1000
        for start, end in _silences(speech)
        for one, other in closed
        if min(end, other) > max(start, one)
    ]


def mouth_and_silence(spoken: Sequence[Speech]) -> dict[str, float]:
    """How closed mouths and silent audio agree inside sentences; offsets are mouth minus audio."""
    silent_s = both_s = closed_s = 0.0
    offsets: list[float] = []
    for speech in spoken:
        closed = [
            (one.start_ms / 1000, other.start_ms / 1000)
            for one, other in pairwise(speech.visemes)
            if one.name == "sil"
        ]
        closed_s += sum(end - start for start, end in closed)
        for start, end in _silences(speech):
            silent_s += end - start
            both_s += sum(max(0.0, min(end, other) - max(start, one)) for one, other in closed)
        offsets += closing_offsets_ms(speech)
    return {
        "silent_audio_s": round(silent_s, 1),
        "mouth_closed_in_it": round(both_s / silent_s, 3) if silent_s else 0.0,
        "closed_mouth_s": round(closed_s, 1),
        "closing_offset_ms_p50": round(statistics.median(offsets), 1) if offsets else 0.0,
        "closing_offset_ms_p95": round(float(np.percentile(np.abs(offsets), 95)), 1) if offsets else 0.0,
    }


def _silences(speech: Speech) -> list[tuple[float, float]]:
    size = round(RATE * _STEP_S)
    samples = samples_of(speech.pcm)
    count = len(samples) // size
    levels = np.sqrt(np.mean(np.square(samples[: count * size].reshape(count, size)), axis=1))
    quiet = levels < levels.max() * 10 ** (_SILENT_DB / 20)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
    spans = [(float(start * _STEP_S), float(end * _STEP_S)) for start, end in edges.reshape(-1, 2)]
    # The ends of a sentence are trimmed; what is inside was meant.
    last = count * _STEP_S
    return [
        span for span in spans if span[1] - span[0] >= _LEAST_SILENCE_S and 0 < span[0] and span[1] < last
    ]


async def soak(count: int) -> dict[str, Any]:
    """Memory of a fresh worker over many sentences in many languages."""
    worker = WorkerProcess("streaming.voices.espeak_worker")
    voice = EspeakVoice(worker)
    started = time.perf_counter()
    await voice.start()
    start_ms = (time.perf_counter() - started) * 1000
    languages = sorted(SPOKEN)
    texts = {language: sentences(language, 10) for language in languages}
    memory: list[float] = []
    for number in range(count):
        language = languages[number % len(languages)]
        await voice.phonemes((f"{texts[language][number % 10]} {number}",), language)
        if number % (count // 4 or 1) == (count // 4 or 1) - 1 and worker.pid:
            memory.append(round(psutil.Process(worker.pid).memory_info().rss / 2**20, 1))
    await voice.close()
    return {"start_ms": round(start_ms, 1), "sentences": count, "worker_mb_by_quarter": memory}


def binary(count: int) -> dict[str, float] | None:
    """The `espeak-ng` program, a process a sentence, WAV to a pipe and no times; None when not installed."""
    program = shutil.which("espeak-ng")
    if program is None:
        return None
    took = []
    for text in sentences("en", count):
        started = time.perf_counter()
        subprocess.run([program, "-v", "en-us", "--stdout", text], check=True, capture_output=True)
        took.append((time.perf_counter() - started) * 1000)
    return {"p50_ms": round(statistics.median(took), 1), "p95_ms": round(float(np.percentile(took, 95)), 1)}


async def print_languages() -> None:
    """What is heard of each language's greeting."""
    voice = EspeakVoice()
    for language in sorted(SPOKEN):
        text = sentences(language, 1)[0]
        timings = await voice.phonemes((text,), language)
        heard = "".join(ipa or " " for ipa, _ in timings.phonemes) if timings else ""
        print(f"{language:6} {SPOKEN[language]:6} {text}\n{'':14}{heard}")
    for language, why in SILENT.items():
        print(f"{language:6} silent: {why}")
    await voice.close()


async def measure(count: int, soaked: int) -> dict[str, Any]:
    """Everything."""
    result: dict[str, Any] = {"machine": describe_machine(Cores.choose()), "languages": {}}
    voice = EspeakVoice()
    await voice.start()
    spoken: list[Speech] = []
    for language in sorted(SPOKEN):
        result["languages"][language], speeches = await one_language(voice, language, count)
        spoken += speeches
    await voice.close()
    result["mouth"] = mouth_and_silence(spoken)
    result["soak"] = await soak(soaked)
    result["espeak_binary"] = binary(count)
    return result


def table(result: dict[str, Any]) -> str:
    """The result as text."""
    machine = result["machine"]
    lines = [f"{machine['cpu']} · {machine['cores']} cores · load before {machine['load_before']}"]
    if not machine["quiet"]:
        lines.append("THE MACHINE WAS BUSY: these numbers are not to be trusted")
    columns = ("first_ms", "p50_ms", "p95_ms", "realtime_factor", "words_per_s", "lufs")
    lines.append("language".ljust(10) + "".join(column.rjust(17) for column in columns))
    for language, row in result["languages"].items():
        lines.append(language.ljust(10) + "".join(str(row[column]).rjust(17) for column in columns))
    rows = result["languages"].values()
    middle = {column: statistics.median(row[column] for row in rows) for column in columns}
    lines.append("median".ljust(10) + "".join(f"{middle[column]:g}".rjust(17) for column in columns))
    for name in ("mouth", "soak", "espeak_binary"):
        lines.append(f"{name}: {json.dumps(result[name])}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=40, help="a language")
    parser.add_argument("--soak", type=int, default=2000, help="sentences for the memory of the worker")
    parser.add_argument("--languages", action="store_true", help="print what is heard, and end")
    parser.add_argument("--json", type=Path, help="write the result here too")
    arguments = parser.parse_args()
    if arguments.languages:
        asyncio.run(print_languages())
        return
    result = asyncio.run(measure(arguments.sentences, arguments.soak))
    print(table(result))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
