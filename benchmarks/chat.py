"""The product under load, beside Rasa's own server: `python -m benchmarks.chat [--quick] [--json FILE]`.

Starts the real product, then Rasa's REST server on the same trained model, one after the other on the same
two cores, says the same to both, prints one table and writes it as JSON. README.md in this folder says what
the rows mean and what the two do not have in common. Exits with 1 when a message of ours was lost, doubled
or disordered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.load import Caller, Measured, closed_loop, lengths, open_loop, saturate, together
from benchmarks.machine import Cores, describe_machine
from benchmarks.report import table
from benchmarks.servers import ROOT, NotStarted, Server, product, rasa_server
from benchmarks.speakers import Faults, RestSpeaker, SocketSpeaker, Speaker
from benchmarks.talk import Phrases, conversation, load_phrases, marked_conversation
from bot.config import load_settings
from bot.dialogue.training import model_path

MESSAGES_PER_SECOND = 50.0
CONVERSATIONS = 100
_WARM_UP_IN_FLIGHT = 4
_DRAIN_S = 15.0
_SETTLE_S = 0.3


@dataclass(frozen=True, slots=True)
class Plan:
    """How long everything takes, in seconds; `limit_s` ends the measuring of one server, whatever it does."""

    open_s: float
    step_s: float
    saturated_s: float
    warm_up_s: float
    rounds: int
    rounds_s: float
    limit_s: float


@dataclass(slots=True)
class Side:
    """What was measured of one server through one door."""

    name: str
    ready_s: float = 0.0
    memory_idle_mb: dict[str, float] = field(default_factory=dict)
    memory_loaded_mb: dict[str, float] = field(default_factory=dict)
    cpu_ms_per_message: dict[str, float] = field(default_factory=dict)
    steady: Measured | None = None
    saturated: Measured | None = None
    steps: list[Measured] = field(default_factory=list)
    length_ms: dict[int, float] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    note: str = ""


class Crowd:
    """Makes speakers with something to say; every measurement gets fresh conversations of the same kind."""

    def __init__(self, phrases: tuple[Phrases, ...], speaker: Callable[[str], Speaker]) -> None:
        self._phrases, self._speaker, self._numbers = phrases, speaker, count()

    def caller(self) -> Caller:
        """The next shopper."""
        number = next(self._numbers)
        return Caller(self._speaker(self._language(number)), conversation(self._phrases, number))

    def marked_caller(self, number: int) -> Caller:
        """A shopper who stays long."""
        lines = marked_conversation(self._phrases, number)
        return Caller(self._speaker(self._language(number)), iter(lines))

    def _language(self, number: int) -> str:
        return self._phrases[number % len(self._phrases)].language


async def measure(side: Side, server: Server, crowd: Crowd, plan: Plan) -> None:
    """Everything about one server; what was measured before the time was up stays in `side`."""
    side.ready_s, side.memory_idle_mb = server.ready_s, server.memory_mb()
    try:
        async with asyncio.timeout(plan.limit_s):
            await _measure(side, server, crowd, plan)
    except TimeoutError:
        side.note = f"not all was measured within {plan.limit_s:.0f} s"
    side.memory_loaded_mb = server.memory_mb()


async def _measure(side: Side, server: Server, crowd: Crowd, plan: Plan) -> None:
    # Not counted: first use of code, connections and caches.
    await closed_loop(crowd.caller, Faults(), in_flight=_WARM_UP_IN_FLIGHT, seconds=plan.warm_up_s)
    await measure_steady(side, server, crowd, plan.open_s)
    # A server that could not follow works off what nobody waits for any more; one message waits for that.
    await closed_loop(crowd.caller, Faults(), in_flight=1, seconds=_SETTLE_S)
    side.saturated, side.steps = await saturate(
        crowd.caller, side.faults, step_s=plan.step_s, seconds=plan.saturated_s
    )
    side.length_ms = await lengths(
        crowd.marked_caller, side.faults, rounds=plan.rounds, seconds=plan.rounds_s
    )


async def measure_steady(side: Side, server: Server, crowd: Crowd, seconds: float) -> None:
    """Fifty messages a second, and the processor time they take."""
    callers = [crowd.caller() for _ in range(CONVERSATIONS)]
    await together([caller.speaker.open() for caller in callers])
    before = server.cpu_s()
    side.steady = await open_loop(
        callers, side.faults, rate=MESSAGES_PER_SECOND, seconds=seconds, drain_s=_DRAIN_S
    )
    spent = {name: used - before.get(name, 0.0) for name, used in server.cpu_s().items()}
    answered = max(1, side.steady.answered)
    side.cpu_ms_per_message = {name: round(1000 * used / answered, 2) for name, used in spent.items()}
    await together([caller.speaker.close() for caller in callers])


async def run(model: Path, folder: Path, plan: Plan, cores: Cores) -> dict[str, Side]:
    """Both servers, one after the other."""
    phrases = load_phrases()
    sides = {
        "websocket": Side("Storecast, WebSocket"),
        "rest": Side("Storecast, REST"),
        "rasa": Side("Rasa, REST"),
    }
    cores.for_servers()
    async with product(model, folder / "product") as server, _http() as session:
        cores.for_load()
        _say(f"Storecast is ready after {server.ready_s:.1f} s; measuring its WebSocket …")
        faults = sides["websocket"].faults
        by_socket = Crowd(phrases, lambda language: SocketSpeaker(server.url, language, faults))
        await measure(sides["websocket"], server, by_socket, plan)
        _say("… and its REST door …")
        by_rest = Crowd(phrases, lambda language: RestSpeaker(server.url, language, session))
        await measure_steady(sides["rest"], server, by_rest, plan.open_s / 3)
    cores.for_servers()
    try:
        async with rasa_server(model, folder / "peer") as server, _http() as session:
            cores.for_load()
            _say(f"Rasa's server is ready after {server.ready_s:.1f} s; measuring its REST channel …")
            to_peer = Crowd(phrases, lambda language: RestSpeaker(server.url, language, session))
            await measure(sides["rasa"], server, to_peer, plan)
    except NotStarted as error:
        sides["rasa"].note = str(error)
    return sides


@asynccontextmanager
async def _http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that opens as many connections as there are messages under way."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, trust_env=False) as session:
        yield session


def trained_model() -> Path:
    """The model for the sources as they are, in the data folder; trained when it is not there yet."""
    subprocess.run([sys.executable, "-m", "bot.cli", "train"], check=True, cwd=ROOT)
    settings = load_settings()
    return model_path(settings.home, settings.config_file)


def main() -> int:
    """Entry point; the exit status says whether every message was answered once and in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results" / "chat.json")
    parser.add_argument("--seconds", type=float, default=30.0, help="of 50 messages a second (default: 30)")
    parser.add_argument(
        "--quick", action="store_true", help="a minute in all: shows that it runs, proves nothing"
    )
    options = parser.parse_args()
    plan = (
        Plan(open_s=5, step_s=0.7, saturated_s=2, warm_up_s=1, rounds=1, rounds_s=1, limit_s=60)
        if options.quick
        else Plan(
            open_s=options.seconds, step_s=2, saturated_s=8, warm_up_s=3, rounds=3, rounds_s=12,
            limit_s=70 + 2 * options.seconds,
        )
    )  # fmt: skip
    model, cores = trained_model(), Cores.choose()
    machine = describe_machine(cores)

    with (
        tempfile.TemporaryDirectory() as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        sides = runner.run(run(model, Path(folder), plan, cores))
    result = {
        "machine": machine,
        "model": model.name,
        "quick": options.quick,
        "plan": asdict(plan),
        "languages": [one.language for one in load_phrases()],
        **{key: asdict(side) for key, side in sides.items()},
    }
    print(table(result))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    ours = [sides["websocket"], sides["rest"]]
    return 1 if any(side.faults.total or side.note for side in ours) else 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
