"""Stands in for `piper.tashkeel` of piper-tts 1.8.0: every consonant gets an a, so that it can be spoken."""

from __future__ import annotations

__all__ = ["TashkeelDiacritizer"]

_FATHA = "\u064e"


class TashkeelDiacritizer:
    def __call__(self, text: str, taskeen_threshold: float | None = None) -> str:
        return "".join(sign + _FATHA if "\u0621" <= sign <= "\u064a" else sign for sign in text)
