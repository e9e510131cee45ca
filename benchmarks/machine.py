"""What the numbers were measured on, and which cores who may use.

Used by `chat`.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

__all__ = ["Cores", "describe_machine"]

_SERVER_CORES = 2
# More waiting processes than this before anything was started, and the numbers are somebody else's too.
_QUIET_LOAD = 0.5


@dataclass(frozen=True, slots=True)
class Cores:
    """Two cores for the servers; the load comes from others where there are any, else from the same."""

    servers: frozenset[int]
    load: frozenset[int]

    @classmethod
    def choose(cls) -> Cores:
        """Of the cores that this process may use."""
        allowed = sorted(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else []
        servers = frozenset(allowed[:_SERVER_CORES])
        return cls(servers, frozenset(allowed) - servers or servers)

    def for_servers(self) -> None:
        """What is started from now on runs on the servers' cores."""
        _keep_to(self.servers)

    def for_load(self) -> None:
        """This process goes back to the load's cores."""
        _keep_to(self.load)


def describe_machine(cores: Cores) -> dict[str, Any]:
    """Hardware and how busy it is; call before anything is started."""
    load = psutil.getloadavg()[0]
    return {
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "server_cores": sorted(cores.servers),
        "load_cores": sorted(cores.load),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(load, 2),
        "quiet": load < _QUIET_LOAD,
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _keep_to(cores: frozenset[int]) -> None:
    # macOS has no affinity.
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )
