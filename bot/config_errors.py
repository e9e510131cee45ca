"""What is wrong with a YAML file, one line a problem: file, line, key and reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

__all__ = ["explain", "line_of"]


def explain(error: ValidationError, file: Path, text: str, *, inside: tuple[str, ...] = ()) -> str:
    """The problems of a file as lines.

    Args:
        error: of the model that the file was read into.
        file: as named to the person.
        text: the YAML in it.
        inside: path to the mapping that was read, when it is not the whole file.
    """
    problems = []
    for problem in error.errors():
        path = [*inside, *(str(part) for part in problem["loc"])]
        what = "unknown setting" if problem["type"] == "extra_forbidden" else problem["msg"]
        problems.append(f"{file}{line_of(text, path)}: {'.'.join(path)}: {what}")
    return "\n".join(problems)


def line_of(text: str, path: Sequence[str]) -> str:
    """`:12` for the line of a key, or of the last part of its path that is there; empty when none is."""
    node = yaml.compose(text)
    line = None
    for part in path:
        if not isinstance(node, yaml.MappingNode):
            break
        found = next(((k, v) for k, v in node.value if k.value == part), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return f":{line}" if line else ""
