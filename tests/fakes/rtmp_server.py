"""A receiving RTMP server for one stream at a time, and a look at what arrived. Both are ffmpeg."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streaming.output.process import find_ffmpeg

__all__ = ["KEY", "Arrived", "Receiver", "free_port", "look_at"]

KEY = "sk-secret-1234567890?auth=abc"
_SAMPLES = 44_100


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Receiver:
    """Waits for one publisher at `rtmp://127.0.0.1:port/live` with `KEY`; what it sends becomes a file."""

    def __init__(self, port: int, file: Path) -> None:
        self.file = file
        self._log = file.with_suffix(".log")
        address = f"rtmp://127.0.0.1:{port}/live/{KEY}"
        command = [find_ffmpeg(), "-nostdin", "-v", "verbose", "-y", "-listen", "1", "-i", address]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "-c", "copy", "-flush_packets", "1", "-f", "flv", str(file)], stderr=log
            )

    async def wait(self) -> None:
        """Until the publisher has ended the stream."""
        await asyncio.wait_for(asyncio.to_thread(self._process.wait), 15)

    def kill(self) -> None:
        """As when a server crashes."""
        self._process.kill()
        self._process.wait()

    @property
    def log(self) -> str:
        """What ffmpeg said."""
        return self._log.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Arrived:
    """What is in a file.

    Attributes:
        size: of the pictures.
        video_s: times of the pictures.
        audio_s: times of the sound's packets.
        light: mean of each picture, 0..255.
        flashes: moments at which the picture turns white.
        tones: moments at which a tone begins.
    """

    size: tuple[int, int]
    video_s: np.ndarray
    audio_s: np.ndarray
    light: np.ndarray
    flashes: np.ndarray
    tones: np.ndarray

    @property
    def offsets_ms(self) -> np.ndarray:
        """For each tone that has a flash within half a second: how much later the tone comes."""
        gaps = (self.tones[:, None] - self.flashes[None, :]) * 1000
        nearest = gaps[np.arange(len(gaps)), np.abs(gaps).argmin(axis=1)]
        return nearest[np.abs(nearest) < 500]

    def after(self, begin_s: float) -> Arrived:
        """The same without what came before."""
        return Arrived(
            self.size,
            self.video_s[self.video_s >= begin_s],
            self.audio_s[self.audio_s >= begin_s],
            self.light[self.video_s[: len(self.light)] >= begin_s],
            self.flashes[self.flashes >= begin_s],
            self.tones[self.tones >= begin_s],
        )


def look_at(file: Path) -> Arrived:
    """Decode a file; blocks for a second or two."""
    packets = _decoded(file, "-c", "copy", "-f", "framecrc").decode()
    lines = packets.splitlines()
    units = {int(a[-1]): _fraction(b) for a, b in (one[3:].split(": ") for one in lines if one[:3] == "#tb")}
    size = next(one.split(": ")[1].split("x") for one in lines if one.startswith("#dimensions 0"))
    rows = [one.split(",") for one in lines if not one.startswith("#")]
    video_s, audio_s = (
        np.array([int(row[2]) * units[stream] for row in rows if int(row[0]) == stream]) for stream in (0, 1)
    )
    small = _decoded(
        file, "-map", "0:v", "-fps_mode", "passthrough", "-vf", "scale=8:8,format=gray", "-f", "rawvideo"
    )
    light = np.frombuffer(small, np.uint8).reshape(-1, 64).mean(axis=1)
    sound = _decoded(file, "-map", "0:a", "-ac", "1", "-ar", str(_SAMPLES), "-f", "s16le")
    white = light > 180
    flashes = video_s[1 : len(white)][white[1:] & ~white[:-1]]
    tones = _onsets(np.frombuffer(sound, "<i2")) + audio_s[0]
    return Arrived((int(size[0]), int(size[1])), video_s, audio_s, light, flashes, tones)


def _onsets(samples: np.ndarray) -> np.ndarray:
    """Seconds at which it gets loud after a quarter of a second of silence."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 3_000)
    first = np.diff(loud, prepend=-_SAMPLES) > _SAMPLES // 4
    return loud[first] / _SAMPLES


def _decoded(file: Path, *options: str) -> bytes:
    command = [find_ffmpeg(), "-nostdin", "-v", "error", "-i", str(file), *options, "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def _fraction(text: str) -> float:
    above, below = text.split("/")
    return int(above) / int(below)
