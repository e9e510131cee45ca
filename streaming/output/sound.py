"""The sound of the stream: utterances laid on the time line of the show, silence between them.

Filled by the viewer (`output_viewer`), emptied by the pacer (`output_pace`) a frame's worth at a time. Pure
arithmetic on samples: no clock, no socket. One position counts what was read since the beginning; everything
else is relative to it, so that sound can't drift against pictures counted the same way.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly  # type: ignore[import-untyped]  # publishes no types

__all__ = ["BadSoundError", "Track", "samples_of"]

Samples = NDArray[np.int16]

# Long enough that a cut is no click, short enough that it is silence at once.
_FADE_S = 0.012


class BadSoundError(ValueError):
    """What was fetched is no mono or stereo 16 bit WAV file."""


def samples_of(wav: bytes, rate: int) -> Samples:
    """Read a WAV file, mix it down and bring it to another rate.

    Args:
        wav: a whole file, PCM, 16 bit, one or two channels.
        rate: wanted, samples a second.

    Returns:
        int16 (n,), mono.

    Raises:
        BadSoundError: it is something else.
    """
    try:
        with wave.open(io.BytesIO(wav)) as file:
            channels, width, source = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadSoundError("no WAV file") from error
    if width != 2 or channels not in (1, 2) or not 4_000 <= source <= 192_000:
        raise BadSoundError(f"{channels} channels of {8 * width} bit at {source} Hz")
    frames = len(data) // (2 * channels)
    table = np.frombuffer(data, "<i2", count=frames * channels).reshape(frames, channels)
    mono = table[:, 0] if channels == 1 else table.mean(axis=1)
    if source == rate or not frames:
        return mono.astype(np.int16)
    common = gcd(source, rate)
    moved = resample_poly(mono.astype(np.float32), rate // common, source // common)
    result: Samples = np.clip(np.rint(moved), -32768, 32767).astype(np.int16)
    return result


@dataclass(slots=True)
class _Piece:
    id: str
    start: int
    samples: Samples


class Track:
    """An endless mono track, written ahead and read once.

    Args:
        rate: samples a second.

    Attributes:
        position: samples read so far; number of the sample that is read next.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.position = 0
        self._pieces: list[_Piece] = []

    def lay(self, piece_id: str, samples: Samples, *, at: int) -> None:
        """Put an utterance on the track; what of it lies before `position` is not heard any more.

        Args:
            piece_id: of the utterance; one that lies there already stays as it is.
            samples: int16 (n,) at the track's rate.
            at: number of its first sample; may be negative or past.
        """
        if self.has(piece_id) or at + len(samples) <= self.position:
            return
        self._pieces.append(_Piece(piece_id, at, samples))

    def has(self, piece_id: str) -> bool:
        """Whether an utterance lies there with something of it still to be read."""
        return any(piece.id == piece_id for piece in self._pieces)

    def cut(self, piece_id: str, *, at: int) -> None:
        """Silence an utterance from a sample on, or from the position when that is past."""
        at = max(at, self.position)
        # What has not begun needs no fade.
        self._pieces = [piece for piece in self._pieces if piece.id != piece_id or piece.start < at]
        for piece in self._pieces:
            if piece.id == piece_id:
                piece.samples = _faded(piece.samples, at - piece.start, self.rate)

    def clear(self) -> None:
        """Silence everything, from the position on."""
        for piece in list(self._pieces):
            self.cut(piece.id, at=self.position)

    def skip(self, count: int) -> None:
        """Go on without reading."""
        self.position += count
        self._forget()

    def read(self, count: int) -> bytes:
        """The next samples.

        Args:
            count: how many, 0 or more.

        Returns:
            Signed 16 bit, little endian, always `2 * count` bytes.
        """
        begin, end = self.position, self.position + count
        mixed = np.zeros(count, np.int32)
        for piece in self._pieces:
            first, last = max(begin, piece.start), min(end, piece.start + len(piece.samples))
            if first < last:
                mixed[first - begin : last - begin] += piece.samples[first - piece.start : last - piece.start]
        self.position = end
        self._forget()
        return np.clip(mixed, -32768, 32767).astype("<i2").tobytes()

    def _forget(self) -> None:
        self._pieces = [piece for piece in self._pieces if piece.start + len(piece.samples) > self.position]


def _faded(samples: Samples, keep: int, rate: int) -> Samples:
    fade = samples[keep : keep + int(_FADE_S * rate)]
    slope = np.linspace(1.0, 0.0, len(fade), endpoint=False)
    return np.concatenate([samples[:keep], (fade * slope).astype(np.int16)])
