"""Two thousand viewers of one stage: `python -m benchmarks.stage_fanout [--quick] [--json FILE]`.

Starts our stage door, then a plain `websockets.broadcast` server, one after the other on the same core; the
viewers are this process, on another core where there is one. Both publish the same frames: a scene every two
seconds, an utterance of forty words every four. In the second half some viewers stop reading; the others must
not feel it. Prints a table, writes it as JSON; exits with 1 when a frame of ours was lost or disordered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import uvloop

from benchmarks.machine import Cores, describe_machine
from benchmarks.stage_viewers import Arrivals, Viewer, connect_all, watch_loop

ROOT = Path(__file__).resolve().parent.parent
# From docs: a page starts to speak 80 ms after; later than this and it has to seek.
GOAL_P99_MS = 250.0
GOAL_KIB = 64.0
_READY_S = 60.0
_SETTLE_S = 2.0
_DRAIN_S = 3.0
_FILES_BESIDE = 200
_WIDTHS = (42, 10, 6, 14, 14, 12)
_NOTE = """\
A delivery is one frame at one viewer, from the moment it was due to the moment this process read it; the
viewers' own lateness is in it. The peer has no queues, no resume, no state, and waits for nobody."""


@dataclass(slots=True)
class Side:
    """What was measured of one server; times in ms, from due to arrived.

    Attributes:
        quiet: p50, p95, p99 and slowest while all read.
        with_deaf: the same, of the viewers that read, while some do not.
        refreshed: how often a viewer that read was given the newest stage instead of frames 3 s old.
        replaced: the frames that this stood for.
        lost: deliveries that never came to a viewer that read, and nothing in their stead.
        cpu_percent: of one core, over the whole show.
        cpu_us: a delivery.
        kib_a_viewer: resident memory.
        deaf_left: viewers that stopped reading and still hold a socket at the end.
    """

    name: str
    quiet: tuple[float, ...] = ()
    with_deaf: tuple[float, ...] = ()
    deliveries: int = 0
    refreshed: int = 0
    replaced: int = 0
    lost: int = 0
    disordered: int = 0
    cpu_percent: float = 0.0
    cpu_us: float = 0.0
    kib_a_viewer: float = 0.0
    connect_s: float = 0.0
    viewers_late_p99_ms: float = 0.0
    deaf_left: int = 0
    server: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many and how long."""

    viewers: int
    deaf: int
    seconds: int


async def measure(side: Side, kind: str, plan: Plan, cores: Cores) -> None:
    """Start the server, fill it, have it perform, and write down what came."""
    port = _free_port()
    cores.for_servers()
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.stage_servers", kind, str(port), str(plan.seconds),
        stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    cores.for_load()
    try:
        await _line(server, _READY_S)
        process = psutil.Process(server.pid)
        before = process.memory_info().rss
        loop = asyncio.get_running_loop()
        begin = loop.time()
        viewers = await connect_all(plan.viewers, port, greeted=kind == "ours")
        side.connect_s = round(loop.time() - begin, 2)
        await asyncio.sleep(_SETTLE_S)
        side.kib_a_viewer = round((process.memory_info().rss - before) / plan.viewers / 1024, 1)
        await _perform(side, server, process, viewers, plan)
        for viewer in viewers:
            if viewer.transport is not None:
                viewer.transport.abort()
    finally:
        await _end(server)


async def _perform(
    side: Side, server: Process, process: psutil.Process, viewers: list[Viewer], plan: Plan
) -> None:
    """The show, in two halves."""
    late_ms: list[float] = []
    watching = asyncio.create_task(watch_loop(late_ms), name="watch")
    deaf, reading = viewers[: plan.deaf], viewers[plan.deaf :]
    halves = [Arrivals(), Arrivals()]
    _listen(reading, halves[0])
    used = sum(process.cpu_times()[:2])
    assert server.stdin is not None  # noqa: S101  # asked for above
    server.stdin.write(b"go\n")
    # The show begins a second after; the halves change between two frames.
    await asyncio.sleep(plan.seconds / 2 + 0.5)
    for viewer in deaf:
        if viewer.transport is not None:
            viewer.transport.pause_reading()
    _listen(reading, halves[1])
    side.server = json.loads(await _line(server, plan.seconds + _READY_S))
    await asyncio.sleep(_DRAIN_S)
    spent_s = sum(process.cpu_times()[:2]) - used
    watching.cancel()
    side.quiet, side.with_deaf = (half.percentiles() for half in halves)
    side.deliveries = sum(len(half.late_ms) for half in halves)
    side.disordered = sum(half.disordered for half in halves)
    side.refreshed = sum(half.refreshed for half in halves)
    side.replaced = sum(half.replaced for half in halves)
    side.lost = side.server["frames"] * len(reading) - side.deliveries - side.replaced
    side.cpu_percent = round(100 * spent_s / (plan.seconds + _DRAIN_S), 1)
    side.cpu_us = round(1e6 * spent_s / max(1, side.server["frames"] * len(viewers)), 1)
    side.viewers_late_p99_ms = round(float(np.percentile(late_ms, 99)), 2)
    side.deaf_left = len(deaf) - (len(viewers) - side.server["viewers"])


def _listen(viewers: list[Viewer], arrivals: Arrivals) -> None:
    for viewer in viewers:
        viewer.arrivals = arrivals


async def _line(server: Process, patience_s: float) -> str:
    assert server.stdout is not None  # noqa: S101  # asked for above
    async with asyncio.timeout(patience_s):
        line = await server.stdout.readline()
    if not line:
        raise RuntimeError("the server ended; its own output says why")
    return line.decode()


async def _end(server: Process) -> None:
    if server.stdin is not None:
        server.stdin.close()
    try:
        async with asyncio.timeout(_READY_S / 4):
            await server.wait()
    except TimeoutError:
        server.kill()
        await server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def two_cores() -> Cores:
    """One core for the server, which is one event loop, the others for the viewers."""
    allowed = sorted(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else []
    server = frozenset(allowed[:1])
    return Cores(server, frozenset(allowed) - server or server)


def raise_limit(viewers: int) -> None:
    """A socket is a file; raises ValueError when the system does not allow so many."""
    needed = viewers + _FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, max(needed, hard)))


# --- the table -------------------------------------------------------------------------------------------

Read = Callable[[Side], float]
_ROWS: tuple[tuple[str, float | None, Read], ...] = (
    ("delivery: p50, ms", None, lambda side: side.quiet[0]),
    ("delivery: p95, ms", None, lambda side: side.quiet[1]),
    ("delivery: p99, ms", GOAL_P99_MS, lambda side: side.quiet[2]),
    ("delivery: slowest, ms", None, lambda side: side.quiet[3]),
    ("some deaf: p50, ms", None, lambda side: side.with_deaf[0]),
    ("some deaf: p95, ms", None, lambda side: side.with_deaf[1]),
    ("some deaf: p99, ms", GOAL_P99_MS, lambda side: side.with_deaf[2]),
    ("deaf viewers still held at the end", 0.0, lambda side: side.deaf_left),
    ("deliveries", None, lambda side: side.deliveries),
    ("replaced by the newest stage", 0.0, lambda side: side.replaced),
    ("lost", 0.0, lambda side: side.lost),
    ("out of order", 0.0, lambda side: side.disordered),
    ("publishing blocks its caller, at most, ms", None, lambda side: side.server["publish_ms"]),
    ("server CPU, % of a core", None, lambda side: side.cpu_percent),
    ("server CPU, µs a delivery", None, lambda side: side.cpu_us),
    ("memory a viewer, KiB", GOAL_KIB, lambda side: side.kib_a_viewer),
    ("all connected after, s", None, lambda side: side.connect_s),
    ("(viewers' own lateness, p99, ms)", None, lambda side: side.viewers_late_p99_ms),
)


def table(result: dict[str, Any], ours: Side, peer: Side) -> str:
    """The whole result as text."""
    machine, plan = result["machine"], result["plan"]
    lines = [
        f"{machine['cpu']} · {machine['cores']} cores (server on {machine['server_cores']}, viewers on "
        f"{machine['load_cores']}) · load before {machine['load_before']} · Python {machine['python']}",
        f"{plan['viewers']:,} viewers, of them {plan['deaf']} deaf in the second half · {plan['seconds']} s"
        + (" · QUICK RUN, proves nothing" if result["quick"] else ""),
    ]
    if not machine["quiet"]:
        lines.append("THE MACHINE WAS BUSY: these numbers are not to be trusted")
    lines += ["", _row(("", "goal", "met", "ours", "broadcast", "ratio"))]
    for label, goal, read in _ROWS:
        mine, theirs = read(ours), read(peer)
        wanted = "" if goal is None else f"≤ {goal:g}"
        met = "" if goal is None else "yes" if mine <= goal else "NO"
        ratio = f"{mine / theirs:.2f}" if theirs > 0 else ""
        lines.append(_row((label, wanted, met, f"{mine:,.5g}", f"{theirs:,.5g}", ratio)))
    return "\n".join([*lines, "", _NOTE])


def _row(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return first.ljust(_WIDTHS[0]) + "".join(
        cell.rjust(width) for cell, width in zip(others, _WIDTHS[1:], strict=True)
    )


async def run(plan: Plan, cores: Cores) -> tuple[Side, Side]:
    """Both servers, one after the other."""
    ours, peer = Side("Storecast"), Side("websockets.broadcast")
    for side, kind in ((ours, "ours"), (peer, "peer")):
        print(f"measuring {side.name} …", flush=True)
        await measure(side, kind, plan, cores)
    return ours, peer


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stage_fanout", description=__doc__)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results" / "stage_fanout.json")
    parser.add_argument("--viewers", type=int, default=2000)
    parser.add_argument("--deaf", type=int, default=20, help="stop reading in the second half (default: 20)")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="200 viewers, 30 s: shows that it runs")
    options = parser.parse_args()
    plan = Plan(200, 5, 30) if options.quick else Plan(options.viewers, options.deaf, options.seconds)
    raise_limit(plan.viewers)
    cores = two_cores()
    machine = describe_machine(cores)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        ours, peer = runner.run(run(plan, cores))
    result = {
        "machine": machine,
        "quick": options.quick,
        "plan": asdict(plan),
        "ours": asdict(ours),
        "peer": asdict(peer),
    }
    print(table(result, ours, peer))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if ours.lost or ours.disordered else 0


if __name__ == "__main__":
    sys.exit(main())
