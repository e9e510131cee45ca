"""Region profiles: label, reminders, what a region or platform bars. Data in `profiles.yml`.

Read by the composition root, which hands one to the director, and by the check of a run of show. States no
law: each profile carries its source, which says what is law and what is only reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

__all__ = ["Forbidden", "Profile", "ProfileError", "load_profiles"]

Forbidden = Literal["simulcast", "synthetic_voice"]
_SHIPPED = Path(__file__).resolve().parent / "profiles.yml"


class ProfileError(Exception):
    """A file of profiles is wrong; the message has a line a problem with file, line, key and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a show of a region says of itself.

    Attributes:
        label: key of the label on the stage.
        mode: `live`, or `assist`: a person presents and reads what the host would say.
        reminder_min: minutes between spoken AI reminders when the show has no rule; None: none.
        reminder_most_min: longest interval that a rule of the show may ask for; None: any.
        forbids: what the region or platform bars.
        source: where it comes from, law told from report.
        read_on: when that was read.
    """

    id: str
    label: str
    mode: Literal["live", "assist"]
    reminder_min: float | None
    reminder_most_min: float | None
    forbids: frozenset[Forbidden]
    source: str
    read_on: date

    def reminder_every_min(self, rule_min: float | None) -> float | None:
        """Minutes from one spoken AI reminder to the next.

        Args:
            rule_min: what the show's own rule asks for, None when it has none.

        Returns:
            Never more than the profile allows; None when nobody asks for a reminder.
        """
        wanted = rule_min if rule_min is not None else self.reminder_min
        if wanted is None or self.reminder_most_min is None:
            return wanted
        return min(wanted, self.reminder_most_min)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
    mode: Literal["live", "assist"]
    reminder_min: Annotated[float, Field(ge=1)] | None
    reminder_most_min: Annotated[float, Field(ge=1)] | None
    forbids: frozenset[Forbidden]
    source: Annotated[str, StringConstraints(min_length=20, strip_whitespace=True)]
    read_on: date

    @model_validator(mode="after")
    def _fits(self) -> _Entry:
        if self.reminder_min and self.reminder_most_min and self.reminder_min > self.reminder_most_min:
            raise ValueError("reminder_min is longer than reminder_most_min: make it shorter")
        if "synthetic_voice" in self.forbids and self.mode == "live":
            raise ValueError("a profile that forbids synthetic_voice needs `mode: assist`")
        return self


def load_profiles(file: Path = _SHIPPED) -> Mapping[str, Profile]:
    """Read a file of profiles.

    Args:
        file: YAML; the shipped one unless told.

    Returns:
        Profiles by id.

    Raises:
        ProfileError: not YAML, or an entry is wrong; all problems at once.
    """
    text = file.read_text(encoding="utf-8")
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ProfileError(f"{file.name}: not YAML: {error}") from error
    if not isinstance(data, dict):
        raise ProfileError(f"{file.name}:1: must be a mapping of profiles by id")
    found: dict[str, Profile] = {}
    problems: list[str] = []
    for name, entry in data.items():
        try:
            found[str(name)] = Profile(id=str(name), **_Entry.model_validate(entry).model_dump())
        except ValidationError as error:
            problems += [_problem(file, text, str(name), one["loc"], one["msg"]) for one in error.errors()]
    if problems:
        raise ProfileError("\n".join(problems))
    return found


def _problem(file: Path, text: str, name: str, loc: tuple[int | str, ...], reason: str) -> str:
    path = [name, *(str(part) for part in loc)]
    node, line = yaml.compose(text), 1
    for part in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        key, node = next(((k, v) for k, v in pairs if k.value == part), (None, None))
        if key is None:
            break
        line = key.start_mark.line + 1
    return f"{file.name}:{line}: {'.'.join(path)}: {reason}"
