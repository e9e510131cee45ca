"""Conversations in every language, told in tests/scenarios/<language>.yml, against the running product.

Each file holds `scenarios:`, a list of `{name, language?, known_gap?, turns: [{say, payload?, expect}]}`.
`expect` may hold: `action`, `faq`, `intent`, `language` of the first bubble; `contains`, text in any bubble;
`buttons`, payloads offered; `card`, kind of a card shown; `never`, text in no bubble.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml

from tests.conftest import LiveServer

FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yml"))
LANGUAGES = {"en", "zh", "ja", "ko", "es", "fr", "de", "pt", "ar", "hi", "id", "ru"}


def _known_gap(scenario: dict[str, Any]) -> list[pytest.MarkDecorator]:
    """What is not understood yet stays, with its reason; the test fails when it begins to pass."""
    reason = scenario.get("known_gap")
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


def _scenarios() -> list[Any]:
    return [
        pytest.param(scenario, marks=_known_gap(scenario), id=f"{file.stem}: {scenario['name']}")
        for file in FILES
        for scenario in yaml.safe_load(file.read_text(encoding="utf-8"))["scenarios"]
    ]


def test_every_language_of_the_first_step_has_scenarios() -> None:
    assert {file.stem for file in FILES} >= LANGUAGES


@pytest.mark.parametrize("scenario", _scenarios())
def test_conversation(live_server: LiveServer, scenario: dict[str, Any]) -> None:
    sender = f"scenario-{uuid4().hex}"
    page = {"language": scenario["language"]} if "language" in scenario else {}
    for turn in scenario["turns"]:
        body = {"sender": sender, "message": turn.get("payload") or turn["say"], "metadata": page}
        answer = httpx.post(f"{live_server.url}/webhooks/rest/webhook", json=body, timeout=20)

        assert answer.status_code == 200, answer.text
        _check(turn.get("say") or turn["payload"], answer.json(), turn["expect"])


def _check(said: str, bubbles: list[dict[str, Any]], expect: dict[str, Any]) -> None:
    first, text = bubbles[0]["metadata"], "\n".join(bubble.get("text", "") for bubble in bubbles)
    buttons = {button["payload"] for bubble in bubbles for button in bubble.get("buttons", [])}
    cards = {card["kind"] for bubble in bubbles for card in bubble.get("custom", {}).get("cards", [])}
    shown = f"{said!r} -> {first} {text!r} {buttons}"

    assert {key: first[key] for key in ("action", "faq", "intent", "language") if key in expect} == {
        key: expect[key] for key in ("action", "faq", "intent", "language") if key in expect
    }, shown
    assert expect.get("contains", "") in text, shown
    assert set(expect.get("buttons", [])) <= buttons, shown
    assert {expect.get("card")} - {None} <= cards, shown
    assert expect.get("never", "\0") not in text, shown
