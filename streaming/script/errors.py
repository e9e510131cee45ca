"""What is wrong with a run of show: problems with their lines, all of them at once.

Made by `script` and its parts, read by whoever loads a show. Messages are English and end with what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["Problem", "ScriptError", "suggestion"]

_LISTED = 12  # more names than these help nobody who misspelt one


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend.

    Attributes:
        line: of the file, from 1.
        where: keys on the way to it, `segments.lamp.variants[2].en`; empty for the file.
        what: what is wrong and what to do.
    """

    line: int
    where: str
    what: str


class ScriptError(Exception):
    """A run of show can't be used.

    Attributes:
        source: the file as the person named it.
        problems: all that were found, by line.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """Sorts the problems; one that was found twice stands once."""
        self.source = source
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        return [
            f"{self.source}:{problem.line}: {problem.where + ': ' if problem.where else ''}{problem.what}"
            for problem in self.problems
        ]


def suggestion(word: str, known: Collection[str]) -> str:
    """How to go on after a word that is not known: the nearest one, or what there is."""
    names = sorted(known)
    if near := get_close_matches(word.lower(), names, n=1):
        return f"did you mean {near[0]}?"
    if not names:
        return "there is none yet"
    more = " …" if len(names) > _LISTED else ""
    return f"there is {', '.join(names[:_LISTED])}{more}"
