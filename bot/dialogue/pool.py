"""The front door's side of the dialogue: worker processes, started, fed, watched and replaced.

Imports no Rasa. Any worker can take any conversation because the state travels with the message. A worker
that dies, hangs or grows beyond its limit is replaced; the turn it was on is tried once more on another.
"""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from bot.dialogue.frames import read_frame, write_frame
from bot.messages import Action, Say, SkillResult

__all__ = ["Dialogue", "DialogueUnavailable", "Outcome", "Turn"]

_log = structlog.get_logger(__name__)
# Importing TensorFlow and loading the model takes 10 to 20 s on two cold cores.
_START_TIMEOUT_S = 120.0
# A message that meets no worker waits for the next one rather than being refused.
_RESTART_WITHIN_S = 30.0
_RESTART_PAUSE_S = 1.0
_MEMORY_CHECK_TURNS = 200


class DialogueUnavailable(Exception):
    """No worker could answer in time; the message may be sent again."""


SkillRunner = Callable[[str, dict[str, Any]], Awaitable[SkillResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message for the dialogue; fields as in `TurnContext`. `hits`: (entry id, score), best first."""

    conversation_id: str
    message_id: str
    text: str
    state: str
    vector: npt.NDArray[np.float32]
    hits: Sequence[tuple[str, float]]
    outcome: str
    product_score: float
    status: str
    run_skill: SkillRunner
    also: Sequence[str] = ()
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the dialogue decided; `state` goes back in with the conversation's next message."""

    says: tuple[Say, ...]
    state: str
    intent: str | None
    confidence: float


class _Worker:
    """One process and the turns under way in it."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._turns: dict[int, tuple[asyncio.Future[dict[str, Any]], Turn]] = {}
        self._numbers = count(1)
        self._skills: set[asyncio.Task[None]] = set()
        self.process: asyncio.subprocess.Process | None = None
        self.served = 0
        self.gone = False

    @property
    def busy(self) -> int:
        return len(self._turns)

    @property
    def memory_mb(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) if self.process else 0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    async def start(self) -> None:
        """Start the process and wait until its model is loaded. Raises DialogueUnavailable."""
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.dialogue.worker", str(theirs.fileno()), str(self._model),
                pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        self._reader, self._writer = await asyncio.open_connection(sock=ours)
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                frame = await read_frame(self._reader)
        except TimeoutError as error:
            await self.kill()
            raise DialogueUnavailable("the dialogue worker did not start in time") from error
        if frame is None or frame["type"] != "ready":
            await self.kill()
            raise DialogueUnavailable((frame or {}).get("error", "the dialogue worker ended while starting"))

    async def serve(self) -> None:
        """Read answers until the process is gone; then fail what was under way."""
        while (frame := await read_frame(self._reader)) is not None:
            self._receive(frame)
        self.gone = True
        for future, _ in self._turns.values():
            if not future.done():
                future.set_exception(DialogueUnavailable("the dialogue worker died"))

    def _receive(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "skill":
            task = asyncio.create_task(self._run_skill(frame), name=f"skill-{frame['name']}")
            self._skills.add(task)
            task.add_done_callback(self._skills.discard)
            return
        future, _ = self._turns.get(frame["id"], (None, None))
        if future is None or future.done():
            return
        if frame["type"] == "done":
            future.set_result(frame["outcome"])
        else:
            future.set_exception(
                DialogueUnavailable(f"the dialogue failed on this message: {frame['error']}")
            )

    async def _run_skill(self, frame: dict[str, Any]) -> None:
        reply: dict[str, Any] = {"type": "result", "call": frame["call"]}
        entry = self._turns.get(frame["turn"])
        if entry is None:
            return
        try:
            result = await entry[1].run_skill(frame["name"], frame["args"])
            reply["outcome"] = {"says": [asdict(say) for say in result.says], "slots": result.slots}
        except Exception as error:  # noqa: BLE001  # edge: the worker must hear of it, or the turn would hang
            _log.exception("skill_failed", skill=frame["name"], conversation=entry[1].conversation_id)
            reply["error"] = type(error).__name__
        write_frame(self._writer, reply)

    async def turn(self, turn: Turn) -> dict[str, Any]:
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._turns[number] = (future, turn)
        try:
            write_frame(self._writer, _turn_frame(number, turn))
            return await future
        finally:
            self.served += 1
            del self._turns[number]

    async def kill(self) -> None:
        """End the process, now. Safe to call again."""
        if self.process and self.process.returncode is None:
            self.process.kill()
        if self.process:
            await self.process.wait()
        if hasattr(self, "_writer"):
            self._writer.close()


class Dialogue:
    """All workers. Call `start()`, then `turn()` as often as wanted, then `close()`."""

    def __init__(
        self, model: Path, *, workers: int = 1, timeout_s: float = 10.0, memory_limit_mb: int = 1500
    ) -> None:
        self._model, self._count = model, workers
        self._timeout_s, self._memory_limit_mb = timeout_s, memory_limit_mb
        self._ready: list[_Worker] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._changed = asyncio.Condition()
        self._was_ready = False
        self._last_error: str | None = "starting"

    @property
    def problem(self) -> str | None:
        """Why no message can be answered now; None when all is well."""
        return None if self._ready else self._last_error or "no dialogue worker is running"

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that answer now."""
        return tuple(worker.process.pid for worker in self._ready if worker.process)

    async def start(self, *, wait: bool = True) -> None:
        """Start the workers; with `wait`, return when one can answer. Raises DialogueUnavailable."""
        self._keepers = [asyncio.create_task(self._keep(), name=f"dialogue-{n}") for n in range(self._count)]
        if wait:
            await self._wait_ready(_START_TIMEOUT_S)

    async def close(self) -> None:
        """End all workers."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    async def turn(self, turn: Turn) -> Outcome:
        """Run one message. The caller keeps messages of one conversation in order.

        Raises:
            DialogueUnavailable: after one more try on another worker, or when none was ready in time.
        """
        for attempt in (1, 2):
            worker = await self._pick()
            try:
                async with asyncio.timeout(self._timeout_s):
                    raw = await worker.turn(turn)
            except TimeoutError:
                _log.error("worker_hung", conversation=turn.conversation_id, attempt=attempt)
                await self._drop(worker)
            except DialogueUnavailable as error:
                _log.warning(
                    "turn_retried", conversation=turn.conversation_id, attempt=attempt, reason=str(error)
                )
                if attempt == 2:
                    raise
            else:
                return _outcome(raw)
        raise DialogueUnavailable("the dialogue did not answer in time")

    async def _pick(self) -> _Worker:
        # One that died a moment ago is still listed until its keeper has seen it.
        self._ready = [worker for worker in self._ready if not worker.gone]
        if not self._ready:
            # A worker that never started is not coming; one that died is being replaced.
            patience_s = max(self._timeout_s, _RESTART_WITHIN_S) if self._was_ready else self._timeout_s
            await self._wait_ready(patience_s)
        return min(self._ready, key=lambda worker: worker.busy)

    async def _wait_ready(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: bool(self._ready))
        except TimeoutError as error:
            raise DialogueUnavailable(self.problem or "no dialogue worker is ready") from error

    async def _drop(self, worker: _Worker) -> None:
        if worker in self._ready:
            self._ready.remove(worker)
        await worker.kill()

    async def _keep(self) -> None:
        """Keep one worker running for ever; its successor is ready before a grown one goes."""
        worker: _Worker | None = None
        try:
            while True:
                try:
                    worker = await self._one_life(worker)
                except DialogueUnavailable as error:
                    self._last_error, worker = str(error), None
                    _log.error("worker_failed_to_start", reason=str(error))
                    await asyncio.sleep(_RESTART_PAUSE_S)
        finally:
            if worker:
                await self._drop(worker)

    async def _one_life(self, worker: _Worker | None) -> _Worker | None:
        worker = worker or await self._begin()
        server = asyncio.create_task(worker.serve(), name="worker-frames")
        successor: _Worker | None = None
        try:
            while not server.done() and worker.memory_mb < self._memory_limit_mb:
                await asyncio.wait({server}, timeout=_RESTART_PAUSE_S)
            if not server.done():
                _log.info("worker_replaced", memory_mb=round(worker.memory_mb), served=worker.served)
                successor = await self._begin()
                self._ready = [other for other in self._ready if other is not worker]
                while worker.busy and not server.done():
                    await asyncio.wait({server}, timeout=0.05)
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)
            await self._drop(worker)
        return successor

    async def _begin(self) -> _Worker:
        worker = _Worker(self._model)
        try:
            await worker.start()
        except asyncio.CancelledError:
            await worker.kill()
            raise
        async with self._changed:
            self._ready.append(worker)
            self._was_ready = True
            self._changed.notify_all()
        return worker


def _turn_frame(number: int, turn: Turn) -> dict[str, Any]:
    return {
        "type": "turn",
        "id": number,
        "conversation": turn.conversation_id,
        "message": turn.message_id,
        "text": turn.text,
        "state": turn.state,
        "vector": base64.b64encode(turn.vector.astype(np.float32).tobytes()).decode("ascii"),
        "hits": [list(hit) for hit in turn.hits],
        "outcome": turn.outcome,
        "also": list(turn.also),
        "product_score": turn.product_score,
        "status": turn.status,
        "known": turn.known,
    }


def _outcome(raw: dict[str, Any]) -> Outcome:
    says = tuple(_say(say) for say in raw["says"])
    return Outcome(says=says, state=raw["state"], intent=raw["intent"], confidence=raw["confidence"])


def _say(raw: dict[str, Any]) -> Say:
    return Say(
        key=raw["key"],
        faq=raw["faq"],
        action=Action(raw["action"]),
        score=raw["score"],
        values=raw["values"],
        buttons=tuple((key, payload) for key, payload in raw["buttons"]),
        choices=tuple(raw["choices"]),
        cards=tuple(raw["cards"]),
    )
