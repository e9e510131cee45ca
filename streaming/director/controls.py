"""What staff want of the director: pause, skip, say, take over, panic slate, answers to questions.

Called by `host`. Controls take effect even where nothing is under way; the same one twice does no harm.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from streaming.cues import Answer, Control, Moment
from streaming.director.answering import reply
from streaming.director.desk import Desk
from streaming.director.drafts import Draft, plain_words
from streaming.director.pending import Ready

__all__ = ["Modes", "obey"]

# Staff's own words that wait to be said; more at once is a mistake of a program.
_MOST_SAYS = 20


@dataclass(slots=True)
class Modes:
    """Who is in charge.

    Attributes:
        paused: nothing more is said but staff's words.
        staff: a person has taken over.
        slate: panic: a still picture and silence.
    """

    paused: bool = False
    staff: bool = False
    slate: bool = False

    @property
    def silent(self) -> bool:
        """Whether the host says nothing at all."""
        return self.staff or self.slate

    def shown(
        self, desk: Desk, saying: Draft | None
    ) -> Literal["live", "assist", "paused", "staff", "slate"]:
        """The mode of the scene: a sentence under way ends before a pause is shown."""
        if self.staff and not self.slate:
            return "staff"
        if self.slate or desk.shift is None:
            return "slate"
        if self.paused and saying is None:
            return "paused"
        return desk.profile.mode

    def state(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def obey(
    desk: Desk, modes: Modes, control: Control, saying: Draft | None, now: Moment
) -> Literal["undo", "drop", "done"] | None:
    """Carry out a control.

    Returns:
        What becomes of the sentence under way when it must be cut: said again later, dropped, or done with;
        None when it goes on.
    """
    match control.kind:
        case "pause":
            modes.paused = True
        case "resume":
            modes.paused = False
            desk.pitch.leave()
        case "take_over" | "slate":
            setattr(modes, "staff" if control.kind == "take_over" else "slate", True)
            desk.pitch.leave()
            return "undo"
        case "hand_back":
            modes.staff = False
        case "unslate":
            modes.slate = False
        case "skip":
            return _skip(desk, saying)
        case "say":
            return _say(desk, control)
        case "answer":
            _answer(desk, control, now)
        case "dismiss":
            desk.questions.resolve(control.question_id)
    return None


def _skip(desk: Desk, saying: Draft | None) -> Literal["drop", "done"] | None:
    """Live: the segment. Where a person presents: the sentence, which that person has read."""
    if desk.profile.mode == "assist":
        return "done"
    desk.pitch.end()
    desk.card = None
    return "drop" if saying is not None and saying.purpose == "script" else None


def _say(desk: Desk, control: Control) -> Literal["undo"] | None:
    if not plain_words(control.text):
        return None
    if len(desk.staff) < _MOST_SAYS:
        desk.staff.append((control.text, control.language, control.by))
    if control.urgent:
        desk.pitch.leave()
    return "undo" if control.urgent else None


def _answer(desk: Desk, control: Control, now: Moment) -> None:
    """A deferred question is answered aloud, and in writing where the viewer can be reached."""
    if not plain_words(control.text):
        return
    question = desk.questions.resolve(control.question_id)
    if question is None:
        _say(desk, control)
        return
    given = Answer(
        text=plain_words(control.text),
        language=control.language or desk.language,
        source=f"staff:{control.by}",
    )
    desk.cues += reply(question, given)
    desk.cues += desk.questions.hold(Ready(questions=(question,), answer=given), now)
