from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from streaming.output import process as output_process
from streaming.output.address import PushError

# Starts a child that waits for ever, says its number, and waits too.
_PARENT = """
import asyncio, sys
from streaming.output import process as output_process
async def main():
    child = await output_process.start([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""
_WITHIN_S = 20.0


async def said(*command: str, **options: object) -> str:
    process = await output_process.start(command, stdout=asyncio.subprocess.PIPE, **options)  # type: ignore[arg-type]
    out, _ = await asyncio.wait_for(process.communicate(), _WITHIN_S)
    return out.decode()


async def test_started_program_is_not_told_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_STREAM_KEY", "hidden")
    monkeypatch.setenv("STORECAST_ADMIN_TOKEN", "hidden")
    monkeypatch.setenv("STORECAST_HOME", "var")

    environment = await said("env", environment={"DISPLAY": ":7"})

    assert "hidden" not in environment
    assert "STORECAST_HOME=var" in environment
    assert "DISPLAY=:7" in environment


async def test_debugging_pipe_arrives_as_three_and_four() -> None:
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    echo = "import os; os.write(4, os.read(3, 100))"

    os.write(ours_out, b"hello")
    await said(sys.executable, "-c", echo, debugging=(theirs_in, theirs_out))

    assert os.read(ours_in, 100) == b"hello"
    [os.close(one) for one in (theirs_in, ours_out, ours_in, theirs_out)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parents")
async def test_program_dies_with_its_parent_however_that_died() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert parent.stdout
    child = psutil.Process(int(await asyncio.wait_for(parent.stdout.readline(), _WITHIN_S)))

    parent.kill()
    await parent.wait()

    # Whoever adopts it may not have taken note of its end yet.
    await asyncio.to_thread(psutil.wait_procs, [child], timeout=_WITHIN_S)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


async def test_program_that_does_not_listen_is_ended_with_all_it_started() -> None:
    deaf = "trap '' TERM; sleep 600 & echo $!; wait; wait"
    process = await output_process.start(["sh", "-c", deaf], stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    grandchild = psutil.Process(int(await process.stdout.readline()))

    await output_process.end(process, patience_s=0.01)

    assert process.returncode == -signal.SIGKILL
    await asyncio.to_thread(psutil.wait_procs, [grandchild], timeout=_WITHIN_S)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    ("find", "variable", "package"),
    [
        (output_process.find_chromium, "STORECAST_CHROMIUM", "chromium"),
        (output_process.find_xvfb, "STORECAST_XVFB", "xvfb"),
    ],
)
def test_missing_program_is_said_with_what_to_install(
    find: Callable[[], str], variable: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nowhere/to/be/found")

    with pytest.raises(PushError, match=f"apt-get install {package}"):
        find()


def test_named_program_goes_before_the_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = tmp_path / "ffmpeg"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("STORECAST_FFMPEG", str(own))

    assert output_process.find_ffmpeg() == str(own)


def test_ffmpeg_of_the_wheel_is_taken_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg")
    monkeypatch.delenv("STORECAST_FFMPEG", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")

    assert "imageio_ffmpeg" in output_process.find_ffmpeg()
