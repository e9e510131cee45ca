"""Finds and starts the programs that a push needs: ffmpeg, Chromium, Xvfb. Each ends with its owner.

Used by the screen, the browser, the encoder and the slate. Knows no protocol of any of them. Every process
is the head of a process group (Debian's Chromium is a shell script that starts the real one), and groups are
ended as a whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from streaming.output import child as output_child
from streaming.output.address import PushError

__all__ = ["end", "find_chromium", "find_ffmpeg", "find_xvfb", "hurry", "start"]

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The nice value that Chromium gives its own drawing process.
_PUNCTUAL = -8
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD")


def find_ffmpeg() -> str:
    """Path of ffmpeg: `STORECAST_FFMPEG`, the system's, or the one in the `imageio-ffmpeg` wheel.

    Raises:
        PushError: there is none.
    """
    if found := _named("STORECAST_FFMPEG", ("ffmpeg",)):
        return found
    with contextlib.suppress(ImportError, RuntimeError):
        return str(import_module("imageio_ffmpeg").get_ffmpeg_exe())
    raise PushError(
        "ffmpeg is missing: `apt-get install ffmpeg` (Debian), `brew install ffmpeg` (macOS) or "
        "`uv pip install imageio-ffmpeg`; or set STORECAST_FFMPEG to its path"
    )


def find_chromium() -> str:
    """Path of the browser: `STORECAST_CHROMIUM`, or the first found.

    Raises:
        PushError: there is none.
    """
    if found := _named("STORECAST_CHROMIUM", _CHROMIUM):
        return found
    raise PushError(
        "Chromium is missing: `apt-get install chromium` (Debian); or set STORECAST_CHROMIUM to its path"
    )


def find_xvfb() -> str:
    """Path of the X server without a screen.

    Raises:
        PushError: there is none.
    """
    if found := _named("STORECAST_XVFB", ("Xvfb",)):
        return found
    raise PushError("Xvfb is missing: `apt-get install xvfb` (Debian); or set STORECAST_XVFB to its path")


def hurry() -> None:
    """Let this process and all it starts go before others, where this user may say so.

    Picture and sound that come late are seen and heard by everybody; an answer in a chat can wait some ms.
    """
    with contextlib.suppress(PermissionError):
        os.nice(_PUNCTUAL)


async def start(
    command: Sequence[str],
    *,
    fds: Sequence[int] = (),
    debugging: tuple[int, int] | None = None,
    environment: Mapping[str, str] | None = None,
    stdout: int = asyncio.subprocess.DEVNULL,
    stderr: int = asyncio.subprocess.DEVNULL,
) -> asyncio.subprocess.Process:
    """Start a program that dies with this process. The caller calls `end`.

    Args:
        command: the program and its arguments; no secret among them.
        fds: descriptors it inherits under their own numbers.
        debugging: descriptors it inherits as 3 (to read) and 4 (to write).
        environment: added to this process's, of which secrets are left out.
        stdout: as of `asyncio.create_subprocess_exec`.
        stderr: the same.
    """
    places = [str(one) for one in debugging] if debugging else ["-", "-"]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(Path(output_child.__file__)), str(os.getpid()), *places, *command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env={**_without_secrets(os.environ), **(environment or {})},
        pass_fds=(*fds, *(debugging or ())),
        start_new_session=True,
    )


async def end(process: asyncio.subprocess.Process, *, patience_s: float = 3.0) -> None:
    """End a program and everything it started: asked first, then by force.

    Args:
        process: from `start`.
        patience_s: how long it may take after being asked; 0 asks nobody.
    """
    if patience_s and process.returncode is None:
        _signal(process, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience_s)
    # Also when the head is gone: those it started may not be.
    _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _named(variable: str, names: Sequence[str]) -> str | None:
    asked = os.environ.get(variable)
    return next((found for name in ((asked,) if asked else names) if (found := shutil.which(name))), None)


def _without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not any(part in name.upper() for part in _SECRETS)
    }
