"""The servers under load, each started as a shop would start it: ours, and Rasa's own on the same model.

Used by `chat`. Every server has its own folder and free ports on the loopback, and is ended with all its
processes when its context is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
import yaml

__all__ = ["NotStarted", "Server", "product", "rasa_server"]

ROOT = Path(__file__).resolve().parent.parent
_READY_WITHIN_S = 120.0
_END_WITHIN_S = 10.0
_NO_LIMIT = "1000000"
_HOST = "127.0.0.1"
# What `bot.dialogue.worker` sets for itself; the peer gets the same.
_QUIET_LIBRARIES = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "PYTHONPATH": str(ROOT),
}


class NotStarted(Exception):
    """A server did not get ready; the message has the end of its log."""


@dataclass(slots=True)
class Server:
    """A running server of one or more processes."""

    url: str
    roots: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ready_s: float = 0.0

    def memory_mb(self) -> dict[str, float]:
        """Resident memory by process. Pages that processes share are counted in each."""
        return {name: round(one.memory_info().rss / 2**20, 1) for name, one in self._processes()}

    def cpu_s(self) -> dict[str, float]:
        """Processor time used so far, by process."""
        used = ((name, one.cpu_times()) for name, one in self._processes())
        return {name: spent.user + spent.system for name, spent in used}

    def _processes(self) -> list[tuple[str, psutil.Process]]:
        found = []
        for name, popen in self.roots.items():
            if popen.poll() is not None:
                continue
            root = psutil.Process(popen.pid)
            found.append((name, root))
            found += [
                (f"worker {number}", one) for number, one in enumerate(root.children(recursive=True), 1)
            ]
        return found


@asynccontextmanager
async def product(model: Path, folder: Path) -> AsyncIterator[Server]:
    """Storecast as `storecast serve` runs it, with its rate limits lifted.

    Args:
        model: trained for the sources as they are.
        folder: empty; becomes its data folder.
    """
    (folder / "models").mkdir(parents=True)
    (folder / "models" / model.name).symlink_to(model)
    port = _free_port()
    settings = {
        "STORECAST_HOME": str(folder),
        "STORECAST_PORT": str(port),
        "STORECAST_WEB__MESSAGES_PER_MINUTE_PER_SENDER": _NO_LIMIT,
        "STORECAST_WEB__MESSAGES_PER_MINUTE_PER_ADDRESS": _NO_LIMIT,
        "STORECAST_WEB__SOCKETS_PER_ADDRESS": _NO_LIMIT,
    }
    server = Server(f"http://{_HOST}:{port}")
    async with _ended(server):
        command = [sys.executable, "-m", "bot.cli", "serve"]
        await _start(server, "front door", command, settings, ready=f"{server.url}/readyz", folder=folder)
        yield server


@asynccontextmanager
async def rasa_server(model: Path, folder: Path) -> AsyncIterator[Server]:
    """Rasa's own server with its REST channel, and rasa-sdk's action server; see `rasa_peer`."""
    port, actions_port = _free_port(), _free_port()
    _write_rasa_settings(folder, actions_port)
    server = Server(f"http://{_HOST}:{port}")
    peer = [sys.executable, "-c", "from benchmarks.rasa_peer import main; main()"]
    async with _ended(server):
        await _start(
            server, "action server", [*peer, "actions", str(actions_port)], _QUIET_LIBRARIES,
            ready=f"http://{_HOST}:{actions_port}/health", folder=folder,
        )  # fmt: skip
        await _start(
            server, "Rasa server", [*peer, "server", str(port), str(model), str(folder)], _QUIET_LIBRARIES,
            ready=server.url, folder=folder,
        )  # fmt: skip
        yield server


async def _start(
    server: Server, name: str, command: list[str], environment: Mapping[str, str], *, ready: str, folder: Path
) -> None:
    """Start a process and wait until `ready` answers 200. Raises NotStarted."""
    log, begin = folder / f"{name}.log", time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220  # forks once, before any load
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    server.roots[name] = process
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while time.monotonic() < begin + _READY_WITHIN_S and process.poll() is None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(ready) as response:
                    if response.status == 200:
                        server.ready_s += round(time.monotonic() - begin, 2)
                        return
            await asyncio.sleep(0.1)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    raise NotStarted(f"the {name} was not ready within {_READY_WITHIN_S:.0f} s; its log ends:\n{tail}")


@asynccontextmanager
async def _ended(server: Server) -> AsyncIterator[None]:
    """End every process of the server, kindly first."""
    try:
        yield
    finally:
        everyone = [one for _, one in server._processes()]
        for process in server.roots.values():
            process.terminate()
        await asyncio.to_thread(psutil.wait_procs, everyone, timeout=_END_WITHIN_S)
        for one in everyone:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        for process in server.roots.values():
            process.wait()


def _write_rasa_settings(folder: Path, actions_port: int) -> None:
    folder.mkdir(parents=True)
    endpoints = {"action_endpoint": {"url": f"http://{_HOST}:{actions_port}/webhook"}}
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port
