"""A person at a terminal is asked for the facts: real prompts, keys pressed on a pipe."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bot.facts_prompts import ask_facts, read_answer, shown
from bot.shop_facts import FIELDS
from bot.wording import Phrasebook

ENTER, DOWN, CLEAR = "\r", "\x1b[B", "\x15"
BOOK = Phrasebook()


def _say(key: str, **values: Any) -> str:
    return BOOK.say(key, "en", values) or key


def _asked(keys: dict[str, str], known: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """The facts when these keys are pressed at these facts, and Enter at all others."""
    pressed = "".join(keys.get(name, ENTER) for name in FIELDS)
    with closing(create_pipe_input()) as pipe:
        pipe.send_text(pressed)
        return ask_facts(known or {}, _say, input=pipe, output=DummyOutput())


def test_what_is_typed_is_taken_and_enter_states_nothing() -> None:
    given = _asked(
        {
            "name": f"Casa Lumen{ENTER}",
            "currency": f"eur{ENTER}",
            "shipping_fee": f"4,90{ENTER}",
            "ships_to": f"Germany, FR{ENTER}",
            "return_days": f"14{ENTER}",
            "support_hours": f"mon-fri 9:00-18:00 Europe/Berlin{ENTER}",
        }
    )

    assert given == {
        "name": "Casa Lumen",
        "currency": "EUR",
        "shipping_fee": 4.9,
        "ships_to": ["Germany", "FR"],
        "return_days": 14,
        "support_hours": {
            "days": ["mon", "fri"],
            "open": "09:00",
            "close": "18:00",
            "timezone": "Europe/Berlin",
        },
    }


def test_a_wrong_answer_is_asked_again() -> None:
    given = _asked({"return_days": f"two weeks{ENTER}{CLEAR}14{ENTER}"})

    assert given == {"return_days": 14}


def test_what_is_known_is_kept_or_taken_back() -> None:
    known = {"name": "Lumen", "return_days": 30, "free_returns": True, "shipping_fee": 3.5, "currency": "EUR"}

    given = _asked({"return_days": f"{CLEAR}-{ENTER}"}, known)

    assert given == {"name": "Lumen", "free_returns": True, "shipping_fee": 3.5, "currency": "EUR"}


def test_yes_no_and_not_stated_can_be_chosen() -> None:
    given = _asked({"free_returns": f"{DOWN}{ENTER}", "cod_available": f"{DOWN}{DOWN}{ENTER}"})

    assert given == {"free_returns": True, "cod_available": False}


def test_breaking_off_raises_and_gives_nothing() -> None:
    with pytest.raises(KeyboardInterrupt):
        _asked({"currency": "\x03"})


@pytest.mark.parametrize("name", FIELDS)
def test_what_is_shown_is_read_as_the_same(name: str) -> None:
    hours = {"days": ["mon", "wed", "fri"], "open": "09:00", "close": "18:00", "timezone": "Asia/Tokyo"}
    values: dict[str, Any] = {
        "number": 14, "amount": 12.5, "countries": ["DE", "FR"], "list": ["Visa", "PayPal"],
        "currency": "EUR", "opening_hours": hours,
    }  # fmt: skip
    field = FIELDS[name]
    if field.kind != "flag":
        value = values.get(field.kind, "text")
        assert read_answer(field, shown(field, value)) == value
