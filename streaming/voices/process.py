"""A voice worker as the event loop sees it: started when needed, asked one sentence at a time, watched.

Used by the engines that live in a process of their own. A worker that dies, hangs or breaks the format is
ended and started again, so many times a minute at most, and the sentence is tried once more. The worker sees
none of our environment but what a Python needs to start: no secret can leak into an engine's process.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from streaming.speech import VoiceError
from streaming.voices.frames import HEADER_BYTES, FrameError, fields_of, frame, lengths_of

__all__ = ["ROOT", "WorkerProcess"]

_log = structlog.get_logger(__name__)
# Where our packages lie, whether installed or not.
ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
_WINDOW_S = 60.0
_END_WITHIN_S = 2.0


class _Broken(Exception):
    """The worker is of no use any more."""


class WorkerProcess:
    """One worker program. Call `close()`.

    Args:
        module: run as `python -m`.
        python: interpreter to run it with; ours when None. An engine may live in an environment of its own.
        arguments: of the program; no secrets, other processes can read them.
        environment: added to the worker's; overrides.
        timeout_s: for one sentence; `start_timeout_s`: until it is ready.
        starts_a_minute: most starts within a minute; beyond that it is `unavailable`.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        module: str,
        arguments: tuple[str, ...] = (),
        *,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
        timeout_s: float = 5.0,
        start_timeout_s: float = 10.0,
        starts_a_minute: int = 6,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = (python or sys.executable, "-m", module, *arguments)
        self._environment = dict(environment or {})
        self._timeout_s, self._start_timeout_s = timeout_s, start_timeout_s
        self._starts: deque[float] = deque(maxlen=starts_a_minute)
        self._clock = clock
        self._numbers = count(1)
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that answers now; None before the first sentence and after `close()`."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start now rather than at the first sentence. Raises VoiceError."""
        async with self._turn:
            try:
                await self._ready()
            except (_Broken, TimeoutError) as error:
                await self._end()
                raise VoiceError("unavailable", f"{self._command[2]} did not start") from error

    async def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Send a request, with a second try on a fresh worker; sentences take turns.

        Returns:
            The answer's fields and its bytes.

        Raises:
            VoiceError: `refused` by the engine; `timeout`, or `unavailable` after the second try.
        """
        async with self._turn:
            failure: VoiceError | None = None
            for attempt in (1, 2):
                try:
                    return await self._ask_once(request)
                except TimeoutError:
                    failure = VoiceError("timeout", f"{self._command[2]} took too long")
                except _Broken as error:
                    failure = VoiceError("unavailable", f"{self._command[2]}: {error}")
                except asyncio.CancelledError:
                    # Its answer is still to come, and would be taken for the next one's.
                    await self._end()
                    raise
                _log.warning(
                    "voice_worker_failed", worker=self._command[2], attempt=attempt, reason=str(failure)
                )
                await self._end()
            raise failure or VoiceError("unavailable", self._command[2])

    async def _ask_once(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        process = await self._ready()
        number = next(self._numbers)
        async with asyncio.timeout(self._timeout_s):
            await _write(process, frame({**request, "id": number}))
            fields, data = await _read(process)
        if fields.get("id") != number:
            raise _Broken("answered something else")
        if fields["type"] == "refused":
            raise VoiceError("refused", str(fields["reason"]))
        return fields, data

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._process and self._process.returncode is None:
            return self._process
        now = self._clock()
        if len(self._starts) == self._starts.maxlen and now - self._starts[0] < _WINDOW_S:
            raise VoiceError("unavailable", f"{self._command[2]} fails again and again")
        self._starts.append(now)
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._full_environment(),
        )
        async with asyncio.timeout(self._start_timeout_s):
            fields, _ = await _read(self._process)
        if fields.get("type") != "ready":
            raise _Broken(str(fields.get("reason", "not ready")))
        return self._process

    def _full_environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **self._environment}

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        # Without this the pipe's transport is left to the garbage collector, which warns.
        if process.stdin:
            process.stdin.close()

    async def close(self) -> None:
        """End the process: asked by the end of its input, then by force. Safe to call again."""
        async with self._turn:
            if self._process and self._process.returncode is None and self._process.stdin:
                self._process.stdin.close()
                try:
                    async with asyncio.timeout(_END_WITHIN_S):
                        await self._process.wait()
                except TimeoutError:
                    pass
            await self._end()


async def _write(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None  # noqa: S101  # started with pipes
    try:
        process.stdin.write(data)
        await process.stdin.drain()
    except ConnectionError as error:
        raise _Broken("died") from error


async def _read(process: asyncio.subprocess.Process) -> tuple[dict[str, Any], bytes]:
    assert process.stdout is not None  # noqa: S101  # started with pipes
    try:
        head_bytes, data_bytes = lengths_of(await process.stdout.readexactly(HEADER_BYTES))
        head = await process.stdout.readexactly(head_bytes)
        return fields_of(head), await process.stdout.readexactly(data_bytes)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise _Broken("died") from error
    except FrameError as error:
        raise _Broken("broke the format") from error
