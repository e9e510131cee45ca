"""What the director has in front of it: the parts of its memory, and the words for a sentence of its own.

Shared by `host`, `programme`, `telling`, `answering`, `changeover` and `asides`; made by `host`. Decides
nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from streaming.cues import Cue, Moment, Purpose, Question
from streaming.director.ballot import Ballot
from streaming.director.drafts import Draft
from streaming.director.lines import HostLines, Lines
from streaming.director.pending import Waiting
from streaming.director.pitch import Pitch
from streaming.director.product_truth import ProductTruth, money
from streaming.director.profiles import Profile
from streaming.director.questions import Questions
from streaming.director.rules import Rules
from streaming.director.sale import Sale
from streaming.director.thanks import Thanks
from streaming.script.schedule import Rotation
from streaming.show import Persona, Shift, Show

__all__ = ["Desk", "Notice", "Step"]

_TIMERS = (
    "entered_ms", "changing_since_ms", "coupon_until_ms", "private_ms", "deferred_ms", "cut_ms", "hitch_ms",
)  # fmt: skip


class Step(Enum):
    """What a part of the director says when it has no sentence."""

    PASS = "pass"  # noqa: S105 -- no password: the next part may speak
    WAIT = "wait"  # nobody speaks now
    AGAIN = "again"  # something has changed: ask all parts anew


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that viewers must be told once, at the next sentence end.

    Attributes:
        key: of the host's lines.
        values: for it, plain text and int.
        since_ms: an old notice is news no more.
    """

    key: str
    values: Mapping[str, object]
    since_ms: int


