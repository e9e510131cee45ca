"""The program that writes the short vowels into Arabic: `python -m streaming.voices.arabic_worker`.

Started by the composition root for `streaming.voices.espeak`, in whatever environment Piper is installed in:
Piper brings libtashkeel's model. It is under the GPL and lives here. Must not import anything of ours but the
frames.

A request is `{id, texts}`, its answer `{id, type: "spoken", texts}`.

Source: `piper/tashkeel/__init__.py` of piper-tts 1.8.0.
"""

from __future__ import annotations

from typing import Any

from piper.tashkeel import TashkeelDiacritizer  # type: ignore[import-not-found]  # optional, GPL, only here

from streaming.voices.worker_loop import Speak, serve

__all__ = ["ArabicVowels"]


class ArabicVowels:
    """The model, loaded."""

    def __init__(self) -> None:
        self._diacritizer = TashkeelDiacritizer()

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The texts with their vowels, in the same order."""
        return {"texts": [self._diacritizer(str(text)) for text in request["texts"]]}, b""


def _start() -> Speak:
    return ArabicVowels().answer


if __name__ == "__main__":
    serve(_start)
