"""Worker programs that go wrong: `python -m tests.fakes.voice_workers.misbehaving KIND COUNTER_FILE`.

The file counts the starts, so that a kind may go wrong the first time only.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Any

from streaming.voices.worker_loop import Refused, Speak, serve

_KIND, _COUNTER = sys.argv[1], Path(sys.argv[2])


def _start() -> Speak:
    starts = int(_COUNTER.read_text()) + 1 if _COUNTER.exists() else 1
    _COUNTER.write_text(str(starts))
    if _KIND == "never ready":
        raise OSError("no library")

    def speak(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if _KIND == "refuses":
            raise Refused("not this one")
        if _KIND == "dies" or (_KIND == "dies once" and starts == 1):
            os._exit(3)
        if _KIND == "hangs" or (_KIND == "hangs once" and starts == 1):
            threading.Event().wait()
        if _KIND == "prints":
            print("a library says hello")
        if _KIND == "babbles":
            os.write(3, b"\xff" * 64)
            threading.Event().wait()
        return {"said": request["text"], "secret": os.environ.get("STORECAST_SECRET", "")}, b"\1\2"

    return speak


if __name__ == "__main__":
    serve(_start)
