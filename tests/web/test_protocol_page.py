"""docs/protocol.md says what the code does: actions, frames, error codes, close codes, addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.messages import Action
from bot.web import chat_session, hub
from bot.web.errors import FAULTS
from tests.web.doors import House

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SOURCE = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot" / "web").glob("*.py")))
FRAMES = set(re.findall(r'"type": "(\w+)"', SOURCE))


@pytest.mark.parametrize("action", [action.value for action in Action])
def test_every_action_is_named(action: str) -> None:
    listed = PAGE.split("`metadata.action`:")[1].split("\n\n")[0]
    assert f"`{action}`" in listed


def test_no_action_is_named_that_does_not_exist() -> None:
    listed = PAGE.split("`metadata.action`:")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == {action.value for action in Action}


def test_every_frame_the_server_sends_is_named() -> None:
    part = PAGE.split("Server to client:")[1].split("`M`:")[0]
    assert set(re.findall(r'"seq":N,"type":"(\w+)"', part)) == FRAMES


def test_every_frame_a_page_may_send_is_named() -> None:
    part = PAGE.split("Client to server:")[1].split("Server to client:")[0]
    taken = set(re.findall(r'case "(\w+)":', SOURCE))
    assert set(re.findall(r'"type":"(\w+)"', part)) == taken


def test_every_error_code_is_named_with_its_status() -> None:
    part = PAGE.split("## Errors")[1].split("\n## ")[0]
    named = {
        code: int(status)
        for status, codes in re.findall(r"^\| (\d{3}) \| (.+?) \|$", part, re.MULTILINE)
        for code in re.findall(r"`(\w+)`", codes)
    }
    assert named == {code: fault.status for code, fault in FAULTS.items()}


@pytest.mark.parametrize(
    "code",
    [hub.RESTART, hub.TOO_SLOW, chat_session.REFUSED, chat_session.TOO_LARGE, chat_session.FAILED],
)
def test_every_close_code_is_named(code: int) -> None:
    assert str(code) in PAGE.split("Close codes:")[1].split("\n\n")[0]


def test_every_address_is_named(house: House) -> None:
    missing = [path for path in house.app.openapi()["paths"] if path.split("{")[0].rstrip("/") not in PAGE]
    assert missing == []
