"""The still picture that is sent while the stage can't be: the brand's mark, or the seller's own.

Made once by `streaming.output.pushing` before a stream begins. Pure but for `load`, which lets ffmpeg read a
file. Bears no words, because a picture has no language; and no host, so it needs no AI label.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streaming.output import process as output_process
from streaming.output.address import PushError

__all__ = ["draw", "load"]

Plane = NDArray[Any]  # float64

_READ_WITHIN_S = 20.0
# Brand colours, red green blue: ink, dark surface, paper, signal.
_INK, _SURFACE, _PAPER, _SIGNAL = (20, 22, 31), (29, 32, 48), (251, 250, 247), (232, 72, 61)


def draw(width: int, height: int) -> bytes:
    """The brand's slate: a speech bubble whose tail is an on-air dot, on a softly lit wall.

    Args:
        width: in pixels.
        height: in pixels.

    Returns:
        bgr0, row by row from the top, `4 * width * height` bytes.
    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    unit = min(width, height) / 10
    across, down = (x - width / 2) / unit, (y - height * 0.44) / unit
    light = np.exp(-(across**2 + (down + 0.5) ** 2) / 18)
    picture = _mixed(_flat(_INK, x), _SURFACE, 1.6 * light)
    bubble = _rounded(across, down, half_width=1.75, half_height=1.2, radius=0.62)
    picture = _mixed(picture, _PAPER, _inside(bubble, unit))
    dot = np.hypot(across + 0.95, down - 1.72) - 0.34
    picture = _mixed(picture, _SIGNAL, _inside(dot, unit))
    whole = np.zeros((height, width, 4), np.uint8)
    whole[..., :3] = np.rint(picture[..., ::-1])
    return whole.tobytes()


async def load(path: Path, width: int, height: int) -> bytes:
    """A seller's own picture, scaled to cover the whole frame.

    Args:
        path: any picture that ffmpeg reads.
        width: in pixels.
        height: in pixels.

    Returns:
        As of `draw`.

    Raises:
        PushError: it can't be read, or ffmpeg is missing.
    """
    size = f"{width}:{height}"
    process = await output_process.start(
        [
            *(output_process.find_ffmpeg(), "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"),
            *("-i", f"file:{path}", "-frames:v", "1"),
            *("-vf", f"scale={size}:force_original_aspect_ratio=increase,crop={size}"),
            *("-f", "rawvideo", "-pix_fmt", "bgr0", "pipe:1"),
        ],
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        data, _ = await asyncio.wait_for(process.communicate(), _READ_WITHIN_S)
    except TimeoutError:
        data = b""
    finally:
        await output_process.end(process, patience_s=0)
    if len(data) != 4 * width * height:
        raise PushError(f"The slate {path} can't be read; give a PNG or JPEG picture")
    return data


def _flat(colour: tuple[int, int, int], like: Plane) -> Plane:
    return np.broadcast_to(np.array(colour, np.float64), (*like.shape, 3)).copy()


def _mixed(picture: Plane, colour: tuple[int, int, int], share: Plane) -> Plane:
    part = np.clip(share, 0.0, 1.0)[..., None]
    mixed: Plane = picture * (1 - part) + np.array(colour, np.float64) * part
    return mixed


def _rounded(across: Plane, down: Plane, *, half_width: float, half_height: float, radius: float) -> Plane:
    """Distance from the edge of a rectangle with round corners, negative inside."""
    over_x, over_y = np.abs(across) - half_width + radius, np.abs(down) - half_height + radius
    outside = np.hypot(np.maximum(over_x, 0), np.maximum(over_y, 0))
    inside = np.minimum(np.maximum(over_x, over_y), 0)
    return np.asarray(outside + inside - radius)


def _inside(distance: Plane, unit: float) -> Plane:
    # Half a pixel to either side of the edge is mixed.
    return np.asarray(np.clip(0.5 - distance * unit, 0.0, 1.0))
