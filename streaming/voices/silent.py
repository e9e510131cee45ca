"""The engine that only shows: a silent `Speech` as long as it takes to read the sentence.

For languages that no engine speaks, and the last resort of the stack. Never fails.
"""

from __future__ import annotations

from streaming.show import Mark
from streaming.speech import Speech, TimedMark, Viseme
from streaming.voices.loudness import RATE
from streaming.voices.spoken import caption_of
from streaming.voices.timing import pause_ms_of

__all__ = ["SilentVoice", "silent_speech"]

# Characters a second that subtitles for grown-ups are held to, fewer where a sign says more. Our choice: the
# middle of what subtitling guides allow.
_SIGNS_A_SECOND = 17.0
_BY_LANGUAGE = {"ja": 6.0, "ko": 12.0, "zh": 9.0, "zh-TW": 9.0}
_LEAST_MS, _MOST_MS = 1200, 60_000


def silent_speech(parts: tuple[str | Mark, ...], language: str, *, pace: float = 1.0) -> Speech:
    """A sentence that is shown and not heard; marks by their place in the text.

    Args:
        parts: texts and marks.
        language: decides how fast it is read.
        pace: as of a voice; above 1 is faster.
    """
    caption = caption_of(parts)
    pace = min(max(pace, 0.5), 2.0)
    a_second = _BY_LANGUAGE.get(language, _SIGNS_A_SECOND) * pace
    pauses = sum(pause_ms_of(part) for part in parts if isinstance(part, Mark))
    reading_ms = min(_MOST_MS, max(_LEAST_MS, round(len(caption) * 1000 / a_second)))
    marks: list[TimedMark] = []
    place = paused = 0
    for part in parts:
        if isinstance(part, str):
            place += len(part)
        else:
            marks.append(TimedMark(part, reading_ms * place // max(1, len(caption)) + paused))
            paused += pause_ms_of(part)
    return Speech(
        pcm=b"",
        rate=RATE,
        duration_ms=reading_ms + pauses,
        words=(),
        visemes=(Viseme("sil", 0),),
        marks=tuple(marks),
        voice="silent",
        silent=True,
    )


class SilentVoice:
    """Subtitles only, in any language."""

    name = "silent"

    async def speak(
        self, parts: tuple[str | Mark, ...], *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`; takes any language and voice and raises nothing."""
        return silent_speech(parts, language, pace=pace)

    async def close(self) -> None:
        """Nothing to end."""
