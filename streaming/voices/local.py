"""What the engines that run a model in a worker have in common: Piper and Kokoro.

Used by `piper` and `kokoro`. Where the model tells phonemes with times, the mouth follows those; words and
marks follow them too when it has as many words as the text, else they are borrowed, see `borrowed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from streaming.show import Mark
from streaming.speech import Speech
from streaming.voices.borrowed import Reader, borrowed_timings
from streaming.voices.process import WorkerProcess
from streaming.voices.spoken import Piece, spoken
from streaming.voices.timing import Timings, assemble

__all__ = ["ask_model", "said", "timings_of"]

_WORD = re.compile(r"\S+")
# Phonemes of a model that stand for silence or a pause rather than for a sound.
_SILENT = frozenset({"", " ", "^", "$", "_", ".", ",", ";", ":", "!", "?", "…", "—", "¿", "¡"})


def said(parts: tuple[str | Mark, ...], language: str) -> tuple[Piece | Mark, ...] | None:
    """What a model is given to read; None when there is nothing to be said."""
    pieces = spoken(parts, language)
    return pieces if any(isinstance(piece, Piece) for piece in pieces) else None


async def ask_model(
    worker: WorkerProcess,
    request: dict[str, Any],
    parts: tuple[str | Mark, ...],
    pieces: tuple[Piece | Mark, ...],
    *,
    language: str,
    reader: Reader | None,
    voice: str,
) -> Speech:
    """Have a worker speak pieces, and put the times right. Raises VoiceError."""
    text = "".join(piece.text for piece in pieces if isinstance(piece, Piece)).strip()
    reply, pcm = await worker.ask({**request, "text": text})
    rate = int(reply["rate"]) or 1
    phonemes = [(str(phoneme), int(sample) * 1000 / rate) for phoneme, sample in reply["phonemes"]]
    own = timings_of(phonemes, pieces)
    if own.words:
        timings = own
    else:
        borrowed = await borrowed_timings(parts, language, pcm, rate, reader)
        timings = replace(borrowed, phonemes=own.phonemes or borrowed.phonemes)
    return await assemble(parts, pcm, rate, timings, voice=voice)


def timings_of(phonemes: Sequence[tuple[str, float]], pieces: Sequence[Piece | Mark]) -> Timings:
    """Times of a model's phonemes; words and marks only when both sides count the same words.

    Args:
        phonemes: with their start in ms; a space stands between words.
        pieces: what the model was given.
    """
    starts = _word_starts(phonemes)
    places, marks = _places(pieces)
    told = [("" if phoneme in _SILENT else phoneme, at) for phoneme, at in phonemes]
    if not starts or len(starts) != len(places):
        return Timings(phonemes=told)
    ends = [*starts, phonemes[-1][1]]
    return Timings(
        words=list(zip(places, starts, strict=True)),
        phonemes=told,
        marks={number: ends[word] for number, word in marks.items()},
    )


def _word_starts(phonemes: Sequence[tuple[str, float]]) -> list[float]:
    starts: list[float] = []
    parted = True
    for phoneme, at in phonemes:
        if phoneme == " ":
            parted = True
        elif parted and phoneme not in _SILENT:
            starts.append(at)
            parted = False
    return starts


def _places(pieces: Sequence[Piece | Mark]) -> tuple[list[int], dict[int, int]]:
    """Where in the caption each spoken word stands, and before which word each mark."""
    places: list[int] = []
    marks: dict[int, int] = {}
    joined = ""
    for piece in pieces:
        if isinstance(piece, Mark):
            marks[len(marks)] = len(places)
            continue
        for match in _WORD.finditer(piece.text):
            # A piece that begins right behind a letter goes on with its word.
            if match.start() > 0 or not joined or joined[-1].isspace():
                places.append(piece.place(match.start()))
        joined += piece.text
    return places, marks
