"""A screen that nobody looks at: Xvfb, whose picture lies in a file that is mapped into memory.

Owned by `output_stage`. Reading a picture is one copy of 4 bytes a pixel, without a word to the X server:
measured against Chromium's own ways (screencast, screenshots, begin-frame control) it is the only one that
holds 24 frames a second at 720x1280 on two busy cores; docs/push.md has the figures. Knows no browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import secrets
import struct
from pathlib import Path

from streaming.output import process as output_process
from streaming.output.address import PushError

__all__ = ["Screen"]

_START_S = 10.0
# XWDFile.h of X.Org: 25 big-endian words; those used here, by their place (read 2026-11-22).
_HEADER = struct.Struct(">25I")
_SIZE, _WIDTH, _HEIGHT, _BITS, _LINE_BYTES, _COLOURS = 0, 4, 5, 11, 12, 19
_COLOUR_BYTES = 12
_FAMILY_WILD = 0xFFFF
_EMPTY = bytes(4)


class Screen:
    """A running X server of one size. The owner calls `close()`.

    Args:
        process: the server.
        environment: what a program needs to be shown on it.
        memory: the mapped file.
        begin, length: where in it the picture lies.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        environment: dict[str, str],
        *,
        memory: mmap.mmap,
        begin: int,
        length: int,
    ) -> None:
        self.process = process
        self.environment = environment
        self._memory = memory
        self._begin, self._end = begin, begin + length
        # Five pixels all over the picture.
        self._probes = tuple((length // 4 - 1) * part // 4 * 4 for part in range(5))

    @classmethod
    async def open(cls, width: int, height: int, *, folder: Path) -> Screen:
        """Start one on a free display that only this user's programs with the cookie may use.

        Args:
            width: in pixels.
            height: in pixels.
            folder: empty and private; the picture and the cookie are put there.

        Raises:
            PushError: Xvfb is missing or does not start.
        """
        cookie = folder / "cookie"
        cookie.touch(mode=0o600)
        cookie.write_bytes(_cookie())
        read, write = os.pipe()
        command = [
            *(output_process.find_xvfb(), "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24"),
            *("-fbdir", str(folder), "-auth", str(cookie), "-nolisten", "tcp", "-nocursor", "-noreset"),
        ]
        process = await output_process.start(command, fds=[write])
        os.close(write)
        try:
            display = await asyncio.wait_for(_first_line(read), _START_S)
            memory, begin = _mapped(folder / "Xvfb_screen0", width, height)
        except (TimeoutError, OSError, ValueError) as error:
            await output_process.end(process, patience_s=0)
            raise PushError(f"Xvfb does not start ({type(error).__name__})") from error
        except BaseException:  # a cancellation too: nobody else would end it
            await output_process.end(process, patience_s=0)
            raise
        environment = {"DISPLAY": f":{display}", "XAUTHORITY": str(cookie)}
        return cls(process, environment, memory=memory, begin=begin, length=4 * width * height)

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self.process.returncode is None

    def picture(self) -> bytes | None:
        """What is on the screen now.

        Returns:
            Blue, green, red and an unused byte a pixel, row by row from the top; None while no window covers
            the screen, as in the moment after a browser has died.
        """
        picture = self._memory[self._begin : self._end]
        # The empty screen is nothing but zeros; Chromium's own black has 255 in the unused byte.
        return picture if any(picture[at : at + 4] != _EMPTY for at in self._probes) else None

    async def close(self) -> None:
        """End the server."""
        await output_process.end(self.process)
        self._memory.close()


async def _first_line(descriptor: int) -> str:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    with contextlib.closing(transport):
        line = (await reader.readline()).decode("ascii").strip()
    if not line.isdigit():
        raise ValueError("no display")
    return line


def _mapped(path: Path, width: int, height: int) -> tuple[mmap.mmap, int]:
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    header = _HEADER.unpack(memory[: _HEADER.size])
    wanted = (width, height, 32, 4 * width)
    if tuple(header[place] for place in (_WIDTH, _HEIGHT, _BITS, _LINE_BYTES)) != wanted:
        memory.close()
        raise ValueError("another kind of screen")
    return memory, header[_SIZE] + header[_COLOURS] * _COLOUR_BYTES


def _cookie() -> bytes:
    # Format: Xauth(7), "file": family, address, display, name, data, each with its length.
    name, data = b"MIT-MAGIC-COOKIE-1", secrets.token_bytes(16)
    return struct.pack(">HHHH", _FAMILY_WILD, 0, 0, len(name)) + name + struct.pack(">H", len(data)) + data
