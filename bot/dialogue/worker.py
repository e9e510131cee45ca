"""The worker process: one Rasa model, fed by the front door over a socket pair.

Started by `pool` as `python -m bot.dialogue.worker FD MODEL`. It holds no conversation, no shop, no database
and no secret. Frames in: `turn` and `result` (of a skill it asked for); frames out: `ready`, `done`, `failed`
and `skill`. Ends when the front door closes the socket.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import logging
import os
import socket
import sys
import warnings
from itertools import count
from pathlib import Path
from typing import Any

# Before Rasa is imported, and with it TensorFlow if the model needs it (`slim`).
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
for _threads in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
):
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402  # after the thread limits, which are read at import
import skops.io  # noqa: E402, F401  # scans every loaded module when imported: 5 s less before TensorFlow is
import structlog  # noqa: E402
import uvloop  # noqa: E402

from bot.dialogue.context import KnowledgeHit, TurnContext  # noqa: E402
from bot.dialogue.frames import read_frame, write_frame  # noqa: E402
from bot.dialogue.slim import leave_out_what_is_not_needed  # noqa: E402

__all__ = ["main"]

_log = structlog.get_logger("bot.dialogue.worker")


class _Worker:
    """Reads frames, runs turns side by side, answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, model: Path) -> None:
        self._reader, self._writer = reader, writer
        leave_out_what_is_not_needed(model)
        from bot.dialogue.engine import Engine  # here, so that a missing model is told over the socket

        self._engine = Engine.load(model)
        # What is loaded stays; the collector need not walk through it again and again (a pause of 0.1 s).
        gc.collect()
        gc.freeze()
        self._calls: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._turns: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        write_frame(self._writer, {"type": "ready", "pid": os.getpid()})
        while (frame := await read_frame(self._reader)) is not None:
            if frame["type"] == "turn":
                task = asyncio.create_task(self._turn(frame), name=f"turn-{frame['id']}")
                self._turns.add(task)
                task.add_done_callback(self._turns.discard)
            elif frame["type"] == "result" and (waiting := self._calls.pop(frame["call"], None)):
                waiting.set_result(frame)
        for task in self._turns:
            task.cancel()
        await asyncio.gather(*self._turns, return_exceptions=True)

    async def _turn(self, frame: dict[str, Any]) -> None:
        number = frame["id"]
        try:
            outcome = await self._answer(number, frame)
            write_frame(self._writer, {"type": "done", "id": number, "outcome": outcome})
        except Exception as error:  # noqa: BLE001  # edge of the process: told to the front door, worker lives on
            _log.exception("turn_failed", conversation=frame["conversation"], message=frame["message"])
            write_frame(self._writer, {"type": "failed", "id": number, "error": type(error).__name__})
        await self._writer.drain()

    async def _answer(self, number: int, frame: dict[str, Any]) -> dict[str, Any]:
        context = TurnContext(
            vector=np.frombuffer(base64.b64decode(frame["vector"]), dtype=np.float32),
            call_skill=lambda name, arguments: self._call_skill(number, name, arguments),
            hits=tuple(KnowledgeHit(entry_id, score) for entry_id, score in frame["hits"]),
            outcome=frame["outcome"],
            also=tuple(frame["also"]),
            product_score=frame["product_score"],
            status=frame["status"],
            known=frame["known"],
        )
        return await self._engine.turn(
            frame["conversation"], frame["message"], frame["text"], frame["state"], context
        )

    async def _call_skill(self, turn: int, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._calls[number] = asyncio.get_running_loop().create_future()
        write_frame(
            self._writer, {"type": "skill", "turn": turn, "call": number, "name": name, "args": arguments}
        )
        result = await self._calls[number]
        if "error" in result:
            raise RuntimeError(f"skill {name}: {result['error']}")
        outcome: dict[str, Any] = result["outcome"]
        return outcome


async def _serve(descriptor: int, model: Path) -> int:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=descriptor))
    try:
        worker = _Worker(reader, writer, model)
    except Exception as error:  # noqa: BLE001  # edge: told to the front door, which says it to the person
        _log.exception("worker_failed_to_load", model=str(model))
        write_frame(writer, {"type": "broken", "error": f"{type(error).__name__}: {error}"})
        await writer.drain()
        return 1
    await worker.run()
    return 0


def main() -> int:
    """Entry point: `FD MODEL` on the command line."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # Rasa 3 says this of every domain, whatever is in it.
    warnings.filterwarnings("ignore", message=".*Slot auto-fill has been removed")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))


if __name__ == "__main__":
    sys.exit(main())
