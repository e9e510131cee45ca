"""How well the show is pushed out on this machine: pictures a second, CPU, picture against sound.

    python -m benchmarks.push [--seconds 60] [--json FILE]

Pushes a page of markers (a tone and a flash every second) at 720x1280 to a real RTMP server on this machine,
decodes what arrived and compares. Needs ffmpeg, Chromium and Xvfb.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.machine import Cores, describe_machine
from streaming.output.process import hurry
from streaming.output.pushing import Pusher, PushOptions
from tests.fakes.push_room import PushRoom
from tests.fakes.rtmp_server import KEY, Receiver, free_port, look_at

_LIVE_WITHIN_S = 60.0
# Chromium's start is no part of a day's stream.
_SETTLE_MARKS = 10
_RESULTS = Path(__file__).parent / "results" / "push.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.push")
    parser.add_argument("--seconds", type=int, default=60, help="measured after everything has started")
    parser.add_argument("--json", type=Path, default=_RESULTS, help="results (default: %(default)s)")
    options = parser.parse_args()
    machine = describe_machine(Cores.choose())
    with tempfile.TemporaryDirectory() as folder:
        result = {"machine": machine, **asyncio.run(_measure(options.seconds, Path(folder)))}
    options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(_table(result))


async def _measure(seconds: int, folder: Path) -> dict[str, Any]:
    hurry()
    room, port, stop = PushRoom(), free_port(), asyncio.Event()
    await room.open()
    receiver = Receiver(port, folder / "arrived.flv")
    options = PushOptions(url=f"rtmp://127.0.0.1:{port}/live", key=KEY, server=room.url)
    pusher = Pusher(options, say=lambda line: print(line, flush=True))
    pushing = asyncio.create_task(pusher.run(stop))
    try:
        async with asyncio.timeout(_LIVE_WITHIN_S):
            while pusher.status.state != "live":  # noqa: ASYNC110  # what is waited for tells nobody
                await asyncio.sleep(0.1)
        await room.marks(_SETTLE_MARKS)
        before, began = _spent(pusher), time.monotonic()
        tally, began_s = pusher.tally(), pusher.sent_s
        await room.marks(seconds)
        spent, took_s = _spent(pusher), time.monotonic() - began
        after = pusher.tally()
    finally:
        stop.set()
        await pushing
        await receiver.wait()
        await room.close()
    arrived = look_at(receiver.file)
    kept = arrived.after(began_s)
    offsets_ms = kept.offsets_ms
    pictures = after.pictures - tally.pictures
    repeated = after.late + after.refused - tally.late - tally.refused
    half = len(offsets_ms) // 2
    return {
        "seconds": round(took_s, 1),
        "size": list(arrived.size),
        "fps_arrived": round(float((len(kept.video_s) - 1) / np.ptp(kept.video_s)), 3),
        "longest_gap_ms": round(float(np.diff(kept.video_s).max()) * 1000, 1),
        "pictures": pictures,
        "repeated": repeated,
        "markers": len(offsets_ms),
        "sound_after_picture_ms": {
            "p5": round(float(np.percentile(offsets_ms, 5)), 1),
            "median": round(float(np.median(offsets_ms)), 1),
            "p95": round(float(np.percentile(offsets_ms, 95)), 1),
            "drift": round(float(offsets_ms[half:].mean() - offsets_ms[:half].mean()), 1),
        },
        "cpu_percent_of_a_core": {
            name: round(100 * (spent[name] - before[name]) / took_s, 1) for name in sorted(before)
        },
        "memory_mb": _memory(),
    }


def _spent(pusher: Pusher) -> dict[str, float]:
    """Processor seconds so far, by part; Chromium with all of its processes."""
    parts = {**pusher.processes, "push": psutil.Process().pid}
    return {name: _seconds(psutil.Process(pid), own=name == "push") for name, pid in parts.items()}


def _seconds(process: psutil.Process, *, own: bool) -> float:
    family = [process] if own else [process, *process.children(recursive=True)]
    times = [one.cpu_times() for one in family]
    return sum(one.user + one.system for one in times)


def _memory() -> float:
    return round(psutil.Process().memory_info().rss / 2**20, 1)


def _table(result: dict[str, Any]) -> str:
    machine, sync = result["machine"], result["sound_after_picture_ms"]
    lines = [
        f"{machine['cpu']} · {machine['cores']} cores · load before {machine['load_before']}",
        *([] if machine["quiet"] else ["THE MACHINE WAS BUSY: these numbers are not to be trusted"]),
        "",
        _row("size", "x".join(map(str, result["size"]))),
        _row("measured, s", result["seconds"]),
        _row("pictures a second, as arrived", result["fps_arrived"]),
        _row("longest gap between pictures, ms", result["longest_gap_ms"]),
        _row("pictures repeated for want of time", f"{result['repeated']} of {result['pictures']}"),
        _row("sound after picture, ms: median", sync["median"]),
        _row("sound after picture, ms: p5 … p95", f"{sync['p5']} … {sync['p95']}"),
        _row("drift, second half against first, ms", sync["drift"]),
        *(
            _row(f"CPU, % of a core: {name}", value)
            for name, value in result["cpu_percent_of_a_core"].items()
        ),
        _row("memory of the push process, MB", result["memory_mb"]),
    ]
    return "\n".join(lines)


def _row(name: str, value: object) -> str:
    return f"{name:<42}{value!s:>16}"


if __name__ == "__main__":
    main()
