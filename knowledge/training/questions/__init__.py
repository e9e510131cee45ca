"""The project's own shop questions: what shoppers type, by intent, in every language.

One file a language, `intent: ["plain", "as really typed", "short or rough"]`; `intents.yml` says what each
intent means, `near.yml` which ones the answer of a starter topic serves as well. Read by training, by the
fitting of the head and by nothing that answers shoppers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

__all__ = ["FOLDER", "Question", "read_intents", "read_near", "read_questions"]

FOLDER = Path(__file__).resolve().parent
_INTENTS, _NEAR = "intents.yml", "near.yml"


@dataclass(frozen=True, slots=True)
class Question:
    """A line somebody might type; `style` is its place: 0 plain, 1 as really typed, 2 short or rough.

    `group` is that of the intent: a part of the shop, `chat` or `other`.
    """

    group: str
    intent: str
    language: str
    style: int
    text: str


def read_intents(folder: Path = FOLDER) -> dict[str, dict[str, str]]:
    """What each intent means in English, by group and intent: `{"delivery": {"shipping_time": "how …"}}`."""
    data: dict[str, dict[str, str]] = yaml.load(
        (folder / _INTENTS).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return data


def read_near(folder: Path = FOLDER) -> dict[str, list[str]]:
    """Intents that a starter topic's answer serves as well, by topic."""
    data: dict[str, list[str]] = yaml.load(
        (folder / _NEAR).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return data


def read_questions(folder: Path = FOLDER) -> Iterator[Question]:
    """All lines, language by language."""
    groups = {intent: group for group, intents in read_intents(folder).items() for intent in intents}
    for path in sorted(folder.glob("*.yml")):
        if path.name in {_INTENTS, _NEAR}:
            continue
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for intent, lines in data.items():
            yield from (
                Question(groups[intent], intent, path.stem, style, text) for style, text in enumerate(lines)
            )
