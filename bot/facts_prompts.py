"""Asks a person at a terminal for the facts of the shop, one after the other.

Used by `storecast kb init`. Every answer is checked as it is given; Enter keeps what is known, `-` states
nothing, Ctrl-C leaves everything as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import questionary
from questionary import Choice

from bot.shop_facts import FIELDS, Field, checked

__all__ = ["NOTHING", "ask_facts", "read_answer", "shown"]

Say = Callable[..., str]
NOTHING = "-"
_NUMBER = re.compile(r"[0-9]+")
_AMOUNT = re.compile(r"[0-9]+([.,][0-9]{1,3})?")
_HOURS = re.compile(
    r"(?P<days>[a-z]{3}([-, ]+[a-z]{3})*)\s+(?P<open>\d{1,2}:\d\d)\s*[-–]\s*(?P<close>\d{1,2}:\d\d)"
    r"(\s+(?P<timezone>\S+))?"
)


def ask_facts(known: Mapping[str, Any], say: Say, **where: Any) -> dict[str, Any] | None:
    """Ask for every fact.

    Args:
        known: facts that are there already, offered as answers.
        say: words a locale key (`facts.name.currency`).
        where: input and output for the prompts, for tests.

    Returns:
        The facts that were given; None when the person broke off.
    """
    given: dict[str, Any] = {}
    group = ""
    for field in FIELDS.values():
        if field.group != group:
            group = field.group
            questionary.print(f"\n{say(f'facts.group.{group}')}", style="bold", **_output(where))
        before = known.get(field.name)
        answer = _ask(field, before, given, say, where)
        if answer is None:
            return None
        value = read_answer(field, answer) if isinstance(answer, str) else answer[0]
        if value is not None:
            given[field.name] = value
    return given


def _ask(
    field: Field, before: Any, given: Mapping[str, Any], say: Say, where: Mapping[str, Any]
) -> str | tuple[bool | None] | None:
    """What was typed, or the choice in a tuple; None when the person broke off."""
    label = say(f"facts.name.{field.name}")
    if field.kind == "flag":
        choices = [
            Choice(say("facts.stated_yes"), (True,)),
            Choice(say("facts.stated_no"), (False,)),
            Choice(say("facts.not_stated"), (None,)),
        ]
        start = choices[{True: 0, False: 1}.get(before, 2)]
        chosen: tuple[bool | None] | None = questionary.select(
            label, choices, default=start, **where
        ).unsafe_ask()
        return chosen

    def check(text: str) -> bool | str:
        """True, or what is wrong."""
        value = read_answer(field, text)
        problems = checked({**given, field.name: value})[1]
        wrong = next((problem for problem in problems if problem.fact == field.name), None)
        if wrong is None:
            return True
        return say(
            f"facts.error.{wrong.code}", value=wrong.value or "", example="4.90", max=wrong.value or ""
        )

    unit = f" ({say(f'facts.{field.unit}')})" if field.unit else _hint(field, say)
    typed: str | None = questionary.text(
        f"{label}{unit}:", default=shown(field, before), validate=check, **where
    ).unsafe_ask()
    return typed


def read_answer(field: Field, text: str) -> Any:
    """What was typed as the value of a fact, unchecked; None when nothing is stated."""
    text = text.strip()
    if text in {"", NOTHING}:
        return None
    match field.kind:
        case "number":
            return int(text) if _NUMBER.fullmatch(text) else text
        case "amount":
            return float(text.replace(",", ".")) if _AMOUNT.fullmatch(text) else text
        case "countries" | "list":
            return [part.strip() for part in re.split(r"[,;،、，]", text) if part.strip()]
        case "opening_hours":
            return _hours(text)
        case "currency":
            return text.upper()
    return text


def shown(field: Field, value: Any) -> str:
    """A value as it is typed: what `read_answer` takes."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        days = "-".join(value["days"]) if len(value["days"]) == 2 else ",".join(value["days"])
        return f"{days} {value['open']}-{value['close']} {value.get('timezone', 'UTC')}"
    if field.kind == "amount":
        return f"{value:g}" if value == int(value) else f"{value:.2f}"
    return str(value)


def _hours(text: str) -> Any:
    """`mon-fri 9:00-18:00 Europe/Berlin` as a mapping; anything else stays a text."""
    found = _HOURS.fullmatch(text.casefold())
    if found is None:
        return text
    days = re.split(r"[-, ]+", found["days"])
    zone = text.split()[-1] if found["timezone"] else "UTC"
    return {"days": days, "open": found["open"].zfill(5), "close": found["close"].zfill(5), "timezone": zone}


def _hint(field: Field, say: Say) -> str:
    examples = {
        "currency": "EUR", "email": "name@example.com", "url": "https://…", "colour": "#0B6B74",
        "language": "en",
        "countries": f"DE, FR, JP; {say('facts.several')}", "list": f"Visa, PayPal; {say('facts.several')}",
        "opening_hours": "mon-fri 9:00-18:00 Europe/Berlin",
    }  # fmt: skip
    return f" ({examples[field.kind]})" if field.kind in examples else ""


def _output(where: Mapping[str, Any]) -> dict[str, Any]:
    return {"output": where["output"]} if "output" in where else {}
