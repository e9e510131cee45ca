"""The project's own parallel material: questions, ways of asking, phrases of an intent, in every language.

Lines of one topic mean the same and are pulled together; a fifth of them is never trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.training.questions import read_intents, read_near, read_questions
from knowledge.trials import is_reserved

__all__ = ["Line", "kin", "own_lines"]

# Not one meaning: everything that is not for us.
_NO_MEANING = frozenset({"out_of_scope"})
# Where the questions and the dialogue name the same thing differently.
_RENAMED = {"cancel_order_now": "cancel_order"}
# What the dialogue does and what a topic without an entry tells, in nearly the same words.
_KIN = (
    ("intent:return_item", "topic:unwanted"),
    ("intent:find_product", "topic:product_recommend"),
    ("intent:find_product", "topic:product_gift_idea"),
    ("intent:bot_challenge", "topic:who_are_you"),
    ("intent:language_request", "topic:language_of_site"),
    ("intent:track_order", "topic:track_where"),
    ("intent:track_order", "topic:delayed_delivery"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its topic or intent, its language, its text."""

    group: str
    language: str
    text: str
    is_title: bool = False

    @property
    def reserved(self) -> bool:
        """Whether it is kept out of training, to measure on."""
        return not self.is_title and is_reserved(self.text)


def kin() -> list[tuple[str, str]]:
    """Pairs of groups that mean nearly the same: training neither draws them together nor apart."""
    groups = {intent: group for group, intents in read_intents().items() for intent in intents}
    near = (
        (f"topic:{topic}", _named(groups[intent], intent))
        for topic, said in read_near().items()
        for intent in said
    )
    return [*_KIN, *near]


def own_lines(packs: Path, phrases: Path) -> list[Line]:
    """All questions, titles, ways of asking and phrases."""
    lines = [
        Line(_named(question.group, question.intent), question.language, question.text)
        for question in read_questions()
    ]
    for path in sorted(packs.glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, entry in data["entries"].items():
            lines.append(Line(f"topic:{key}", data["language"], entry["title"], is_title=True))
            lines += [Line(f"topic:{key}", data["language"], text) for text in entry["ask"]]
    for path in sorted(phrases.glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for intent, said in data["intents"].items():
            lines += [
                Line(f"intent:{intent}", data["language"], str(text))
                for text in said
                if intent not in _NO_MEANING
            ]
    return lines


def _named(group: str, intent: str) -> str:
    """The group of lines of an intent of ours."""
    return f"{'intent' if group == 'chat' else 'topic'}:{_RENAMED.get(intent, intent)}"
