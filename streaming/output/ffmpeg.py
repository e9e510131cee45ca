"""The ffmpeg of this machine: where it is, what it is told, and whether it can keep a secret.

Used by the encoder. The stream key must not stand on a command line, which everybody on the machine can read,
nor in the environment or in a file. ffmpeg takes output options from a preset file too, and a preset may be
read from a pipe; but newer releases read presets and forget what stood in them, so this is tried out first.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

from streaming.output import process as output_process
from streaming.output.address import Address

__all__ = ["Ffmpeg", "Quality"]

_TRIED_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What is sent.

    Attributes:
        width: in pixels, even.
        height: in pixels, even.
        fps: pictures a second.
        video_kbps: bits a second of the pictures, in thousands; also the peak.
        audio_kbps: of the sound.
        rate: samples a second.
        preset: of x264; `veryfast` costs a third of a core at 720x1280, 24 a second.
    """

    width: int = 720
    height: int = 1280
    fps: int = 24
    video_kbps: int = 2500
    audio_kbps: int = 128
    rate: int = 44_100
    preset: str = "veryfast"

    @property
    def picture_bytes(self) -> int:
        """Of a raw picture, four bytes a pixel."""
        return 4 * self.width * self.height


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """A program.

    Attributes:
        path: of it.
        hides_key: whether it takes the key by a pipe; seen to work in 5.1, not in 9.0.
    """

    path: str
    hides_key: bool

    @classmethod
    async def find(cls) -> Ffmpeg:
        """The one of this machine, tried out.

        Raises:
            PushError: there is none.
        """
        path = output_process.find_ffmpeg()
        return cls(path, await _heeds_presets(path))

    def command(self, address: Address, quality: Quality, *, video: int, audio: int, key: int) -> list[str]:
        """The command line of a stream; without the key where `hides_key`.

        Args:
            address: where to.
            quality: what.
            video: descriptor of the pictures.
            audio: descriptor of the samples.
            key: descriptor of the preset with the key.
        """
        size = f"{quality.width}x{quality.height}"
        fps, rate = str(quality.fps), str(quality.rate)
        # Raw formats need no looking into, which would only delay the start.
        raw = ("-probesize", "32", "-analyzeduration", "0")
        # Two seconds from one key frame to the next is what platforms ask for.
        group = str(2 * quality.fps)
        return [
            *(self.path, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning"),
            *("-progress", "pipe:1", "-stats_period", "0.2"),
            *(*raw, "-thread_queue_size", "4", "-f", "rawvideo", "-pixel_format", "bgr0"),
            *("-video_size", size, "-framerate", fps, "-i", f"pipe:{video}"),
            *(*raw, "-thread_queue_size", "512", "-f", "s16le", "-ar", rate, "-ac", "1"),
            *("-i", f"pipe:{audio}", "-map", "0:v", "-map", "1:a"),
            *("-c:v", "libx264", "-preset", quality.preset, "-tune", "zerolatency", "-profile:v", "main"),
            *("-pix_fmt", "yuv420p", "-r", fps, "-g", group, "-keyint_min", group, "-sc_threshold", "0"),
            *("-b:v", f"{quality.video_kbps}k", "-maxrate", f"{quality.video_kbps}k"),
            *("-bufsize", f"{2 * quality.video_kbps}k", "-c:a", "aac", "-b:a", f"{quality.audio_kbps}k"),
            *("-ar", rate, "-ac", "2", "-flvflags", "no_duration_filesize"),
            *self._entrance(address, key),
            *("-f", "flv", address.url),
        ]

    def _entrance(self, address: Address, key: int) -> list[str]:
        if not address.key:
            return []
        hidden = ["-fpre", f"/dev/fd/{key}"] if self.hides_key else ["-rtmp_playpath", address.key]
        return ["-rtmp_app", address.app, *hidden]


async def _heeds_presets(path: str) -> bool:
    """Whether an output option in a preset has its effect: here, a file without its usual `onMetaData`."""
    read, write = os.pipe()
    try:
        os.write(write, b"flvflags=no_metadata\n")
        os.close(write)
        process = await output_process.start(
            [
                *(path, "-nostdin", "-v", "error", "-f", "lavfi", "-i", "anullsrc", "-t", "0.1"),
                *("-c:a", "aac", "-fpre", f"/dev/fd/{read}", "-f", "flv", "pipe:1"),
            ],
            fds=[read],
            stdout=asyncio.subprocess.PIPE,
        )
    finally:
        os.close(read)
    try:
        data, _ = await asyncio.wait_for(process.communicate(), _TRIED_WITHIN_S)
    except TimeoutError:
        return False
    finally:
        await output_process.end(process, patience_s=0)
    return data.startswith(b"FLV") and b"onMetaData" not in data
