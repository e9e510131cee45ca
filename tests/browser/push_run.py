"""One push from start to end, as a seller has it: a process of its own, with everything going wrong once.

The room and the RTMP server are real servers of the tests; Chromium, Xvfb and ffmpeg are the machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bot.config import ROOT
from tests.fakes.push_room import PushRoom
from tests.fakes.rtmp_server import KEY, Receiver, free_port

__all__ = ["PushRun", "record"]

_WITHIN_S = 40.0
_PROGRAM = """
import asyncio, os, sys
from streaming.output.pushing import KEY_VARIABLE, PushOptions, push
options = PushOptions(url=sys.argv[1], key=os.environ[KEY_VARIABLE], server=sys.argv[2], json=True)
sys.exit(asyncio.run(push(options)))
"""


@dataclass
class PushRun:
    """What was seen of it.

    Attributes:
        first: what arrived before the RTMP server was killed.
        second: what arrived after it was back.
        second_log: what the second server said.
        statuses: all status lines.
        exit_status: of the push.
        errors: what it wrote on standard error.
        command_lines: of it and of all that it started, while live.
        left_over: processes that were still there after its end.
    """

    first: Path
    second: Path
    second_log: str = ""
    statuses: list[dict[str, Any]] = field(default_factory=list)
    exit_status: int | None = None
    errors: str = ""
    command_lines: str = ""
    left_over: list[int] = field(default_factory=list)


class _Push:
    """The process and what it says."""

    def __init__(self, process: asyncio.subprocess.Process, run: PushRun) -> None:
        self.process, self._run = process, run

    async def becomes(self, state: str) -> None:
        """Read status lines until one has this state."""
        assert self.process.stdout
        async with asyncio.timeout(_WITHIN_S):
            while line := await self.process.stdout.readline():
                self._run.statuses.append(json.loads(line))
                if self._run.statuses[-1]["state"] == state:
                    return
        raise AssertionError(f"ended before it became {state}")

    def family(self) -> list[psutil.Process]:
        """It and all that it started."""
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    def kill_browser(self) -> None:
        """As the system does when memory is short."""
        for one in self.family():
            command = _command(one)
            if "--remote-debugging-pipe" in command and not any(arg.startswith("--type=") for arg in command):
                one.kill()


async def record(folder: Path) -> PushRun:
    """Let it happen; takes about 40 s."""
    run = PushRun(folder / "first.flv", folder / "second.flv")
    room, port = PushRoom(), free_port()
    await room.open()
    receiver = Receiver(port, run.first)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, f"rtmp://127.0.0.1:{port}/live", room.url),
        cwd=ROOT,
        env={**os.environ, "STORECAST_STREAM_KEY": KEY},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    push = _Push(process, run)
    try:
        await push.becomes("live")
        family = push.family()
        run.command_lines = "\n".join(" ".join(_command(one)) for one in family)
        await room.marks(9)
        push.kill_browser()
        await push.becomes("slate")
        await push.becomes("live")
        # Also on a busy machine, where the encoder is some seconds behind, the end of the slate has arrived.
        await room.marks(5)
        receiver.kill()
        await push.becomes("waiting")
        receiver = Receiver(port, run.second)
        await push.becomes("live")
        await room.marks(2)
        await room.close()
        await push.becomes("slate")
        await room.open(int(room.url.rpartition(":")[2]))
        await push.becomes("live")
        await room.marks(2)
        family += push.family()
        process.terminate()
        said, errors = await asyncio.wait_for(process.communicate(), _WITHIN_S)
        run.statuses += [json.loads(line) for line in said.splitlines()]
        run.errors, run.exit_status = errors.decode(), process.returncode
        await receiver.wait()
        run.second_log = receiver.log
        run.left_over = [one.pid for one in set(family) if _alive(one)]
    finally:
        receiver.kill()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await room.close()
    return run


def _command(process: psutil.Process) -> list[str]:
    # One of Chromium's may be ending at this moment.
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
