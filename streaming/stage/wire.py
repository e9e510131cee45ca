"""Frames that a stage page gets, as JSON: the shapes of docs/protocol.md, "Stage", and nothing else.

Called by the hub, and by the door for what it says to one page. Pure. Frames in the other direction are read
by `streaming.stage.page_frames`; what stands on the stage is worded by `streaming.stage.words`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from streaming.cues import Utterance
from streaming.speech import Speech

__all__ = [
    "PROTOCOL_VERSION",
    "ByeReason",
    "Direction",
    "Frame",
    "bye_frame",
    "cut_frame",
    "done_frame",
    "encode",
    "error_frame",
    "hello_frame",
    "is_running",
    "scene_frame",
    "time_frame",
    "utterance_body",
    "utterance_frame",
]

PROTOCOL_VERSION = 1
Frame = Mapping[str, Any]
Direction = Literal["ltr", "rtl"]
ByeReason = Literal["restart", "ended"]


def encode(frame: Frame) -> str:
    """Compact JSON text that can always be sent.

    A lone surrogate (half a character, from a viewer's broken keyboard) can't be written as UTF-8 and would
    end every socket it is sent to; it becomes a question mark.
    """
    text = json.dumps(frame, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def hello_frame(
    *,
    room: str,
    epoch: str,
    seq: int,
    now_ms: int,
    state: Frame,
    utterance: Frame | None,
    resumed: bool,
) -> Frame:
    """The first frame, and later the one that puts a page that fell behind right again.

    Args:
        room: its name.
        epoch: of the server's run.
        seq: number of the newest frame that `state` and `utterance` contain.
        now_ms: of the show clock.
        state: all that stands on the stage.
        utterance: body of what is being spoken, None for silence.
        resumed: the frames that the page missed follow, none left out.
    """
    return _counted(
        seq,
        "hello",
        {
            "room": room,
            "epoch": epoch,
            "now_ms": now_ms,
            "resumed": resumed,
            "state": state,
            "utterance": utterance,
        },
    )


def utterance_body(
    utterance: Utterance, speech: Speech, *, starts_at_ms: int, direction: Direction, audio_url: str | None
) -> Frame:
    """An utterance as it stands in `utterance` frames and in `hello`.

    Args:
        utterance: filled in and final.
        speech: the same sentence, spoken.
        starts_at_ms: of the show clock; the first sample is heard then.
        direction: of the spoken language.
        audio_url: where a page gets the sound; None for a sentence that is only shown.
    """
    sound = {
        "url": audio_url,
        "format": "wav",
        "rate": speech.rate,
        "duration_ms": speech.duration_ms,
    }
    return {
        "id": utterance.id,
        "starts_at_ms": starts_at_ms,
        "duration_ms": speech.duration_ms,
        "language": utterance.language,
        "direction": direction,
        "text": utterance.text,
        "persona": utterance.persona,
        "purpose": utterance.purpose,
        "segment": utterance.segment,
        "captions": dict(utterance.captions),
        "silent": speech.silent,
        "audio": None if audio_url is None or speech.silent else sound,
        "words": [[word.at, word.length, word.start_ms, word.end_ms] for word in speech.words],
        "visemes": [[one.name, one.start_ms, _weight(one.weight)] for one in speech.visemes],
        "marks": [
            {"name": timed.mark.name, "value": timed.mark.value, "at_ms": timed.at_ms}
            for timed in speech.marks
        ],
    }


def is_running(body: Frame | None, now_ms: int) -> bool:
    """Whether an utterance is being spoken, or about to be."""
    return body is not None and bool(body["starts_at_ms"] + body["duration_ms"] > now_ms)


def utterance_frame(body: Frame, *, seq: int) -> Frame:
    """Speak this; `body` from `utterance_body`."""
    return _counted(seq, "utterance", body)


def cut_frame(utterance_id: str, *, seq: int, at_ms: int) -> Frame:
    """Fall silent at once; `at_ms` of the show clock is when that was decided."""
    return _counted(seq, "cut", {"id": utterance_id, "at_ms": at_ms})


def scene_frame(state: Frame, *, seq: int) -> Frame:
    """The stage changed: all that stands on it now."""
    return _counted(seq, "scene", {"state": state})


def time_frame(asked: float, *, now_ms: int) -> Frame:
    """What the show clock says; `asked` is the page's own time, given back as it came."""
    return {"v": PROTOCOL_VERSION, "type": "time", "t": asked, "now_ms": now_ms}


def bye_frame(reason: ByeReason) -> Frame:
    """The last frame before a close: `restart` (come back soon) or `ended` (the room is gone)."""
    return {"v": PROTOCOL_VERSION, "type": "bye", "reason": reason}


def done_frame(request_id: str | None) -> Frame:
    """A control was taken; `request_id` is the one it came with, if any."""
    return _answered("done", request_id, {})


def error_frame(error: Frame, *, request_id: str | None = None, retry_after_s: float | None = None) -> Frame:
    """Something was refused; `error` is `{code, message, field?}`, worded already."""
    more: dict[str, Any] = {"error": error}
    if retry_after_s is not None:
        more["retry_after_s"] = round(retry_after_s, 1)
    return _answered("error", request_id, more)


def _counted(seq: int, kind: str, body: Frame) -> Frame:
    return {"v": PROTOCOL_VERSION, "seq": seq, "type": kind, **body}


def _answered(kind: str, request_id: str | None, more: Frame) -> Frame:
    named = {} if request_id is None else {"id": request_id}
    return {"v": PROTOCOL_VERSION, "type": kind, **named, **more}


def _weight(weight: float) -> float:
    # Also NaN becomes 0: no engine's slip may keep a sentence from all pages.
    return round(min(weight, 1.0), 3) if weight > 0 else 0.0
