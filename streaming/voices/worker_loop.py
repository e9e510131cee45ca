"""The life of a voice worker program: ready, answer by answer, over when nobody is left to answer.

Called by the worker programs only. Imports the standard library and the frames, so that a worker starts fast
and loads nothing of the product.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from streaming.voices.frames import frame, read_frame

__all__ = ["Refused", "serve"]

# A synthesis that hangs ends its process by itself, should the parent have died meanwhile.
_HUNG_AFTER_S = 60

Speak = Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]


class Refused(Exception):
    """The engine does not take this voice or text; the worker goes on."""


def serve(start: Callable[[], Speak]) -> None:
    """Serve frames on stdin and stdout until stdin ends, as it does when the parent dies.

    Args:
        start: loads the engine and returns what answers a request; an ImportError or OSError of it is told
            to the parent as `failed`.
    """
    # Whatever a library prints must not get between the frames.
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        speak = start()
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        _send(output, {"type": "failed", "reason": type(error).__name__})
        return
    _send(output, {"type": "ready"})
    while (received := read_frame(sys.stdin.buffer)) is not None:
        request, _ = received
        signal.alarm(_HUNG_AFTER_S)
        try:
            reply, audio = speak(request)
        except Refused as error:
            reply, audio = {"type": "refused", "reason": str(error)}, b""
        signal.alarm(0)
        _send(output, {"type": "spoken", **reply, "id": request["id"]}, audio)


def _send(output: BinaryIO, fields: dict[str, Any], audio: bytes = b"") -> None:
    output.write(frame(fields, audio))
    output.flush()
