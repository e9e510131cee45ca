"""The run of show as data: show, shifts, segments, lines, marks, rules. Frozen.

Made by `streaming.script.reading`. Read by the director, the schedule and the check. Knows no file, clock or
shop; imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

__all__ = [
    "GESTURES",
    "MOODS",
    "Line",
    "Mark",
    "MarkName",
    "Persona",
    "Poll",
    "Rule",
    "RuleKind",
    "Segment",
    "SegmentKind",
    "Shift",
    "Show",
    "Variant",
    "Weekday",
]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SegmentKind = Literal["opening", "pitch", "demo", "qa", "flash_sale", "poll", "recap", "sign_off"]
RuleKind = Literal["ai_reminder", "coupon", "follow_call", "line"]
MarkName = Literal["card", "uncard", "gesture", "mood", "pause", "look"]
# What the presenter's hands can do, and how the face can be; the stage draws each of them.
GESTURES = (
    "rest",
    "palm",
    "count_one",
    "count_two",
    "count_three",
    "thumbs_up",
    "heart",
    "wave",
    "chest",
    "link",
)
MOODS = ("neutral", "happy", "excited", "warm", "serious", "curious")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happens at a place in a sentence.

    Attributes:
        name: `card` (show a product), `uncard`, `gesture`, `mood`, `pause`, `look`.
        value: product id (empty: the segment's), name of the gesture or mood, milliseconds of a pause, or
            `viewer` / `product` for a look.
    """

    name: MarkName
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence as written, in one language.

    Attributes:
        parts: texts and marks in their order. Texts joined are an ICU MessageFormat pattern (marks stand
            outside arguments) over `title`, `price`, `stock`, `coupon`, `shop`, `minutes`, `before` (the
            price before a sale) and the shop's facts; a line whose value is missing is not spoken.
        line: number in the file, from 1; for messages.
    """

    parts: tuple[str | Mark, ...]
    line: int = 0

    @property
    def text(self) -> str:
        """The pattern without its marks."""
        return "".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of doing a segment: sentences by language, each language with its own number of them."""

    lines: Mapping[str, tuple[Line, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question to the viewers: texts by language, two to four options."""

    question: Mapping[str, str]
    options: tuple[Mapping[str, str], ...]
    open_s: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the show.

    Attributes:
        id: unique in the show.
        kind: what it is for.
        variants: at least one; a day does not say the same one twice while others are left.
        product: id in the shop's catalogue, for `pitch`, `demo` and `flash_sale`.
        countdown_s: length of a flash sale.
        most_s: longest time a `qa` segment waits for and answers questions.
        poll: for `poll`.
        line: number in the file.
    """

    id: str
    kind: SegmentKind
    variants: tuple[Variant, ...]
    product: str | None = None
    countdown_s: int | None = None
    most_s: int | None = None
    poll: Poll | None = None
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Who presents.

    Attributes:
        id: referred to by shifts.
        name: said and shown.
        presenter: drawing of the stage (`lina`, `mei`, `omar`), or a path of the seller's own VRM.
        voices: language -> name of a voice of the configured engine; a language without one takes the
            engine's default.
        pace: 1.0 is the voice's own speed, 0.5..2.
    """

    id: str
    name: str
    presenter: str
    voices: Mapping[str, str] = field(default_factory=dict)
    pace: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """When what is shown. Later shifts in the file stand behind earlier ones when both fit a moment.

    Attributes:
        id: unique in the show.
        start, end: of the day in `timezone`; an end not after the start lies on the next day; both equal is
            the whole day.
        days: of the start.
        timezone: IANA name.
        language: spoken.
        captions: second language of the captions, None for one language only.
        persona: id.
        segments: ids, repeated in this order until the shift ends.
    """

    id: str
    start: time
    end: time
    days: frozenset[Weekday]
    timezone: str
    language: str
    captions: str | None
    persona: str
    segments: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something said again and again: every so many minutes, between segments or at a sentence end.

    Attributes:
        kind: `ai_reminder`, `coupon` and `follow_call` are worded by us in all languages; `line` has its own.
        every_min: minutes from one to the next, at least 1.
        lines: for `line`: by language.
    """

    id: str
    kind: RuleKind
    every_min: float
    lines: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A whole run of show.

    Attributes:
        room: name of the live room, `[a-z0-9-]{1,40}`.
        profile: region profile (`eu`, `us-tiktok` …), see `streaming.director.profiles`.
        personas, segments: by id.
        shifts, rules: in the order of the file.
    """

    room: str
    title: str
    profile: str
    personas: Mapping[str, Persona]
    segments: Mapping[str, Segment]
    shifts: tuple[Shift, ...]
    rules: tuple[Rule, ...]
