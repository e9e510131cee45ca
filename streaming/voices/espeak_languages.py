"""Which espeak-ng voice speaks a language, and which languages are only shown because none can.

Each was checked by its phonemes (`benchmarks.voices --languages` prints them): a voice that reads a language
letter by letter, without its vowels, or that names signs in English does not speak it. Read by `espeak` and
by the documentation's table.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from streaming.speech import VoiceError

__all__ = ["SILENT", "SPOKEN", "WITH_VOWELS", "voice_of"]

SPOKEN = MappingProxyType({
    "en": "en-us", "nb": "nb", "pt": "pt-br", "zh": "cmn", "zh-TW": "cmn", "fil": "id",
    **{code: code for code in (
        "af am az bg bn ca cs da de el es et fa fi fr ga gu hi hr hu hy id is it ja ka kk kn ko lt lv mk ml "
        "mr ms mt nl pa pl ro ru sk sl sq sr sv sw ta te tr uk ur uz vi"
    ).split()},
})  # fmt: skip
# Spoken once another program has written the vowels in.
WITH_VOWELS = MappingProxyType({"ar": "ar"})
# Code -> why. A reason is for the documentation and for staff who ask.
SILENT = MappingProxyType(
    {
        "ar": "short vowels are not written; spoken where Piper is installed to add them",
        "he": "vowels are not written, and espeak-ng does not add them",
        "km": "espeak-ng 1.52 has no voice",
        "mn": "espeak-ng 1.52 has no voice",
        "my": "espeak-ng 1.52 reads letter by letter",
        "th": "espeak-ng 1.52 reads letter by letter",
    }
)
_NAME = re.compile(r"(?P<voice>[a-z]{2,8}(?:-[a-zA-Z0-9]{1,8}){0,4})?(?:\+(?P<variant>[a-zA-Z0-9_-]{1,20}))?")


def voice_of(language: str, wanted: str | None) -> str:
    """The full name of a voice for espeak-ng.

    Args:
        language: one that is spoken.
        wanted: a voice (`de`), a voice with a variant (`de+f2`), a variant alone (`+f2`), or None.

    Raises:
        VoiceError: `refused`: it can't be a voice's name.
    """
    match = _NAME.fullmatch(wanted or "")
    if not match:
        raise VoiceError("refused", "not a voice of espeak-ng")
    voice = match["voice"] or {**SPOKEN, **WITH_VOWELS}[language]
    return f"{voice}+{match['variant']}" if match["variant"] else voice
