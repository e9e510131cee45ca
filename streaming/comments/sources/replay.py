"""A recorded room again: comments and what else viewers did, from a JSON-lines file, in their own time.

Used for trying a show and by tests. A line is `{"at_ms": 1500, "type": "comment", "viewer_id": "7",
"viewer_name": "Ana", "text": "How much is it?"}`; instead of `at_ms` (from the beginning) every line may have
`at`, an ISO 8601 time with an offset. Types besides `comment` are the kinds of `Social`. Blank lines are
skipped. `Recording.load` reads the whole file at once and blocks; call it from a thread.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from streaming.cues import Comment, Social, SocialKind

__all__ = ["Recording", "ReplayError", "replay"]

# A day of a busy room. What is longer belongs into several files.
_MOST_LINES = 200_000
_MOST_LINE_BYTES = 20_000
_MOST_PROBLEMS = 20
# Until it is played.
_UNDATED = datetime.max.replace(tzinfo=UTC)
_Id = Annotated[str, Field(min_length=1, max_length=200)]


class ReplayError(ValueError):
    """A recording can't be used; the message has a line for each problem: `file:line: field: what to do`."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    at_ms: int | None = Field(default=None, ge=0, le=10**9)
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    viewer_id: _Id
    viewer_name: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _has_one_time(self) -> _Line:
        if (self.at_ms is None) == (self.at is None):
            raise ValueError("give either at_ms or at")
        return self


class _CommentLine(_Line):
    type: Literal["comment"]
    id: _Id | None = None
    text: str = Field(max_length=5_000)
    can_reply: bool = False


class _SocialLine(_Line):
    type: SocialKind
    count: int = Field(default=1, ge=1, le=10**9)
    what: str = Field(default="", max_length=200)


_LINE: TypeAdapter[_CommentLine | _SocialLine] = TypeAdapter(
    Annotated[_CommentLine | _SocialLine, Field(discriminator="type")]
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What happens `at_ms` after the beginning."""

    at_ms: int
    event: Comment | Social


@dataclass(frozen=True, slots=True)
class Recording:
    """A file that was read and found to be right. Made by `load`."""

    entries: tuple[_Entry, ...]

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read a file.

        Args:
            path: JSON lines in UTF-8, in order of time.

        Raises:
            ReplayError: lines are wrong, times go back, or nothing is in it.
            OSError: the file can't be read.
        """
        found: list[_Entry] = []
        problems: list[str] = []
        times = _Times()
        for number, text in _lines(path):
            try:
                line = _LINE.validate_json(text)
                found.append(_Entry(times.at_ms(line), _event(line, number)))
            except ValidationError as error:
                problems += [f"{path}:{number}: {problem}" for problem in _explain(error)]
            except ReplayError as error:
                problems.append(f"{path}:{number}: {error}")
            if len(problems) >= _MOST_PROBLEMS:
                break
        if not found and not problems:
            problems.append(f"{path}: nothing in it; write one JSON object a line")
        if problems:
            raise ReplayError("\n".join(problems))
        return cls(tuple(found))


async def replay(
    recording: Recording,
    *,
    clock: Callable[[], float],
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
    speed: float = 1.0,
    loop: bool = False,
    pause_s: float = 5.0,
) -> AsyncIterator[Comment | Social]:
    """Play a recording.

    Args:
        recording: to play.
        clock: monotonic seconds.
        now: wall clock; everything is dated when it is played.
        sleep: waits for so many seconds.
        speed: 2 plays in half the time.
        loop: begin again at the end; ids of comments differ in every round.
        pause_s: between rounds.

    Raises:
        ValueError: speed is not above 0.
    """
    if speed <= 0:
        raise ValueError(f"speed must be above 0, not {speed}")
    for number in itertools.count() if loop else range(1):
        if number:
            await sleep(pause_s)
        begun = clock()
        for entry in recording.entries:
            # From the beginning of the round, so that slow readers do not stretch it.
            if (wait := begun + entry.at_ms / 1000 / speed - clock()) > 0:
                await sleep(wait)
            yield _dated(entry.event, now(), number)


class _Times:
    """Milliseconds from the first line on."""

    def __init__(self) -> None:
        self._first: datetime | int | None = None
        self._last_ms = 0

    def at_ms(self, line: _Line) -> int:
        """Time of the next line. Raises ReplayError when it makes no sense after the ones before."""
        time: datetime | int = line.at or line.at_ms or 0
        if self._first is None:
            self._first = time if line.at else 0
        if isinstance(time, datetime) and isinstance(self._first, datetime):
            since_ms = round((time - self._first).total_seconds() * 1000)
        elif isinstance(time, int) and isinstance(self._first, int):
            since_ms = time
        else:
            raise ReplayError("at: some lines have at_ms and some at; use one of them in the whole file")
        if since_ms < self._last_ms:
            raise ReplayError("at: earlier than a line before; sort the lines by time")
        self._last_ms = since_ms
        return since_ms


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers."""
    with path.open("rb") as file:
        for number in itertools.count(1):
            text = file.readline(_MOST_LINE_BYTES + 1)
            if not text:
                return
            if len(text) > _MOST_LINE_BYTES or number > _MOST_LINES:
                what = f"longer than {_MOST_LINE_BYTES} bytes" if number <= _MOST_LINES else "too many lines"
                raise ReplayError(f"{path}:{number}: {what}; split it")
            if text.strip():
                yield number, text


def _event(line: _CommentLine | _SocialLine, number: int) -> Comment | Social:
    """The event; its time is set when it is played."""
    if isinstance(line, _CommentLine):
        return Comment(
            id=line.id or f"line-{number}",
            source="replay",
            viewer_id=line.viewer_id,
            viewer_name=line.viewer_name,
            text=line.text,
            at=_UNDATED,
            can_reply=line.can_reply,
        )
    return Social(
        kind=line.type,
        viewer_id=line.viewer_id,
        viewer_name=line.viewer_name,
        at=_UNDATED,
        count=line.count,
        what=line.what,
    )


def _dated(event: Comment | Social, at: datetime, number: int) -> Comment | Social:
    if isinstance(event, Comment):
        return replace(event, at=at, id=f"{event.id}#{number}" if number else event.id)
    return replace(event, at=at)


def _explain(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        # The first part of the place is the type of the line.
        place = ".".join(str(part) for part in problem["loc"][1:])
        yield f"{place}: {problem['msg']}" if place else problem["msg"]
