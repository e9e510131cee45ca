"""Reads the WAV that speech services stream: PCM with lengths in its header that nobody filled in.

Used by the adapters of services. `wave` of the standard library refuses or misreads such files.
"""

from __future__ import annotations

import numpy as np

from streaming.speech import VoiceError

__all__ = ["read_wav"]

_PCM, _EXTENSIBLE = 1, 0xFFFE
_RATES = range(8000, 96001)


def read_wav(data: bytes) -> tuple[bytes, int]:
    """Mono samples of a WAV file of 16 bit PCM.

    Args:
        data: the whole file; a data length of zero or beyond the end means "all that is left".

    Returns:
        Signed 16 bit little endian, mono (channels are averaged); samples a second.

    Raises:
        VoiceError: `protocol`: no WAV, or of another kind.
    """
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise VoiceError("protocol", "no WAV")
    at, kind, channels, rate, bits = 12, 0, 0, 0, 0
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8
        if name == b"fmt " and at + 16 <= len(data):
            kind, channels = (
                int.from_bytes(data[at + offset : at + offset + 2], "little") for offset in (0, 2)
            )
            rate = int.from_bytes(data[at + 4 : at + 8], "little")
            bits = int.from_bytes(data[at + 14 : at + 16], "little")
        if name == b"data":
            if kind not in {_PCM, _EXTENSIBLE} or bits != 16 or channels not in {1, 2} or rate not in _RATES:
                raise VoiceError("protocol", "WAV of another kind")
            return _mono(data[at : at + size] if 0 < size <= len(data) - at else data[at:], channels), rate
        at += size + size % 2
    raise VoiceError("protocol", "WAV without data")


def _mono(pcm: bytes, channels: int) -> bytes:
    if channels == 1:
        return pcm[: len(pcm) // 2 * 2]
    samples = np.frombuffer(pcm[: len(pcm) // 4 * 4], dtype="<i2").reshape(-1, 2).astype(np.int32)
    mean: bytes = (samples.sum(axis=1) // 2).astype("<i2").tobytes()
    return mean
