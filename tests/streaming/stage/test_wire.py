"""Frames to pages: their shapes, and that they can be sent whatever stands in them."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from streaming.cues import ControlKind
from streaming.speech import Speech, Viseme
from streaming.stage.page_frames import CONTROL_CHARS, FRAME_BYTES
from streaming.stage.wire import (
    ByeReason,
    bye_frame,
    cut_frame,
    done_frame,
    encode,
    error_frame,
    hello_frame,
    is_running,
    scene_frame,
    time_frame,
    utterance_body,
    utterance_frame,
)
from tests.fakes.stage_room import a_speech, a_state, an_utterance

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8").split("\n## Stage")[1].split("\n## ")[0]
STATE = a_state()
HELLO: dict[str, Any] = {"room": "main", "epoch": "e1", "seq": 4, "now_ms": 9, "state": STATE}


def body_of(speech: Speech, *, audio_url: str | None = "/live/main/audio/ab.wav") -> dict[str, Any]:
    body = utterance_body(an_utterance(), speech, starts_at_ms=1080, direction="ltr", audio_url=audio_url)
    return dict(body)


def test_an_utterance_has_all_that_a_page_needs_to_speak() -> None:
    frame = utterance_frame(body_of(a_speech()), seq=3)

    assert frame == {
        "v": 1,
        "seq": 3,
        "type": "utterance",
        "id": "u1",
        "starts_at_ms": 1080,
        "duration_ms": 1000,
        "language": "en",
        "direction": "ltr",
        "text": "Hello there",
        "persona": "host",
        "purpose": "script",
        "segment": "opening",
        "captions": {"de": "Hallo"},
        "silent": False,
        "audio": {"url": "/live/main/audio/ab.wav", "format": "wav", "rate": 22050, "duration_ms": 1000},
        "words": [[0, 5, 0, 400], [6, 5, 400, 900]],
        "visemes": [["sil", 0, 0.0], ["E", 40, 0.877], ["sil", 950, 0.0]],
        "marks": [{"name": "gesture", "value": "wave", "at_ms": 900}],
    }


@pytest.mark.parametrize("audio_url", [None, "/live/main/audio/ab.wav"])
def test_a_silent_sentence_has_no_sound_but_a_duration(audio_url: str | None) -> None:
    body = body_of(replace(a_speech(duration_ms=2400), silent=True), audio_url=audio_url)

    assert (body["audio"], body["silent"], body["duration_ms"]) == (None, True, 2400)


@pytest.mark.parametrize(
    ("weight", "sent"), [(1.7, 1.0), (-0.2, 0.0), (math.nan, 0.0), (math.inf, 1.0), (0.12345, 0.123)]
)
def test_a_mouth_opens_only_as_far_as_a_mouth_can(weight: float, sent: float) -> None:
    body = body_of(replace(a_speech(), visemes=(Viseme("aa", 0, weight),)))

    assert body["visemes"] == [["aa", 0, sent]]


def test_the_first_frame_tells_where_the_stage_stands() -> None:
    body = body_of(a_speech())

    frame = hello_frame(**HELLO, utterance=body, resumed=True)

    assert frame == {
        "v": 1, "seq": 4, "type": "hello", "room": "main", "epoch": "e1", "now_ms": 9, "resumed": True,
        "state": STATE, "utterance": body,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "shape"),
    [
        (cut_frame("u1", seq=5, at_ms=70), {"v": 1, "seq": 5, "type": "cut", "id": "u1", "at_ms": 70}),
        (scene_frame(STATE, seq=6), {"v": 1, "seq": 6, "type": "scene", "state": STATE}),
        (time_frame(12.5, now_ms=70), {"v": 1, "type": "time", "t": 12.5, "now_ms": 70}),
        (bye_frame("ended"), {"v": 1, "type": "bye", "reason": "ended"}),
        (done_frame("c1"), {"v": 1, "type": "done", "id": "c1"}),
        (done_frame(None), {"v": 1, "type": "done"}),
        (
            error_frame({"code": "invalid", "message": "No."}, request_id="c1", retry_after_s=2.04),
            {
                "v": 1, "type": "error", "id": "c1", "error": {"code": "invalid", "message": "No."},
                "retry_after_s": 2.0,
            },
        ),
    ],
    ids=["cut", "scene", "time", "bye", "done", "done without id", "error"],
)  # fmt: skip
def test_other_frames_are_small(frame: dict[str, Any], shape: dict[str, Any]) -> None:
    assert frame == shape


@pytest.mark.parametrize(("now_ms", "running"), [(0, True), (1080, True), (2079, True), (2080, False)])
def test_an_utterance_is_running_from_its_announcement_to_its_end(now_ms: int, running: bool) -> None:
    assert is_running(body_of(a_speech(duration_ms=1000)), now_ms) is running


def test_silence_is_not_running() -> None:
    assert is_running(None, 0) is False


def test_text_is_compact_and_readable_json() -> None:
    assert encode({"text": "日本語 <b>"}) == '{"text":"日本語 <b>"}'


def test_half_a_character_is_sent_as_a_question_mark() -> None:
    text = encode({"text": "a\ud83db"})

    assert json.loads(text.encode("utf-8")) == {"text": "a?b"}


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode({"t": math.nan})


# --- docs/protocol.md ------------------------------------------------------------------------------------


def test_every_frame_of_the_server_is_described_with_all_its_keys() -> None:
    body = body_of(a_speech())
    frames = [
        hello_frame(**HELLO, utterance=body, resumed=False),
        utterance_frame(body, seq=1),
        cut_frame("u1", seq=1, at_ms=1),
        scene_frame(STATE, seq=1),
        time_frame(1, now_ms=1),
        bye_frame("restart"),
        done_frame("c1"),
        error_frame({}, request_id="c1", retry_after_s=1),
    ]
    part = PAGE.split("Server to page:")[1].split("Page to server:")[0]
    rows = dict(re.findall(r'^\| (`.*?"type":"(\w+)".*) \|$', part, re.MULTILINE))
    described = {kind: set(re.findall(r'"(\w+)"\??:', row.split("` |")[0])) for row, kind in rows.items()}

    assert described == {frame["type"]: set(frame) for frame in frames}


def test_every_frame_of_a_page_is_described() -> None:
    part = PAGE.split("Page to server:")[1].split("\n\n`state`")[0]
    source = (ROOT / "streaming" / "stage" / "page_frames.py").read_text(encoding="utf-8")

    assert set(re.findall(r'"type":"(\w+)"', part)) == set(re.findall(r'case "(\w+)":', source))


def test_every_key_of_a_state_is_described() -> None:
    part = PAGE.split("`state`: ")[1].split("\n\n")[0]

    assert set(STATE) <= set(re.findall(r'"(\w+)"', part))


@pytest.mark.parametrize(
    "word",
    [*get_args(ControlKind), *get_args(ByeReason), f"{FRAME_BYTES:,}", f"{CONTROL_CHARS:,}"],
)
def test_every_control_reason_and_limit_is_named(word: str) -> None:
    assert word in PAGE
