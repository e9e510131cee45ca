"""The sound of what was spoken lately, as WAV files named by their content.

The session puts each sentence in before it is said; the door hands it to pages by its name. Held in memory,
bounded in bytes: the oldest go first. Not a cache of the voice, which keeps what is expensive to make.
"""

from __future__ import annotations

import hashlib
import io
import wave
from collections import OrderedDict

from streaming.speech import Speech

__all__ = ["AudioStore", "wav_of"]

# At 22,050 samples a second some 25 minutes of speech: far more than a page can be behind.
_MAX_BYTES = 64 * 2**20
_SAMPLE_BYTES = 2


def wav_of(speech: Speech) -> bytes:
    """The whole WAV file (RIFF, PCM, mono, 16 bit) of a spoken sentence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(_SAMPLE_BYTES)
        out.setframerate(speech.rate)
        out.writeframes(speech.pcm)
    return file.getvalue()


class AudioStore:
    """Files by the SHA-256 of their content.

    Args:
        max_bytes: of all files together; the newest one is kept even when it alone is larger.
    """

    def __init__(self, *, max_bytes: int = _MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def put(self, speech: Speech) -> str | None:
        """Keep the sound of a sentence.

        Returns:
            64 hex digits that name it, the same for the same sound; None for a sentence without sound.
        """
        if speech.silent or not speech.pcm:
            return None
        file = wav_of(speech)
        digest = hashlib.sha256(file).hexdigest()
        if digest not in self._files:
            self._files[digest] = file
            self._bytes += len(file)
        self._files.move_to_end(digest)
        while self._bytes > self._max_bytes and len(self._files) > 1:
            _, gone = self._files.popitem(last=False)
            self._bytes -= len(gone)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The file, None when it was never there or is gone."""
        return self._files.get(digest)