class Desk:
    """The parts of the director's memory.

    Args:
        show, waiting, lines, profile, seed, facts, spoken: as of `Host`.
        state: what `state()` gave.

    Attributes:
        shift: on air; None when nobody presents.
        closing: the shift says goodbye.
        hello_due: the shift has not said hello yet.
        changing_since_ms: since when another shift should be on air.
        after: segment shown last in this shift, None at its beginning.
        in_row, since_answer: answers given in a row; sentences of the script said since the last.
        card: product on the card.
        barren: segments skipped whole, one after another.
        hold_until_ms: nothing is said before (voice or show is broken); not kept.
        idle_since_ms: since when nothing is spoken; not kept.
        cues: of the event being dealt with.
    """

    def __init__(
        self,
        show: Show,
        waiting: Waiting,
        lines: Lines,
        profile: Profile,
        *,
        seed: int,
        facts: Callable[[str], Mapping[str, object]],
        spoken: Collection[str],
        state: Mapping[str, Any] | None,
    ) -> None:
        known = state or {}
        self.show, self.profile, self.waiting, self._facts, self._spoken = (
            show,
            profile,
            waiting,
            facts,
            spoken,
        )
        self.lines = HostLines(lines, seed=seed, used=known.get("lines"))
        self.truth = ProductTruth(known.get("truth"))
        self.pitch = Pitch(show, known.get("pitch"))
        self.rules = Rules(show, profile, known.get("rules"))
        self.thanks = Thanks(known.get("thanks"))
        self.sale = Sale(known.get("sale"))
        self.ballot = Ballot(show, known.get("ballot"))
        self.questions = Questions(waiting, known.get("questions"))
        self.rotation = Rotation.restored(known["rotation"]) if "rotation" in known else Rotation(seed)
        shifts = {shift.id: shift for shift in show.shifts}
        self.shift: Shift | None = shifts.get(known.get("shift") or "")
        self.language: str = known.get("language") or (show.shifts[0].language if show.shifts else "en")
        self.closing = bool(known.get("closing", False))
        self.hello_due = bool(known.get("hello_due", False))
        self.after: str | None = known.get("after")
        self.in_row, self.since_answer = known.get("row", (0, 0))
        self.card: str | None = known.get("card")
        self.deferred_due = bool(known.get("deferred_due", False))
        self.notices = deque(Notice(*one) for one in known.get("notices", ()))
        self.staff = deque((text, language, by) for text, language, by in known.get("staff", ()))
        timers = known.get("timers", {})
        self.entered_ms: int | None = timers.get("entered_ms")
        self.changing_since_ms: int | None = timers.get("changing_since_ms")
        self.coupon_until_ms: int | None = timers.get("coupon_until_ms")
        self.private_ms: int | None = timers.get("private_ms")
        self.deferred_ms: int | None = timers.get("deferred_ms")
        self.cut_ms: int | None = timers.get("cut_ms")
        self.hitch_ms: int | None = timers.get("hitch_ms")
        self.barren = 0
        self.hold_until_ms: int | None = None
        self.idle_since_ms: int | None = None
        self.cues: list[Cue] = []

    @property
    def persona(self) -> Persona | None:
        """Who presents."""
        return self.show.personas.get(self.shift.persona) if self.shift else None

    @property
    def captions(self) -> str | None:
        """Second language of the captions."""
        return self.shift.captions if self.shift else None

    def in_qa(self, now: Moment) -> bool:
        """Whether the segment is there for questions, and its time is not over."""
        segment, until_ms = self.pitch.segment, self.pitch.rest_until_ms
        return segment is not None and segment.kind == "qa" and (until_ms is None or now.ms < until_ms)

    def answer_language(self, question: Question) -> str:
        """The viewer's language where it may be spoken, else the room's."""
        asked = question.language
        voices = self.persona.voices if self.persona else {}
        return asked if asked in voices or asked in self._spoken else self.language

    def second(self, language: str) -> str | None:
        """Language of the captions under something said in a language: the room's, where that is another."""
        return self.captions if language == self.language else self.language

    def values(self, language: str, product: str | None, now: Moment) -> dict[str, object]:
        """Values that a sentence may use now; one that is not known, or not fresh, is not there.

        Args:
            language: prices and titles are worded for it.
            product: id of the product spoken of.
            now: this moment.
        """
        facts: dict[str, object] = {
            name: one for name, one in self._facts(language).items() if isinstance(one, str | int | float)
        }
        named = {
            "shop": facts.get("shop") or facts.get("name"),
            "coupon": facts.get("coupon") or facts.get("live_coupon"),
        }
        values = facts | {name: one for name, one in named.items() if one}
        if product is not None:
            values |= self.truth.values(product, language, now)
        if self.sale.is_on and product == self.sale.product:
            values["minutes"] = self.sale.minutes(now)
            if self.sale.before is not None:
                values["before"] = money(self.sale.before, language)
        return values

    def notify(self, key: str, now: Moment, *, first: bool = False, **values: object) -> None:
        """Have something said at the next sentence end."""
        notice = Notice(key, values, now.ms)
        (self.notices.appendleft if first else self.notices.append)(notice)

    def say(
        self,
        key: str,
        purpose: Purpose,
        values: Mapping[str, object] | None = None,
        *,
        undo: Callable[[], None],
        interruptible: bool = True,
    ) -> Draft | None:
        """One of the host's own lines as a draft; None when it can't be worded."""
        worded = self.lines.say(key, self.language, values or {}, captions=self.captions)
        if worded is None:
            return None
        captions = {self.captions: worded.caption} if self.captions and worded.caption else {}
        return Draft(
            key=f"host:{key}",
            parts=(worded.text,),
            language=self.language,
            purpose=purpose,
            source=f"host:{key}",
            captions=captions,
            interruptible=interruptible,
            undo=undo,
        )

    def state(self) -> dict[str, Any]:
        """All of it as JSON data."""
        return {
            "lines": self.lines.state(),
            "truth": self.truth.state(),
            "pitch": self.pitch.state(),
            "rules": self.rules.state(),
            "thanks": self.thanks.state(),
            "sale": self.sale.state(),
            "ballot": self.ballot.state(),
            "questions": self.questions.state(),
            "rotation": self.rotation.state(),
            "shift": self.shift.id if self.shift else None,
            "language": self.language,
            "closing": self.closing,
            "hello_due": self.hello_due,
            "after": self.after,
            "row": [self.in_row, self.since_answer],
            "card": self.card,
            "deferred_due": self.deferred_due,
            "notices": [[one.key, dict(one.values), one.since_ms] for one in self.notices],
            "staff": [list(one) for one in self.staff],
            "timers": {name: getattr(self, name) for name in _TIMERS},
        }

    def move_clock(self, delta_ms: int) -> None:
        """The monotonic clock began anew with a restart."""
        for part in (self.pitch, self.rules, self.thanks, self.sale, self.ballot, self.questions):
            part.shift(delta_ms)
        for name in _TIMERS:
            if (at := getattr(self, name)) is not None:
                setattr(self, name, at + delta_ms)
        self.notices = deque(Notice(one.key, one.values, one.since_ms + delta_ms) for one in self.notices)
