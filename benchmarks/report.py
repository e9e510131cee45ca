"""The table that `chat` prints, made from the same dictionary that it writes as JSON. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["GOALS", "table"]

# Of the WebSocket on two cores. Ready and memory: the whole product.
GOALS = {
    "ready_s": ("≤", 20.0),
    "p50_ms": ("≤", 20.0),
    "p95_ms": ("≤", 60.0),
    "per_second": ("≥", 150.0),
    "memory_mb": ("≤", 1229.0),
    "faults": ("≤", 0.0),
}
_SIDES = ("websocket", "rest", "rasa")
_WIDTHS = (38, 10, 8, 13, 13, 13, 12)
_DIFFERENCES = """\
Rasa's server has less to do here: its conversations are in memory only (ours are in SQLite, synced to disk
before each reply), it searches no knowledge base and detects no language, and its action server says one
fixed text (ours looks up and words the answer). CPU and memory are sums over all processes of a side."""

Read = Callable[[dict[str, Any]], float | None]


def table(result: dict[str, Any]) -> str:
    """The whole result as text."""
    machine = result["machine"]
    sides = [result[name] for name in _SIDES]
    lines = [
        f"{machine['cpu']} · {machine['cores']} cores (servers on {machine['server_cores']}, load from "
        f"{machine['load_cores']}) · {machine['memory_gb']} GB · load before {machine['load_before']} · "
        f"Python {machine['python']}",
        f"{result['model']} · {len(result['languages'])} languages"
        + (" · QUICK RUN, proves nothing" if result["quick"] else ""),
    ]
    if not machine["quiet"]:
        lines.append("THE MACHINE WAS BUSY: these numbers are not to be trusted")
    lines += ["", _row(("", "goal", "met", "ours, socket", "ours, REST", "Rasa, REST", "Rasa : ours"))]
    for label, goal, read in _ROWS:
        lines.append(_row(_cells(label, goal, [read(side) for side in sides])))
    lines += ["", _DIFFERENCES]
    lines += [f"{side['name']}: {side['note']}" for side in sides if side["note"]]
    return "\n".join(lines)


def _cells(label: str, goal: str | None, values: list[float | None]) -> tuple[str, ...]:
    ours, _, peer = values
    wanted = met = ""
    if goal:
        sign, bound = GOALS[goal]
        wanted = f"{sign} {bound:g}"
        kept = ours is not None and (ours <= bound if sign == "≤" else ours >= bound)
        met = "yes" if kept else "NO"
    ratio = f"{peer / ours:.2f}" if ours and peer is not None else ""
    return (label, wanted, met, *(_number(value) for value in values), ratio)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.1f}"


def _row(cells: tuple[str, ...]) -> str:
    first, *others = cells
    return first.ljust(_WIDTHS[0]) + "".join(
        cell.rjust(width) for cell, width in zip(others, _WIDTHS[1:], strict=True)
    )


def _steady(key: str) -> Read:
    return lambda side: side["steady"] and side["steady"][key]


def _saturated(key: str) -> Read:
    return lambda side: side["saturated"] and side["saturated"][key]


def _length(mark: int) -> Read:
    return lambda side: side["length_ms"].get(mark)


def _sum(key: str) -> Read:
    return lambda side: round(sum(side[key].values()), 2) or None


def _growth(side: dict[str, Any]) -> float | None:
    times = side["length_ms"]
    return round(times[max(times)] / times[min(times)], 2) if times else None


_ROWS: tuple[tuple[str, str | None, Read], ...] = (
    ("ready after, s", "ready_s", lambda side: side["ready_s"] or None),
    ("50 messages/s: p50, ms", "p50_ms", _steady("p50_ms")),
    ("50 messages/s: p95, ms", "p95_ms", _steady("p95_ms")),
    ("50 messages/s: p99, ms", None, _steady("p99_ms")),
    ("50 messages/s: slowest, ms", None, _steady("max_ms")),
    ("50 messages/s: answered a second", None, _steady("per_second")),
    ("50 messages/s: CPU ms a message", None, _sum("cpu_ms_per_message")),
    ("(load generator late, p99, ms)", None, _steady("generator_late_ms")),
    ("saturated: turns a second", "per_second", _saturated("per_second")),
    ("saturated: conversations in flight", None, _saturated("in_flight")),
    ("saturated: p50, ms", None, _saturated("p50_ms")),
    ("saturated: p95, ms", None, _saturated("p95_ms")),
    ("alone, around message 1: median, ms", None, _length(1)),
    ("alone, around message 50", None, _length(50)),
    ("alone, around message 100", None, _length(100)),
    ("alone, around message 200", None, _length(200)),
    ("message 200 : message 1", None, _growth),
    ("memory when ready, MB", None, _sum("memory_idle_mb")),
    ("memory after the load, MB", "memory_mb", _sum("memory_loaded_mb")),
    ("lost", None, lambda side: side["faults"]["lost"]),
    ("doubled", None, lambda side: side["faults"]["duplicated"]),
    ("out of order", None, lambda side: side["faults"]["out_of_order"]),
    ("refused", None, lambda side: side["faults"]["refused"]),
)
