"""What a stage page or a console may send: frames checked and turned into values.

Called by the stage door for every text frame; `control_of` also by the HTTP route for controls. Pure; says
nothing about who may do what, nor about limits. A refusal names a code of docs/protocol.md and the field.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from streaming.cues import Control, ControlKind
from streaming.stage.wire import PROTOCOL_VERSION

__all__ = [
    "CONTROL_CHARS",
    "FRAME_BYTES",
    "BadFrame",
    "ControlFrame",
    "Enter",
    "PageFrame",
    "Progress",
    "TimeAsked",
    "control_of",
    "parse",
]

# The longest control at UTF-8's four bytes a character, and room for the rest.
FRAME_BYTES = 8192
CONTROL_CHARS = 1000
# Beyond this, JSON numbers of JavaScript lose digits (ECMA-262, Number.MAX_SAFE_INTEGER).
_MAX_NUMBER = 2**53 - 1
_ID_CHARS = 100
_TOKEN_CHARS = 2000
_NEEDS_TEXT = frozenset({"say", "answer"})
_NEEDS_QUESTION = frozenset({"answer", "dismiss"})
_TEXT_FIELDS = ("text", "language", "question_id", "by")

Role = Literal["stage", "console"]
ProgressStatus = Literal["started", "done", "aborted"]
_T = TypeVar("_T")
_ROLES: tuple[Role, ...] = get_args(Role)
_STATUSES: tuple[ProgressStatus, ...] = get_args(ProgressStatus)
_CONTROLS: tuple[ControlKind, ...] = get_args(ControlKind)


class BadFrame(Exception):
    """A frame is refused; nothing was done.

    Attributes:
        code: `bad_json`, `bad_frame`, `unsupported_version`, `unknown_type`, or of a control
            `message_empty`, `message_too_long`, `not_text`.
        field: at fault, None for the whole frame.
        request_id: `id` of a control frame, where it had a usable one.
    """

    def __init__(self, code: str, field: str | None = None, request_id: str | None = None) -> None:
        """Keep what is answered."""
        super().__init__(code if field is None else f"{code}: {field}")
        self.code = code
        self.field = field
        self.request_id = request_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """The first frame. `last_seq` and `epoch` ask to go on where an earlier socket ended."""

    room: str
    role: Role
    last_seq: int | None = None
    epoch: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """What does the show clock say? `t` is the page's own time in ms, given back as it came."""

    t: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an utterance has come on a page: for watching, the server's clock decides."""

    utterance_id: str
    status: ProgressStatus
    heard_ms: int


@dataclass(frozen=True, slots=True)
class ControlFrame:
    """A control, and the id that its answer carries."""

    control: Control
    request_id: str | None


PageFrame = Enter | TimeAsked | Progress | ControlFrame


def parse(text: str) -> PageFrame:
    """The frame of a text.

    Raises:
        BadFrame: not JSON, not an object, another version, an unknown type, or a field that is wrong.
    """
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("bad_json") from error
    if not isinstance(frame, dict):
        raise BadFrame("bad_frame")
    if "v" not in frame:
        raise BadFrame("bad_frame", "v")
    if frame["v"] is True or frame["v"] != PROTOCOL_VERSION:
        raise BadFrame("unsupported_version", "v")
    match frame.get("type"):
        case "enter":
            return _enter(frame)
        case "time":
            return TimeAsked(_time(frame))
        case "progress":
            return _progress(frame)
        case "control":
            return _control(frame)
        case str():
            raise BadFrame("unknown_type", "type")
        case _:
            raise BadFrame("bad_frame", "type")


def control_of(fields: Mapping[str, Any], *, default_by: str) -> Control:
    """A control from its JSON fields; unknown fields are passed over.

    Args:
        fields: `kind`, and as the kind needs them `text`, `language`, `question_id`, `urgent`, `by`.
        default_by: who it was when `by` does not say.

    Raises:
        BadFrame: a field is missing or wrong.
    """
    kind = _one_of(_CONTROLS, fields, "kind")
    given = {name: _optional_text(fields, name) for name in _TEXT_FIELDS}
    urgent = fields.get("urgent") or False
    if not isinstance(urgent, bool):
        raise BadFrame("bad_frame", "urgent")
    if kind in _NEEDS_QUESTION and not given["question_id"]:
        raise BadFrame("bad_frame", "question_id")
    return Control(
        kind=kind,
        by=_clean(given["by"], "by") if given["by"] else default_by,
        text=_clean(given["text"], "text") if kind in _NEEDS_TEXT else "",
        language=given["language"] or None,
        question_id=given["question_id"] if kind in _NEEDS_QUESTION else None,
        urgent=urgent,
    )


def _enter(frame: dict[str, Any]) -> Enter:
    room = frame.get("room")
    if not isinstance(room, str) or not 0 < len(room) <= _ID_CHARS:
        raise BadFrame("bad_frame", "room")
    role = _one_of(_ROLES, frame, "role")
    last_seq = frame.get("last_seq")
    if last_seq is not None:
        last_seq = _number(last_seq, "last_seq")
    token = _optional_text(frame, "token")
    return Enter(
        room=room,
        role=role,
        last_seq=last_seq,
        epoch=_optional_text(frame, "epoch"),
        # What can't be a token of ours is like a wrong one.
        token=token[:_TOKEN_CHARS] if token else None,
    )


def _time(frame: dict[str, Any]) -> float:
    asked = frame.get("t")
    # Compared this way round NaN is refused too.
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not abs(asked) <= _MAX_NUMBER:
        raise BadFrame("bad_frame", "t")
    return asked


def _progress(frame: dict[str, Any]) -> Progress:
    utterance_id = _usable_id(frame.get("id"))
    if utterance_id is None:
        raise BadFrame("bad_frame", "id")
    status = _one_of(_STATUSES, frame, "status")
    heard_ms = _number(frame.get("heard_ms"), "heard_ms")
    return Progress(utterance_id=utterance_id, status=status, heard_ms=heard_ms)


def _control(frame: dict[str, Any]) -> ControlFrame:
    request_id = _usable_id(frame.get("id"))
    try:
        return ControlFrame(control_of(frame, default_by="console"), request_id)
    except BadFrame as bad:
        raise BadFrame(bad.code, bad.field, request_id) from bad


def _one_of(allowed: tuple[_T, ...], fields: Mapping[str, Any], field: str) -> _T:
    for one in allowed:
        if fields.get(field) == one:
            return one
    raise BadFrame("bad_frame", field)


def _usable_id(value: object) -> str | None:
    good = isinstance(value, str) and 0 < len(value) <= _ID_CHARS and value.isprintable()
    return value if isinstance(value, str) and good else None


def _number(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MAX_NUMBER:
        raise BadFrame("bad_frame", field)
    return int(value)


def _optional_text(fields: Mapping[str, Any], field: str) -> str | None:
    value = fields.get(field)
    if value is None or isinstance(value, str):
        return value
    raise BadFrame("not_text" if field == "text" else "bad_frame", field)


def _clean(value: str | None, field: str) -> str:
    """One line, NFC, without control characters: it is spoken, and written beside the show."""
    start = (value or "")[: 4 * CONTROL_CHARS]
    kept = "".join(" " if unicodedata.category(one) in {"Cc", "Cs"} else one for one in start)
    text = " ".join(unicodedata.normalize("NFC", kept).split())
    if not text:
        raise BadFrame("message_empty", field)
    if len(text) > CONTROL_CHARS:
        raise BadFrame("message_too_long", field)
    return text
