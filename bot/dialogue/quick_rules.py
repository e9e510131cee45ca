"""A quick look at a rule before the long one: rules for another intent or action are passed over at once.

Rasa's rule policy compares every part of every rule with the conversation, twice or thrice a turn. Used by
`engine` on the loaded model; decisions are the same.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, USER
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

__all__ = ["look_first"]

_Look = tuple[str | None, str | None]


def look_first(policy: RulePolicy) -> None:
    """Put the quick look before a policy's own check of a rule."""
    whole_check = policy._is_rule_applicable

    def check(rule_key: str, turn_index: int, conversation_state: dict[str, Any]) -> bool:
        looks = _looks(rule_key)
        if turn_index < len(looks):
            intent, action = looks[turn_index]
            seen_intent, seen_action = _look(conversation_state)
            if (intent and intent != seen_intent) or (action and action != seen_action):
                return False
        applicable: bool = whole_check(rule_key, turn_index, conversation_state)
        return applicable

    policy._is_rule_applicable = check


@lru_cache(maxsize=10_000)
def _looks(rule_key: str) -> tuple[_Look, ...]:
    """Of a rule's states, newest first."""
    return tuple(_look(state) for state in reversed(json.loads(rule_key)))


def _look(state: dict[str, Any]) -> _Look:
    """Intent and previous action of a state."""
    return state.get(USER, {}).get(INTENT), state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME)
