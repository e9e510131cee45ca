"""Frames of pages and consoles: what is taken, and what is refused with which code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.cues import Control
from streaming.stage.page_frames import (
    CONTROL_CHARS,
    BadFrame,
    ControlFrame,
    Enter,
    Progress,
    TimeAsked,
    control_of,
    parse,
)

ENTER = {"type": "enter", "room": "main", "role": "stage"}
PROGRESS = {"type": "progress", "id": "u1", "status": "done", "heard_ms": 10}


def read(**frame: Any) -> object:
    return parse(json.dumps({"v": 1, **frame}))


@pytest.mark.parametrize(
    ("frame", "value"),
    [
        (ENTER, Enter(room="main", role="stage")),
        (
            {**ENTER, "role": "console", "last_seq": 7, "epoch": "e1", "token": "t", "more": 1},
            Enter(room="main", role="console", last_seq=7, epoch="e1", token="t"),
        ),
        ({**ENTER, "last_seq": None, "epoch": None, "token": None}, Enter(room="main", role="stage")),
        ({"type": "time", "t": 12.25}, TimeAsked(12.25)),
        ({"type": "time", "t": -3}, TimeAsked(-3)),
        (PROGRESS, Progress(utterance_id="u1", status="done", heard_ms=10)),
        ({**PROGRESS, "heard_ms": 10.7}, Progress(utterance_id="u1", status="done", heard_ms=10)),
        (
            {"type": "control", "id": "c1", "kind": "skip", "by": "Ada"},
            ControlFrame(Control(kind="skip", by="Ada"), "c1"),
        ),
        ({"type": "control", "kind": "slate"}, ControlFrame(Control(kind="slate", by="console"), None)),
    ],
)
def test_a_good_frame_becomes_a_value(frame: dict[str, Any], value: object) -> None:
    assert read(**frame) == value


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"type": 3}, "type"),
        ({"type": None}, "type"),
        ({**ENTER, "room": ""}, "room"),
        ({**ENTER, "room": 5}, "room"),
        ({**ENTER, "room": "x" * 101}, "room"),
        ({**ENTER, "role": "staff"}, "role"),
        ({**ENTER, "role": ["stage"]}, "role"),
        ({**ENTER, "last_seq": -1}, "last_seq"),
        ({**ENTER, "last_seq": True}, "last_seq"),
        ({**ENTER, "last_seq": "5"}, "last_seq"),
        ({**ENTER, "last_seq": 2**53}, "last_seq"),
        ({**ENTER, "epoch": 1}, "epoch"),
        ({**ENTER, "token": {}}, "token"),
        ({"type": "time"}, "t"),
        ({"type": "time", "t": "1"}, "t"),
        ({"type": "time", "t": True}, "t"),
        ({"type": "time", "t": float("nan")}, "t"),
        ({"type": "time", "t": float("inf")}, "t"),
        ({"type": "time", "t": 10**400}, "t"),
        ({**PROGRESS, "id": ""}, "id"),
        ({**PROGRESS, "id": "a\nb"}, "id"),
        ({**PROGRESS, "status": "paused"}, "status"),
        ({**PROGRESS, "heard_ms": None}, "heard_ms"),
        ({**PROGRESS, "heard_ms": -1}, "heard_ms"),
        ({**PROGRESS, "heard_ms": float("nan")}, "heard_ms"),
        ({"type": "control"}, "kind"),
        ({"type": "control", "kind": "reboot"}, "kind"),
        ({"type": "control", "kind": "skip", "urgent": "yes"}, "urgent"),
        ({"type": "control", "kind": "dismiss"}, "question_id"),
        ({"type": "control", "kind": "answer", "text": "Yes."}, "question_id"),
        ({"type": "control", "kind": "skip", "by": 4}, "by"),
    ],
)
def test_a_wrong_field_is_named(frame: dict[str, Any], field: str) -> None:
    with pytest.raises(BadFrame) as caught:
        read(**frame)

    assert (caught.value.code, caught.value.field) == ("bad_frame", field)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "bad_json", None),
        ("{", "bad_json", None),
        ("[" * 100_000, "bad_json", None),
        ("[1]", "bad_frame", None),
        ('{"type":"time","t":1}', "bad_frame", "v"),
        ('{"v":2,"type":"time","t":1}', "unsupported_version", "v"),
        ('{"v":true,"type":"time","t":1}', "unsupported_version", "v"),
        ('{"v":1,"type":"dance"}', "unknown_type", "type"),
    ],
)
def test_what_is_no_frame_is_refused(text: str, code: str, field: str | None) -> None:
    with pytest.raises(BadFrame) as caught:
        parse(text)

    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_refused_control_carries_its_id_back() -> None:
    with pytest.raises(BadFrame) as caught:
        read(type="control", id="c9", kind="say", text="  ")

    assert (caught.value.code, caught.value.field, caught.value.request_id) == ("message_empty", "text", "c9")


@pytest.mark.parametrize(
    ("text", "code"), [("", "message_empty"), ("\n\x00", "message_empty"), (7, "not_text")]
)
def test_a_text_to_say_has_words(text: object, code: str) -> None:
    with pytest.raises(BadFrame) as caught:
        control_of({"kind": "say", "text": text}, default_by="api")

    assert (caught.value.code, caught.value.field) == (code, "text")


@pytest.mark.parametrize("text", ["x" * (CONTROL_CHARS + 1), "x " * 10 * CONTROL_CHARS])
def test_a_text_to_say_has_an_end(text: str) -> None:
    with pytest.raises(BadFrame) as caught:
        control_of({"kind": "say", "text": text}, default_by="api")

    assert caught.value.code == "message_too_long"


def test_a_text_to_say_is_one_clean_line() -> None:
    given_text = "  Cafe\u0301\r\nis\x07 open\ud83d  "

    control = control_of({"kind": "say", "text": given_text, "urgent": True}, default_by="api")

    assert control == Control(kind="say", by="api", text="Café is open", urgent=True)


def test_an_answer_names_its_question() -> None:
    fields = {"kind": "answer", "question_id": "q1", "text": "Yes.", "language": "de", "by": "Ada"}

    control = control_of(fields, default_by="api")

    assert control == Control(kind="answer", by="Ada", text="Yes.", language="de", question_id="q1")


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = (
    *("v", "type", "room", "role", "last_seq", "epoch", "token", "t", "id", "status", "heard_ms"),
    *("kind", "text", "question_id", "urgent", "by", "language"),
)


@given(
    kind=st.sampled_from(["enter", "time", "progress", "control"]),
    fields=st.dictionaries(st.sampled_from(_FIELDS), _JUNK),
)
def test_whatever_comes_is_taken_or_refused(kind: str, fields: dict[str, Any]) -> None:
    text = json.dumps({"v": 1, "type": kind, **fields})

    try:
        outcome: object = parse(text)
    except BadFrame as bad:
        outcome = bad

    assert isinstance(outcome, Enter | TimeAsked | Progress | ControlFrame | BadFrame)
